"""How the gates of the current stage stand."""

from dataclasses import dataclass

from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.gates import Blocker, Gate, Look, gates_of
from evaltracker.workflow.models import Waiver
from trials.selectors.counted import counted_once


@dataclass(frozen=True, slots=True)
class GateReport:
    """One gate of the current stage: its blockers, and its waiver if it has one.

    `nothing` says why it is silent without holding: it has nothing to look at yet.
    """

    gate: Gate
    blockers: list[Blocker]
    waiver: Waiver | None
    nothing: str = ""

    @property
    def open(self) -> bool:
        """Whether it lets the evaluation pass."""
        return not self.blockers or self.waiver is not None


def gate_reports(evaluation: Evaluation, look: Look | None = None) -> list[GateReport]:
    """Every gate of the stage that the evaluation is in, in order."""
    return counted_once(
        evaluation, "gates", lambda fresh: _reports((look or Look(fresh)).at(fresh))
    )


def _reports(look: Look) -> list[GateReport]:
    evaluation = look.evaluation
    waivers = {
        waiver.gate: waiver
        for waiver in Waiver.objects.filter(visit=look.visit).select_related(
            "waived_by__user"
        )
    }
    reports = []
    for gate in gates_of(evaluation.stage):
        found = list(gate.check(look))
        nothing = "" if found else gate.nothing(look)
        reports.append(GateReport(gate, found, waivers.get(gate.name), nothing))
    return reports


def blockers(evaluation: Evaluation) -> list[Blocker]:
    """What still keeps the evaluation in its stage; waived gates are silent."""
    return [
        blocker
        for report in gate_reports(evaluation)
        if not report.open
        for blocker in report.blockers
    ]


def first_closed(look: Look) -> tuple[Gate, Blocker] | None:
    """The first closed gate and the first thing in its way; asks none after it."""
    return counted_once(
        look.evaluation,
        "first gate that is closed",
        lambda fresh: _first_closed(look.at(fresh)),
    )


def _first_closed(look: Look) -> tuple[Gate, Blocker] | None:
    evaluation = look.evaluation
    waived = set(Waiver.objects.filter(visit=look.visit).values_list("gate", flat=True))
    for gate in gates_of(evaluation.stage):
        if gate.name not in waived:
            for blocker in gate.check(look):
                return gate, blocker
    return None
