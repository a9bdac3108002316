"""What the mail of an invitation says, and what it must not say."""

import datetime
from email.message import EmailMessage

import pytest
from icalendar import Calendar
from pytest_django import Settings

from evaltracker.evaluations.models import Evaluation
from evaltracker.notices.services.delivery import sweep_notices
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.toolbox.days import wall_of
from tests.factories import common, vendors
from tests.factories.vendors import invite
from tests.smtp_sink import Sink
from vendors.mail import link_secret
from vendors.models import Candidate, InvitationLink, VendorToken
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db
DAYS = datetime.timedelta(days=14)


def invited(where: Evaluation, name: str = "Acme ML") -> Candidate:
    candidate = vendors.candidate(where, name, summary="cheap and fast")
    assert candidate.vendor is not None
    vendors.token(candidate.vendor)
    ada = add_contact(
        vendor=candidate.vendor, name="Ada", email="ada@acme.example", by=where.owner
    )
    return invite(candidate=candidate, contacts=[ada], by=where.owner)


def bodies(mail: EmailMessage) -> list[str]:
    found = [mail.get_body((kind,)) for kind in ("plain", "html")]
    return [str(part.get_content()) for part in found if part is not None]


def test_it_says_where_to_read_whom_to_ask_and_until_when(smtp_sink: Sink) -> None:
    where = vendors.in_research(common.evaluation())
    acme = invited(where)
    sweep_notices()
    (mail,) = smtp_sink.arrived
    assert mail["Reply-To"] == "lina@example.com"
    last = wall_of(datetime.datetime.now(datetime.UTC), "UTC") + DAYS
    by = f"{last.day} {last:%b %Y}"
    assert mail["Subject"] == (
        f"Example Foods asks you to answer by {by} – Choose an ML platform"
    )
    link = InvitationLink.objects.get()
    for text in bodies(mail):
        for word in (
            *("Hello Ada", "Example Foods", "Answer in your browser"),
            f"http://testserver/vendor/start/{link_secret(link.pk)}/",
            *("lina@example.com", "for a token", "Authorization: Bearer"),
            *(str(acme.pk), "by program, or in a spreadsheet", "UTC"),
        ):
            assert word in text
    (part,) = mail.iter_attachments()
    (event,) = Calendar.from_ical(part.get_content()).walk("VEVENT")
    assert event["SUMMARY"] == "Answers are due – Choose an ML platform"


def test_without_vendor_pages_it_tells_a_program_what_to_call(
    smtp_sink: Sink, settings: Settings
) -> None:
    settings.VENDOR_SITE_URL = ""
    invited(vendors.in_research(common.evaluation()))
    sweep_notices()
    (mail,) = smtp_sink.arrived
    for text in bodies(mail):
        assert "http://testserver/api/v1/invitations/" in text
        assert "answer sheet" in text
        assert "/vendor/" not in text


def test_it_holds_no_token_no_candidate_and_no_rival(smtp_sink: Sink) -> None:
    where = vendors.in_research(common.evaluation())
    vendors.invited(where, "Globex ML")
    invited(where)
    sweep_notices()
    (mail,) = smtp_sink.arrived
    whole = mail.as_string()
    secret = VendorToken.objects.get()
    for word in ("Globex", "Acme ML", "cheap and fast", secret.prefix, "250,000"):
        assert word not in whole


def test_it_tells_the_title_of_now_and_its_link_outlives_a_renaming(
    smtp_sink: Sink,
) -> None:
    where = vendors.in_research(common.evaluation())
    invited(where)
    change_brief(evaluation=where, title="Choose a feature store", by=where.owner)
    sweep_notices()
    (mail,) = smtp_sink.arrived
    assert "Choose a feature store" in mail["Subject"]
    assert all(where.slug not in text for text in bodies(mail))


def test_before_claims_open_it_says_that_reading_comes_first(smtp_sink: Sink) -> None:
    where = vendors.enter(common.evaluation(), "research")
    invited(where)
    sweep_notices()
    (mail,) = smtp_sink.arrived
    assert "tell you when you can answer" in bodies(mail)[0]
    assert list(mail.iter_attachments()) == []
