"""The number that was claimed for a measure beside those that were measured."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

from evaltracker.errors import Invalid
from evaltracker.errors import gettext as _
from evaltracker.toolbox.measures.measure import (
    AT_MOST,
    Measure,
    UnitMismatch,
    check_same_kind,
    check_unit,
    convert,
    format_number,
    read_number,
    written,
)
from evaltracker.toolbox.measures.pools import FAILED, VERBS, Pool

LIMIT = 120
_PARTS = re.compile(r"(?P<value>[+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*(?P<unit>\D.*)")
KEYS = frozenset({"value", "unit"})


@dataclass(frozen=True, slots=True)
class Reading:
    value: Decimal
    unit: str

    @classmethod
    def from_json(cls, parts: Mapping[str, Any] | None) -> Self | None:
        """The number that `{"value": "12", "unit": "ms"}` says; `{}` is none.

        Raises:
            Invalid: at `number`.
        """
        if parts is None or parts == {}:
            return None
        if not isinstance(parts, Mapping) or parts.keys() - KEYS:
            sentence = _('Write it as {"value": "12", "unit": "ms"}.')
            raise Invalid(sentence, field="number")
        value, unit = (parts.get(name) for name in ("value", "unit"))
        if isinstance(value, bool) or not isinstance(
            value, str | int | float | Decimal
        ):
            raise Invalid(_("Say the number, such as 12."), field="number")
        if not isinstance(unit, str):
            sentence = _("Name the unit, such as ms or requests/s.")
            raise Invalid(sentence, field="number")
        try:
            return cls(read_number(value), check_unit(unit))
        except ValueError as error:
            raise Invalid(str(error), field="number") from error

    @classmethod
    def kept(cls, stored: Mapping[str, Any] | None) -> Self | None:
        if stored:
            return cls(read_number(stored["value"]), stored["unit"])
        return None

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """The number that “12 ms” says; a blank text says none.

        Raises:
            Invalid: at `number`.
        """
        if not text.strip():
            return None
        match = _PARTS.fullmatch(text.strip()[:LIMIT])
        if match is None:
            sentence = _("Write a number and its unit, such as 12 ms.")
            raise Invalid(sentence, field="number")
        return cls.from_json({"value": match["value"], "unit": match["unit"]})

    def as_json(self) -> dict[str, str]:
        return {"value": written(self.value), "unit": self.unit}

    @property
    def words(self) -> str:
        """As people write it: “12 ms”."""
        return f"{written(self.value)} {self.unit}"


def number_words(stored: Mapping[str, Any]) -> str:
    """The words of what a column keeps; blank of none."""
    reading = Reading.from_json(stored)
    return reading.words if reading else ""


EARLIER = "said for an earlier measure"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a confirmed verdict rests on: a statistic in its measure's unit, or without
    a measure `n` tests, of which some `failed`.

    `named` are the values of the brief's lists that it speaks of; blank for all. Of
    before there were pools it says nothing of them, and `pool` is None.
    """

    measure: Measure | None
    # None where it falls on a run that failed.
    value: Decimal | None
    n: int
    named: str = ""
    failed: int = 0
    pool: Pool | None = None
    left_out: Mapping[str, Any] = field(default_factory=dict)
    moves: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self | None:
        """What a column or a memo keeps; None where a measure has no number."""
        measure = Measure.from_json(stored["measure"])
        value = stored["value"]
        if measure and not value:
            return None
        return cls(
            measure,
            Decimal(value) if measure and value != FAILED else None,
            stored["n"],
            stored.get("named", ""),
            stored.get("failed", 0),
            Pool(**stored["pool"]) if stored.get("pool") else None,
            stored.get("left_out") or {},
            stored.get("moves") or (),
        )

    def as_json(self) -> dict[str, Any]:
        """As a memo keeps it; of tests also how many failed."""
        nothing = FAILED if self.measure else ""
        stored: dict[str, Any] = {
            "measure": self.measure.as_json() if self.measure else {},
            "value": nothing if self.value is None else written(self.value),
            "n": self.n,
            "named": self.named,
        }
        if self.pool is not None:
            stored |= {"pool": self.pool._asdict(), "failed": self.failed}
            stored |= {"left_out": dict(self.left_out), "moves": list(self.moves)}
        if self.measure:
            return stored
        return {**stored, "failed": self.failed}

    @property
    def result(self) -> str:
        """“p95 57.4 s of 29 runs on m5.large; 3 of 32 left out by Lina Ortega, with
        them 60.6 s, partly”, or “failed 2 of 40 tests”."""
        if self.pool:
            environment = self.pool.environment
        else:
            environment = ""
        if environment:
            place = f" on {environment}"
        else:
            place = ""
        return f"{self._number}{place}{self._turned}"

    @property
    def _number(self) -> str:
        if self.measure is None:
            return self._of_tests
        if self.n == 1:
            runs = "1 run"
        else:
            runs = f"{self.n:,} runs"
        if self.failed:
            runs += f", {self.failed:,} of them failed"
        return f"{self.measure.statistic} {self._value_words(self.value)} of {runs}"

    def _value_words(self, value: Decimal | None) -> str:
        if self.measure is None or value is None:
            return "a failed run"
        return f"{format_number(value, other=self.measure.bound)} {self.measure.unit}"

    @property
    def _turned(self) -> str:
        """What was left out, and which file moves the verdict."""
        text = ""
        if out := self.left_out:
            value = out["value_with"]
            if value not in ("", FAILED):
                number = Decimal(value)
            else:
                number = None
            if value:
                with_them = f"{self._value_words(number)}, "
            else:
                with_them = ""
            if out.get("by"):
                by = f" by {' and '.join(out['by'])}"
            else:
                by = ""
            count = f"{out['n']:,} of {out['of']:,} left out{by}"
            text += f"; {count}, with them {with_them}{out['proposed_with']}"
        for move in self.moves:
            text += f"; without {move['id']} it {VERBS[move['without']]}"
        return text

    @property
    def words(self) -> str:
        """“p95 19.6 ms of 400 runs (bound at most 20 ms)”; tests have no bound."""
        if self.measure is None:
            return self.result
        return f"{self.result} (bound {self.measure.reach})"

    @property
    def _of_tests(self) -> str:
        if self.n == 1:
            if self.failed:
                return "failed its one test"
            return "passed its one test"
        if self.failed:
            return f"failed {self.failed:,} of {self.n:,} tests"
        return f"passed all {self.n:,} tests"


