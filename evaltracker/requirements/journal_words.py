"""What the journal says of evaluations, their briefs and their requirements."""

from evaltracker.evaluations.account_log import IMPORTED
from evaltracker.evaluations.tables import COVERED
from evaltracker.pages.workspace import register_words

register_words(
    {
        "evaluation.started": "started this evaluation",
        IMPORTED: "imported this evaluation from a file",
        COVERED: "took the rows of before into what the journal proves",
        "brief.changed": ("changed the brief", "changed the brief: {fields}"),
        "brief.field_added": (
            "added a question to the brief",
            "added the question “{subject}” to the brief",
        ),
        "brief.field_changed": (
            "changed a question of the brief",
            "changed the question “{subject}” of the brief",
        ),
        "brief.field_removed": (
            "removed a question from the brief",
            "removed the question “{subject}” from the brief",
        ),
        "list.added": (
            "added a list to the brief",
            "added the list {subject} to the brief: {values}",
        ),
        "list.changed": (
            "changed a list of the brief",
            "changed the list {subject} of the brief",
        ),
        "list.removed": (
            "removed a list from the brief",
            "removed the list {subject} from the brief",
        ),
        "list.value_retired": (
            "retired a value of a list",
            "retired {value} in the list {subject}",
        ),
        "metric.added": ("added a business metric", "added the metric {subject}"),
        "metric.changed": ("changed a business metric", "changed the metric {subject}"),
        "category.added": ("added a category", "added the category {subject}"),
        "category.weighed": (
            "set the weight of a category",
            "set the weight of {subject} to {weight}",
        ),
        "requirement.added": ("added a requirement", "added requirement {subject}"),
        "requirement.changed": (
            "changed a requirement",
            "changed {fields} of requirement {subject}",
        ),
        "requirement.retired": (
            "retired a requirement",
            "retired requirement {subject}",
        ),
        "requirement.moved": ("moved a requirement", "moved requirement {subject}"),
        "requirement.held_against": (
            "set what a requirement must hold for",
            "set what requirement {subject} must hold for",
        ),
        "requirements.copied": "copied requirements from elsewhere",
        "requirements.imported": "imported requirements from a spreadsheet",
        "requirements.put_back": "put requirements back as they were before an import",
        "template.saved": ("saved a template", "saved the template “{subject}”"),
        "import.undone": ("undid an import", "undid the import of {kind}"),
        "chat.set": ("set the chat room", "set the {subject}"),
        "chat.removed": ("removed the chat room", "removed the {subject}"),
        "notice.resent": "sent a notice again",
        "notice.resolved": "settled whether an uncertain notice was sent",
    }
)
