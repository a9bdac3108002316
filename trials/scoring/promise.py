"""The promise record: what a candidate said it had, against what was found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from trials.scoring.facts import (
    EMPTY_CELL,
    Availability,
    CellFacts,
    EvidenceFacts,
    RequirementFacts,
    Standing,
    Verdict,
)
from trials.scoring.ledger import standing, tried

FEWEST_TESTED = 5
_PROMISED = (Availability.NOW, Availability.BETA)


@dataclass(frozen=True, slots=True)
class Tally:
    """Held, partly and failed: as a count and by weight, with the denominator."""

    held: int = 0
    partly: int = 0
    failed: int = 0
    held_weight: Decimal = Decimal(0)
    partly_weight: Decimal = Decimal(0)
    failed_weight: Decimal = Decimal(0)

    @property
    def tested(self) -> int:
        """Return the denominator: the promises that were put to a test."""
        return self.held + self.partly + self.failed

    @property
    def tested_weight(self) -> Decimal:
        """Return the denominator by weight."""
        return self.held_weight + self.partly_weight + self.failed_weight

    @property
    def share_held(self) -> Fraction | None:
        """Return held of tested; ``None`` when nothing was tested."""
        return Fraction(self.held, self.tested) if self.tested else None

    @property
    def weighted_share_held(self) -> Fraction | None:
        """Return held of tested by weight; ``None`` when no weight was tested."""
        if not self.tested_weight:
            return None
        return Fraction(self.held_weight) / Fraction(self.tested_weight)


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One tested promise: what was said and what was found."""

    key: str
    category: str
    weight: Decimal
    said: Availability
    found: EvidenceFacts


@dataclass(frozen=True, slots=True)
class PromiseRecord:
    """How far this candidate's word has carried, and where it was too modest.

    ``hidden`` asks the reader's page to show no rate: fewer than five tested
    promises say nothing about anybody. ``better_than_claimed``, ``honest_nevers``
    and ``slipped`` are keys of requirements.
    """

    overall: Tally
    by_category: Mapping[str, Tally]
    better_than_claimed: tuple[str, ...]
    honest_nevers: tuple[str, ...]
    rows: tuple[PromiseRow, ...]
    slipped: tuple[str, ...] = ()

    @property
    def hidden(self) -> bool:
        """Say whether too little was tested to speak of a record."""
        return self.overall.tested < FEWEST_TESTED


@dataclass(slots=True)
class _Reading:
    rows: list[PromiseRow] = field(default_factory=list)
    better: list[str] = field(default_factory=list)
    nevers: list[str] = field(default_factory=list)
    slipped: list[str] = field(default_factory=list)


def promise_record(
    requirements: Iterable[RequirementFacts],
    cells: Mapping[str, CellFacts],
    today: date,
) -> PromiseRecord:
    """Read one candidate's record off its cells.

    A promise is a claim of *now* or *beta*, as it stood when it was judged; it is
    tested by a trial, or by a demo that came to a verdict. A claim withdrawn
    after its test still counts where the evidence kept what was claimed. Cells
    that are not applicable, or to be re-confirmed, are left out.

    Slipped: a planned date passed without proof. It is no promise of *now*, so it is
    told beside the rate and not in it.

    Better than claimed: something less than *now* was said and it was shown or
    proven. A *beta* that holds is both a promise held and better than claimed.
    """
    reading = _Reading()
    for requirement in requirements:
        cell = cells.get(requirement.key, EMPTY_CELL)
        if cell.claim is None or cell.claim.stale or cell.not_applicable:
            continue
        _read(reading, requirement, cell, today)
    categories = dict.fromkeys(row.category for row in reading.rows)
    return PromiseRecord(
        overall=_tally(reading.rows),
        by_category={
            category: _tally([row for row in reading.rows if row.category == category])
            for category in categories
        },
        better_than_claimed=tuple(reading.better),
        honest_nevers=tuple(reading.nevers),
        rows=tuple(reading.rows),
        slipped=tuple(reading.slipped),
    )


def _read(
    reading: _Reading, requirement: RequirementFacts, cell: CellFacts, today: date
) -> None:
    where = standing(cell, today)
    if where == Standing.NEVER:
        reading.nevers.append(requirement.key)
    elif where == Standing.SLIPPED:
        reading.slipped.append(requirement.key)
    found = tried(cell)
    if cell.claim is None or found is None:
        return
    said = found.judged or cell.claim.availability
    if said in _PROMISED:
        row = PromiseRow(
            requirement.key, requirement.category, requirement.weight, said, found
        )
        reading.rows.append(row)
    modest = said not in (Availability.NOW, Availability.WITHDRAWN)
    if modest and found.verdict == Verdict.HOLDS:
        reading.better.append(requirement.key)


def _tally(rows: Iterable[PromiseRow]) -> Tally:
    count = dict.fromkeys(Verdict, 0)
    weight = dict.fromkeys(Verdict, Decimal(0))
    for row in rows:
        count[row.found.verdict] += 1
        weight[row.found.verdict] += row.weight
    return Tally(
        held=count[Verdict.HOLDS],
        partly=count[Verdict.PARTLY],
        failed=count[Verdict.FAILS],
        held_weight=weight[Verdict.HOLDS],
        partly_weight=weight[Verdict.PARTLY],
        failed_weight=weight[Verdict.FAILS],
    )
