"""The one next action of an evaluation, for its owner."""

import datetime
from dataclasses import dataclass

from django.urls import reverse

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow import links
from evaltracker.workflow.gates import Blocker, Look
from evaltracker.workflow.gates.reports import first_closed
from evaltracker.workflow.selectors import stage_due


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do now, why, and where; `verb` is the word on the button.

    It is blank where others are awaited.
    """

    what: str
    why: str
    link: str
    verb: str
    # Whether it is theirs, but not their turn yet.
    waits: bool = False


def next_step(evaluation: Evaluation, look: Look | None = None) -> NextStep:
    """The first thing that the owner of an open evaluation has to see to."""
    closed = first_closed(look or Look(evaluation))
    return step_after(evaluation, closed[1] if closed else None)


@dataclass(frozen=True, slots=True)
class Stand:
    """How an open evaluation stands: the next step, and what signatures rest on."""

    step: NextStep
    # Whether only people's word is missing, so that it is their turn to sign.
    is_signed_now: bool
    # Of the words that are signed on this visit; blank if nobody is asked.
    digest: str
    # The name of the first closed gate, if it was looked at just now.
    gate: str = ""
    # The latest day on which the stage may end; None without a plan.
    due: datetime.date | None = None
    # Whether something has changed since, and nobody has looked again.
    is_of_before: bool = False


def stand_of(look: Look) -> Stand:
    """Ask the gates until one is closed, and no further."""
    closed = first_closed(look)
    return Stand(
        step=step_after(look.evaluation, closed[1] if closed else None),
        is_signed_now=closed is None or closed[0].signing,
        digest=look.digest if look.has_rules else "",
        gate=closed[0].name if closed else "",
        due=stage_due(look.evaluation, look.visits),
    )


def step_after(evaluation: Evaluation, blocker: Blocker | None) -> NextStep:
    """To mend what is in the way, or to go on."""
    stage = evaluation.get_stage_display()
    if blocker is not None:
        keeps = f"It keeps the evaluation in {stage.lower()}."
        if blocker.is_mended_by(evaluation.owner, evaluation):
            return NextStep(blocker.sentence, keeps, blocker.link, blocker.verb)
        return NextStep(
            what=blocker.sentence,
            why=f"{keeps} It waits on {blocker.names(evaluation)}.",
            link=links.page(evaluation, "overview", "gates-of-stage"),
            verb="",
        )
    if evaluation.stage == Stage.DECISION:
        return NextStep(
            what="Everything is ready: decide.",
            why="Every rule of the decision stage holds.",
            link=links.page(evaluation, "decision"),
            verb="Go to the decision",
        )
    following = list(Stage)[Stage(evaluation.stage).position + 1]
    return NextStep(
        what=f"Advance to {following.label.lower()}.",
        why=f"Nothing keeps it in {stage.lower()} any more.",
        link=reverse("admin:act_on", args=["advance", evaluation.pk]),
        verb=f"Advance to {following.label.lower()}",
    )
