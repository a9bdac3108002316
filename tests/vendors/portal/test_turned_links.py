"""Whoever has somebody else's link shuts nobody out: it is turned, and all go on."""

import datetime
from itertools import cycle, islice

import pytest
from django.core import mail
from django.core.signing import TimestampSigner
from django.db.models import Sum
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from time_machine import TimeMachineFixture

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.notices.services.delivery import sweep_notices
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common
from tests.services import free_port
from tests.smtp_sink import Sink, mailer_to
from tests.vendors.door import case
from tests.vendors.mails import read, to_whom
from tests.vendors.portal.visitor import (
    ADDRESS,
    Visitor,
    newest,
    pass_time,
    stranger_with,
)
from vendors.mail import CODE_LENGTH, code_of, link_secret
from vendors.models import InvitationLink, SignInCode
from vendors.selectors.access import MOST_TRIES
from vendors.services.access import MOST_UNKNOWN
from vendors.services.contacts import (
    add_contact,
    change_contact,
    give_link,
    let_in_again,
    turn_marked_links,
)

BOB = "bob@acme.example"
MORNING = datetime.datetime(2027, 3, 1, 9, tzinfo=datetime.UTC)


@pytest.fixture
def bob(ada: Visitor, where: Evaluation) -> Visitor:
    """A colleague with a link of their own to the same invitation."""
    contact = add_contact(
        vendor=ada.link.vendor, name="Bob Hill", email=BOB, by=where.owner
    )
    return Visitor(give_link(candidate=ada.link.candidate, contact=contact))


def ask_as_strangers(visitor: Visitor, count: int, tries: int = 0) -> list[str]:
    """What the pages say to so many fresh browsers that ask by the visitor's link."""
    pages = []
    for number in range(count):
        stranger = stranger_with(visitor.link, number)
        answer = stranger.post(stranger.start)
        pages.append(answer.content.decode())
        for _ in range(tries):
            stranger.type("AAAA-AAAA")
    return pages


def turned(visitor: Visitor) -> None:
    """The visitor's link, after an attack and a minute."""
    pages = ask_as_strangers(visitor, MOST_UNKNOWN + 1)
    assert "This link was replaced" in pages[-1]
    turn_marked_links()
    visitor.link.refresh_from_db()
    assert visitor.link.turned_at is not None


def counts_as(visitor: Visitor) -> str:
    """How a browser's next code counts."""
    return "known" if visitor.ask().known_digest else "unknown"


def codes_mailed() -> int:
    """To the contact, of all links."""
    return len([letter for letter in mail.outbox if letter.to == [ADDRESS]])


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py"
    "::test_the_code_opens_a_session_with_an_id_of_its_own",
)
def test_l1_the_ninth_ask_turns_the_link_and_the_contact_gets_in(
    ada: Visitor, where: Evaluation
) -> None:
    pages = ask_as_strangers(ada, 8)
    assert pages == [""] * 8
    assert InvitationLink.objects.filter(turn_marked_at=None).exists()
    (ninth,) = ask_as_strangers(ada, 1)
    assert "This link was replaced" in ninth
    assert codes_mailed() == 8
    turn_marked_links()
    turn_marked_links()
    expected = case("L1")["expected"]
    assert newest(ada).sign_in().has == expected["A"]
    assert to_whom("new_link") == [ADDRESS]
    mails = {"code": codes_mailed(), "new_link": len(to_whom("new_link"))}
    assert mails == expected["mails_to_A"]
    assert len(to_whom("link_turned")) == expected["owner_mails"]
    (told,) = Notice.objects.filter(kind="link_turned")
    assert told.recipient == where.owner
    assert "Acme" not in read(told).text
    assert f"/admin/candidates/{ada.link.candidate_id}/way-in/" in read(told).text
    entry = Entry.objects.get(evaluation=where, action="link.turned")
    assert entry.after["why"] == "too many codes were asked for"
    ada.link.refresh_from_db()
    assert (ada.link.why, ada.link.ended_at) == ("codes", None)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_l17_a_browser_is_unknown_once_the_address_changed",
)
def test_l2_l3_ten_browsers_and_fifty_tries_shut_nobody_out(
    ada: Visitor, bob: Visitor
) -> None:
    known = Visitor(ada.link).sign_in()
    mail.outbox.clear()
    ask_as_strangers(ada, 10, tries=5)
    expected = case("L2")["expected"]
    assert codes_mailed() == expected["codes_mailed_for_strangers"]
    tries = SignInCode.objects.aggregate(sum=Sum("wrong_tries"))["sum"]
    assert tries == expected["wrong_tries_possible"]
    assert known.sign_in().has == expected["A"]
    assert bob.sign_in().has == case("L3")["expected"]["B"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_l17_a_browser_is_unknown_once_the_address_changed",
)
def test_l4_a_living_code_survives_the_turn(ada: Visitor) -> None:
    code = ada.ask()
    ask_as_strangers(ada, 8)
    turn_marked_links()
    ada.link.refresh_from_db()
    assert ada.link.turned_at is not None
    assert "Type your code" in ada.get(f"{ada.start}code/").content.decode()
    assert ada.type(code_of(code.pk)).status_code == 302
    assert ada.has == case("L4")["expected"]["A"]


