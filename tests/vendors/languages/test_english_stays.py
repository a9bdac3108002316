"""What is stored and what REST answers is English, whatever its vendor reads."""

import gettext
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.notices.services.delivery import sweep_notices
from evaltracker.toolbox.languages import speaking
from tests.factories import common, vendors
from tests.smtp_sink import Sink
from tests.vendors.api.conftest import CLAIM, Party, refused
from tests.vendors.door import case
from tests.vendors.languages.pseudo import LANGUAGE, write_catalogue
from tests.vendors.portal.visitor import Visitor, invited
from vendors.choices import ProposalState
from vendors.models import Contact
from vendors.rate_limits import forget_counts
from vendors.services.access import issue_token
from vendors.services.contacts import add_contact, give_link, remove_contact

pytestmark = pytest.mark.django_db
MARK = "⟦"


@pytest.fixture(autouse=True)
def pseudo(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """Whatever is said in German bears a mark."""
    write_catalogue(tmp_path)
    settings.LOCALE_PATHS = [str(tmp_path)]
    forget_counts()
    yield
    forget_counts()
    gettext._translations.clear()  # type: ignore[attr-defined]


@pytest.fixture
def where(db: None) -> Evaluation:
    evaluation = common.evaluation()
    common.requirement(evaluation, "R1", "must")
    return vendors.in_research(evaluation)


def german(contact: Contact) -> Contact:
    contact.language = LANGUAGE
    contact.save()
    return contact


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_efforts.py"
    "::test_what_cannot_be_is_refused_alone_and_in_a_batch[4a out of th"
    "e box with days]",
)
def test_d5_rest_answers_a_german_contacts_token_in_english(where: Evaluation) -> None:
    assert case("D5")["expected"] == {"detail_language": "en"}
    candidate = vendors.invited(where)
    assert candidate.vendor
    ada = german(
        add_contact(
            vendor=candidate.vendor,
            name="Ada",
            email="ada@acme.example",
            by=where.owner,
        )
    )
    give_link(candidate=candidate, contact=ada)
    secret = issue_token(vendor=ada.vendor, label="CI", by=SYSTEM, contact=ada)[1]
    acme = Party(candidate, secret)
    headers = {"Accept-Language": LANGUAGE}
    for fault in ({"availability": "planned"}, {"statement": " "}, {"number": "x"}):
        body = CLAIM | fault
        told = refused(acme.call("POST", f"{acme.home}claims/", body, **headers), 400)
        assert MARK not in str(told)
        assert told["errors"]


def test_d6_a_reason_not_to_send_a_mail_is_kept_in_english(
    where: Evaluation, smtp_sink: Sink
) -> None:
    assert case("D6")["expected"] == {"language": "en"}
    ada = german(invited(where).contact)
    remove_contact(contact=ada, reason="Left", by=where.owner)
    with speaking(LANGUAGE):
        sweep_notices()
    kept = Notice.objects.get(kind="invitation").suppressed_because
    assert kept == "Ada Park is no contact of it any more."


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py::test_a_session_ends_by[removed]",
)
def test_d6_the_journal_is_english_where_the_page_is_not(where: Evaluation) -> None:
    visitor = Visitor(invited(where))
    german(visitor.link.contact)
    visitor.sign_in()
    assert MARK in visitor.get().content.decode()
    page = f"{visitor.home}colleagues/"
    visitor.post(page, name="Bo", email="bo@acme.example")
    own = Entry.objects.filter(action="contact_request.made").get()
    assert MARK not in f"{own.before} {own.after} {own.reason} {own.subject_label}"
    label: Any = ProposalState.OPEN.label
    with speaking(LANGUAGE):
        assert MARK in str(label)
        entry = journal.record(
            evaluation=where,
            action="evaluation.changed",
            subject=where,
            by=SYSTEM,
            after={"state": label},
        )
    assert entry.after == {"state": "Open"}
