"""Dates as a calendar program reads them: a file in a mail, a feed of all of one's own.

Entries name what it is and the evaluation, never a title that somebody typed: it could
name a vendor (R10).
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from email.utils import parseaddr
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, vText
from icalendar.parser import Contentline

from evaltracker.evaluations.models import User
from evaltracker.toolbox.registry import Registry
from evaltracker.toolbox.text import one_line

# Minutes: long enough to be seen in a calendar. It ends nothing, the date is its
# beginning.
SHOWN_FOR = 30
SHORT = 75
_FRAME = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//evaltracker//notices//EN\r\n"


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """Something that falls due; moved, it keeps its `uid` and raises its `sequence`."""

    uid: str
    sequence: int
    # A fixed noun of ours with its article: “A trial milestone”.
    what: str
    evaluation: str
    due_at: datetime.datetime
    link: str
    minutes: int = SHOWN_FOR
    # The link of a meeting; blank for none.
    place: str = ""
    is_cancelled: bool = False


type Dates = Callable[[User], Iterable[CalendarDate]]
# What the calendar of a person holds: their own dates, nobody else's. A source reads
# through `visible_to`, so what they may not see any more is gone.
DATES: Registry[Dates, Dates] = Registry("source of dates")


def dates_of(person: User) -> list[CalendarDate]:
    dates = [date for source in DATES for date in source(person)]
    return sorted(dates, key=lambda date: (date.due_at, date.uid))


def calendar_of(*dates: CalendarDate, name: str = "") -> bytes:
    now = _utc(timezone.now())
    pieces = [*_named(name)]
    for date in dates:
        pieces += _entry(date, now)
    return _file("PUBLISH", *pieces)


def cancellation_of(date: CalendarDate) -> bytes:
    """A file that takes a date out of a calendar (RFC 5546, 3.2.5).

    Programs heed it if its `sequence` is higher than that of the entry they have.
    """
    entry = _entry(replace(date, is_cancelled=True), _utc(timezone.now()))
    return _file("CANCEL", *entry)


def joined(files: Sequence[bytes]) -> bytes:
    whole, *others = (Calendar.from_ical(file) for file in files)
    for other in others:
        for entry in other.walk("VEVENT"):
            whole.add_component(entry)
    octets: bytes = whole.to_ical()
    return octets


def _file(method: str, *pieces: str) -> bytes:
    return "".join(
        (_FRAME, f"METHOD:{method}\r\n", *pieces, "END:VCALENDAR\r\n")
    ).encode()


def _named(name: str) -> Iterator[str]:
    if name:
        # The second is what most programs read; the first is what the standard says.
        yield _line("NAME", name)
        yield _line("X-WR-CALNAME", name)
        yield "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n"


def _entry(date: CalendarDate, now: str) -> Iterator[str]:
    host = urlsplit(settings.SITE_URL).hostname
    yield "BEGIN:VEVENT\r\n"
    yield _line("SUMMARY", f"{date.what} – {one_line(date.evaluation)}")
    yield f"DTSTART:{_utc(date.due_at)}\r\n"
    end = date.due_at + datetime.timedelta(minutes=date.minutes)
    yield f"DTEND:{_utc(end)}\r\n"
    yield f"DTSTAMP:{now}\r\nUID:{date.uid}@{host}\r\nSEQUENCE:{date.sequence}\r\n"
    yield "TRANSP:TRANSPARENT\r\n"
    yield _organizer(settings.DEFAULT_FROM_EMAIL)
    if date.is_cancelled:
        yield "STATUS:CANCELLED\r\n"
    if date.place:
        yield _line("LOCATION", date.place)
    if date.link:
        yield _folded(f"URL:{date.link}")
    yield "END:VEVENT\r\n"


def _utc(instant: datetime.datetime) -> str:
    return f"{instant.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}"


@lru_cache(maxsize=1)
def _organizer(sender: str) -> str:
    """Whose the entry is: RFC 5546 wants it in whatever is published or cancelled."""
    return _folded(f"ORGANIZER:mailto:{parseaddr(sender)[1]}")


# Of many mails few say it in other words.
@lru_cache(maxsize=1024)
def _line(name: str, text: str) -> str:
    return _folded(f"{name}:{vText(text).to_ical().decode()}")


def _folded(line: str) -> str:
    if len(line) <= SHORT and line.isascii():
        return f"{line}\r\n"
    octets: bytes = Contentline(line).to_ical()  # type: ignore[no-untyped-call]
    return f"{octets.decode()}\r\n"
