"""For which values of the brief's lists an answer holds; a pure module.

`said` is what was given: None, "everywhere", values by list (a list may say
"everywhere" too), or an array of `{values, availability, available_from}`, which then
speaks alone. `lists` are the brief's, each with its values of that day. What it comes
to, `means`, has the availability and the date of each value that was answered.
"""

import datetime
import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, Self

from django.utils.translation import gettext as _
from msgspec import UNSET

from evaltracker.enumerations import Availability
from evaltracker.errors import Invalid
from evaltracker.toolbox.measures import Measure, Reading, check_same_kind, number_words
from evaltracker.toolbox.text import CallFields
from vendors.answered_values import answered
from vendors.choices import NOTED, STATED
from vendors.effort import read_effort

# Which availability may be said with which date; a pure module.

# What is there now, or never will be, has no date from which it is there.
DATED = (Availability.PLANNED, Availability.BETA, Availability.ON_REQUEST)
LONGEST_PLAN = datetime.timedelta(days=20 * 366)


def availability_error(
    availability: object,
    available_from: datetime.date | None,
    *,
    today: datetime.date | None = None,
    known: Container[str] = STATED,
) -> tuple[str, str] | None:
    """The field that is wrong and the sentence that says so; None if both fit.

    `today` makes a past plan wrong.
    """
    if not isinstance(availability, str) or availability not in known:
        names = ", ".join(choice for choice in Availability if choice in known)
        return "availability", sentence_of("none of", text=availability, names=names)
    if availability == Availability.PLANNED and available_from is None:
        return "available_from", _("A plan needs the date from which it is there.")
    if available_from is None:
        return None
    if availability not in DATED:
        return "available_from", _("Only planned, beta and on_request carry a date.")
    if today is not None and available_from < today:
        return "available_from", _("The date is past; say now, or a new date.")
    if today is not None and available_from > today + LONGEST_PLAN:
        return "available_from", _("The date is over 20 years away.")
    return None


# What is wrong with where an answer holds, by name.
SENTENCES: dict[str, str] = json.loads(
    Path(__file__).with_name("claims.json").read_text(encoding="utf-8")
)["sentences"]
EVERYWHERE = "everywhere"
PARTS = ("values", "availability", "available_from")

# An error shows no more than this of what was given.
SHOWN = 60

type Lists = Mapping[str, Sequence[str]]
type Means = dict[str, dict[str, list[str | None]]]
NO_LISTS: Lists = {}


def promised_dates(
    availability: str, available_from: datetime.date | None, held: Any
) -> list[datetime.date]:
    """The dates for which an answer is planned: its own, and those of its values.

    `held` is what is kept of the values, None where nothing was said of them.
    """
    answers = [
        answer
        for values in (held or {}).get("means", {}).values()
        for answer in values.values()
    ]
    if availability == Availability.PLANNED:
        own_days = [available_from]
    else:
        own_days = []
    return sorted(
        {day for day in own_days if day}
        | {
            datetime.date.fromisoformat(day)
            for availability, day in answers
            if availability == Availability.PLANNED and day
        }
    )


def resolve(
    sent: object,
    lists: Lists,
    availability: str,
    available_from: datetime.date | None,
    *,
    today: datetime.date | None = None,
) -> Means:
    """The answer of each value that `sent` speaks of, by list.

    *Never* without values is never for every value; any other answer without values
    speaks of none. `today` makes a past plan refused.
    """
    claimed = canonical(sent, lists)
    answer = (availability, available_from)
    if claimed is None and availability == Availability.NEVER:
        return means_everywhere(lists, *answer)
    means: Means = {name: {} for name in lists}
    for values, own_answer in _answers(claimed, answer, lists, today):
        for name, value in _named(values, lists):
            if value in means[name]:
                raise _invalid("twice", value=value, list=name)
            means[name][value] = own_answer
    return {name: answers for name, answers in means.items() if answers}


