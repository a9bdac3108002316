"""Reading files of runs as benchmarks and test runners write them; no Django.

Each reader gives back a `ReportedFile`, or raises `Invalid` with every place that is
wrong. Which criterion a run names, whether its unit fits and when it was is looked at
by the service that knows the trial.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from evaltracker.errors import Invalid
from evaltracker.toolbox.measures import read_number

SIZE_LIMIT = 10 * 1024 * 1024
# Cases of one file, whether or not they name a criterion.
MOST_CASES = 100_000
# Runs of one file.
MOST_RUNS = 10_000
UNIT_LIMIT = 40
MOST_TOLD = 20
_NUMERIC = (str, Decimal, int)


class ReportedRun(NamedTuple):
    """One run as it was sent: a number with a unit, or whether a test failed."""

    # Its place in the file, for whoever has to fix it.
    pointer: str
    # A number in the trial's list of criteria, or the id of one.
    criterion: str
    measured_at: datetime.datetime
    number: Decimal | None = None
    unit: str = ""
    failed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFile:
    """What a file says."""

    key: str
    runs: Sequence[ReportedRun]
    commit: str = ""
    link: str = ""
    environment: str = ""
    # Test cases that name no criterion, or were skipped.
    ignored: int = 0


class Faults:
    """What is wrong in a file, place by place; the first of them are told."""

    def __init__(self) -> None:
        self._errors: dict[str, list[str]] = {}

    def add(self, pointer: str, sentence: str) -> None:
        """Note that something is wrong there."""
        if len(self._errors) < MOST_TOLD:
            self._errors.setdefault(pointer, []).append(sentence)

    def check(self) -> None:
        """Raise `Invalid` with what was noted."""
        if self._errors:
            pointer, sentences = next(iter(self._errors.items()))
            named = f"{pointer}: " if pointer else ""
            raise Invalid(f"{named}{sentences[0]}", errors=self._errors)


def refuse(sentence: str) -> Invalid:
    """A no to the whole file."""
    return Invalid(sentence, errors={"": [sentence]})


def read_value(given: object) -> Decimal:
    """A finite number, as text or as a JSON number that was never a float.

    Raises:
        ValueError: with the sentence for its sender.

    """
    if isinstance(given, bool) or not isinstance(given, _NUMERIC):
        raise ValueError("It must be a number, such as 12.1.")
    return read_number(given)


def read_instant(given: object) -> datetime.datetime:
    """An ISO 8601 time with its offset from UTC.

    Raises:
        ValueError: with the sentence for its sender.

    """
    found = read_iso(given)
    if found.tzinfo is None:
        raise ValueError("Give the time with its offset, such as 2026-11-27T10:15:00Z.")
    return found


def read_iso(given: object) -> datetime.datetime:
    """An ISO 8601 time, with or without an offset.

    Raises:
        ValueError: with the sentence for its sender.

    """
    try:
        if not isinstance(given, str) or len(given) > 40 or "T" not in given:
            raise ValueError
        found = datetime.datetime.fromisoformat(given)
        # Years at the ends of the calendar have no other time zone.
        if not 1970 <= found.year <= 9990:
            raise ValueError
    except ValueError as error:
        raise ValueError("Write the time as 2026-11-27T10:15:00Z.") from error
    return found


def read_criterion(given: object) -> str:
    """What names a criterion, as text.

    Raises:
        ValueError: with the sentence for its sender.

    """
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str) or not 0 < len(given) <= 40:
        raise ValueError("Give the number of a criterion of this trial, or its id.")
    return given
