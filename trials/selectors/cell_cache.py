"""Kinds of cells: of 100,000 cells few differ from all others in what counts.

What counts of a cell is its *shape*. The ledger's own rule reads each shape once, from
papers that are written after it, so there is no second rule: cells of one shape stand
alike, because nothing else of them is asked. A shape knows no day and no evaluation, so
what was read of it stays true, and is kept for as long as the process lives.
"""

import datetime
import threading
import uuid
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from trials.scoring import (
    CellFacts,
    Credits,
    FitRow,
    Priority,
    RequirementFacts,
    Standing,
    fit_row,
    knock_outs,
)
from trials.selectors.cell_tuples import PlainShape
from trials.selectors.facts import ClaimRow, Papers, Place, Proof, Reading, read_cell
from trials.selectors.ledger import cell_of

PLACE: Place = (uuid.UUID(int=1), uuid.UUID(int=2))
CURRENT, OLDER = uuid.UUID(int=3), uuid.UUID(int=4)
DAY = datetime.date(2000, 1, 2)
PASSED = datetime.date(2000, 1, 1)
START = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
MUST = RequirementFacts(key="", priority=Priority.MUST)
MOST = 50_000  # a purchase of 100,000 cells has some thousands


class ProofShape(NamedTuple):
    """What counts of a verdict; they come in the order of time.

    `older` is 0 if it judged the claim's current revision, else the revision of the
    requirement that was answered then. `tied`: of the same instant as the one before.
    """

    older: int
    source: str
    verdict: str
    independent: bool
    tied: bool


class Shape(NamedTuple):
    """What counts of a cell; without a claim, `availability` is blank.

    Of a planned date it counts whether it has `passed`; what a verdict promised at
    first counts in the promise record alone, which shapes do not tell.
    """

    availability: str = ""
    passed: bool = False
    answered: int = 0
    stale: bool = False
    not_applicable: bool = False
    excused: bool = False
    proofs: tuple[ProofShape, ...] = ()


class Kind(NamedTuple):
    """What is shown of the cells of one kind; a `Cell` calls it by the same names.

    `tried`: a demo or a trial has judged it. `knocks_out`: if it is a must-have, it
    blocks its candidate.
    """

    claimed: str
    shown: str
    tested: str
    standing: Standing
    not_applicable: bool
    excused: bool
    to_reconfirm: bool
    proof_to_reconfirm: bool
    knocks_out: bool
    credit: Decimal | None
    tried: bool

    @property
    def marks(self) -> tuple[str, str, str]:
        return self.claimed, self.shown, self.tested


class Kinds:
    """The kinds that were met so far, by number, under one table of credits."""

    def __init__(self, credits: Credits) -> None:
        self.found: list[Kind] = []
        self._credits = credits
        self._shapes: dict[PlainShape, int] = {}
        self._numbers: dict[Kind, int] = {}
        self._facts: list[CellFacts] = []
        self._rows: dict[tuple[int, int], FitRow] = {}
        self._writing = threading.Lock()

    @property
    def is_full(self) -> bool:
        """Whether it has met more shapes than any purchase has."""
        return len(self._shapes) > MOST

    def number_of(self, shape: PlainShape) -> int:
        """The number of the kind of cell that has this shape; any tuple will do."""
        number = self._shapes.get(shape)
        return self._meet(shape) if number is None else number

    def fit_row(self, weight: int, number: int) -> FitRow:
        """What a cell of that kind adds to the fit of its column."""
        row = self._rows.get((weight, number))
        if row is None:
            row = self._weigh(weight, self._facts[number])
            self._rows[weight, number] = row
        return row

    def _meet(self, plain: PlainShape) -> int:
        shape = Shape(*plain[:-1], tuple(map(ProofShape._make, plain[-1])))
        revision = shape.answered + shape.stale
        reading = read_cell(papers_of(shape), PLACE, revision, DAY)
        kind = self._kind(reading)
        with self._writing:
            number = self._numbers.setdefault(kind, len(self.found))
            if number == len(self.found):
                self._facts.append(reading.facts)
                self.found.append(kind)
            self._shapes[shape] = number
        return number

    def _kind(self, reading: Reading) -> Kind:
        facts = reading.facts
        row = self._weigh(1, facts)
        cell = cell_of(reading, row)
        return Kind(
            *cell.marks,
            standing=cell.standing,
            not_applicable=cell.not_applicable,
            excused=cell.excused,
            to_reconfirm=cell.to_reconfirm,
            proof_to_reconfirm=cell.proof_to_reconfirm,
            knocks_out=bool(knock_outs((MUST,), {MUST.key: facts}, DAY)),
            credit=row.credit,
            tried=row.tested,
        )

    def _weigh(self, weight: int, facts: CellFacts) -> FitRow:
        return fit_row("", Decimal(weight), facts, DAY, self._credits)


def kinds_for(credits: Credits) -> Kinds:
    """The kinds under these credits, as this process has come to know them."""
    if _kept(credits).is_full:
        _kept.cache_clear()
    return _kept(credits)


@lru_cache(maxsize=8)
def _kept(credits: Credits) -> Kinds:
    return Kinds(credits)


def papers_of(shape: Shape) -> Papers:
    """Papers of one cell of that shape, as of DAY."""
    papers = Papers(
        not_applicable={PLACE} if shape.not_applicable else set(),
        excused={PLACE} if shape.excused else set(),
    )
    if shape.availability:
        planned = PASSED if shape.passed else DAY
        papers.claims[PLACE] = ClaimRow(
            CURRENT, *PLACE, 1, shape.answered, shape.availability, planned, False
        )
        papers.proofs[PLACE] = _proofs(shape.proofs, shape.answered)
        papers.judged = {proof.id: shape.availability for proof in papers.proofs[PLACE]}
    return papers


def _proofs(shapes: Sequence[ProofShape], answered: int) -> list[Proof]:
    proofs: list[Proof] = []
    at = START
    for number, shape in enumerate(shapes):
        at += datetime.timedelta(days=0 if shape.tied else 1)
        proofs.append(
            Proof(
                id=uuid.UUID(int=number),
                reconfirms_id=None,
                source=shape.source,
                verdict=shape.verdict,
                at=at,
                independent=shape.independent,
                claim_id=OLDER if shape.older else CURRENT,
                candidate_id=PLACE[0],
                requirement_id=PLACE[1],
                requirement_revision=shape.older or answered,
                availability="",
            )
        )
    return proofs
