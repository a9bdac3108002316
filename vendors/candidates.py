"""What a candidate says of itself, column by column, each said once.

Its form, its page in the admin, its import, what the journal keeps of it and what goes
on to a following evaluation all read this.
"""

import datetime
import json
import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache as once
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from redis import ConnectionError as RedisConnectionError
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import SupportWanted
from evaltracker.pages.fields import LinesField, link_field, long_text
from evaltracker.toolbox.measures import Measure, Reading, check_same_kind, number_words
from evaltracker.toolbox.measures.readings import refused
from evaltracker.toolbox.tabular.wording import web_addresses, without_markup
from evaltracker.toolbox.text import Inputs
from vendors.choices import NOTED, STATED, Availability
from vendors.holds_for import (
    NO_LISTS,
    Lists,
    availability_error,
    canonical,
    means_everywhere,
    resolve,
)

# What a newer revision of a claim changed, as a buyer reads it; a pure module.

# How much is there; a plan and an offer at cost are worth the same.
RANK = {
    Availability.NOW: 4,
    Availability.BETA: 3,
    Availability.PLANNED: 2,
    Availability.ON_REQUEST: 2,
    Availability.NEVER: 1,
}


class Change(StrEnum):
    """One way in which a claim is another than it was."""

    NEW = "new"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    RESTATED = "restated"
    LATER = "later"
    EARLIER = "earlier"
    WITHDRAWN = "withdrawn"
    CONFIRMED = "confirmed"
    REWORDED = "reworded"


class Said(NamedTuple):
    """What a revision says, without its words."""

    availability: str
    available_from: datetime.date | None
    requirement_revision: int
    by_vendor: bool


def changes_between(former: Said | None, newer: Said) -> tuple[Change, ...]:
    """Everything that changed; *reworded* if it is the words alone.

    What the buyer noted and what was withdrawn is no answer of the vendor, so the
    answer after it is new.
    """
    if newer.availability == Availability.WITHDRAWN:
        return (Change.WITHDRAWN,)
    if (
        former is None
        or not former.by_vendor
        or former.availability == Availability.WITHDRAWN
    ):
        return (Change.NEW,)
    found = [*_of_status(former, newer), *_of_date(former, newer)]
    if newer.requirement_revision > former.requirement_revision:
        found.append(Change.CONFIRMED)
    return tuple(found) or (Change.REWORDED,)


def days_moved(former: Said | None, newer: Said) -> int:
    """By how many days the date moved, forward or back; 0 without two dates."""
    if former is None or former.available_from is None or newer.available_from is None:
        return 0
    return (newer.available_from - former.available_from).days


def _of_status(former: Said, newer: Said) -> list[Change]:
    if former.availability == newer.availability:
        return []
    before = RANK[Availability(former.availability)]
    after = RANK[Availability(newer.availability)]
    if after == before:
        return [Change.RESTATED]
    return [Change.UPGRADED if after > before else Change.DOWNGRADED]


def _of_date(former: Said, newer: Said) -> list[Change]:
    days = days_moved(former, newer)
    if not days:
        return []
    return [Change.LATER if days > 0 else Change.EARLIER]


# The number that an answer claims for the measure of its requirement; pure.

NOT_ASKED = "This requirement asks for no number; say it in the statement."


def claimed_number(said: Any, measure: Mapping[str, Any]) -> dict[str, str]:
    """What is kept of a number that was said for a measure; {} of none.

    Raises:
        Invalid: at `number`: none is asked, it is not whole, or another kind of unit.

    """
    reading = Reading.from_json(said)
    if reading is None:
        return {}
    asked = Measure.from_json(measure)
    if asked is None:
        raise refused(NOT_ASKED)
    try:
        check_same_kind(reading.unit, asked.unit)
    except ValueError as error:
        raise refused(str(error)) from error
    return reading.as_json()


