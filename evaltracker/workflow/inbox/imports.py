"""Files that the person handed in, and that wait for their yes or come in."""

from collections.abc import Iterator

from evaltracker.importing.services.waiting_files import waiting_for, what_waits
from evaltracker.workflow import links
from evaltracker.workflow.inbox.items import Desk, WorkItem


def imports(desk: Desk) -> Iterator[WorkItem]:
    """One for each file, as long as importing it is theirs to do."""
    for draft in waiting_for(by=desk.user, evaluations=desk.evaluations.values()):
        evaluation = desk.evaluations[draft.evaluation_id]
        waiting = what_waits(draft)
        yield desk.item(
            "import",
            evaluation,
            waiting.what,
            waiting.why,
            links.page(evaluation, f"import_{draft.kind}"),
            waiting.until,
            waits=not waiting.is_theirs,
        )
