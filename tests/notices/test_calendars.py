"""Calendar files as other programs read them: folded, escaped, in UTC, one by one."""

import datetime

import pytest
from icalendar import Calendar

from evaltracker.notices.calendars import (
    CalendarDate,
    calendar_of,
    cancellation_of,
    joined,
)

# Commas, semicolons and backslashes are signs of the format; letters of four octets
# must not be cut in two; a line break would begin a property of somebody's own.
TITLES = [
    "Plain",
    r"Commas, semicolons; and C:\temp",
    "Überprüfung der Möglichkeiten " * 4,
    "評価プラットフォーム選定 🚀" * 9,
    "Line\r\nATTENDEE:mailto:x@example.com\nand\rmore",
    'Quotes "and" : colons',
]


def date(title: str, **more: object) -> CalendarDate:
    """In the autumn fold of Berlin: 02:30 comes twice, this is the second."""
    terms: dict[str, object] = {
        "uid": "a-1",
        "sequence": 3,
        "what": "A trial milestone",
        "evaluation": title,
        "due_at": datetime.datetime(
            2026, 10, 25, 2, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=1))
        ),
        "link": "https://buy.example.com/admin/trials/" + "0123456789abcdef" * 5 + "/",
    }
    return CalendarDate(**{**terms, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("title", TITLES)
def test_any_title_comes_back_as_one_line_of_its_entry(title: str) -> None:
    octets = calendar_of(date(title), name=title)
    assert all(len(line) <= 75 for line in octets.split(b"\r\n"))
    assert b"\n" not in octets.replace(b"\r\n", b"")
    calendar = Calendar.from_ical(octets)
    (event,) = calendar.walk("VEVENT")
    assert event["SUMMARY"] == f"A trial milestone – {' '.join(title.split())}"
    assert event["URL"] == date(title).link
    assert "ATTENDEE" not in event
    assert str(calendar["NAME"]) == str(calendar["X-WR-CALNAME"])


def test_times_are_instants_and_last_as_long_as_said() -> None:
    (event,) = Calendar.from_ical(calendar_of(date("Plain", minutes=90))).walk("VEVENT")
    begins = event.decoded("DTSTART")
    assert begins == datetime.datetime(2026, 10, 25, 1, 30, tzinfo=datetime.UTC)
    assert event.decoded("DTEND") - begins == datetime.timedelta(minutes=90)
    assert (event["SEQUENCE"], str(event["UID"]).partition("@")[0]) == (3, "a-1")


def test_several_files_become_one_with_every_entry() -> None:
    files = [calendar_of(date(title, uid=title)) for title in TITLES[:4]]
    events = Calendar.from_ical(joined(files)).walk("VEVENT")
    assert [str(event["SUMMARY"]).partition(" – ")[2] for event in events] == [
        " ".join(title.split()) for title in TITLES[:4]
    ]


def test_what_is_cancelled_is_the_same_entry_with_all_that_the_standard_asks() -> None:
    calendar = Calendar.from_ical(cancellation_of(date(TITLES[3])))
    (event,) = calendar.walk("VEVENT")
    (there,) = Calendar.from_ical(calendar_of(date(TITLES[3]))).walk("VEVENT")
    assert (calendar["METHOD"], event["STATUS"]) == ("CANCEL", "CANCELLED")
    assert str(event["ORGANIZER"]).startswith("mailto:")
    assert "STATUS" not in there
    for name in ("UID", "SUMMARY", "SEQUENCE", "ORGANIZER"):
        assert event[name] == there[name]
    assert event.decoded("DTSTART") == there.decoded("DTSTART")