# “datadoghq.com”, as people write it.
BARE_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}[a-z]{2,24}(?:/\S{0,500})?", re.I
)
SEPARATED = re.compile(r"[;|\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateColumn:
    """One column: how it is asked for, read from a cell, and kept."""

    name: str
    label: str
    # Its field in the form, apart from the label.
    field: Callable[[], forms.Field]
    # How a word is kept, by field and value; without it, the model alone judges.
    read: Callable[[Inputs, str, Any], Any] | None = None
    blank: Any = None
    # What spreadsheets call it, as `header_key` writes it; none: it is not imported.
    heads: tuple[str, ...] = ()
    # Its name in the empty sheet, what is said beside it there, and an example.
    head: str = ""
    sheet_help: str = ""
    example: str = ""
    # What a cell says, before `read` has it.
    from_cell: Callable[[str], Any] = without_markup
    # Whether its row in the admin and the preview of an import have it.
    listed: bool = False

    def form_field(self) -> forms.Field:
        """A new field that asks for it."""
        field = self.field()
        field.label = self.label
        return field


def _first_address(cell: str) -> str:
    good, _ = web_addresses(cell)
    if good:
        return good[0]
    bare = cell.strip()
    return f"https://{bare}" if BARE_HOST.fullmatch(bare) else cell


def _names_in(cell: str) -> list[str]:
    return [part.strip() for part in SEPARATED.split(cell) if part.strip()]


COLUMNS = (
    CandidateColumn(
        name="website",
        label="Website",
        field=link_field,
        read=Inputs.link,
        blank="",
        heads=(
            *("website", "homepage", "producturl", "primaryurl", "url", "link"),
            "vendorurl",
        ),
        head="Website",
        sheet_help="http(s)",
        example="https://acme.example",
        from_cell=_first_address,
        listed=True,
    ),
    CandidateColumn(
        name="summary",
        label="Summary",
        field=lambda: forms.CharField(required=False, widget=long_text()),
        read=lambda inputs, name, value: inputs.text(name, value, blank=True),
        blank="",
        heads=("summary", "description", "about"),
        head="Summary",
        sheet_help="A sentence.",
        example="Trains and serves.",
        listed=True,
    ),
    CandidateColumn(
        name="aliases",
        label="Other names",
        field=lambda: LinesField(help_text="One a line; imports find it by them too."),
        read=lambda inputs, name, value: inputs.lines(name, value, limit=150),
        blank=(),
        heads=("aliases", "othernames", "alsoknownas"),
        head="Aliases",
        sheet_help="Separated by ;",
        example="AML; Acme",
        from_cell=_names_in,
    ),
    CandidateColumn(
        name="months_to_live",
        label="Months until it is live",
        field=lambda: forms.DecimalField(
            required=False,
            min_value=0,
            help_text="From the decision to running in production.",
        ),
    ),
    CandidateColumn(
        name="support_offered",
        label="Support offered",
        field=lambda: forms.ChoiceField(
            required=False,
            choices=[("", "Not stated"), *SupportWanted.choices],
            help_text="What comes with it; the brief says what is wanted.",
        ),
        blank="",
    ),
    CandidateColumn(
        name="hours_saved",
        label="Hours saved",
        field=lambda: forms.DecimalField(
            required=False,
            min_value=0,
            max_value=24,
            help_text="Per engineer and day, once it is live.",
        ),
    ),
    CandidateColumn(
        name="builders",
        label="Builders",
        field=lambda: forms.DecimalField(
            required=False,
            min_value=0,
            max_digits=5,
            decimal_places=1,
            help_text=(
                "Own people who build it or set it up until it is live. What each "
                "would earn elsewhere stands in the brief."
            ),
        ),
    ),
)
# Those that are words, those that are listed, and those that spreadsheets bring.
WORDED = tuple(column for column in COLUMNS if column.read is not None)
LISTED = tuple(column for column in COLUMNS if column.listed)
IMPORTED = tuple(column for column in COLUMNS if column.heads)


# One count over all processes, in Redis; while that is away, one in each process.
#
# A deadline must not be missed because Redis is away, and nobody may call without
# limits meanwhile. So each process goes on with counts of its own: a limit then holds
# for each of them, not for all together. Nobody waits for a Redis that has just failed
# to answer.

logger = logging.getLogger(__name__)
ALIAS = "throttle"
KEPT_SECONDS = 120
# Redis answers in a millisecond; a call waits so long once in so many seconds.
PATIENCE, PAUSE = 0.2, 5.0
# Beyond so many names in a minute all others share one count.
MOST_NAMES, OTHERS = 50_000, "others"
COUNT_UP = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""


class LocalCounts:
    """The counts of this process in the minute that runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def count_up(self, name: str, minute: int) -> int:
        """One more of `name`; how many there are."""
        with self._lock:
            if minute != self._minute:
                self._counts.clear()
                self._minute = minute
            if name not in self._counts and len(self._counts) >= MOST_NAMES:
                name = OTHERS
            self._counts[name] += 1
            return self._counts[name]

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()


class Breaker:
    """Lets everybody try until somebody fails; from then on one in each pause."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.is_open = False
        self._next_try = 0.0

    def may_try(self) -> bool:
        """Whether the caller is to try."""
        if not self.is_open:
            return True
        with self._lock:
            if time.monotonic() < self._next_try:
                return False
            self._next_try = time.monotonic() + PAUSE
            return True

    def report(self, error: Exception | None) -> None:
        """What came of a try."""
        with self._lock:
            was_open, self.is_open = self.is_open, error is not None
            self._next_try = time.monotonic() + PAUSE
        if self.is_open and not was_open:
            logger.warning("Counting in each process: %s", type(error).__name__)
        elif was_open and not self.is_open:
            logger.warning("Counting over all processes again")


local, breaker = LocalCounts(), Breaker()


def count_up(name: str, minute: int) -> int:
    """One more of `name` in that minute; how many there are."""
    where: dict[str, Any] = settings.CACHES[ALIAS]
    if not where["BACKEND"].endswith("RedisCache") or not breaker.may_try():
        return local.count_up(name, minute)
    key = caches[ALIAS].make_key(f"{name}:{minute}")
    try:
        # One round trip, where the cache's own way takes three.
        count = int(_counting(where["LOCATION"])(keys=[key], args=[KEPT_SECONDS]))
    except (RedisError, OSError) as error:
        breaker.report(error)
        return local.count_up(name, minute)
    if breaker.is_open:
        breaker.report(None)
    return count


def address_of(request: Request | HttpRequest) -> str:
    """Where a call comes from, forwarded as `NUM_PROXIES` says."""
    return BaseThrottle().get_ident(request) or ""  # type: ignore[arg-type]


def forget_counts() -> None:
    """Begin anew, as tests do."""
    if not breaker.is_open:
        caches[ALIAS].clear()
    breaker.is_open = False
    local.clear()
    caches["process"].clear()


@once
def _counting(location: str) -> Script:
    # A connection that Redis has closed meanwhile is made anew, but no time-out is
    # waited for twice.
    again = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
    client = Redis.from_url(
        location,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=again,
    )
    return client.register_script(COUNT_UP)


# A form's boxes for values of the brief's lists.

type Names = Mapping[str, Sequence[str]]


class ValuesField(forms.MultipleChoiceField):
    """Boxes by list; it gives `{list: [values]}` with every list that is offered."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, lists: Names, **kwargs: Any) -> None:
        choices = [
            (name, [(key_of(name, value), value) for value in values])
            for name, values in lists.items()
        ]
        super().__init__(choices=choices, **kwargs)
        self.lists = lists

    def prepare_value(self, value: Any) -> Any:
        """The boxes that are ticked."""
        if not isinstance(value, dict):
            return value
        return [key_of(name, each) for name, names in value.items() for each in names]

    def clean(self, value: Any) -> Any:
        """The ticked values by list."""
        ticked = super().clean(value)
        return {
            name: [value for value in values if key_of(name, value) in ticked]
            for name, values in self.lists.items()
        }


class ForValuesForm(forms.Form):
    """A form about a whole cell, or about some values of the brief's lists."""

    def __init__(self, *args: Any, lists: Names, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if lists:
            self.fields["named_values"] = ValuesField(
                lists=lists,
                label="For which values",
                required=False,
                help_text="None ticked: for all of them.",
            )


@dataclass(frozen=True, slots=True)
class Box:
    """One value to tick on a page that draws its own forms."""

    key: str
    value: str
    ticked: bool


def boxes_of(lists: Names, named: Names) -> list[tuple[str, list[Box]]]:
    """The boxes of each list; the only one there is, is ticked."""
    alone = sum(map(len, lists.values())) == 1
    return [
        (
            name,
            [
                Box(key_of(name, value), value, alone or value in named.get(name, ()))
                for value in values
            ],
        )
        for name, values in lists.items()
    ]


def key_of(name: str, value: str) -> str:
    """What a box sends."""
    return json.dumps([name, value], ensure_ascii=False)


# The words of a claim, and what makes them acceptable; a pure module.

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
