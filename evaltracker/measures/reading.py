"""One number with its unit, as somebody claims it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from evaltracker.errors import Invalid
from evaltracker.measures.numbers import read_number, written
from evaltracker.measures.units import check_unit

LIMIT = 120
_PARTS = re.compile(r"(?P<value>[+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*(?P<unit>\D.*)")
KEYS = frozenset({"value", "unit"})


@dataclass(frozen=True, slots=True)
class Reading:
    """A number and its unit, such as “12 ms”."""

    value: Decimal
    unit: str

    @classmethod
    def from_json(cls, said: Mapping[str, Any] | None) -> Self | None:
        """The number that `{"value": "12", "unit": "ms"}` says; `{}` is none.

        Raises:
            Invalid: at `number`.

        """
        if said is None or said == {}:
            return None
        if not isinstance(said, Mapping) or said.keys() - KEYS:
            raise refused('Write it as {"value": "12", "unit": "ms"}.')
        value, unit = (said.get(name) for name in ("value", "unit"))
        if isinstance(value, bool) or not isinstance(
            value, str | int | float | Decimal
        ):
            raise refused("Say the number, such as 12.")
        if not isinstance(unit, str):
            raise refused("Name the unit, such as ms or requests/s.")
        try:
            return cls(read_number(value), check_unit(unit))
        except ValueError as error:
            raise refused(str(error)) from error

    @classmethod
    def kept(cls, said: Mapping[str, Any] | None) -> Self | None:
        """What a column or a memo keeps, whether or not its unit is still known."""
        return cls(read_number(said["value"]), said["unit"]) if said else None

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """The number that “12 ms” says; a blank text says none.

        Raises:
            Invalid: at `number`.

        """
        if not text.strip():
            return None
        found = _PARTS.fullmatch(text.strip()[:LIMIT])
        if found is None:
            raise refused("Write a number and its unit, such as 12 ms.")
        return cls.from_json({"value": found["value"], "unit": found["unit"]})

    def as_json(self) -> dict[str, str]:
        """As it is kept."""
        return {"value": written(self.value), "unit": self.unit}

    @property
    def words(self) -> str:
        """As people write it: “12 ms”."""
        return f"{written(self.value)} {self.unit}"


def number_words(said: Mapping[str, Any]) -> str:
    """The words of what a column keeps; blank of none."""
    reading = Reading.from_json(said)
    return reading.words if reading else ""


def refused(sentence: str) -> Invalid:
    """Why a number was not taken, at its field."""
    return Invalid(sentence, errors={"number": [sentence]})
