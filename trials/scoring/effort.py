"""Effort to meet: what “yes” costs in days, and whose; a pure module.

Nothing here changes credit, standing, fit, knock-out or order. Not stated is never
zero.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

OUT_OF_BOX, CONFIGURE, CUSTOMISE, BUILD = HOWS = (
    *("out_of_box", "configure", "customise", "build"),
)
VENDOR, BUYER, THIRD_PARTY = BYS = ("vendor", "buyer", "third_party")
# Availabilities with which an effort goes.
OFFERED = ("now", "beta", "planned", "on_request")
MOST_DAYS = 2000
NO_DAYS = "Out of the box takes no days; choose configure."
DAYS = "Days are 0.5 to 2,000, in halves, lowest first."
NOT_OFFERED = "What you do not offer takes no effort."
NOBODY_SELLS = "Nobody sells this; choose us or somebody else."
SAY_HOW = "Say how: out_of_box, configure, customise or build."
SAY_BY = "Say by whom: vendor, buyer or third_party."
# The weight from which a requirement matters most.
HEAVY = 7
# So many heavy cells that say how, and so many timed cells, before anything is said.
FEWEST = 3
HOURS_A_DAY, DAYS_A_MONTH = 8, 20


@dataclass(frozen=True, slots=True)
class Effort:
    how: str
    # Low, likely, high.
    days: tuple[Fraction, Fraction, Fraction] | None = None
    by: str = ""

    @property
    def is_stated(self) -> bool:
        return self.how == OUT_OF_BOX or bool(self.days and self.by)

    @property
    def likely(self) -> Fraction:
        return self.days[1] if self.days else Fraction(0)


@dataclass(frozen=True, slots=True)
class EffortCell:
    weight: int
    is_must: bool
    availability: str
    effort: Effort | None = None
    # Of its newest trial verdict that counts, unless the vendor ran it on its own
    # data: what was stated when it was given, and the days that it took.
    judged: Effort | None = None
    took: Fraction | None = None

    @property
    def is_heavy(self) -> bool:
        return self.is_must or self.weight >= HEAVY


type Days = tuple[Fraction, Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class EffortSums:
    by_how: dict[str, int]
    not_stated: int
    of: int
    # By whose days; the buyer's times the planning factor. None: not known.
    days: dict[str, Days | None]
    # Whether a cell is not stated, so that each sum is that “or more”.
    or_more: bool
    money: Days | None
    # Months of the whole team; blank: not known.
    load: str
    # A per cent, if it is so much that something is to be said.
    customising: str
    # Promised and taken, as a sentence; blank: too few were timed.
    took: str


def read_effort(sent: Any, availability: str, *, is_sold: bool) -> Effort | None:
    """An effort as it is sent: `{"how", "days": {"low", "likely", "high"}, "by"}`.

    Raises:
        ValueError: the sentence that says how to mend it.
    """
    if sent is None:
        return None
    if not isinstance(sent, dict) or sent.get("how") not in HOWS:
        raise ValueError(SAY_HOW)
    how, days, by = sent["how"], sent.get("days"), sent.get("by") or ""
    if availability not in OFFERED:
        raise ValueError(NOT_OFFERED)
    if how == OUT_OF_BOX and (days is not None or by):
        raise ValueError(NO_DAYS)
    if by and by not in BYS:
        raise ValueError(SAY_BY)
    if by == VENDOR and not is_sold:
        raise ValueError(NOBODY_SELLS)
    return Effort(how, None if days is None else _days(days), by)


def _days(sent: Any) -> Days:
    names = ("low", "likely", "high")
    if not isinstance(sent, dict) or not sent.keys() <= {*names} or not sent:
        raise ValueError(DAYS)
    if sent.keys() == {"likely"}:
        sent = dict.fromkeys(names, sent["likely"])
    try:
        low, likely, high = (half_days(sent[name]) for name in names)
    except (KeyError, InvalidOperation) as error:
        raise ValueError(DAYS) from error
    if not Fraction(1, 2) <= low <= likely <= high:
        raise ValueError(DAYS)
    return low, likely, high


def half_days(sent: Any) -> Fraction:
    """Days in halves, of a text or a whole number.

    Raises:
        ValueError: anything else. InvalidOperation: the text is no number.
    """
    if isinstance(sent, bool) or not isinstance(sent, str | int):
        raise ValueError(DAYS)
    number = Decimal(sent)
    if not number.is_finite() or not 0 <= number <= MOST_DAYS or number * 2 % 1:
        raise ValueError(DAYS)
    return Fraction(number)


def sums_of(
    cells: Sequence[EffortCell],
    *,
    planning_factor: Fraction,
    hourly_rate: Fraction | None,
    engineers: int | None,
) -> EffortSums:
    """The efforts of one candidate; `cells` are of requirements that apply to it."""
    scored = [
        cell for cell in cells if cell.weight > 0 and cell.availability in OFFERED
    ]
    efforts = [cell.effort for cell in scored]
    counts = Counter(effort.how for effort in efforts if effort)
    silent = sum(effort is None or not effort.is_stated for effort in efforts)
    days: dict[str, Days | None] = {}
    for by in BYS:
        stated = [one.days for one in efforts if one and one.days and one.by == by]
        factor = planning_factor if by == BUYER else 1
        low, likely, high = (
            (sum(day) * factor for day in zip(*stated, strict=True))
            if stated
            else (Fraction(0),) * 3
        )
        days[by] = None if silent and not stated else (low, likely, high)
    ours, money = days[BUYER], None
    if ours and hourly_rate is not None:
        low, likely, high = (day * HOURS_A_DAY * hourly_rate for day in ours)
        money = low, likely, high
    return EffortSums(
        by_how={how: counts[how] for how in HOWS},
        not_stated=silent,
        of=len(scored),
        days=days,
        or_more=bool(silent),
        money=money,
        load=_load(ours[1], engineers) if ours and engineers else "",
        customising=_customising(scored),
        took=_took(cells),
    )


def _load(days: Fraction, engineers: int) -> str:
    months = days / (engineers * DAYS_A_MONTH)
    tenths = int(months * 10 + Fraction(1, 2))
    if months and not tenths:
        return "less than 0.1"
    return written(Fraction(tenths, 10))


def _customising(cells: Sequence[EffortCell]) -> str:
    heavy = [
        (cell.weight, cell.effort.how)
        for cell in cells
        if cell.is_heavy and cell.effort
    ]
    whole = sum(weight for weight, _ in heavy)
    part = sum(weight for weight, how in heavy if how in (CUSTOMISE, BUILD))
    if len(heavy) < FEWEST or 4 * part <= whole:
        return ""
    percent = int(Fraction(100 * part, whole) + Fraction(1, 2))
    return f"{percent if part == whole else min(percent, 99)}%"


def _took(cells: Sequence[EffortCell]) -> str:
    judged = [cell for cell in cells if cell.judged and cell.judged.is_stated]
    timed = [
        (cell.judged.likely, cell.took)
        for cell in judged
        if cell.judged and cell.took is not None
    ]
    if len(timed) < FEWEST:
        return ""
    promised = sum((likely for likely, _ in timed), Fraction(0))
    taken = sum((took for _, took in timed), Fraction(0))
    said = f"{written(promised)} day{'' if promised == 1 else 's'}"
    return (
        f"promised {said if promised else 'none'}, took {written(taken)} "
        f"({len(timed)} of {len(judged)} cells timed)"
    )


def written(days: Fraction) -> str:
    """Days as people write them: “7.5”, “15”."""
    return f"{Decimal(days.numerator) / days.denominator:f}"
