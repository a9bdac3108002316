"""A changed address is a new person: what the old one could open, opens nothing."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.services.delivery import sweep_notices
from tests.factories import vendors
from tests.smtp_sink import Sink
from tests.vendors.door import case
from tests.vendors.mails import read, to_whom, why_not
from tests.vendors.portal.visitor import ADDRESS, Visitor, newest
from vendors.mail import code_of, link_secret
from vendors.models import Contact, VendorSession
from vendors.services.contacts import add_contact, change_contact, remove_contact

THEIRS = "me@lead.example"
type Change = Callable[[str], Contact]


@pytest.fixture
def change(ada: Visitor, where: Evaluation) -> Change:
    """The owner gives the contact another address."""
    terms = {"contact": ada.link.contact, "name": "Ada Park", "by": where.owner}
    return lambda email: change_contact(email=email, **terms)  # type: ignore[arg-type]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_removed_and_added_again_it_gets_a_new_link",
)
def test_s17_q11_link_and_session_end_and_the_new_address_gets_a_link(
    ada: Visitor, change: Change, smtp_sink: Sink
) -> None:
    Notice.objects.all().delete()
    ada.sign_in()
    smtp_sink.arrived.clear()
    change(THEIRS)
    expected = case("Q11")["expected"]
    assert ada.get().status_code == expected["old_session"]
    assert ada.get(ada.start).status_code == expected["old_link"]
    ada.link.refresh_from_db()
    assert (ada.link.address, ada.link.why) == (ADDRESS, "address")
    assert ada.link.ended_at is not None
    assert VendorSession.objects.get().ended_at is not None
    sweep_notices()
    (mail,) = smtp_sink.arrived
    owner = newest(ada)
    assert mail["To"] == owner.link.address == THEIRS
    assert link_secret(owner.link.pk) in mail.as_string()
    assert owner.sign_in().get().status_code == 200


@pytest.mark.parametrize("stage", ["demos", "trials", "decision"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[decision]"
)
def test_s17_the_new_address_gets_its_link_in_every_stage(
    change: Change, where: Evaluation, stage: str
) -> None:
    vendors.enter(where, stage)
    change(THEIRS)
    assert why_not(Notice.objects.get(kind="new_link")) == ""


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_q30_a_cookie_of_before_the_change_reads_no_price",
)
def test_q12_changed_back_it_gets_a_link_of_its_own_again(
    ada: Visitor, change: Change
) -> None:
    change(THEIRS)
    meanwhile = newest(ada).sign_in()
    change(ADDRESS)
    again = newest(ada)
    assert again.link.address == ADDRESS
    assert again.link.pk not in {ada.link.pk, meanwhile.link.pk}
    assert again.sign_in().get().status_code == 200
    assert meanwhile.get().status_code == 403
    for gone in (ada, meanwhile):
        assert gone.get(gone.start).status_code == 404


def test_q30_a_cookie_of_before_the_change_reads_no_price(
    ada: Visitor, change: Change
) -> None:
    ada.sign_in()
    change(THEIRS)
    for page in ("quote/", "sheet/"):
        assert ada.get(f"{ada.home}{page}").status_code == 403


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py::test_nothing_keeps_the_code",
)
def test_a_code_of_before_the_change_opens_nothing(
    ada: Visitor, change: Change
) -> None:
    code = code_of(ada.ask().pk)
    for email in (THEIRS, ADDRESS):
        change(email)
        same_browser = Visitor(newest(ada).link, ada.browser)
        old = f"{ada.start}code/"
        assert same_browser.post(old, same_browser.start, code=code).status_code == 404
        assert same_browser.type(code).status_code == 400


def test_capitals_make_no_new_person(ada: Visitor, change: Change) -> None:
    ada.sign_in()
    change(ADDRESS.upper())
    assert ada.get().status_code == 200
    assert to_whom("new_link") == []


def test_removed_and_added_again_it_gets_a_new_link(
    ada: Visitor, where: Evaluation
) -> None:
    contact = ada.link.contact
    remove_contact(contact=contact, reason="Left.", by=where.owner)
    assert ada.get(ada.start).status_code == 404
    terms = {"vendor": contact.vendor, "name": "Ada Park", "by": where.owner}
    add_contact(email=ADDRESS, **terms)  # type: ignore[arg-type]
    assert ada.get(ada.start).status_code == 404
    assert newest(ada).sign_in().get().status_code == 200
    assert f"{newest(ada).start}" in read(Notice.objects.get(kind="new_link")).text


def test_a_link_that_has_a_successor_or_leads_nowhere_is_not_mailed(
    change: Change, settings: Settings
) -> None:
    change(THEIRS)
    first = Notice.objects.get(kind="new_link")
    assert why_not(first) == ""
    settings.VENDOR_SITE_URL = ""
    assert why_not(first) == "There are no vendor pages."
    settings.VENDOR_SITE_URL = "http://testserver"
    change(ADDRESS)
    assert why_not(first) == "The link was replaced or has ended."