def test_l5_a_session_survives_the_turn(ada: Visitor) -> None:
    ada.sign_in()
    turned(ada)
    assert ada.get().status_code == case("L5")["expected"]["A's next page"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_l17_a_browser_is_unknown_once_the_address_changed",
)
def test_l6_the_old_link_says_replaced_and_mails_nothing(ada: Visitor) -> None:
    turned(ada)
    mail.outbox.clear()
    stranger = stranger_with(ada.link, 99)
    seen = stranger.get(stranger.start)
    assert seen.status_code == 200
    assert "This link was replaced" in seen.content.decode()
    assert "Send me a code" not in seen.content.decode()
    asked, expected = stranger.post(stranger.start), case("L6")["expected"]
    assert asked.status_code == expected["status"]
    assert f"This link was {expected['says'].lower()}" in asked.content.decode()
    assert len(mail.outbox) == expected["mails"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_l17_a_browser_is_unknown_once_the_address_changed",
)
def test_l7_a_known_browser_goes_on_by_the_old_link(
    ada: Visitor, time_machine: TimeMachineFixture
) -> None:
    ada.sign_in()
    pass_time(time_machine, days=7)
    turned(ada)
    assert "Send me a code" in ada.get(ada.start).content.decode()
    assert ada.sign_in().has == case("L7")["expected"]["A"]
    pass_time(time_machine, days=181)
    assert "This link was replaced" in ada.get(ada.start).content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_l17_a_browser_is_unknown_once_the_address_changed",
)
def test_l14_a_known_browser_has_a_ceiling_of_its_own(
    ada: Visitor, time_machine: TimeMachineFixture
) -> None:
    other = Visitor(ada.link).sign_in()
    ada.sign_in()
    for _ in range(20):
        pass_time(time_machine, minutes=16)
        ada.ask()
    pass_time(time_machine, minutes=16)
    refused = ada.post(ada.start)
    assert refused.status_code == 429
    assert f"{case('L14')['expected']['21st']} an hour" in refused.content.decode()
    other.ask()
    stranger_with(ada.link).ask()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_l5_a_session_survives_the_turn",
)
def test_l16_the_owner_lets_them_in_again(ada: Visitor, where: Evaluation) -> None:
    ada.sign_in()
    turned(ada)
    turned(newest(ada))
    Notice.objects.all().delete()
    second = newest(ada)
    assert act("let-in-again", second.link, where.owner) == 302
    expected = case("L16")["expected"]
    assert InvitationLink.objects.filter(turned_at=None).count() == 1
    assert InvitationLink.objects.exclude(turned_at=None).count() == expected["turns"]
    assert to_whom("new_link") == [ADDRESS] * expected["mails_to_A"]
    assert to_whom("link_turned") == []
    entry = Entry.objects.filter(action=expected["journal"]).latest("number")
    assert (entry.actor, entry.after["contact"]) == (where.owner, "Ada Park")
    assert ada.get().status_code == 200
    # Its counts are forgotten.
    assert ask_as_strangers(newest(ada), 8) == [""] * 8
    for link, refusal in ((second.link, Refused), (newest(ada).link, Forbidden)):
        by = where.owner if refusal is Refused else common.noor()
        with pytest.raises(refusal):
            let_in_again(link=link, by=by)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_can_they_get_in.py"
    "::test_g5_who_is_in_makes_the_heading_and_the_other_is_looked_at",
)
def test_the_owner_reads_how_an_attack_went_and_ends_it(
    ada: Visitor, where: Evaluation
) -> None:
    owner = signed_in(where.owner)
    way_in = f"/admin/candidates/{ada.link.candidate_id}/way-in/"
    ask_as_strangers(ada, 8)
    page = owner.get(way_in).content.decode()
    assert "did not use: 8." in page
    assert f"/admin/act/let-in-again/{ada.link.pk}/" in page
    turned(ada)
    page = owner.get(way_in).content.decode()
    assert ", turned today: " in page
    assert "too many codes were asked for" in page
    assert f"/admin/act/let-in-again/{newest(ada).link.pk}/" in page


