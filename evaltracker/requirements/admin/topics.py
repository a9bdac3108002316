"""The brief and requirements can be talked about by everybody who sees them."""

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.evaluations.topics import Topic, everybody, register_topic
from evaltracker.pages.workspace import page_address


def about_requirement(
    row: Requirement, part: str
) -> tuple[Evaluation, str, str] | None:
    """A requirement has no parts."""
    evaluation = row.evaluation
    page = page_address(evaluation, "requirements", f"requirement-{row.pk}")
    return None if part else (evaluation, f"Requirement {row.ref}", page)


def about_brief(row: Evaluation, part: str) -> tuple[Evaluation, str, str] | None:
    """The brief as a whole."""
    return None if part else (row, "The brief", page_address(row, "brief"))


register_topic(
    Topic(
        name="brief",
        noun="the brief",
        rows=lambda user: Evaluation.objects.visible_to(user).select_related("owner"),
        people=everybody,
        describe=about_brief,
        tab="brief",
        takes_files=True,
    )
)
register_topic(
    Topic(
        name="requirement",
        noun="a requirement",
        rows=lambda user: Requirement.objects.visible_to(user).select_related(
            "evaluation__owner"
        ),
        people=everybody,
        describe=about_requirement,
        tab="requirements",
    )
)
