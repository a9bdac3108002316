"""What must be reached: a statistic of a quantity, at least or at most a bound."""

import datetime
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, Self

from evaltracker.errors import Invalid
from evaltracker.errors import gettext as _

# Numbers as people type them, exact: a Decimal, or a sentence.

# What a column of numbers holds: 20 places before the point, and 20 behind it.
PLACES = 20
_TOO_LARGE = Decimal(10) ** PLACES
_LAST_PLACE = Decimal(1).scaleb(-PLACES)
# Sums and quotients are taken more exactly than what is kept of them.
EXACT = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN)
KEPT = Context(prec=40, Emax=MAX_EMAX, Emin=MIN_EMIN)
_NUMBER = re.compile(
    r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?", re.A
)
_COMMA = re.compile(r"[+-]?[\d.]*,\d+", re.A)


def read_number(text: object) -> Decimal:
    """The number that a text says: “20”, “0.5” or “1e3”.

    Raises:
        ValueError: with the sentence; also for NaN, infinity and what no column holds.
    """
    try:
        number_text = str(text).strip()
    except ValueError:  # an integer of thousands of digits
        number_text = ""
    if len(number_text) > 60 or not _NUMBER.fullmatch(number_text):
        if _COMMA.fullmatch(number_text) and len(number_text) <= 60:
            raise ValueError(_("Write the number with a point, such as 12.5."))
        raise ValueError(_("This is not a number, such as 20 or 0.5."))
    number = Decimal(number_text)
    most = {"most": PLACES}
    if abs(number) >= _TOO_LARGE:
        sentence = _("The number has more than %(most)s places before the point.")
        raise ValueError(sentence % most)
    if number != round_off(number):
        sentence = _("The number has more than %(most)s decimal places.")
        raise ValueError(sentence % most)
    return Decimal(written(number))


def round_off(number: Decimal) -> Decimal:
    return number.quantize(_LAST_PLACE, None, EXACT)


def written(number: Decimal) -> str:
    """A number in digits, without exponent and without zeros that say nothing."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def format_number(number: Decimal, other: Decimal | None = None) -> str:
    """A number as a sentence says it: with eight digits that count, at most, but never
    as equal to an `other` one that it is not."""
    text = written(Context(prec=8).plus(number))
    same = other is not None and number != other and Decimal(text) == other
    return written(number) if same else text


MEAN = "mean"
MEDIAN = "median"
MIN = "min"
MAX = "max"
_PERCENTILE = re.compile(r"p([1-9][0-9]?|99\.9)", re.A)


def permille_of(statistic: str) -> int | None:
    """950 of “p95”; None of mean, median, min and max.

    Raises:
        ValueError: with the sentence.
    """
    if statistic in (MEAN, MEDIAN, MIN, MAX):
        return None
    match = _PERCENTILE.fullmatch(statistic)
    if match is None:
        raise ValueError(
            f"“{statistic[:20]}” is not a statistic. Enter mean, median, min, max or "
            "a percentile: p1 to p99, or p99.9."
        )
    return int(Decimal(match[1]) * 1000 / 100)


def least_n_of(statistic: str) -> int:
    """How many numbers a statistic needs at least: 1, 20 for p95, 1,000 for p99.9.

    With fewer, the percentile would be the largest of them all, or the smallest.
    """
    permille = permille_of(statistic)
    if permille is None:
        return 1
    return -(-1000 // min(permille, 1000 - permille))


def ranks_of(statistic: str, n: int) -> list[int]:
    """The places, from 1, of the numbers whose mean it is; none for the mean of all."""
    permille = permille_of(statistic)
    if permille is not None:
        return [-(-permille * n // 1000)]
    if statistic == MEDIAN:
        if n % 2:
            return [n // 2 + 1]
        return [n // 2, n // 2 + 1]
    return {MIN: [1], MAX: [n]}.get(statistic, [])


def statistic_of(statistic: str, values: Sequence[Decimal]) -> Decimal:
    """The statistic of numbers that share one unit; of none there is none.

    Raises:
        ValueError: no number, or no such statistic.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("There is no number to take a statistic of.")
    if ranks := ranks_of(statistic, len(ordered)):
        ordered = [ordered[rank - 1] for rank in ranks]
        if len(ordered) == 1:
            return ordered[0]
    return mean_of(ordered)


def mean_of(values: Sequence[Decimal]) -> Decimal:
    with localcontext(EXACT):
        return KEPT.plus(sum(values, Decimal(0)) / len(values))