def means_everywhere(
    lists: Lists, availability: str, available_from: datetime.date | None
) -> Means:
    """One answer for every value: what is meant by *everywhere*, and what an answer
    without values means for *stay as is*."""
    answer = _stored(availability, available_from)
    return {
        name: {value: list(answer) for value in values}
        for name, values in lists.items()
        if values
    }


def canonical(sent: object, lists: Lists) -> Any:
    """`sent` as it is kept: lists and values in the brief's order, dates as text.

    None if it names nothing. Raises as `resolve` does.
    """
    if isinstance(sent, list):
        return [_canonical_part(part, lists) for part in sent] or None
    if sent is not None:
        return _canonical_values(sent, lists)
    return None


def _canonical_part(part: object, lists: Lists) -> dict[str, Any]:
    if not isinstance(part, dict) or not {*PARTS[:2]} <= part.keys() <= {*PARTS}:
        raise _invalid("line")
    values = _canonical_values(part["values"], lists)
    if values is None:
        raise _invalid("nothing")
    return {
        "values": values,
        "availability": part["availability"],
        "available_from": _text(_day(part.get("available_from"))),
    }


def _canonical_values(values: object, lists: Lists) -> Any:
    if values == EVERYWHERE:
        if not lists:
            raise _no_list(EVERYWHERE, lists)
        return EVERYWHERE
    if not isinstance(values, dict):
        raise _invalid("form")
    for name in values:
        if name not in lists:
            raise _no_list(name, lists)
    named = {
        name: _canonical_list(name, values[name], lists[name])
        for name in lists
        if name in values
    }
    return {name: matches for name, matches in named.items() if matches} or None


def _canonical_list(name: str, sent: object, values: Sequence[str]) -> Any:
    if sent == EVERYWHERE:
        return EVERYWHERE
    if not isinstance(sent, list):
        raise _invalid("list", list=name)
    if EVERYWHERE in sent and sent != [EVERYWHERE]:
        other = str(next(value for value in sent if value != EVERYWHERE))[:SHOWN]
        raise _invalid("beside", list=name, value=other)
    if sent == [EVERYWHERE]:
        return EVERYWHERE
    for value in sent:
        if value not in values:
            details = {"value": str(value)[:SHOWN], "values": ", ".join(values)}
            raise _invalid("no value", list=name, **details)
        if sent.count(value) > 1:
            raise _invalid("named twice", value=value, list=name)
    return [value for value in values if value in sent]


def _answers(
    given: Any,
    answer: tuple[str, datetime.date | None],
    lists: Lists,
    today: datetime.date | None,
) -> Iterator[tuple[Any, list[str | None]]]:
    if given is None:
        return
    if not isinstance(given, list):
        yield given, _stored(*answer)
        return
    for part in given:
        day = _day(part["available_from"])
        error = availability_error(part["availability"], day, today=today)
        if error:
            for name, value in _named(part["values"], lists):
                raise _invalid("of value", value=value, list=name, why=error[1])
            raise Invalid(error[1], field="holds_for")
        yield part["values"], _stored(part["availability"], day)


def _named(values: Any, lists: Lists) -> Iterator[tuple[str, str]]:
    for name, of_list in lists.items():
        if values == EVERYWHERE:
            chosen = values
        else:
            chosen = values.get(name, ())
        for value in of_list if chosen == EVERYWHERE else chosen:
            yield name, value


def _stored(
    availability: str, available_from: datetime.date | None
) -> list[str | None]:
    return [availability, _text(available_from)]


