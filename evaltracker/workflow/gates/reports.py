"""How the gates of the current stage stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaltracker.workflow.gates import Blocker, Gate, Look, gates_of
from evaltracker.workflow.models import Waiver

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation


@dataclass(frozen=True, slots=True)
class GateReport:
    """One gate of the current stage: its blockers, and its waiver if it has one."""

    gate: Gate
    blockers: list[Blocker]
    waiver: Waiver | None

    @property
    def open(self) -> bool:
        """Whether it lets the evaluation pass."""
        return not self.blockers or self.waiver is not None


def gate_reports(evaluation: Evaluation, look: Look | None = None) -> list[GateReport]:
    """Every gate of the stage that the evaluation is in, in order."""
    look = look or Look(evaluation)
    waivers = {
        one.gate: one
        for one in Waiver.objects.filter(visit=look.visit).select_related(
            "waived_by__user"
        )
    }
    return [
        GateReport(one, list(one.check(look)), waivers.get(one.name))
        for one in gates_of(evaluation.stage)
    ]


def blockers(evaluation: Evaluation, look: Look | None = None) -> list[Blocker]:
    """What still keeps the evaluation in its stage; waived gates are silent."""
    return [
        blocker
        for report in gate_reports(evaluation, look)
        if not report.open
        for blocker in report.blockers
    ]


def first_closed(look: Look) -> tuple[Gate, Blocker] | None:
    """The first closed gate and the first thing in its way; asks none after it."""
    evaluation = look.evaluation
    waived = set(Waiver.objects.filter(visit=look.visit).values_list("gate", flat=True))
    for one in gates_of(evaluation.stage):
        if one.name not in waived:
            for blocker in one.check(look):
                return one, blocker
    return None
