"""The words of a claim, and what makes them acceptable; a pure module."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from evaltracker.kit.text import Inputs
from vendors.availability import availability_error
from vendors.choices import STATED, Availability


@dataclass(frozen=True, slots=True)
class ClaimWords:
    """Everything in a claim that makes it another claim if it differs."""

    availability: str
    available_from: datetime.date | None = None
    environments: list[str] = field(default_factory=list)
    statement: str = ""
    evidence_url: str = ""

    def fields(self) -> dict[str, Any]:
        """The words by the model's field names."""
        return {name: getattr(self, name) for name in WORDS}


WORDS = tuple(field.name for field in fields(ClaimWords))


def read_claim(
    *,
    availability: str,
    available_from: datetime.date | None,
    environments: Iterable[str],
    statement: str,
    evidence_url: str,
    today: datetime.date | None = None,
    noted: bool = False,
) -> ClaimWords:
    """A claim's words as they are kept; `today` makes a past plan refused.

    Raises:
        Invalid: with the sentences by field.

    """
    inputs = Inputs()
    known = (*STATED, Availability.UNSTATED) if noted else STATED
    error = availability_error(availability, available_from, today=today, known=known)
    if error:
        inputs.refuse(*error)
    words = ClaimWords(
        availability=availability,
        available_from=available_from,
        environments=inputs.lines("environments", environments),
        statement=inputs.text("statement", statement),
        evidence_url=inputs.link("evidence_url", evidence_url),
    )
    inputs.check()
    return words
