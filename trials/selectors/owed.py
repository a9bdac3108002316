"""Which trial verdicts are still owed, from what is planned and what the gate asks."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from evaltracker.evaluations.models import Requirement
from trials.models import Gap
from trials.scoring import Credits, Standing, Verdict
from trials.scoring.open_cells import OpenCell, RecordedCell
from trials.scoring.urns import TrialRecord
from trials.selectors.cell_cache import Cell
from trials.selectors.findings import awaiting_reply
from trials.selectors.ledger import Ledger
from trials.selectors.progress import unjudged_criteria
from vendors.models import Candidate

type Place = tuple[uuid.UUID, uuid.UUID]

# Nothing can be judged there: no answer, one to re-confirm, or an honest never.
UNJUDGEABLE = (Standing.UNANSWERED, Standing.NEVER)


@dataclass(frozen=True, slots=True)
class CandidateOwed:
    """What one candidate's trials still owe.

    `own` are the trial verdicts that count or wait for a reply, one per cell; `judged`
    how many cells have one and owe nothing more; `unanswered` how many criteria wait
    for an answer before they can be judged.
    """

    cells: tuple[OpenCell, ...]
    recorded: tuple[RecordedCell, ...]
    own: TrialRecord
    judged: int
    unanswered: int


def verdicts_owed(
    book: Ledger, candidates: Collection[Candidate]
) -> dict[uuid.UUID, CandidateOwed]:
    """What is owed on the cells of `candidates`, in two queries beside the ledger."""
    keys = [candidate.pk for candidate in candidates]
    planned = set(
        unjudged_criteria()
        .filter(trial__candidate__in=keys, trial__closed_at__isnull=True)
        .values_list("trial__candidate_id", "requirement_id")
    )
    awaited = set(
        Gap.objects.filter(
            awaiting_reply(),
            evidence__isnull=False,
            evidence__claim__superseded_at__isnull=True,
            trial__candidate__in=keys,
        ).values_list("trial__candidate_id", "evidence__claim__requirement_id")
    )
    credits = Credits.from_mapping(book.evaluation.credits)
    reading = _Reading(book, credits, planned, awaited)
    return {candidate.pk: reading.of(candidate) for candidate in candidates}


@dataclass(frozen=True, slots=True)
class _Reading:
    """The ledger beside what is planned and what waits for a vendor's reply."""

    book: Ledger
    credits: Credits
    planned: set[Place]
    awaited: set[Place]

    def of(self, candidate: Candidate) -> CandidateOwed:
        """Go through the candidate's cells in the order of the requirements."""
        cells: list[OpenCell] = []
        recorded: list[RecordedCell] = []
        own = dict.fromkeys(Verdict, 0)
        judged = unanswered = 0
        for requirement in self.book.requirements:
            cell = self.book.cell(candidate, requirement)
            place = candidate.pk, requirement.pk
            if cell.credit is None:  # not applicable
                continue
            if cell.standing in UNJUDGEABLE:
                unanswered += place in self.planned
                continue
            waits = place in self.awaited
            verdict = Verdict.FAILS if waits else cell.tested
            if verdict:
                own[Verdict(verdict)] += 1
            if self._is_open(place, requirement, cell):
                cells.append(self._open(candidate, requirement, cell))
                continue
            judged += bool(verdict)
            if waits:
                recorded.append(self._recorded(candidate, requirement, cell))
        record = TrialRecord(
            own[Verdict.HOLDS], own[Verdict.PARTLY], own[Verdict.FAILS]
        )
        return CandidateOwed(tuple(cells), tuple(recorded), record, judged, unanswered)

    def _is_open(self, place: Place, requirement: Requirement, cell: Cell) -> bool:
        """Whether a criterion owes a verdict on it, or the gate of trials does."""
        if not requirement.weight and not knocks_out(requirement, cell):
            return False
        untested = not cell.tested and place not in self.awaited
        owed_by_gate = knocks_out(requirement, cell) and untested
        return place in self.planned or owed_by_gate

    def _open(
        self, candidate: Candidate, requirement: Requirement, cell: Cell
    ) -> OpenCell:
        return OpenCell(
            candidate=str(candidate.pk),
            ref=requirement.ref,
            category=requirement.category.name,
            weight=Decimal(requirement.weight),
            today=cell.credit or Decimal(0),
            holds=self.credits.trial_holds,
            partly=self.credits.trial_partly,
            fails=self.credits.trial_fails,
            knocks_out=knocks_out(requirement, cell),
        )

    def _recorded(
        self, candidate: Candidate, requirement: Requirement, cell: Cell
    ) -> RecordedCell:
        return RecordedCell(
            candidate=str(candidate.pk),
            ref=requirement.ref,
            category=requirement.category.name,
            weight=Decimal(requirement.weight),
            today=cell.credit or Decimal(0),
            recorded=self.credits.trial_fails,
            knocks_out=knocks_out(requirement, cell),
        )


def knocks_out(requirement: Requirement, cell: Cell) -> bool:
    """Whether the candidate is out if this fails."""
    return requirement.is_must and not cell.excused
