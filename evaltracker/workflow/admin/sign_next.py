"""What a receipt says of the time after a signature: who is awaited, what is next."""

from dataclasses import dataclass

from evaltracker.evaluations.choices import Stage
from evaltracker.workflow.gates import Look
from evaltracker.workflow.gates.reports import first_closed
from evaltracker.workflow.memo.documents import THINGS
from stakeholders.choices import APPROVALS
from stakeholders.models import SignOff


@dataclass(frozen=True, slots=True)
class After:
    """What was signed, a line for each role that is still awaited, and what is next."""

    thing: str
    awaited: list[str]
    following: str


def after_signing(signed: SignOff) -> After | None:
    """The time after a signature; None once the evaluation went on."""
    visit = signed.visit
    evaluation = visit.evaluation
    if visit.left_at is not None or not evaluation.is_open:
        return None
    look = Look(evaluation)
    awaited = [tally.sentence for tally in look.tallies if not tally.passed]
    return After(
        thing=THINGS[Stage(visit.stage)],
        awaited=awaited,
        following=what_follows(look, signed, waits=bool(awaited)),
    )


def what_follows(look: Look, signed: SignOff, *, waits: bool) -> str:
    """What happens next, and who does it."""
    owner = look.evaluation.owner.name
    if signed.verdict not in APPROVALS:
        return (
            f"{owner} was told and reads your reason. You are asked again when "
            "something has changed."
        )
    closed = first_closed(look)
    if closed is not None and not closed[0].signing:
        return f"First, {closed[1].sentence}"
    stage = Stage(signed.visit.stage)
    goes_on = "decides"
    if stage != Stage.DECISION:
        goes_on = f"goes on to {list(Stage)[stage.position + 1].label.lower()}"
    if waits:
        return f"{owner} {goes_on} once every role has approved."
    return f"{owner} {goes_on}: every role has approved."