def test_l17_a_browser_is_unknown_once_the_address_changed(
    ada: Visitor, where: Evaluation
) -> None:
    ada.sign_in()
    change_contact(
        contact=ada.link.contact, name="Ada", email="a@acme.example", by=where.owner
    )
    same_browser = Visitor(newest(ada).link, ada.browser)
    assert counts_as(same_browser) == case("L17")["expected"]["browser 1"]


@pytest.mark.parametrize("made_up", ["signature", "contact"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[contact]"
)
def test_l18_a_made_up_cookie_knows_nobody(
    ada: Visitor, bob: Visitor, made_up: str
) -> None:
    ada.sign_in()
    assert counts_as(ada) == "known"
    name, theirs = (f"vendor-known-{who.link.contact_id.hex}" for who in (ada, bob))
    value = ada.browser.cookies[name].value
    if made_up == "signature":
        salt = f"{theirs}vendor-known {bob.link.contact_id} {BOB}"
        value = TimestampSigner(key="another", salt=salt).sign("key")
    browser = Client(enforce_csrf_checks=True)
    browser.cookies[theirs] = value
    stranger = Visitor(bob.link, browser)
    assert counts_as(stranger) == case("L18")["expected"]["counts_as"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_l17_a_browser_is_unknown_once_the_address_changed",
)
def test_l19_one_address_with_a_forwarded_link_slows_no_colleague(
    ada: Visitor, bob: Visitor, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(MORNING, tick=False)
    asked = [stranger_with(ada.link).post(ada.start) for _ in range(30)]
    assert [answer.status_code for answer in asked] == [302] * 8 + [200] * 22
    told = stranger_with(bob.link).ask()
    assert ("sent" if told.sent_at else "owed") == case("L19")["expected"]["B"]
    # Ten mails in a minute are all that one address causes.
    assert stranger_with(bob.link).ask()
    assert stranger_with(bob.link).post(bob.start).status_code == 429
    assert SignInCode.objects.filter(link=bob.link).count() == 2


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_l17_a_browser_is_unknown_once_the_address_changed",
)
def test_tries_without_a_code_are_twenty_a_minute(
    ada: Visitor, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(MORNING, tick=False)
    code, stranger = ada.ask(), Visitor(ada.link)
    answers = [stranger.type("AAAA-AAAA").status_code for _ in range(21)]
    assert answers == [400] * 20 + [429]
    # From the same address; wrong ones of a code that lives are counted with it.
    assert ada.type("AAAA-AAAA").status_code == 400
    assert ada.type(code_of(code.pk)).status_code == 302


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_l17_a_browser_is_unknown_once_the_address_changed",
)
def test_l20_who_is_in_has_pages_of_their_own(
    ada: Visitor, settings: Settings, time_machine: TimeMachineFixture
) -> None:
    ada.sign_in()
    time_machine.move_to(datetime.datetime.now(datetime.UTC), tick=False)
    settings.VENDOR_CALLS_PER_MINUTE = 30
    stranger = Visitor(ada.link)
    answers = [stranger.get(stranger.start).status_code for _ in range(31)]
    assert answers[-1] == 429
    read = case("L20")["expected"]["A"]
    assert [ada.get().status_code for _ in range(31)] == [read] * 30 + [429]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/test_invitation_mail.py"
    "::test_without_vendor_pages_it_tells_a_program_what_to_call",
)
def test_l21_a_turn_while_the_mail_server_is_away_is_mailed_after(
    ada: Visitor, smtp_sink: Sink, settings: Settings
) -> None:
    sweep_notices()
    smtp_sink.arrived.clear()
    ask_as_strangers(ada, 9)
    settings.MAILERS = {"default": mailer_to(free_port())}
    turn_marked_links()
    sweep_notices()
    notice, expected = Notice.objects.get(kind="new_link"), case("L21")["expected"]
    assert expected["notice"] == "stays owed, sent after"
    assert notice.state == "pending"
    stranger = stranger_with(ada.link)
    said = stranger.get(stranger.start).content.decode()
    assert f"This link was {expected['old link'].lower()}" in said
    smtp_sink.arrived.clear()
    settings.MAILERS = {"default": mailer_to(smtp_sink.port)}
    Notice.objects.filter(state="pending").update(next_try_at=notice.created_at)
    sweep_notices()
    (letter,) = smtp_sink.to(ADDRESS)
    assert link_secret(newest(ada).link.pk) in letter.as_string()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_l17_a_browser_is_unknown_once_the_address_changed",
)
def test_l23_who_opens_is_no_stranger(
    ada: Visitor, time_machine: TimeMachineFixture
) -> None:
    for _ in range(20):
        assert Visitor(ada.link).sign_in().get().status_code == 200
        pass_time(time_machine, hours=12)
    turned_links = InvitationLink.objects.exclude(turn_marked_at=None)
    assert turned_links.count() == case("L23")["expected"]["turns"]
    assert InvitationLink.objects.count() == 1


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_l17_a_browser_is_unknown_once_the_address_changed",
)
def test_l24_once_a_day_turns_nothing(
    ada: Visitor, time_machine: TimeMachineFixture
) -> None:
    for _ in range(9):
        stranger_with(ada.link).ask()
        pass_time(time_machine, days=1)
    turned_links = InvitationLink.objects.exclude(turn_marked_at=None)
    expected = case("L24")["expected"]
    assert turned_links.count() == expected["turns"]
    assert ("sent" if ada.ask().sent_at else "owed") == expected["A"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_l17_a_browser_is_unknown_once_the_address_changed",
)
def test_l25_twice_a_day_turns_it_on_the_fifth_day(
    ada: Visitor, time_machine: TimeMachineFixture
) -> None:
    began = timezone.now()
    for _ in range(8):
        stranger_with(ada.link).ask()
        pass_time(time_machine, hours=12)
    day = (timezone.now() - began).days + 1
    assert case("L25")["expected"]["turned_on"] == f"day {day}, the ninth ask"
    turned_by = stranger_with(ada.link)
    assert "replaced" in turned_by.post(turned_by.start).content.decode()


def test_t63_a_day_of_trying_from_fifty_addresses(
    ada: Visitor, bob: Visitor, time_machine: TimeMachineFixture
) -> None:
    addresses = cycle(range(50))
    for _ in range(24):
        for number in islice(addresses, 5):
            stranger = stranger_with(ada.link, number).browser
            living = stranger.post(ada.start).status_code == 302
            for _ in range(5 if living else 1):
                stranger.post(f"{ada.start}code/", {"code": "AAAAAAAA"})
        pass_time(time_machine, hours=1)
        turn_marked_links()
    tries = SignInCode.objects.aggregate(sum=Sum("wrong_tries"))["sum"]
    assert tries == 40
    for visitor in (newest(ada), bob):
        assert visitor.sign_in().get().status_code == 200
    assert Notice.objects.filter(kind="link_turned").count() == 1


def test_t57_the_chance_of_a_week_of_guessing_by_one_link() -> None:
    chance = MOST_UNKNOWN * MOST_TRIES / 32**CODE_LENGTH
    assert (MOST_UNKNOWN, MOST_TRIES, 32**CODE_LENGTH) == (8, 5, 2**40)
    assert chance < 3.7e-11
    assert chance * 365 / 7 < 1e-6
