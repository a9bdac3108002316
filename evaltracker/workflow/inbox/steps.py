"""The one next action of an evaluation, for its owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from evaltracker.evaluations.choices import Stage
from evaltracker.workflow import links
from evaltracker.workflow.gates import Look
from evaltracker.workflow.gates.reports import first_blocker

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do now, why, and where; `verb` is the word on the button."""

    what: str
    why: str
    link: str
    verb: str


def next_step(evaluation: Evaluation, look: Look | None = None) -> NextStep:
    """The first thing that the owner of an open evaluation has to see to."""
    look = look or Look(evaluation)
    blocker = first_blocker(evaluation, look)
    stage = evaluation.get_stage_display()
    if blocker is not None:
        return NextStep(
            what=blocker.sentence,
            why=f"It keeps the evaluation in {stage.lower()}.",
            link=blocker.link,
            verb="See to it",
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
