"""Effort to meet: what “yes” costs in days, and whose; a pure module.

Nothing here changes credit, standing, fit, knock-out or order. Not stated is never
zero.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypedDict

from evaltracker.money import written as amount_written
from vendors.effort import (
    BUILD,
    BUYER,
    BYS,
    CUSTOMISE,
    HOWS,
    OFFERED,
    Effort,
    read_effort,
    written,
)

# The weight from which a requirement matters most.
HEAVY = 7
# So many heavy cells that say how, and so many timed cells, before anything is said.
FEWEST = 3
HOURS_A_DAY, DAYS_A_MONTH = 8, 20
NOTHING, HALF = (Fraction(0),) * 3, Fraction(1, 2)


class EffortCell(TypedDict):
    """As a memo freezes it: efforts as they are sent, days as text. `judged` was stated
    when the newest trial verdict that counts was given, which `took` so many days."""

    weight: int
    is_must: bool
    availability: str
    effort: dict[str, Any] | None
    judged: dict[str, Any] | None
    took: str | None


# Low, likely and high; None where they are not known.
type Sums = tuple[Fraction, ...] | None
type Show = Callable[[Fraction], str]


@dataclass(frozen=True, slots=True)
class EffortSums:
    """`days` are by whose, the buyer's times the planning factor; `load`, `customising`
    and `took` are blank where nothing is said."""

    by_how: dict[str, int]
    not_stated: int
    of: int
    days: dict[str, Sums]
    money: Sums
    load: str
    customising: str
    took: str

    @property
    def rows(self) -> dict[str, str]:
        """What people read of it, by label."""
        hows = (
            f"{at} {how.replace('_', ' ')}" for how, at in self.by_how.items() if at
        )
        vendors, ours, others = (
            self.spread(self.days[by], in_days, written) for by in BYS
        )
        return {
            "Our days": ours,
            "The vendor’s days": vendors,
            "Days of third parties": others,
            "Load": self.load and f"about {self.load} months of the whole team",
            "How": ", ".join(hows),
            "Not stated": f"{self.not_stated} of {self.of}",
            "In trials": self.took,
            "To consider": self.customising
            and f"{self.customising} of what matters most needs customising: is it "
            "worth building, or learning, it yourselves?",
        }

    @property
    def amount(self) -> str:
        return self.spread(self.money, _amount, _amount)

    def spread(self, sums: Sums, whole: Show, part: Show) -> str:
        """“15 days (7.5 to 30) or more”, “not known”."""
        more = " or more" if self.not_stated else ""
        return f"{spread(sums, whole, part)}{more}" if sums else "not known"


def sums_of(cells: Iterable[EffortCell], brief: Mapping[str, Any]) -> EffortSums:
    """The efforts of one candidate; `cells` are of requirements that apply to it."""
    cells = list(cells)
    scored = [
        (cell, _read(cell["effort"]))
        for cell in cells
        if cell["weight"] > 0 and cell["availability"] in OFFERED
    ]
    said = [effort for _, effort in scored if effort]
    counts = Counter(effort.how for effort in said)
    silent = len(scored) - sum(effort.is_stated for effort in said)
    days: dict[str, Sums] = {}
    for by in BYS:
        own = [effort.days for effort in said if effort.days and effort.by == by]
        factor = Fraction(brief["planning_factor"] if by == BUYER else 1)
        sums = tuple(factor * sum(each) for each in zip(NOTHING, *own, strict=True))
        days[by] = sums if own or not silent else None
    ours, rate, team = days[BUYER], brief["loaded_hourly_rate"], brief["engineers"]
    money = None
    if ours and rate is not None:
        money = tuple(day * HOURS_A_DAY * Fraction(rate) for day in ours)
    return EffortSums(
        by_how={how: counts[how] for how in HOWS},
        not_stated=silent,
        of=len(scored),
        days=days,
        money=money,
        load=_load(ours[1], team) if ours and team else "",
        customising=_customising(scored),
        took=_took(cells),
    )


def _read(sent: Mapping[str, Any] | None) -> Effort | None:
    return read_effort(sent, OFFERED[0], is_sold=True)


def _load(days: Fraction, engineers: int) -> str:
    tenths = int(days * 10 / (engineers * DAYS_A_MONTH) + HALF)
    return "less than 0.1" if days and not tenths else written(Fraction(tenths, 10))


def _customising(scored: Sequence[tuple[EffortCell, Effort | None]]) -> str:
    heavy = [
        (cell["weight"], effort.how in (CUSTOMISE, BUILD))
        for cell, effort in scored
        if effort and (cell["is_must"] or cell["weight"] >= HEAVY)
    ]
    whole = sum(weight for weight, _ in heavy)
    part = sum(weight for weight, customised in heavy if customised)
    if len(heavy) < FEWEST or 4 * part <= whole:
        return ""
    percent = int(Fraction(100 * part, whole) + HALF)
    return f"{percent if part == whole else min(percent, 99)}%"


def _took(cells: Iterable[EffortCell]) -> str:
    judged = [
        (effort.likely, cell["took"])
        for cell in cells
        if (effort := _read(cell["judged"])) and effort.is_stated
    ]
    timed = [(likely, Fraction(took)) for likely, took in judged if took is not None]
    if len(timed) < FEWEST:
        return ""
    promised, taken = (sum(each, Fraction(0)) for each in zip(*timed, strict=True))
    return (
        f"promised {in_days(promised) if promised else 'none'}, took {written(taken)} "
        f"({len(timed)} of {len(judged)} cells timed)"
    )


def effort_words(cell: EffortCell | None) -> str:
    """“customise, 10 days (5 to 20), buyer”; blank where nothing is stated."""
    effort = cell and _read(cell["effort"])
    if not effort:
        return ""
    days = spread(effort.days, in_days, written) if effort.days else ""
    parts = (effort.how.replace("_", " "), days, effort.by.replace("_", " "))
    return ", ".join(filter(None, parts))


def spread(sums: tuple[Fraction, ...], whole: Show, part: Show) -> str:
    low, likely, high = sums
    return whole(likely) + (f" ({part(low)} to {part(high)})" if low != high else "")


def in_days(days: Fraction) -> str:
    return f"{written(days)} day{'' if days == 1 else 's'}"


def _amount(amount: Fraction) -> str:
    return amount_written(Decimal(written(amount)))
