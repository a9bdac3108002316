"""What must be reached: a statistic of a quantity, at least or at most a bound."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from evaltracker.errors import Invalid
from evaltracker.measures.numbers import read_number, written
from evaltracker.measures.statistics import MEAN, least_n_of
from evaltracker.measures.units import check_unit

AT_LEAST, AT_MOST = "at_least", "at_most"
DIRECTIONS = {AT_MOST: "at most", AT_LEAST: "at least"}
FIELDS = (
    *("quantity", "unit", "direction", "bound"),
    *("statistic", "tolerance", "least_n"),
)
QUANTITY_LIMIT = 60
MOST_RUNS = 1_000_000
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

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self | None:
        """The measure that a column or a form says; `{}` is none.

        Raises:
            Invalid: by field, each with the name `measure_…`.

        """
        if not isinstance(said, Mapping):
            raise _invalid({"": ["A measure has named parts, such as a bound."]})
        given = {
            name: str(value).strip()
            for name, value in said.items()
            if value is not None and str(value).strip()
        }
        if unknown := given.keys() - set(FIELDS):
            named = ", ".join(sorted(map(str, unknown)))[:80]
            raise _invalid({"": [f"A measure has no {named}."]})
        if not given.keys() & {"quantity", "unit", "bound", "tolerance", "least_n"}:
            return None
        return cls(**_read(given))

    def as_json(self) -> dict[str, Any]:
        """As it is kept; its numbers are texts, which are exact."""
        tolerance = None if self.tolerance is None else written(self.tolerance)
        return {
            "quantity": self.quantity,
            "unit": self.unit,
            "direction": self.direction,
            "bound": written(self.bound),
            "statistic": self.statistic,
            "tolerance": tolerance,
            "least_n": self.least_n,
        }

    @property
    def reach(self) -> str:
        """“at most 20 ms”."""
        return f"{DIRECTIONS[self.direction]} {written(self.bound)} {self.unit}"

    @property
    def words(self) -> str:
        """“p95 latency at most 20 ms, tolerance 2 ms, over 30 runs”."""
        words = f"{self.statistic} {self.quantity} {self.reach}"
        if self.tolerance is not None:
            words += f", tolerance {written(self.tolerance)} {self.unit}"
        if self.least_n != least_n_of(self.statistic):
            words += f", over {self.least_n} runs"
        return words


def measure_words(said: Mapping[str, Any]) -> str:
    """The words of what a column keeps; blank of none."""
    measure = Measure.from_json(said)
    return measure.words if measure else ""


def kept_measure(said: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a form, a file or a service said of a measure, as a column keeps it.

    Raises:
        Invalid: by field.

    """
    measure = Measure.from_json(said or {})
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
    }
    least = least_n_of(parts["statistic"])
    parts["least_n"] = read("least_n", lambda said: _runs(said, least), "") or least
    if errors:
        raise _invalid(errors)
    return parts


def _quantity(said: str) -> str:
    if len(said) > QUANTITY_LIMIT or not said.isprintable() or _SIGNS & set(said):
        raise ValueError(
            f"Name what is measured in at most {QUANTITY_LIMIT} letters, such as "
            "latency, without signs or commas."
        )
    return " ".join(said.split())


def _direction(said: str) -> str:
    if said not in DIRECTIONS:
        raise ValueError("Say at least or at most.")
    return said


def _statistic(said: str) -> str:
    least_n_of(said)
    return said


def _tolerance(said: str) -> Decimal:
    number = read_number(said)
    if number < 0:
        raise ValueError("A tolerance is not below zero.")
    return number


def _runs(said: str, least: int) -> int:
    number = read_number(said)
    if number != int(number) or not least <= number <= MOST_RUNS:
        raise ValueError(
            f"Say a whole number of runs from {least} to {MOST_RUNS:,}; the statistic "
            "needs that many."
        )
    return int(number)


def _invalid(errors: dict[str, list[str]]) -> Invalid:
    first = next(iter(errors.values()))[0]
    named = {f"measure_{name}".rstrip("_"): said for name, said in errors.items()}
    return Invalid(first, errors=named)