# The units that are known, as pint reads definitions.
#
# Its own thousand units are not taken: there a request would be a plain number, an rps
# a turn, a point a length, and k a constant of nature. What is counted is a kind of its
# own here, as is each currency: 12 requests are not 12 ms, and a euro is not a dollar.

UNITS = json.loads(Path(__file__).with_name("units.json").read_text(encoding="utf-8"))
# What other programs and people call a unit, and what stands for one.
ALSO = UNITS["also"]
SIGNS = UNITS["signs"]


def definitions() -> list[str]:
    """A line for each unit that is known, prefixes first."""
    # Each is a dimension of its own, with its plural or what else it is called.
    counted = (
        f"{name} = [{name}]" + (f" = _ = {also}" if also else "")
        for name, also in UNITS["counted"].items()
    )
    money = (f"{code} = [{code}]" for code in UNITS["currencies"])
    return [*UNITS["prefixes"], *UNITS["physical"], *counted, *money]


LIMIT = 40
_NAME = r"[A-Za-zµμ°%€£]{1,24}(?:[²³]|\^[23]|\*\*[23])?"
_SHAPE = re.compile(rf"{_NAME}(?:[*·]{_NAME}){{0,3}}(?:/(?:1[kM] )?{_NAME})?")
_POWERS = (("²", "**2"), ("³", "**3"), ("^", "**"), ("·", "*"))
# “USD/1M tokens”, as prices of models are quoted.
_PER_MANY = (("/1k ", "/k"), ("/1M ", "/M"))


class UnknownUnit(ValueError):
    """A unit that is not known, with a sentence."""


class UnitMismatch(ValueError):
    """Two units that do not measure the same kind of thing, with a sentence."""


def check_unit(text: str) -> str:
    """A unit as it is kept: “ms”, “requests/s”, “m²”.

    Raises:
        UnknownUnit: with the sentence.
    """
    named = " ".join(str(text)[: 2 * LIMIT].split()).replace(" per ", "/")
    unit = "/".join(part.strip() for part in named.split("/"))
    if not unit:
        raise UnknownUnit(_("Name the unit, such as ms or requests/s."))
    if len(unit) > LIMIT or not _SHAPE.fullmatch(unit):
        sentence = _("“%(unit)s” is not a unit, such as ms or requests/s.")
        raise UnknownUnit(sentence % {"unit": unit[:LIMIT]})
    _root_of(unit)
    return unit


def convert(value: Decimal, unit: str, to: str) -> Decimal:
    """A number of `unit` as a number of `to`.

    Raises:
        UnitMismatch: they cannot be compared, or one of them is not known.
    """
    if unit == to:
        return value
    check_same_kind(unit, to)
    factor, _ = _root_of(unit)
    divisor, _ = _root_of(to)
    return KEPT.plus(EXACT.divide(EXACT.multiply(value, factor), divisor))


def check_same_kind(unit: str, to: str) -> None:
    """Whether a number of one unit can be said in the other.

    Raises:
        UnitMismatch: it cannot, or a unit that was kept is not known (any more).
    """
    try:
        same = _root_of(unit)[1] == _root_of(to)[1]
    except UnknownUnit as unknown:
        raise UnitMismatch(str(unknown)) from unknown
    if not same:
        sentence = _(
            "“%(unit)s” cannot be compared with “%(other)s”: they measure different "
            "things."
        )
        raise UnitMismatch(sentence % {"unit": unit, "other": to})


@lru_cache(maxsize=512)
def _root_of(unit: str) -> tuple[Decimal, Any]:
    name = ALSO.get(unit, unit)
    for sign, code in (*SIGNS.items(), *_POWERS, *_PER_MANY):
        name = name.replace(sign, code)
    try:
        with localcontext(EXACT):
            factor, root = _registry().get_root_units(_registry().parse_units(name))
    except Exception as error:
        # Whatever a library says of a text that somebody typed, it is no unit.
        sentence = _(
            "“%(unit)s” is not a unit that is known here, such as ms, GB or requests/s."
        )
        raise UnknownUnit(sentence % {"unit": unit}) from error
    return Decimal(factor), root


@cache
def _registry() -> Any:
    """The units, read once and only when one is asked for."""
    import pint

    units: Any = pint.UnitRegistry(None, non_int_type=Decimal, cache_folder=None)
    units.load_definitions(definitions())
    return units


