"""Who gets in stands under People: they are told of each other, and act there."""

import re
from typing import Any

import pytest
from django.test import Client

from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.notices.services.delivery import sweep_notices
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.factories.vendors import invite
from tests.keys import without_keys
from tests.smtp_sink import Sink
from tests.vendors.door import case
from tests.vendors.mails import read
from tests.vendors.portal.visitor import TOKEN, Visitor, invited
from vendors.mail import code_of, link_secret
from vendors.models import Contact, InvitationLink, SignInCode, VendorToken
from vendors.selectors.access import newest_link
from vendors.services.access import issue_token, revoke_token
from vendors.services.contacts import (
    accept_contact,
    add_contact,
    change_contact,
    remove_contact,
    send_link,
    tell_of_keys,
)

SECRET = re.compile(r"evt_[0-9a-f]{12}_[\w-]{43}")


@pytest.fixture
def bo(ada: Visitor, where: Evaluation) -> Visitor:
    """A colleague, of whom Ada was told."""
    made = colleague(ada, "Bo Marchetti", "bo@acme.example", where)
    tell_of_keys()
    return made


def colleague(ada: Visitor, name: str, email: str, where: Evaluation) -> Visitor:
    """Somebody whom the owner adds, and sends a link."""
    contact = add_contact(
        vendor=ada.link.vendor, name=name, email=email, by=where.owner
    )
    return linked(ada, contact, where)


def linked(ada: Visitor, contact: Contact, where: Evaluation) -> Visitor:
    candidate = ada.link.candidate
    send_link(candidate=candidate, contacts=[contact], by=where.owner)
    return Visitor(InvitationLink.objects.get(newest_link(), contact=contact))


def people(visitor: Visitor, **fields: Any) -> Any:
    address = f"{visitor.home}people/"
    return visitor.post(address, **fields) if fields else visitor.get(address)


def own_token(visitor: Visitor) -> str:
    """The text of a token that a contact makes."""
    page = people(visitor, then="token", label="Build server")
    found = SECRET.search(page.content.decode())
    assert page.status_code == 200 and found
    return found[0]


def call(token: str, address: str = "/api/v1/invitations/") -> Any:
    return Client().get(address, headers={"authorization": f"Bearer {token}"})


def by_letter(ada: Visitor, bo: Visitor) -> dict[str, str]:
    """What the cases call them, by their addresses."""
    return {ada.link.address: "A", bo.link.address: "B"}


def mails_of(action: str) -> dict[str, str]:
    """By address, the mails of the newest such entry, as they would leave now."""
    return {row.address: read(row).text for row in owed(action)}


def owed(action: str) -> list[Notice]:
    tell_of_keys()
    entry = Entry.objects.filter(action=action).latest("number")
    return list(Notice.objects.filter(kind="new_key", subject_id=str(entry.pk)))


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_colleague_who_was_asked_for_says_by_whom",
)
def test_everybody_who_gets_in_stands_there_with_the_tokens(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    add_contact(
        vendor=ada.link.vendor, name="Cy", email="cy@acme.example", by=where.owner
    )
    token, _ = issue_token(vendor=ada.link.vendor, label="ERP", by=where.owner)
    own_token(bo.sign_in())
    page = people(ada.sign_in()).content.decode()
    for text in ("bo@acme.example", "cy@acme.example", "has no link", token.prefix):
        assert text in page
    assert "made by Bo Marchetti" in page and "reads no price" in page
    assert not SECRET.search(page)
    assert page.count("Not one of us") == 2


def test_a_colleague_who_was_asked_for_says_by_whom(
    ada: Visitor, where: Evaluation
) -> None:
    ada.sign_in()
    ada.post(f"{ada.home}colleagues/", name="Kim Lee", email="kim@acme.example")
    accept_contact(request=ada.link.candidate.contact_requests.get(), by=where.owner)
    assert "added by Ada Park" in " ".join(people(ada).content.decode().split())


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/test_invitation_mail.py"
    "::test_without_vendor_pages_it_tells_a_program_what_to_call",
)
def test_q10_everybody_who_got_in_before_is_mailed_of_a_new_contact(
    ada: Visitor, bo: Visitor, where: Evaluation, smtp_sink: Sink
) -> None:
    cy = colleague(ada, "Cy Ott", "cy@acme.example", where)
    mails = mails_of("contact.added")
    whose = by_letter(ada, bo)
    assert (
        sorted(whose[address] for address in mails)
        == (case("Q10")["expected"]["mails_at_adding"])
    )
    for visitor in (ada, bo):
        text = mails[visitor.link.address]
        assert f"{where.owner.name} has added Cy Ott" in text
        assert "Earlier prices and drafts stay closed" in text
        assert link_secret(visitor.link.pk) in text
        assert link_secret(cy.link.pk) not in text
    tell_of_keys()
    assert len(owed("contact.added")) == 2
    sweep_notices()
    arrived = [mail for mail in smtp_sink.arrived if "Cy Ott was" in mail["Subject"]]
    assert sorted(mail["To"] for mail in arrived) == sorted(mails)


