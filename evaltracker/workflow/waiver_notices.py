"""The kinds of notices about requests for a waiver; no mail holds their words."""

from collections.abc import Iterator
from typing import ClassVar

from evaltracker.evaluations.models import Notice
from evaltracker.notices.about import About, ended, not_the_owners
from evaltracker.notices.kinds import register
from evaltracker.workflow import links
from evaltracker.workflow.models import WaiverRequest
from stakeholders.policy import is_leadership


def address_of_request(row: WaiverRequest) -> str:
    """Where what it is about stands: the rule on the overview, or the cell."""
    if row.candidate is None or row.requirement is None:
        return links.page(row.evaluation, "overview", f"gate-{row.gate}")
    return links.cell(row.candidate, row.requirement)


class AboutRequest(About[WaiverRequest]):
    """A mail about a request for a waiver."""

    rows: ClassVar = WaiverRequest.objects.select_related(
        "visit__evaluation__owner",
        "candidate",
        "requirement",
        "asked_by",
        "answered_by",
    )

    def title(self, row: WaiverRequest) -> str:
        """The rule; a knock-out is not named to whom answers are closed."""
        return row.thing if row.gate else "A knock-out"


@register
class WaiverAsked(AboutRequest):
    """Leadership is asked to let a rule or a knock-out pass."""

    name: ClassVar[str] = "waiver_asked"

    def reasons(self, notice: Notice, row: WaiverRequest) -> Iterator[str]:
        """Unless it waits, and the reader may still answer."""
        yield ended(notice)
        if not row.is_waiting:
            yield "It was answered or withdrawn, or its stage is over."
        reader = notice.recipient
        if reader is None or not is_leadership(reader, row.evaluation):
            yield "They no longer hold the Leadership role."

    def page(self, notice: Notice, row: WaiverRequest) -> str:
        """The form that answers it."""
        return links.act("answer-waiver-request", row)

    def values(self, notice: Notice, row: WaiverRequest) -> dict[str, str]:
        """Who asks, and for which rule."""
        return {
            "asker": row.asked_by.name,
            "rule": row.rule_title,
            "stage": row.visit.get_stage_display().lower(),
        }


@register
class WaiverAnswered(AboutRequest):
    """Whoever asked for a waiver hears what leadership answered."""

    name: ClassVar[str] = "waiver_answered"

    def reasons(self, notice: Notice, row: WaiverRequest) -> Iterator[str]:
        """Unless there is no answer, or the reader does not run it any more."""
        if row.answered_by is None:
            yield "Nobody has answered it."
        yield not_the_owners(notice)

    def page(self, notice: Notice, row: WaiverRequest) -> str:
        """Where the answer stands with its reason."""
        return address_of_request(row)

    def values(self, notice: Notice, row: WaiverRequest) -> dict[str, str]:
        """Who answered, and whether it was granted or declined."""
        if row.answered_by is None:
            raise LookupError("nobody has answered it")
        return {
            "leader": row.answered_by.name,
            "answer": row.get_answer_display().lower(),
            "rule": row.rule_title,
        }