AT_LEAST = "at_least"
AT_MOST = "at_most"
DIRECTIONS = {AT_MOST: "at most", AT_LEAST: "at least"}
FIELDS = (
    *("quantity", "unit", "direction", "bound"),
    *("statistic", "tolerance", "least_n", "lowest", "highest"),
)
QUANTITY_LIMIT = 60
MOST_RUNS = 1_000_000
# Units whose numbers go below zero.
BELOW_ZERO = ("°C", "degC", "celsius", "dB", "decibel", *UNITS["currencies"], *SIGNS)
# What may not stand in a quantity, so that the words of a measure read back as it.
_SIGNS = frozenset("<>=≤≥,;\n\r\t")


@dataclass(frozen=True, slots=True)
class Measure:
    """“p95 latency at most 20 ms”; what it was read from was checked."""

    quantity: str
    unit: str
    direction: str
    bound: Decimal
    statistic: str = MEAN
    tolerance: Decimal | None = None
    least_n: int = 1
    # The range of numbers that are possible, where it is not the usual one of the unit.
    lowest: Decimal | None = None
    highest: Decimal | None = None

    @classmethod
    def from_json(cls, parts: Mapping[str, Any]) -> Self | None:
        """The measure that a column or a form says; `{}` is none.

        Raises:
            Invalid: by field, each with the name `measure_…`.
        """
        if not isinstance(parts, Mapping):
            raise _invalid({"": ["A measure has named parts, such as a bound."]})
        filled = {
            name: str(value).strip()
            for name, value in parts.items()
            if value is not None and str(value).strip()
        }
        if unknown := filled.keys() - set(FIELDS):
            named = ", ".join(sorted(map(str, unknown)))[:80]
            raise _invalid({"": [f"A measure has no {named}."]})
        if filled.keys() <= {"direction", "statistic"}:
            return None
        return cls(**_read(filled))

    def as_json(self) -> dict[str, Any]:
        """As it is kept; its numbers are texts, which are exact."""
        if self.tolerance is None:
            tolerance = None
        else:
            tolerance = written(self.tolerance)
        possible = {"lowest": self.lowest, "highest": self.highest}
        return {
            "quantity": self.quantity,
            "unit": self.unit,
            "direction": self.direction,
            "bound": written(self.bound),
            "statistic": self.statistic,
            "tolerance": tolerance,
            "least_n": self.least_n,
            **{name: written(end) for name, end in possible.items() if end is not None},
        }

    @property
    def reach(self) -> str:
        """“at most 20 ms”."""
        reach = _("at least %(bound)s %(unit)s")
        if self.direction == AT_MOST:
            reach = _("at most %(bound)s %(unit)s")
        return reach % {"bound": written(self.bound), "unit": self.unit}

    @property
    def words(self) -> str:
        """“p95 latency at most 20 ms, tolerance 2 ms, over 30 runs”."""
        parts = [f"{self.statistic} {self.quantity} {self.reach}"]
        if self.least_n == least_n_of(self.statistic):
            runs = None
        else:
            runs = self.least_n
        for number, part in (
            (self.tolerance, _("tolerance %(number)s %(unit)s")),
            (runs, _("over %(number)s runs")),
            (self.lowest, _("lowest possible %(number)s %(unit)s")),
            (self.highest, _("highest possible %(number)s %(unit)s")),
        ):
            if number is not None:
                parts += [
                    part % {"number": written(Decimal(number)), "unit": self.unit}
                ]
        return ", ".join(parts)

    def possible(self, unit: str, longest: datetime.timedelta) -> "PossibleRange":
        """Which numbers of `unit` a run may have; no time is longer than `longest`.

        A time is above 0, a share at most all, and only money, degrees and decibels
        go below 0, unless the measure says otherwise.

        Raises:
            UnitMismatch: the unit is of another kind.
        """
        check_same_kind(unit, self.unit)
        lowest = self.lowest
        highest = self.highest
        root = _root_of(unit)[1]
        is_time = root == _root_of("s")[1]
        if lowest is None:
            low = None
        else:
            low = convert(lowest, self.unit, unit)
        if highest is None:
            high = None
        else:
            high = convert(highest, self.unit, unit)
        if low is None and not any(sign in self.unit for sign in BELOW_ZERO):
            low = Decimal(0)
        if high is None and is_time:
            high = convert(Decimal(int(longest.total_seconds())), "s", unit)
        elif high is None and root == _root_of("%")[1]:
            high = convert(Decimal(100), "%", unit)
        return PossibleRange(unit, low, high, is_time and lowest is None)


