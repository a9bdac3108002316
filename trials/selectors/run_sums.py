"""What runs add up to, by day and in all, in the unit of their measure."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from evaltracker.measures import Measure, Proposal, convert
from evaltracker.measures.numbers import EXACT, KEPT


class Spread(NamedTuple):
    """Of some numbers, in the measure's unit."""

    lowest: Decimal
    mean: Decimal
    highest: Decimal


@dataclass(frozen=True, slots=True)
class DayOfRuns:
    """The runs of one day that count; tests have no spread."""

    day: datetime.date
    n: int
    spread: Spread | None
    failed: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Struck:
    """A run that somebody left out: it stays in the picture."""

    day: datetime.date
    number: Decimal | None


@dataclass(frozen=True, slots=True)
class RunCount:
    """What the runs of one criterion come to."""

    measure: Measure | None
    proposal: Proposal
    days: Sequence[DayOfRuns] = ()
    struck: Sequence[Struck] = ()
    last_at: datetime.datetime | None = None

    @property
    def left_out(self) -> int:
        """How many were left out."""
        return sum(day.left_out for day in self.days)

    @property
    def missing(self) -> int:
        """How many more runs the measure asks for."""
        least = self.measure.least_n if self.measure else 1
        return max(least - self.proposal.n, 0)


@dataclass(slots=True)
class Sums:
    """What groups of runs of one criterion add up to, in the measure's unit."""

    n: int = 0
    total: Decimal = Decimal(0)
    lowest: Decimal | None = None
    highest: Decimal | None = None
    failed: int = 0
    left_out: int = 0

    def add(self, row: Mapping[str, Any], measure: Measure | None) -> None:
        """Put a group of one unit into it."""
        self.left_out += row["out"]
        if measure is None:
            self.n += row["tests"]
            self.failed += row["failures"]
        if measure is None or not row["unit"] or not row["n"]:
            return
        low, high, total = (
            convert(row[name], row["unit"], measure.unit)
            for name in ("lowest", "highest", "total")
        )
        self.n += row["n"]
        self.total = EXACT.add(self.total, total)
        self.lowest = low if self.lowest is None else min(self.lowest, low)
        self.highest = high if self.highest is None else max(self.highest, high)

    @property
    def spread(self) -> Spread | None:
        """From the lowest to the highest; None of nothing."""
        if self.lowest is None or self.highest is None:
            return None
        mean = KEPT.plus(EXACT.divide(self.total, Decimal(self.n)))
        return Spread(self.lowest, mean, self.highest)

    def day(self, day: datetime.date) -> DayOfRuns:
        """The same as those of one day."""
        return DayOfRuns(
            day=day,
            n=self.n,
            spread=self.spread,
            failed=self.failed,
            left_out=self.left_out,
        )