@dataclass(frozen=True, slots=True)
class CellNumbers:
    """What a candidate claims for the measure of a requirement, and what was found.

    `asked` is the measure that the requirement has now.
    """

    asked: Measure | None
    claimed: Reading | None
    measured: Sequence[Measured] = ()

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        readings = (Measured.from_json(row) for row in stored["measured"])
        return cls(
            asked=Measure.from_json(stored["asked"]),
            claimed=Reading.kept(stored["claimed"]),
            measured=tuple(reading for reading in readings if reading),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "asked": self.asked.as_json() if self.asked else {},
            "claimed": self.claimed.as_json() if self.claimed else {},
            "measured": [reading.as_json() for reading in self.measured],
        }

    @property
    def bound_words(self) -> str:
        """“p95 latency at most 20 ms”: what is asked, or was when it was measured."""
        measures = [self.asked, *(reading.measure for reading in self.measured)]
        return next((measure.words for measure in measures if measure), "")

    @property
    def claimed_words(self) -> str:
        """“12 ms”, or “15 ms (0.015 s)” where the bound has another unit; of another
        kind of unit it says that the measure has changed."""
        if self.claimed is None:
            return ""
        claimed = self.claimed.words
        if self.asked is None or not fits(self.claimed, self.asked):
            return f"{claimed}, {EARLIER}"
        unit = self.asked.unit
        if unit == self.claimed.unit:
            return claimed
        number = convert(self.claimed.value, self.claimed.unit, unit)
        return f"{format_number(number, other=self.asked.bound)} {unit} ({claimed})"

    @property
    def measured_words(self) -> str:
        """“p95 19.6 ms of 400 runs”, with its bound where another is asked now."""
        return self._joined(
            lambda reading: (
                reading.result if reading.measure == self.asked else reading.words
            )
        )

    @property
    def misses_claim(self) -> bool:
        """Whether a number that was measured is worse than the one that was claimed;
        of another kind of unit it cannot be compared."""
        return any(
            beyond is not None
            and (beyond > 0 if measure.direction == AT_MOST else beyond < 0)
            for reading in self.measured
            if (measure := reading.measure)
            for beyond in [self._beyond(reading)]
        )

    def _beyond(self, reading: Measured) -> Decimal | None:
        if reading.measure is None or reading.value is None or self.claimed is None:
            return None
        unit = reading.measure.unit
        try:
            return reading.value - convert(self.claimed.value, self.claimed.unit, unit)
        except UnitMismatch:
            return None

    @property
    def beyond_claim(self) -> Decimal | None:
        """What was measured less what was claimed; None where they cannot compare."""
        if len(self.measured) == 1:
            return self._beyond(self.measured[0])
        return None

    @property
    def against_claim(self) -> str:
        """“7.6 ms more than claimed”; blank where the two cannot be compared."""
        beyond = self.beyond_claim
        measure = self.measured and self.measured[0].measure
        if beyond is None or not measure:
            return ""
        more = "more" if beyond > 0 else "less"
        gap = f"{format_number(abs(beyond))} {measure.unit} {more} than claimed"
        return gap if beyond else "as claimed"

    @property
    def words(self) -> str:
        """“Claimed 12 ms; measured p95 19.6 ms of 400 runs (bound at most 20 ms)”."""
        if self.claimed:
            claimed = f"claimed {self.claimed_words}"
        else:
            claimed = ""
        measured = self._joined(lambda reading: reading.words)
        if any(reading.measure for reading in self.measured):
            verb = "measured "
        else:
            verb = ""
        sentence = "; ".join(filter(None, (claimed, f"{verb}{measured}")))
        return sentence[:1].upper() + sentence[1:]

    def _joined(self, phrase: Callable[[Measured], str]) -> str:
        return "; ".join(
            f"{reading.named}: {phrase(reading)}" if reading.named else phrase(reading)
            for reading in self.measured
        )


def fits(claimed: Reading, measure: Measure | None) -> bool:
    if measure is None:
        return False
    try:
        check_same_kind(claimed.unit, measure.unit)
    except UnitMismatch:
        return False
    return True