def _text(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None


def _day(value: object) -> datetime.date | None:
    try:
        if value is not None:
            day = datetime.date.fromisoformat(str(value))
        else:
            day = None
    except ValueError:
        day = None
    if _text(day) != value:
        raise _invalid("date", text=str(value)[:SHOWN])
    return day


def _no_list(given: object, lists: Lists) -> Invalid:
    name = str(given)[:SHOWN]
    why = "no list" if lists else "no lists"
    return _invalid(why, list=name, lists=", ".join(lists))


def sentence_of(name: str, **details: object) -> str:
    return _(SENTENCES[name]) % details


def _invalid(name: str, **details: object) -> Invalid:
    return Invalid(sentence_of(name, **details), field="holds_for")


# The values of the brief's lists that a verdict, a criterion, a script item, an excuse
# or a ruling names; a pure module. They are kept as `{list: [values]}`.

type Named = dict[str, list[str]]


def read_named_values(sent: object, lists: Lists) -> Named:
    """`sent` as it is kept: lists and values in the brief's order.

    A list that is named with no value stays, and names nothing of it. *Everywhere* is
    every value of today.
    """
    if sent is None or sent == {}:
        return {}
    if isinstance(sent, list):
        sentence = 'Name values by list, such as {"Sites": ["Rome"]}.'
        raise Invalid(sentence, field="named_values")
    try:
        canonical(sent, lists)
    except Invalid as error:
        raise Invalid(error.sentence, field="named_values") from error
    if not isinstance(sent, dict):  # everywhere
        return {name: [*values] for name, values in lists.items()}
    return {
        name: [value for value in values if _names(sent[name], value)]
        for name, values in lists.items()
        if name in sent
    }


def without_empty(named: Mapping[str, Sequence[str]]) -> Named:
    return {name: [*values] for name, values in named.items() if values}


def named_words(named: Mapping[str, Sequence[str]]) -> str:
    """“Runs on: AWS, on premises; Languages: Python”; blank where none is named."""
    parts = (f"{name}: {', '.join(values)}" for name, values in named.items() if values)
    return "; ".join(parts)


def answered_values(claim: Any, lists: Lists) -> Named:
    if claim is None:
        return {}
    pairs = answered(claim.holds_for, claim.environments, claim.availability, lists)
    return without_empty(
        {
            name: [value for value in values if (name, value) in pairs]
            for name, values in lists.items()
        }
    )


def _names(named: Any, value: str) -> bool:
    return value in named or named in (EVERYWHERE, [EVERYWHERE])


# How much is there; a plan and an offer at cost are worth the same.
RANK = {
    Availability.NOW: 4,
    Availability.BETA: 3,
    Availability.PLANNED: 2,
    Availability.ON_REQUEST: 2,
    Availability.NEVER: 1,
}


class ClaimChange(StrEnum):
    NEW = "new"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    RESTATED = "restated"
    LATER = "later"
    EARLIER = "earlier"
    WITHDRAWN = "withdrawn"
    CONFIRMED = "confirmed"
    REWORDED = "reworded"


class ClaimState(NamedTuple):
    availability: str
    available_from: datetime.date | None
    requirement_revision: int
    by_vendor: bool


def changes_between(
    former: ClaimState | None, newer: ClaimState
) -> tuple[ClaimChange, ...]:
    """Everything that changed; *reworded* if it is the words alone.

    What the buyer noted and what was withdrawn is no answer of the vendor, so the
    answer after it is new.
    """
    if newer.availability == Availability.WITHDRAWN:
        return (ClaimChange.WITHDRAWN,)
    if (
        former is None
        or not former.by_vendor
        or former.availability == Availability.WITHDRAWN
    ):
        return (ClaimChange.NEW,)
    changes = [*_of_status(former, newer), *_of_date(former, newer)]
    if newer.requirement_revision > former.requirement_revision:
        changes.append(ClaimChange.CONFIRMED)
    return tuple(changes) or (ClaimChange.REWORDED,)


def days_moved(former: ClaimState | None, newer: ClaimState) -> int:
    """By how many days the date moved, forward or back; 0 without two dates."""
    if former is None or former.available_from is None or newer.available_from is None:
        return 0
    return (newer.available_from - former.available_from).days


def _of_status(former: ClaimState, newer: ClaimState) -> list[ClaimChange]:
    if former.availability == newer.availability:
        return []
    before = RANK[Availability(former.availability)]
    after = RANK[Availability(newer.availability)]
    if after == before:
        return [ClaimChange.RESTATED]
    return [ClaimChange.UPGRADED if after > before else ClaimChange.DOWNGRADED]


def _of_date(former: ClaimState, newer: ClaimState) -> list[ClaimChange]:
    days = days_moved(former, newer)
    if not days:
        return []
    return [ClaimChange.LATER if days > 0 else ClaimChange.EARLIER]


def claimed_number(number: Any, measure: Mapping[str, Any]) -> dict[str, str]:
    """What is kept of a number that was said for a measure; {} of none.

    Raises:
        Invalid: at `number`: none is asked, it is not whole, or another kind of unit.
    """
    reading = Reading.from_json(number)
    if reading is None:
        return {}
    demand = Measure.from_json(measure)
    if demand is None:
        sentence = _("This requirement asks for no number; say it in the statement.")
        raise Invalid(sentence, field="number")
    try:
        check_same_kind(reading.unit, demand.unit)
    except ValueError as error:
        raise Invalid(str(error), field="number") from error
    return reading.as_json()


NO_MEASURE: Mapping[str, Any] = {}
# What says nothing of any value.
UNANSWERED = (Availability.UNSTATED, Availability.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ClaimWords:
    availability: str
    available_from: datetime.date | None = None
    environments: list[str] = field(default_factory=list)
    # {"said": …, "means": …}, as `vendors.claims` gives them; None: nothing said.
    holds_for: dict[str, Any] | None = None
    statement: str = ""
    evidence_url: str = ""
    # {"value": "12", "unit": "ms"}, for the requirement's measure; {}: none.
    number: dict[str, Any] = field(default_factory=dict)
    # What it takes, as it is sent, which is no part of the words; UNSET: it stays.
    effort: Any = field(default=UNSET, compare=False)

    @classmethod
    def of(cls, row: Any) -> Self:
        values = {name: getattr(row, name) for name in WORDS}
        return cls(**values, effort=row.effort and row.effort.said)

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in WORDS}

    @property
    def number_words(self) -> str:
        return number_words(self.number)


WORDS = tuple(field.name for field in fields(ClaimWords) if field.compare)


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
    effort: Any = UNSET,
    **of_effort: bool,
) -> ClaimWords:
    """A claim's words as they are kept; `today` makes a past plan refused.

    `lists` are those of the brief, which `holds_for` speaks of. What stays *as it is*
    (`as_is`) holds for all of them unless it says otherwise. `measure` is that of the
    requirement, for which a `number` may be claimed. `of_effort` is as `read_effort`
    has it.
    """
    inputs = CallFields()
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
    if effort is not UNSET and not error:
        try:
            effort = read_effort(effort, availability, **of_effort)
        except ValueError as unfit:
            inputs.refuse("effort", _(str(unfit)))
    claim = ClaimWords(
        availability=availability,
        available_from=available_from,
        environments=inputs.lines("environments", environments),
        holds_for=held,
        statement=inputs.text("statement", statement),
        evidence_url=inputs.link("evidence_url", evidence_url),
        number=claimed,
        effort=effort,
    )
    inputs.check()
    return claim


def held_for(
    sent: object,
    lists: Lists,
    availability: str,
    available_from: datetime.date | None,
    *,
    as_is: bool = False,
    today: datetime.date | None = None,
) -> dict[str, Any] | None:
    answer = (lists, availability, available_from)
    canonical_form = canonical(sent, lists)
    if canonical_form is None and as_is and availability not in UNANSWERED:
        means = means_everywhere(*answer)
    else:
        means = resolve(sent, *answer, today=today)
    if means or canonical_form:
        return {"said": canonical_form, "means": means}
    return None
