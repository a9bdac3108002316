"""Effort to meet: what “yes” costs in days, and whose; a pure module.

Nothing here changes credit, standing, fit, knock-out or order. Not stated is never
zero.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaltracker import money
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

# As a memo freezes it: `weight`, `is_must`, `availability`; `effort` as it is sent;
# `judged`, which was stated when the newest trial verdict that counts was given, and
# the days which that `took`, as text.
type EffortCell = Mapping[str, Any]
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
        vendors, ours, others = map(self.words, self.days.values())
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
        return self.words(self.money, lambda sum: money.written(Decimal(written(sum))))

    def words(self, sums: Sums, show: Show = written) -> str:
        """“15 (7.5 to 30) or more”, “not known”."""
        more = " or more" if self.not_stated else ""
        return f"{spread(sums, show)}{more}" if sums else "not known"


def spread(sums: tuple[Fraction, ...], show: Show = written) -> str:
    low, likely, high = map(show, sums)
    return likely if low == high else f"{likely} ({low} to {high})"


def effort_words(cell: EffortCell) -> str:
    """“customise, 10 (5 to 20) days, buyer”; blank where nothing is stated."""
    effort = _read(cell["effort"]) or Effort("")
    days = f"{spread(effort.days)} days" if effort.days else ""
    parts = (effort.how.replace("_", " "), days, effort.by.replace("_", " "))
    return ", ".join(filter(None, parts))


def sums_of(cells: Iterable[EffortCell], brief: Mapping[str, Any]) -> EffortSums:
    """The efforts of one candidate; `cells` are of requirements that apply to it."""
    cells = list(cells)
    scored = [
        (cell["weight"], cell["is_must"], _read(cell["effort"]))
        for cell in cells
        if cell["weight"] > 0 and cell["availability"] in OFFERED
    ]
    said = [effort for *_, effort in scored if effort]
    counts = Counter(effort.how for effort in said)
    silent = len(scored) - sum(effort.is_stated for effort in said)
    days: dict[str, Sums] = {}
    for by in BYS:
        own = [effort.days for effort in said if effort.days and effort.by == by]
        factor = Fraction(brief["planning_factor"] if by == BUYER else 1)
        sums = tuple(factor * sum(each) for each in zip(NOTHING, *own, strict=True))
        days[by] = sums if own or not silent else None
    ours, rate, team = days[BUYER], brief["loaded_hourly_rate"], brief["engineers"]
    paid = None if rate is None else HOURS_A_DAY * Fraction(rate)
    heavy = [
        (weight, effort.how in (CUSTOMISE, BUILD))
        for weight, is_must, effort in scored
        if effort and (is_must or weight >= HEAVY)
    ]
    return EffortSums(
        by_how={how: counts[how] for how in HOWS},
        not_stated=silent,
        of=len(scored),
        days=days,
        money=tuple(day * paid for day in ours) if ours and paid is not None else None,
        load=_load(ours[1] / (team * DAYS_A_MONTH)) if ours and team else "",
        customising=_share(heavy) if len(heavy) >= FEWEST else "",
        took=_took(cells),
    )


def _read(sent: Mapping[str, Any] | None) -> Effort | None:
    return read_effort(sent, OFFERED[0], is_sold=True)


def _load(months: Fraction) -> str:
    tenths = int(months * 10 + HALF)
    return "less than 0.1" if months and not tenths else written(Fraction(tenths, 10))


def _share(heavy: list[tuple[int, bool]]) -> str:
    whole = sum(weight for weight, _ in heavy)
    part = sum(weight for weight, customised in heavy if customised)
    percent = int(Fraction(100 * part, whole) + HALF)
    shown = percent if part == whole else min(percent, 99)
    return f"{shown}%" if 4 * part > whole else ""


def _took(cells: Iterable[EffortCell]) -> str:
    judged = [(_read(cell["judged"]), cell["took"]) for cell in cells]
    stated = [(said, took) for said, took in judged if said and said.is_stated]
    timed = [(said.likely, Fraction(took)) for said, took in stated if took is not None]
    if len(timed) < FEWEST:
        return ""
    promised, taken = (sum(each, Fraction(0)) for each in zip(*timed, strict=True))
    said = f"{written(promised)} day{'' if promised == 1 else 's'}"
    return (
        f"promised {said if promised else 'none'}, took {written(taken)} "
        f"({len(timed)} of {len(stated)} cells timed)"
    )
