"""The ledger: every requirement of every candidate, claimed, shown and tested."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from evaltracker.evaluations.models import Evaluation, Requirement
from trials.policy import today_in
from trials.scoring import (
    CellFacts,
    Coverage,
    Credits,
    Fit,
    FitRow,
    Priority,
    PromiseRecord,
    RequirementFacts,
    Source,
    Standing,
    fit,
    knock_outs,
    promise_record,
)
from trials.selectors.facts import ClaimRow, Reading, read_cell, read_papers
from vendors.models import Candidate


@dataclass(frozen=True, slots=True)
class Cell:
    """One candidate and one requirement: facts, standing, credit and three marks.

    `claimed` is an availability, `shown` and `tested` are verdicts; blank is nothing
    said, shown or tested. `credit` is None only where it does not apply.
    """

    facts: CellFacts
    claim: ClaimRow | None
    standing: Standing
    credit: Decimal | None
    working: str
    unconfirmed: tuple[Source, ...]
    shown: str
    tested: str

    @property
    def claimed(self) -> str:
        """The availability that stands, blank if nothing was said."""
        return str(self.facts.claim.availability) if self.facts.claim else ""

    @property
    def to_reconfirm(self) -> bool:
        """Whether the requirement changed after it was answered."""
        return self.facts.claim is not None and self.facts.claim.stale

    @property
    def proof_to_reconfirm(self) -> bool:
        """Whether a verdict was on older words and nobody has said it anew."""
        return bool(self.unconfirmed)

    @property
    def not_applicable(self) -> bool:
        """Whether the owner ruled it out for this candidate."""
        return self.facts.not_applicable

    @property
    def excused(self) -> bool:
        """Whether a knock-out by it is excused."""
        return self.facts.excused

    @property
    def marks(self) -> tuple[str, str, str]:
        return self.claimed, self.shown, self.tested


@dataclass(frozen=True)
class Column:
    """One candidate's cells by ref, and what they come to."""

    candidate: Candidate
    cells: dict[str, Cell]
    fit: Fit
    asked: tuple[RequirementFacts, ...]
    as_of: datetime.date

    @property
    def coverage(self) -> Coverage:
        """How much is answered, and how much of that is tested."""
        return self.fit.coverage

    @cached_property
    def knock_outs(self) -> tuple[RequirementFacts, ...]:
        """Must-haves that block it and that nobody excused; `key` is the ref."""
        return knock_outs(self.asked, self._facts, self.as_of)

    @property
    def is_blocked(self) -> bool:
        """Whether somebody has to eliminate it or excuse a knock-out."""
        return bool(self.knock_outs)

    @cached_property
    def promises(self) -> PromiseRecord:
        """What it said it had, against what was found."""
        return promise_record(self.asked, self._facts, self.as_of)

    @cached_property
    def _facts(self) -> dict[str, CellFacts]:
        return {ref: cell.facts for ref, cell in self.cells.items()}


@dataclass(frozen=True, slots=True)
class Ledger:
    """Requirements by candidates, as of one day."""

    evaluation: Evaluation
    as_of: datetime.date
    requirements: list[Requirement]
    candidates: list[Candidate]
    columns: dict[object, Column]

    def of(self, candidate: Candidate) -> Column:
        """What stands for one candidate."""
        return self.columns[candidate.pk]

    def cell(self, candidate: Candidate, requirement: Requirement) -> Cell:
        """What stands for one candidate and one requirement."""
        return self.columns[candidate.pk].cells[requirement.ref]

    def row(self, requirement: Requirement) -> list[Cell]:
        """One requirement's cells, in the order of the candidates."""
        return [
            self.columns[candidate.pk].cells[requirement.ref]
            for candidate in self.candidates
        ]


def ledger(
    evaluation: Evaluation,
    candidates: Sequence[Candidate] | None = None,
    as_of: datetime.date | None = None,
    requirements: Sequence[Requirement] | None = None,
) -> Ledger:
    """The ledger of an evaluation, in at most six queries whatever its size.

    Without `candidates` it holds all of them, the eliminated too; without
    `requirements` all that are not retired. `as_of` decides which planned dates have
    passed: today in the evaluation's zone by default.
    """
    rows = list(requirements) if requirements is not None else live(evaluation)
    running = (
        list(candidates)
        if candidates is not None
        else list(
            Candidate.objects.filter(evaluation=evaluation).select_related("vendor")
        )
    )
    day = as_of or today_in(evaluation.zone)
    asked = tuple(requirement_facts(row) for row in rows)
    credits = Credits.from_mapping(evaluation.credits)
    papers = read_papers(running, requirements)
    columns: dict[object, Column] = {}
    for candidate in running:
        readings = {
            row.ref: read_cell(papers, (candidate.pk, row.pk), row.revision, day)
            for row in rows
        }
        columns[candidate.pk] = _column(candidate, readings, asked, day, credits)
    return Ledger(evaluation, day, rows, running, columns)


def live(evaluation: Evaluation) -> list[Requirement]:
    """The requirements that are not retired, with their categories."""
    return list(
        Requirement.objects.filter(
            evaluation=evaluation, retired_at__isnull=True
        ).select_related("category", "metric")
    )


def requirement_facts(requirement: Requirement) -> RequirementFacts:
    """What the formulas need to know of a requirement; its key is the ref."""
    return RequirementFacts(
        key=requirement.ref,
        category=requirement.category.name,
        weight=Decimal(requirement.weight),
        priority=Priority(requirement.priority),
    )


def one_cell(candidate: Candidate, requirement: Requirement) -> Cell:
    """A single cell, read alone."""
    book = ledger(
        candidate.evaluation, candidates=[candidate], requirements=[requirement]
    )
    return book.cell(candidate, requirement)


def _column(
    candidate: Candidate,
    readings: dict[str, Reading],
    asked: tuple[RequirementFacts, ...],
    day: datetime.date,
    credits: Credits,
) -> Column:
    result = fit(
        {facts.key: facts.weight for facts in asked},
        {ref: reading.facts for ref, reading in readings.items()},
        day,
        credits,
    )
    cells = {row.key: cell_of(readings[row.key], row) for row in result.rows}
    return Column(candidate, cells, result, asked, day)


def cell_of(reading: Reading, row: FitRow) -> Cell:
    """The cell that was read, with what it earns."""
    return Cell(
        facts=reading.facts,
        claim=reading.claim,
        standing=row.standing,
        credit=row.credit,
        working=row.working,
        unconfirmed=reading.unconfirmed,
        shown=_newest(reading.facts, Source.DEMO),
        tested=_newest(reading.facts, Source.TRIAL),
    )


def _newest(facts: CellFacts, source: Source) -> str:
    """The newest verdict of a source; the facts come in the order of time."""
    for verdict in reversed(facts.evidence):
        if verdict.source == source:
            return str(verdict.verdict)
    return ""
