"""Effort to meet: what “yes” costs in days, and whose; a pure module.

Nothing here changes credit, standing, fit, knock-out or order. Not stated is never
zero.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaltracker import money
from vendors import effort as efforts
from vendors.effort import BUYER, DAYS, OFFERED, Effort, written

# The weight from which a requirement matters most.
HEAVY = 7
# So many heavy cells that say how, and so many timed cells, before anything is said.
FEWEST = 3
HOURS_A_DAY, DAYS_A_MONTH = 8, 20
ZERO, HALF = Fraction(0), Fraction(1, 2)

# As a memo freezes it: `weight`, `is_must`, `availability`; `effort` as it is sent;
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

    def __init__(self, cells: Iterable[EffortCell], brief: Mapping[str, Any]) -> None:
        cells = list(cells)
        scored = [
            (cell, _read(cell["effort"]))
            for cell in cells
            if cell["weight"] > 0 and cell["availability"] in OFFERED
        ]
        said = [(cell, effort) for cell, effort in scored if effort]
        hows = Counter(effort["how"] for _, effort in said)
        self.by_how = {how: hows[how] for how in efforts.HOWS}
        self.of = len(scored)
        self.not_stated = self.of - sum(_is_stated(effort) for _, effort in said)
        self.days: dict[str, Sums] = {}
        for by in efforts.BYS:
            factor = Fraction(brief["planning_factor"] if by == BUYER else 1)
            own = [
                [factor * Fraction(effort["days"][name]) for name in DAYS]
                for _, effort in said
                if effort["by"] == by and effort["days"]
            ]
            is_known = own or not self.not_stated
            sums = (sum(each, ZERO) for each in zip([ZERO] * 3, *own, strict=True))
            self.days[by] = tuple(sums) if is_known else None
        ours, rate = self.days[BUYER], brief["loaded_hourly_rate"]
        paid = None if rate is None else HOURS_A_DAY * Fraction(rate)
        self.money: Sums = None
        if ours and paid is not None:
            self.money = tuple(day * paid for day in ours)
        team = (brief["engineers"] or 0) * DAYS_A_MONTH
        self.load = _load(ours[1] / team) if ours and team else ""
        heavy = [
            (cell["weight"], effort["how"] in (efforts.CUSTOMISE, efforts.BUILD))
            for cell, effort in said
            if cell["is_must"] or cell["weight"] >= HEAVY
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
        spread = likely if low == high else f"{likely} ({low} to {high})"
        return f"{spread} or more" if self.not_stated else spread


def _read(sent: Any) -> Effort | None:
    return efforts.read_effort(sent, OFFERED[0])


def _is_stated(effort: Effort) -> bool:
    is_whole = bool(effort["days"] and effort["by"])
    return is_whole or effort["how"] == efforts.OUT_OF_BOX


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
    stated = [
        (said["days"] or {"likely": 0}, cell["took"])
        for cell in cells
        if (said := _read(cell["judged"])) and _is_stated(said)
    ]
    timed = [(days["likely"], took) for days, took in stated if took is not None]
    if len(timed) < FEWEST:
        return ""
    promised, taken = (
        sum(map(Fraction, each), ZERO) for each in zip(*timed, strict=True)
    )
    days = f"{written(promised)} day{'' if promised == 1 else 's'}"
    return (
        f"promised {days if promised else 'none'}, took {written(taken)} "
        f"({len(timed)} of {len(stated)} cells timed)"
    )
