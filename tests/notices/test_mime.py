"""Mails written as bytes say what the library would have read and said."""

import email
import email.policy
from email.message import EmailMessage

import pytest
from icalendar import Calendar

from evaltracker.evaluations.models import Evaluation
from evaltracker.notices.kinds import KINDS, Message
from evaltracker.notices.mail import (
    OutgoingMessage,
    envelope,
    header_text,
    outgoing_message,
)
from tests.notices.kinds import owe


def read(parcel: OutgoingMessage) -> EmailMessage:
    return email.message_from_bytes(bytes(parcel), policy=email.policy.default)


@pytest.mark.parametrize(
    "subject",
    ["plain", "Übung – 漢字 " * 9, "=?utf-8?q?no?=", "x" * 300, "🦊" * 40],
)
def test_any_subject_is_read_back(subject: str) -> None:
    message = Message(subject=subject, text="a\n.\nb\n", html="<p>=3D é</p>\n")
    mail = read(OutgoingMessage("a@example.org", "b@example.org", "<1@x>", message))

    assert mail["Subject"] == subject.strip() or header_text(subject) != subject
    assert str(mail["Subject"]).split() == subject.split()
    assert not mail.defects
    assert [part.defects for part in mail.walk()] == [[], [], []]


@pytest.mark.django_db
def test_it_says_the_same_as_djangos_message(platform: Evaluation) -> None:
    platform.title = "Wähle; eine, “Plattform” <b>"
    platform.save()
    notice = owe(platform)
    parcel = outgoing_message(notice, KINDS[notice.kind].compose(notice))
    ours, theirs = read(parcel), envelope(parcel).message()
    again = email.message_from_bytes(theirs.as_bytes(), policy=email.policy.default)

    for name in ("Subject", "From", "To", "Message-ID", "Auto-Submitted"):
        assert ours[name] == again[name], name
    for kind in ("plain", "html"):
        one, other = (mail.get_body((kind,)) for mail in (ours, again))
        assert one is not None
        assert other is not None
        assert one.get_content().split() == other.get_content().split()
    files = [
        next(iter(mail.iter_attachments())).get_content() for mail in (ours, again)
    ]
    events = [Calendar.from_ical(file).walk("VEVENT")[0] for file in files]
    assert events[0]["SUMMARY"] == events[1]["SUMMARY"]


@pytest.mark.parametrize("bad", ["b@c.d\nBcc: e@f.g", "b@c.d\r\n\r\nx", "b@c\x00.d"])
def test_an_address_cannot_begin_another_header(bad: str) -> None:
    parcel = OutgoingMessage("a@example.org", bad, "<1@x>", Message("s", "t", "h"))
    with pytest.raises(ValueError, match="newline"):
        bytes(parcel)
