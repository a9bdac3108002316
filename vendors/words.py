"""The words of a claim, and what makes them acceptable; a pure module."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from evaltracker.errors import Invalid
from evaltracker.kit.text import Inputs
from evaltracker.measures import number_words
from vendors.availability import availability_error
from vendors.choices import NOTED, STATED, Availability
from vendors.claimed_numbers import claimed_number
from vendors.holds_for import NO_LISTS, Lists, canonical, means_everywhere, resolve

NO_MEASURE: Mapping[str, Any] = {}
# What says nothing of any value.
UNANSWERED = (Availability.UNSTATED, Availability.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ClaimWords:
    """Everything in a claim that makes it another claim if it differs."""

    availability: str
    available_from: datetime.date | None = None
    environments: list[str] = field(default_factory=list)
    # {"said": …, "means": …}, as `vendors.holds_for` gives them; None: nothing said.
    holds_for: dict[str, Any] | None = None
    statement: str = ""
    evidence_url: str = ""
    # {"value": "12", "unit": "ms"}, for the requirement's measure; {}: none.
    number: dict[str, Any] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """The words by the model's field names."""
        return {name: getattr(self, name) for name in WORDS}

    @property
    def number_words(self) -> str:
        """The number that is claimed, as “12 ms”; blank of none."""
        return number_words(self.number)


WORDS = tuple(field.name for field in fields(ClaimWords))


def read_claim(
    *,
    availability: str,
    available_from: datetime.date | None,
    environments: Iterable[str],
    statement: str,
    evidence_url: str,
    holds_for: object = None,
    number: object = None,
    measure: Mapping[str, Any] = NO_MEASURE,
    lists: Lists = NO_LISTS,
    as_is: bool = False,
    today: datetime.date | None = None,
    noted: bool = False,
) -> ClaimWords:
    """A claim's words as they are kept; `today` makes a past plan refused.

    `lists` are those of the brief, which `holds_for` speaks of. What stays *as it is*
    (`as_is`) holds for all of them unless it says otherwise. `measure` is that of the
    requirement, for which a `number` may be claimed.

    Raises:
        Invalid: with the sentences by field.

    """
    inputs = Inputs()
    known = (*STATED, *NOTED) if noted else STATED
    error = availability_error(availability, available_from, today=today, known=known)
    if error:
        inputs.refuse(*error)
    held = None
    if not error:
        terms = (lists, availability, available_from)
        try:
            held = held_for(holds_for, *terms, as_is=as_is, today=today)
        except Invalid as wrong:
            inputs.refuse("holds_for", wrong.sentence)
    claimed: dict[str, str] = {}
    try:
        claimed = claimed_number(number, measure)
    except Invalid as wrong:
        inputs.refuse("number", wrong.sentence)
    words = ClaimWords(
        availability=availability,
        available_from=available_from,
        environments=inputs.lines("environments", environments),
        holds_for=held,
        statement=inputs.text("statement", statement),
        evidence_url=inputs.link("evidence_url", evidence_url),
        number=claimed,
    )
    inputs.check()
    return words


def held_for(
    said: object,
    lists: Lists,
    availability: str,
    available_from: datetime.date | None,
    *,
    as_is: bool = False,
    today: datetime.date | None = None,
) -> dict[str, Any] | None:
    """What is kept of the values that an answer holds for; None if of none.

    Raises:
        Invalid: with a sentence that names the value and the list.

    """
    answer = (lists, availability, available_from)
    given = canonical(said, lists)
    if given is None and as_is and availability not in UNANSWERED:
        means = means_everywhere(*answer)
    else:
        means = resolve(said, *answer, today=today)
    return {"said": given, "means": means} if means or given else None
