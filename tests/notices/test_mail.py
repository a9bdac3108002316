"""A mail says which evaluation, which date in the reader's zone, and the one thing."""

import datetime
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar
from time_machine import TimeMachineFixture

from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.mail import (
    date_in_words,
    dated_message,
    days_away,
    envelope,
    letter,
    link_to,
    outgoing_message,
)
from evaltracker.notices.services.delivery import sweep_notices
from evaltracker.toolbox.text import one_line
from tests.notices.kinds import owe
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db
DUE = datetime.datetime(2027, 3, 1, 8, tzinfo=datetime.UTC)


def message(notice: Notice, **values: Any) -> Any:
    """A mail about DUE."""
    terms = {"what": "A milestone", "due_at": DUE, "action": "Open", "path": "/admin/"}
    return dated_message(notice=notice, **{**terms, **values})


@pytest.fixture
def arrived(platform: Evaluation, smtp_sink: Sink) -> EmailMessage:
    """A reminder as it reached the reader."""
    owe(platform)
    sweep_notices()
    (mail,) = smtp_sink.arrived
    return mail


def test_it_is_text_and_html_and_a_calendar_file(arrived: EmailMessage) -> None:
    types = [part.get_content_type() for part in arrived.walk()]

    assert types[2:] == ["text/plain", "text/html", "text/calendar"]
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert "Choose an ML platform" in arrived["Subject"]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_bodies_name_the_evaluation_and_lead_to_our_site(
    arrived: EmailMessage, kind: str
) -> None:
    body = arrived.get_body((kind,))
    assert body is not None
    text = body.get_content()

    for word in ("Choose an ML platform", "http://testserver/admin/", "(UTC)"):
        assert word in text
    assert text.count("http://testserver/admin/") <= 2
    assert "<script" not in text


def test_the_calendar_file_can_be_read_back(arrived: EmailMessage) -> None:
    (part,) = arrived.iter_attachments()
    assert part.get_filename() == "calendar.ics"

    (event,) = Calendar.from_ical(part.get_content()).walk("VEVENT")

    assert event["SUMMARY"] == "A trial milestone – Choose an ML platform"


def test_a_moved_date_replaces_the_entry_in_the_readers_calendar(
    platform: Evaluation,
) -> None:
    first = message(owe(platform, occurrence=1)).ics
    moved = message(owe(platform, occurrence=2)).ics

    events = [Calendar.from_ical(ics).walk("VEVENT")[0] for ics in (first, moved)]
    assert events[0]["UID"] == events[1]["UID"]
    assert [event["SEQUENCE"] for event in events] == [1, 2]


def test_a_date_is_told_in_the_readers_zone(platform: Evaluation) -> None:
    platform.owner.time_zone = "Asia/Kathmandu"
    said = message(owe(platform))

    assert "Monday, 1 March 2027, 13:45 (Asia/Kathmandu)" in said.text
    assert "Monday, 1 March 2027, 13:45 (Asia/Kathmandu)" in said.html


def test_an_outsider_reads_dates_in_the_zone_of_the_evaluation(
    platform: Evaluation,
) -> None:
    platform.zone = "America/New_York"
    said = message(owe(platform, address="a@example.org", recipient=None))

    assert "03:00 (America/New_York)" in said.text
    assert "Hello" not in said.text


def test_an_outsider_is_greeted_by_the_name_of_then_and_told_step_by_step(
    platform: Evaluation,
) -> None:
    notice = owe(
        platform, address="a@example.org", addressee="Ada\r\nB", recipient=None
    )
    said = letter(
        notice=notice,
        subject="Do this",
        lead="Two things.",
        action="Open",
        path="/",
        steps=["First <this>.", "Then that."],
        reply_to="lina@example.com",
    )

    assert "Hello Ada B," in said.text
    assert "by it.\n\n1. First <this>.\n2. Then that.\n\n-- " in said.text
    assert "First &lt;this&gt;." in said.html
    assert envelope(outgoing_message(notice, said)).reply_to == ["lina@example.com"]
    assert envelope(outgoing_message(owe(platform), message(notice))).reply_to == []


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2027-02-22T12:00Z", "in 7 days"),
        ("2027-02-28T12:00Z", "tomorrow"),
        ("2027-03-01T07:00Z", "today"),
        ("2027-03-02T12:00Z", "yesterday"),
        ("2027-03-05T12:00Z", "4 days ago"),
    ],
)
def test_distance_is_counted_in_days_of_the_reader(
    time_machine: TimeMachineFixture, now: str, words: str
) -> None:
    time_machine.move_to(now)

    assert days_away(DUE, "Europe/Berlin") == words


def test_a_title_with_markup_is_shown_as_text(platform: Evaluation) -> None:
    platform.title = "<script>alert(1)</script>"
    said = message(owe(platform))

    assert "<script>" not in said.html
    assert "<script>" in said.text


@pytest.mark.parametrize("path", ["admin/", "//evil.example", "https://evil.example"])
def test_a_link_leads_nowhere_but_to_our_site(path: str) -> None:
    with pytest.raises(ValueError, match="not a path of this site"):
        link_to(path)


def test_one_line_keeps_letters_and_drops_what_is_not_printed() -> None:
    assert one_line("a\r\nb\u202ec\x00\ud800 é\t漢") == "a bc é 漢"
    assert date_in_words(DUE, "UTC") == "Monday, 1 March 2027, 08:00 (UTC)"
