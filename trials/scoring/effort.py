"""Effort to meet: what “yes” costs in days, and whose; a pure module.

Nothing here changes credit, standing, fit, knock-out or order. Not stated is never
zero.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaltracker import money
from vendors import effort as efforts
from vendors.effort import BUYER, DAYS, OFFERED, Effort, written

# From this weight on a requirement is heavy.
HEAVY = 7
# So many heavy cells that say how, and so many timed cells, before anything is said.
FEWEST = 3
HOURS_A_DAY = 8
DAYS_A_MONTH = 20
ZERO = Fraction(0)
HALF = Fraction(1, 2)

# As a memo freezes it: `weight`, `is_must`, `availability`; `effort`, whole;
# `judged`, which was stated when the newest trial verdict that counts was given, and
# the days which that `took`, as text.
type EffortCell = Mapping[str, Any]
# Low, likely and high; None where they are not known.
type Sums = tuple[Fraction, ...] | None
type Show = Callable[[Fraction], str]


class EffortSums:
    """The efforts of one candidate; `cells` are of requirements that apply to it.

    `days` are by whose, the buyer's times the planning factor; `load`, `customising`
    and `took` are blank where nothing is said.
    """

    def __init__(self, cells: Collection[EffortCell], brief: Mapping[str, Any]) -> None:
        scored = [
            cell
            for cell in cells
            if cell["weight"] > 0 and cell["availability"] in OFFERED
        ]
        with_effort = [cell for cell in scored if cell["effort"]]
        hows = Counter(cell["effort"]["how"] for cell in with_effort)
        self.by_how = {how: hows[how] for how in efforts.HOWS}
        self.of = len(scored)
        self.not_stated = self.of - sum(
            _is_stated(cell["effort"]) for cell in with_effort
        )
        self.days: dict[str, Sums] = {}
        for by in efforts.BYS:
            side_efforts = [
                cell["effort"] for cell in with_effort if cell["effort"]["by"] == by
            ]
            days = [effort["days"] for effort in side_efforts if effort["days"]]
            factor = Fraction(brief["planning_factor"] if by == BUYER else 1)
            sums = (factor * sum(Fraction(day[name]) for day in days) for name in DAYS)
            self.days[by] = tuple(sums) if days or not self.not_stated else None
        self.money: Sums = None
        ours = self.days[BUYER]
        rate = brief["loaded_hourly_rate"]
        if ours and rate is not None:
            self.money = tuple(day * HOURS_A_DAY * Fraction(rate) for day in ours)
        team = (brief["engineers"] or 0) * DAYS_A_MONTH
        self.load = _load(ours[1] / team) if ours and team else ""
        heavy = [
            cell for cell in with_effort if cell["is_must"] or cell["weight"] >= HEAVY
        ]
        self.customising = _share(heavy) if len(heavy) >= FEWEST else ""
        self.took = _took(cells)

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
        if not sums:
            return "not known"
        low, likely, high = map(show, sums)
        if low == high:
            spread = likely
        else:
            spread = f"{likely} ({low} to {high})"
        if self.not_stated:
            return f"{spread} or more"
        return spread


def _is_stated(effort: Effort) -> bool:
    return effort["how"] == efforts.OUT_OF_BOX or bool(effort["days"] and effort["by"])


def _load(months: Fraction) -> str:
    tenths = int(months * 10 + HALF)
    if months and not tenths:
        return "less than 0.1"
    return written(Fraction(tenths, 10))


def _share(heavy: list[EffortCell]) -> str:
    whole = sum(cell["weight"] for cell in heavy)
    ours = (efforts.CUSTOMISE, efforts.BUILD)
    part = sum(cell["weight"] for cell in heavy if cell["effort"]["how"] in ours)
    percent = int(Fraction(100 * part, whole) + HALF)
    if part == whole:
        shown = percent
    else:
        shown = min(percent, 99)
    if 4 * part > whole:
        return f"{shown}%"
    return ""


def _took(cells: Iterable[EffortCell]) -> str:
    stated = [cell for cell in cells if cell["judged"] and _is_stated(cell["judged"])]
    timed = [cell for cell in stated if cell["took"] is not None]
    if len(timed) < FEWEST:
        return ""
    promises = [cell["judged"]["days"] or {"likely": 0} for cell in timed]
    promised = sum((Fraction(days["likely"]) for days in promises), ZERO)
    taken = sum((Fraction(cell["took"]) for cell in timed), ZERO)
    days = f"{written(promised)} day{'' if promised == 1 else 's'}"
    return (
        f"promised {days if promised else 'none'}, took {written(taken)} "
        f"({len(timed)} of {len(stated)} cells timed)"
    )