def test_the_mail_leads_to_the_people_and_tells_nobody_of_themselves(
    ada: Visitor, bo: Visitor
) -> None:
    mails = mails_of("contact.added")
    assert list(mails) == [ada.link.address]
    (way,) = re.findall(r"/vendor/start/\S+", mails[ada.link.address])
    asked = ada.post(way)
    code = code_of(SignInCode.objects.get(link=ada.link).pk)
    begun = ada.post(asked["Location"], code=code)
    assert begun["Location"] == f"{ada.home}people/"


def test_q3_a_token_of_the_buyer_is_told_of_with_what_it_reads(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    token, secret = issue_token(vendor=ada.link.vendor, by=where.owner)
    mails, whose = mails_of("token.issued"), by_letter(ada, bo)
    told = sorted(whose[address] for address in mails)
    assert told == case("Q3")["expected"]["mails"]
    newest = mails[ada.link.address]
    assert token.prefix in newest and secret not in newest
    assert "no price" in newest and where.owner.name in newest


def test_q11_s17_a_changed_address_is_told_to_the_former_and_to_the_others(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    secret = own_token(ada.sign_in())
    assert call(secret).status_code == 200
    former = ada.link.address
    change_contact(
        contact=ada.link.contact,
        name="Ada Park",
        email="me@lead.example",
        by=where.owner,
    )
    assert call(secret).status_code == 401
    mails, whose = mails_of("contact.changed"), {former: "a@acme.example"}
    told = [whose.get(address, "B") for address in sorted(mails)]
    assert told == case("Q11")["expected"]["mails"]
    assert "Your address was replaced" in mails[former]
    assert "/vendor/" not in mails[former] and "/api/" not in mails[former]
    assert where.owner.name in mails[bo.link.address]
    assert "Ada Park" in mails[bo.link.address]
    ended = Entry.objects.get(action="token.revoked")
    assert ended.reason == "The address has changed."


def test_an_address_that_is_the_same_in_other_letters_tells_nobody(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    secret = own_token(ada.sign_in())
    terms: Any = {"name": "Ada P.", "by": where.owner}
    for email in (ada.link.contact.email, ada.link.contact.email.upper()):
        change_contact(contact=ada.link.contact, email=email, **terms)
        assert mails_of("contact.changed") == {}
    assert call(secret).status_code == 200


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_changed_addresses.py"
    "::test_q30_a_cookie_of_before_the_change_reads_no_price",
)
def test_the_own_token_of_who_is_removed_ends(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    secret = own_token(bo.sign_in())
    remove_contact(contact=bo.link.contact, reason="Left.", by=where.owner)
    assert call(secret).status_code == 401
    assert "Bo Marchetti" not in people(ada.sign_in()).content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_colleague_who_was_asked_for_says_by_whom",
)
def test_a_contact_has_two_tokens_ends_its_own_and_hears_each_text_once(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    first = own_token(ada.sign_in())
    own_token(ada)
    third = people(ada, then="token", label="x")
    assert third.status_code == 409 and "2 live tokens" in third.content.decode()
    assert people(ada, then="token", label="").status_code == 400
    # The buyer's two are counted apart, and the buyer may end what it cannot read.
    for _ in range(2):
        issue_token(vendor=ada.link.vendor, by=where.owner)
    key = VendorToken.objects.get(prefix=first[:16]).pk
    assert people(bo.sign_in(), then="end", key=str(key)).status_code == 404
    assert call(first).status_code == 200
    assert people(ada, then="end", key=str(key)).status_code == 302
    assert call(first).status_code == 401
    second = VendorToken.objects.get(contact=ada.link.contact, revoked_at=None)
    page = f"/admin/vendors/{second.vendor_id}/token/?replaces={second.pk}"
    assert signed_in(where.owner).get(page).status_code == 404
    assert act("revoke-token", second, where.owner, reason="Unused.") == 302


def test_the_others_are_told_of_an_own_token_and_its_maker_is_not(
    ada: Visitor, bo: Visitor
) -> None:
    secret = own_token(bo.sign_in())
    mails = mails_of("token.issued")
    assert list(mails) == [ada.link.address]
    assert "It reads what its maker reads" in mails[ada.link.address]
    assert secret not in mails[ada.link.address]


def test_q26_not_one_of_us_holds_until_a_contact_asks_for_them(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    secret = own_token(bo.sign_in())
    answer = people(ada.sign_in(), then="disown", key=str(bo.link.contact_id))
    assert answer.status_code == 302
    expected = case("Q26")["expected"]
    assert bo.get().status_code == expected["C_session"]
    assert bo.get(bo.start).status_code == expected["C_link"]
    assert call(secret).status_code == 401
    assert "kept out since" in people(ada).content.decode()
    mails = mails_of("contact.disowned")
    assert sorted(mails) == [ada.link.address, bo.link.address]
    assert "let a colleague ask for you" in mails[bo.link.address]
    told = Notice.objects.filter(kind="contact_disowned")
    assert told.count() == expected["owner_mails"]
    mail = told.get()
    assert mail.recipient == where.owner
    assert "Bo Marchetti" in read(mail).text and "/invitations/" in read(mail).text
    fields = {"contacts": bo.link.contact_id}
    sent = act("send-link", ada.link.candidate, where.owner, **fields)
    assert sent == expected["status"]
    # Removed and added again, it holds as well.
    remove_contact(contact=bo.link.contact, reason="Odd.", by=where.owner)
    add_contact(
        vendor=ada.link.vendor, name="Bo", email="bo@acme.example", by=where.owner
    )
    assert act("send-link", ada.link.candidate, where.owner, **fields) == 409
    assert not InvitationLink.objects.filter(
        newest_link(), contact=bo.link.contact
    ).exists()
    ada.post(f"{ada.home}colleagues/", name="Bo", email="bo@acme.example")
    request = ada.link.candidate.contact_requests.get()
    assert act("accept-contact", request, where.owner) == 302
    again = InvitationLink.objects.get(newest_link(), contact=bo.link.contact)
    assert Visitor(again).sign_in().get().status_code == 200


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_mail_leads_to_the_people_and_tells_nobody_of_themselves",
)
def test_nobody_acts_on_themselves_or_on_people_of_others(
    ada: Visitor, where: Evaluation
) -> None:
    ada.sign_in()
    rival = invited(where, "Globex ML", "gil@globex.example")
    theirs, _ = issue_token(vendor=rival.vendor, by=where.owner)
    absent = heard(ada, then="read", key=str(ada.link.candidate_id))
    assert absent[0] == 404
    for then in ("read", "disown", "end"):
        for key in (ada.link.contact_id, rival.contact_id, theirs.pk, "x"):
            assert heard(ada, then=then, key=str(key)) == absent
    assert not Contact.objects.exclude(disowned_at=None).exists()
    page = people(ada).content.decode()
    assert "gil@" not in page and theirs.prefix not in page and "Globex" not in page


def heard(visitor: Visitor, **fields: Any) -> tuple[int, str]:
    """Status and page but for what protects its forms."""
    answer = people(visitor, **fields)
    return answer.status_code, TOKEN.sub("", answer.content.decode())


def test_what_the_buyer_ends_of_its_own_tells_nobody_anew(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    token, _ = issue_token(vendor=ada.link.vendor, by=where.owner)
    tell_of_keys()
    number = Notice.objects.count()
    revoke_token(token=token, by=where.owner)
    tell_of_keys()
    assert Notice.objects.count() == number


# Prices and drafts: read by whom the vendor let in.

PRICES = {"currency": "EUR", "valid_until": "2040-06-30", "0-kind": "licence"}


def hand_in(visitor: Visitor, likely: str, **fields: Any) -> None:
    answer = visitor.quote(**PRICES, **{"0-likely": likely}, **fields)
    assert answer.status_code == 302, answer.content.decode()


def reads(visitor: Visitor, amount: str) -> bool:
    """Whether the amount is heard on the page, in the sheet or under People."""
    pages = (f"{visitor.home}quote/", f"{visitor.home}people/")
    return any(amount in visitor.get(page).content.decode() for page in pages)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_look_over.py"
    "::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_q10_who_came_later_reads_prices_once_a_reader_says_so(
    ada: Visitor, where: Evaluation
) -> None:
    hand_in(ada.sign_in(), "8484")
    cy = colleague(ada, "Cy Ott", "cy@acme.example", where).sign_in()
    found, expected = [[1] * reads(cy, "8,484")], case("Q10")["expected"]
    key = str(cy.link.contact_id)
    assert people(ada, then="read", key=key).status_code == 302
    found.append([1] * reads(cy, "8,484"))
    assert {"C": found} == expected["reads"]
    entry = Entry.objects.get(action=expected["journal"])
    assert entry.after["revisions"] == [1]
    assert "8484" not in without_keys(str(entry.after))
    assert entry.actor_name == "Acme (Ada Park)"
    # Said twice, it is written once.
    people(ada, then="read", key=key)
    assert Entry.objects.filter(action="quote.reader_named").count() == 1


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_look_over.py"
    "::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_who_does_not_read_lets_nobody_read(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    hand_in(ada.sign_in(), "8484")
    cy = colleague(ada, "Cy Ott", "cy@acme.example", where).sign_in()
    people(bo.sign_in(), then="read", key=str(cy.link.contact_id))
    assert not reads(cy, "8,484") and not reads(bo, "8,484")


@pytest.mark.parametrize(
    ("asker", "ticks", "opens"),
    [
        ("ada", True, case("Q16")["expected"]["reads"]["D"] == [1]),
        ("ada", False, False),
        ("bo", True, case("Q15")["expected"]["reads"]["D"] == [1]),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[ada-False-False]",
)
def test_q15_q16_a_colleague_reads_as_far_as_who_asked_for_them(
    ada: Visitor, bo: Visitor, where: Evaluation, asker: str, ticks: bool, opens: bool
) -> None:
    hand_in(ada.sign_in(), "8484")
    who = {"ada": ada, "bo": bo.sign_in()}[asker]
    tick = {"may_read": "on"} if ticks else {}
    kim = {"name": "Kim Lee", "email": "kim@acme.example"}
    assert who.post(f"{who.home}colleagues/", **kim, **tick).status_code == 302
    accept_contact(request=ada.link.candidate.contact_requests.get(), by=where.owner)
    link = InvitationLink.objects.get(contact__email=kim["email"])
    assert reads(Visitor(link).sign_in(), "8,484") == opens


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_look_over.py"
    "::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_a_tick_does_not_outlive_the_address_of_who_asked(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    hand_in(bo.sign_in(), "8484")
    ada.sign_in()
    kim = {"name": "Kim Lee", "email": "kim@acme.example", "may_read": "on"}
    ada.post(f"{ada.home}colleagues/", **kim)
    # The owner lets the asker stand for the reader.
    terms: Any = {"name": "Bo Marchetti", "by": where.owner}
    change_contact(contact=bo.link.contact, email="x@lead.example", **terms)
    change_contact(contact=ada.link.contact, email="bo@acme.example", **terms)
    accept_contact(request=ada.link.candidate.contact_requests.get(), by=where.owner)
    link = InvitationLink.objects.get(contact__email=kim["email"])
    assert not reads(Visitor(link).sign_in(), "8,484")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_look_over.py"
    "::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_q17_q6_replaced_prices_are_told_to_all_but_who_replaced_them(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    hand_in(ada.sign_in(), "8484")
    tell_of_keys()
    assert not [row for row in Notice.objects.filter(kind="new_key") if about(row) > 0]
    hand_in(bo.sign_in(), "7171")
    mails, whose = mails_of("quote.handed_in"), by_letter(ada, bo)
    told = [f"{whose[key]}: your prices were replaced by B" for key in mails]
    assert told == case("Q17")["expected"]["mails"]
    assert "Acme (Bo Marchetti) has handed in prices" in mails[ada.link.address]
    assert "7171" not in without_keys(str(mails))
    assert "8484" not in without_keys(str(mails))
    # A program with the buyer's token is told of to both.
    _, secret = issue_token(vendor=ada.link.vendor, by=where.owner)
    put_quote(secret, ada, "5")
    told = sorted(whose[address] for address in mails_of("quote.handed_in"))
    assert told == case("Q6")["expected"]["mails_each"]


def about(notice: Notice) -> int:
    """How many prices that notice tells of."""
    rows = Entry.objects.filter(pk=notice.subject_id, action="quote.handed_in")
    return int(rows.count())


def put_quote(secret: str, ada: Visitor, likely: str) -> None:
    answer = Client().put(
        f"/api/v1/invitations/{ada.link.candidate_id}/quote/",
        {
            "currency": "EUR",
            "valid_until": "2040-06-30",
            "lines": [{"kind": "licence", "likely": likely}],
        },
        content_type="application/json",
        headers={"authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 201


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_look_over.py"
    "::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_q21_q22_an_own_token_reads_what_its_contact_reads(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    hand_in(ada.sign_in(), "8484")
    place = f"/api/v1/invitations/{ada.link.candidate_id}/quote/"
    mine, theirs = own_token(ada), own_token(bo.sign_in())
    lines = call(mine, place).json()["lines"]
    found: list[Any] = [[1 for line in lines if line["likely"] == "8484"]]
    withheld = call(theirs, place).json()
    assert withheld["withheld"] is case("Q22")["expected"]["withheld"]
    assert withheld["lines"] is None
    change_contact(
        contact=ada.link.contact, name="Ada", email="me@lead.example", by=where.owner
    )
    found.append(str(call(mine, place).status_code))
    assert {"token": found} == case("Q21")["expected"]["reads"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_an_address_that_is_the_same_in_other_letters_tells_nobody",
)
def test_an_own_token_reaches_no_invitation_of_which_its_contact_has_no_link(
    ada: Visitor, bo: Visitor
) -> None:
    """A house token reaches all; who was let into one is not let into others by it."""
    other = vendors.in_research(common.evaluation(title="Another purchase"))
    common.requirement(other, "R9", "must")
    theirs = vendors.candidate(other, "Acme Two", vendor=ada.link.vendor)
    invite(candidate=theirs, contacts=[ada.link.contact], by=other.owner)
    both, one = own_token(ada.sign_in()), own_token(bo.sign_in())
    assert len(call(both).json()["results"]) == 2
    (only,) = call(one).json()["results"]
    assert only["id"] == str(bo.link.candidate_id)
    place = f"/api/v1/invitations/{theirs.pk}/"
    for path in ("", "requirements/", "quote/", "claims/"):
        assert call(both, f"{place}{path}").status_code == 200
        assert call(one, f"{place}{path}").status_code == 404
    claim = {"requirement": "R9", "availability": "now", "statement": "Yes."}
    for secret, status in ((one, 404), (both, 201)):
        answer = Client().post(
            f"{place}claims/",
            claim,
            content_type="application/json",
            headers={"authorization": f"Bearer {secret}"},
        )
        assert answer.status_code == status


def draft(visitor: Visitor, words: str, ref: str = "R1", version: str = "0") -> Any:
    fields = {"version": version, "availability": "now", "statement": words}
    page = f"{visitor.home}answer/{ref}/"
    return visitor.post(page, page=visitor.home, then="stay", **fields)


def shows(visitor: Visitor, words: str) -> bool:
    """Whether the words are heard on any page of drafts."""
    pages = ("answer/R1/", "drafts/", "hand-in/", "")
    return any(
        words in visitor.get(f"{visitor.home}{page}").content.decode() for page in pages
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_others_are_told_of_an_own_token_and_its_maker_is_not",
)
def test_q24_a_draft_is_shown_to_who_was_there_before_it_and_whom_they_let_in(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    draft(ada.sign_in(), "Secret plan")
    cy = colleague(ada, "Cy Ott", "cy@acme.example", where).sign_in()
    expected = case("Q24")["expected"]
    assert shows(bo.sign_in(), "Secret plan") is expected["B_sees_draft"]
    seen = [shows(cy, "Secret plan")]
    page = cy.get(f"{cy.home}answer/R1/").content.decode()
    assert "A colleague has a draft here" in page and "Start over" in page
    # Nor is it written over, handed in or guessed at.
    for version in ("0", "1"):
        assert draft(cy, "Mine", version=version).status_code == 409
    assert cy.post(f"{cy.home}hand-in/").status_code == 409
    # What is begun from now on, all read.
    draft(ada, "Open plan", "R2")
    assert "Open plan" in cy.get(f"{cy.home}answer/R2/").content.decode()
    people(ada, then="read", key=str(cy.link.contact_id))
    assert [*seen, shows(cy, "Secret plan")] == expected["C_sees_draft"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_answering.py::test_too_much_is_not_kept",
)
def test_the_hand_in_of_who_came_later_leaves_what_they_do_not_read(
    ada: Visitor, where: Evaluation
) -> None:
    draft(ada.sign_in(), "Secret plan")
    cy = colleague(ada, "Cy Ott", "cy@acme.example", where).sign_in()
    draft(cy, "Open plan", "R2")
    assert "a colleague's draft at R1" in cy.get(f"{cy.home}hand-in/").text
    assert cy.post(f"{cy.home}hand-in/").status_code == 302
    assert not shows(cy, "Secret plan")
    assert shows(ada, "Secret plan")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_mail_leads_to_the_people_and_tells_nobody_of_themselves",
)
def test_q25_who_starts_over_begins_blank_and_those_who_read_are_told(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    draft(ada.sign_in(), "Secret plan")
    cy = colleague(ada, "Cy Ott", "cy@acme.example", where).sign_in()
    page = f"{cy.home}answer/R1/"
    assert cy.post(page, then="discard").status_code == 302
    blank = cy.get(page).content.decode()
    assert "Secret plan" not in blank and 'name="statement"' in blank
    mails = mails_of("draft.started_over")
    assert sorted(mails) == [ada.link.address, bo.link.address]
    said = case("Q25")["expected"]["A_mail"].replace("C started", "(Cy Ott) started")
    assert said in mails[ada.link.address]
    # Of a draft that they read, nobody is told.
    draft(bo.sign_in(), "Plan B")
    ada.post(f"{ada.home}answer/R1/", then="discard")
    assert Entry.objects.filter(action="draft.started_over").count() == 1


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_look_over.py"
    "::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_q27_mails_of_new_keys_hold_no_secret(
    ada: Visitor, bo: Visitor, where: Evaluation
) -> None:
    invited(where, "Globex ML", "gil@globex.example")
    hand_in(ada.sign_in(), "8484")
    _, secret = issue_token(vendor=ada.link.vendor, by=where.owner)
    cy = colleague(ada, "Cy Ott", "cy@acme.example", where)
    change_contact(
        contact=bo.link.contact, name="Bo", email="x@lead.example", by=where.owner
    )
    tell_of_keys()
    links = {
        link.address: link_secret(link.pk) for link in InvitationLink.objects.all()
    }
    rows = Notice.objects.filter(kind="new_key").exclude(address=bo.link.address)
    assert {row.address for row in rows} == {ada.link.address, cy.link.address}
    for row in rows:
        message = read(row)
        whole = f"{message.subject} {message.text} {message.html}"
        others = [text for address, text in links.items() if address != row.address]
        forbidden = {
            "84": ("8484", "8,484"),
            "token text": (secret,),
            "link of another": others,
            "rival": ("Globex",),
        }
        for kind in case("Q27")["expected"]["mails_hold_not"]:
            assert [text for text in forbidden[kind] if text in whole] == []