@dataclass(frozen=True, slots=True)
class PossibleRange:
    unit: str
    lowest: Decimal | None
    highest: Decimal | None
    above_lowest: bool

    def fault_in(self, number: Decimal) -> str:
        """Why no run can have this number; blank if it can."""
        low = self.lowest
        high = self.highest
        if low is not None and (number < low or (self.above_lowest and number == low)):
            if self.above_lowest:
                least = "above"
            else:
                least = "at least"
            possible = f"{least} {written(low)} {self.unit}"
        elif high is not None and number > high:
            possible = f"at most {format_number(high)} {self.unit}"
        else:
            return ""
        value = f"{format_number(number)} {self.unit}"
        return f"{value} is not possible: it must be {possible}."


def measure_words(stored: Mapping[str, Any]) -> str:
    """The words of what a column keeps; blank of none."""
    measure = Measure.from_json(stored)
    return measure.words if measure else ""


def kept_measure(parts: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a form, a file or a service said of a measure, as a column keeps it.

    Raises:
        Invalid: by field.
    """
    measure = Measure.from_json(parts or {})
    return measure.as_json() if measure else {}


def _read(given: Mapping[str, str]) -> dict[str, Any]:
    """The parts, each checked; everything that is wrong is told at once."""
    errors: dict[str, list[str]] = {}

    def read(name: str, reader: Callable[[str], Any], missing: str) -> Any:
        try:
            if name in given:
                return reader(given[name])
            if missing:
                raise ValueError(missing)
        except ValueError as error:
            errors[name] = [str(error)]
        return None

    parts = {
        "quantity": read("quantity", _quantity, "Name what is measured."),
        "direction": read("direction", _direction, "Say at least or at most."),
        "bound": read("bound", read_number, "Say the number that must be reached."),
        "unit": read("unit", check_unit, "Name the unit, such as ms or requests/s."),
        "statistic": read("statistic", _statistic, "") or MEAN,
        "tolerance": read("tolerance", _tolerance, ""),
        "lowest": read("lowest", read_number, ""),
        "highest": read("highest", read_number, ""),
    }
    low = parts["lowest"]
    high = parts["highest"]
    if low is not None and high is not None and low >= high:
        errors["highest"] = ["The highest possible number is above the lowest."]
    least = least_n_of(parts["statistic"])
    parts["least_n"] = read("least_n", lambda text: _runs(text, least), "") or least
    if errors:
        raise _invalid(errors)
    return parts


def _quantity(text: str) -> str:
    if len(text) > QUANTITY_LIMIT or not text.isprintable() or _SIGNS & set(text):
        raise ValueError(
            f"Name what is measured in at most {QUANTITY_LIMIT} letters, such as "
            "latency, without signs or commas."
        )
    return " ".join(text.split())


def _direction(text: str) -> str:
    if text not in DIRECTIONS:
        raise ValueError("Say at least or at most.")
    return text


def _statistic(text: str) -> str:
    least_n_of(text)
    return text


def _tolerance(text: str) -> Decimal:
    number = read_number(text)
    if number < 0:
        raise ValueError("A tolerance is not below zero.")
    return number


def _runs(text: str, least: int) -> int:
    number = read_number(text)
    if number != int(number) or not least <= number <= MOST_RUNS:
        raise ValueError(
            f"Say a whole number of runs from {least} to {MOST_RUNS:,}; the statistic "
            "needs that many."
        )
    return int(number)


def _invalid(errors: dict[str, list[str]]) -> Invalid:
    first = next(iter(errors.values()))[0]
    named = {f"measure_{name}".rstrip("_"): texts for name, texts in errors.items()}
    return Invalid(first, errors=named)


type Verdict = Literal["holds", "partly", "fails"]


@dataclass(frozen=True, slots=True)
class ProposedVerdict:
    """What is proposed, of how many numbers, and why; all in the measure's unit."""

    verdict: Verdict | None
    n: int
    value: Decimal | None
    lowest: Decimal | None
    highest: Decimal | None
    why: str
    failed: int = 0
    # The statistic falls on a run that failed, so it is no number.
    fell: bool = False


NOTHING = ProposedVerdict(None, 0, None, None, None, "Nothing was measured yet.")


def propose(measure: Measure, values: Sequence[Decimal]) -> ProposedVerdict:
    """The verdict that numbers in the measure's unit carry.

    Beyond the bound and within the tolerance is *partly*; without a tolerance there is
    no *partly*. With too few numbers there is no verdict.
    """
    if not values:
        return NOTHING
    value = statistic_of(measure.statistic, values)
    return propose_of(measure, len(values), value, min(values), max(values))


def propose_of(
    measure: Measure, n: int, value: Decimal, lowest: Decimal, highest: Decimal
) -> ProposedVerdict:
    """The same of `n` numbers that were counted elsewhere; `value` is their
    statistic."""
    if n < measure.least_n:
        return ProposedVerdict(None, n, value, lowest, highest, too_few(measure, n))
    verdict = verdict_of(measure, value)
    why = _why(measure, verdict, value, n)
    return ProposedVerdict(verdict, n, value, lowest, highest, why)


def too_few(measure: Measure, n: int) -> str:
    return f"{n} of the {measure.least_n} runs that {measure.statistic} needs."


def propose_of_tests(n: int, failed: int) -> ProposedVerdict:
    """The verdict of `n` tests without numbers: it holds if none failed."""
    if not n:
        return NOTHING
    tests = "1 test" if n == 1 else f"{n} tests"
    if failed:
        return ProposedVerdict(
            "fails", n, None, None, None, f"{failed} of {tests} failed."
        )
    if n == 1:
        passed = "The test passed."
    else:
        passed = f"All {tests} passed."
    return ProposedVerdict("holds", n, None, None, None, passed)


def verdict_of(measure: Measure, value: Decimal) -> Verdict:
    if measure.direction == AT_MOST:
        beyond = value - measure.bound
    else:
        beyond = measure.bound - value
    if beyond <= 0:
        return "holds"
    within = measure.tolerance is not None and beyond <= measure.tolerance
    return "partly" if within else "fails"


def _why(measure: Measure, verdict: Verdict, value: Decimal, n: int) -> str:
    runs = "1 run" if n == 1 else f"{n} runs"
    number = format_number(value, other=measure.bound)
    number = f"{measure.statistic} is {number} {measure.unit} over {runs}"
    if verdict == "partly" and measure.tolerance is not None:
        return f"{number}: beyond {measure.reach}, within its tolerance."
    return f"{number}; asked was {measure.reach}."


TEXT_LIMIT = 200
_TEXT_SIGNS = {"<=": AT_MOST, "≤": AT_MOST, "at most": AT_MOST}
_TEXT_SIGNS |= {">=": AT_LEAST, "≥": AT_LEAST, "at least": AT_LEAST}
_SIGN = re.compile(r"<=|>=|≤|≥|\bat most\b|\bat least\b")
_STATISTIC = re.compile(r"mean|median|min|max|p\d{1,3}(\.\d)?")
_BOUND = re.compile(
    r"(?P<bound>[+-]?[\d.,]+(?:[eE][+-]?\d+)?) ?(?P<unit>[^\s\d.,+-][^,;]*)"
    r"(?:, ?tolerance (?P<tolerance>[^\s,]+)(?: (?P<again>[^,]+))?)?"
    r"(?:, ?over (?P<least_n>\d{1,9}) runs?)?"
    r"(?:, ?lowest possible (?P<lowest>[^\s,]+)(?: (?P<low_unit>[^,]+))?)?"
    r"(?:, ?highest possible (?P<highest>[^\s,]+)(?: (?P<high_unit>[^,]+))?)?"
)
SYNTAX = "Write a measure as “p95 latency at most 20 ms, tolerance 2 ms”."


def read_measure(text: str) -> Mapping[str, Any]:
    """The parts that a text says, for `kept_measure`, which checks them.

    Raises:
        ValueError: with the sentence.
    """
    if len(text) <= TEXT_LIMIT:
        line = " ".join(text.split())
    else:
        line = ""
    if not line and not text.strip():
        return {}
    sign = _SIGN.search(line)
    bound = sign and _BOUND.fullmatch(line[sign.end() :].strip())
    if sign:
        quantity = line[: sign.start()].strip()
    else:
        quantity = ""
    if not sign or not bound or not quantity:
        raise ValueError(SYNTAX)
    parts = bound.groupdict()
    unit = parts["unit"].strip()
    repeated = [parts.pop(name) for name in ("again", "low_unit", "high_unit")]
    if any(other is not None and other.strip() != unit for other in repeated):
        raise ValueError("All numbers of a measure have the unit of its bound.")
    first, _, rest = quantity.partition(" ")
    if rest and _STATISTIC.fullmatch(first):
        parts |= {"statistic": first, "quantity": rest}
    else:
        parts |= {"statistic": None, "quantity": quantity}
    return {**parts, "unit": unit, "direction": _TEXT_SIGNS[sign[0]]}
