"""An amount is read by the addresses that the vendor named, and by nobody else.

Cases Q1 to Q32, over HTTP, each request behind the wall of the vendor role.
"""

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import Settings

from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.notices.kinds import KINDS
from evaltracker.portable.writing import as_bytes, document_of
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.rights.logs import written
from tests.vendors.door import case
from tests.vendors.isolation.conftest import behind
from tests.vendors.portal.visitor import Visitor
from vendors.models import Candidate, Contact, InvitationLink, Quote, QuoteReader
from vendors.rate_limits import forget_counts
from vendors.selectors.costs import own_quotes
from vendors.services.access import issue_token
from vendors.services.contacts import add_contact, change_contact, give_link
from vendors.services.contacts import remove_contact as remove

pytestmark = pytest.mark.postgres
HEAD = {"currency": "EUR", "valid_until": "2040-06-30"}
# The price of each revision, by its number.
PRICES = {1: "8484.84", 2: "7272.72", 3: "6161.61"}


# What a token is answered that reads no amount.
WITHHELD = ("withheld", "lines", "not_quoted")


def revisions_in(text: str) -> list[int]:
    plain = text.replace(",", "")
    return [number for number, price in PRICES.items() if price in plain]


@dataclass
class Person(Visitor):
    """A contact in the pages, whose requests are the vendor process's."""

    role: str = ""

    def get(self, address: str = "") -> Any:
        with behind(self.role):
            return super().get(address)

    def post(self, address: str, page: str = "", **fields: Any) -> Any:
        with behind(self.role):
            return super().post(address, page, **fields)

    @property
    def prices(self) -> str:
        return f"{self.home}quote/"

    def text(self) -> str:
        shown = self.get(self.prices)
        assert shown.status_code == 200
        text: str = shown.content.decode()
        return text

    def reads(self) -> list[int]:
        """Whose amounts the page or the sheet show."""
        sheet = self.get(f"{self.prices}sheet/")
        assert sheet.status_code == 200
        cells = load_workbook(io.BytesIO(sheet.getvalue()))["Prices"]
        said = [
            str(value) for row in cells.iter_rows(values_only=True) for value in row
        ]
        return sorted({*revisions_in(self.text()), *revisions_in(" ".join(said))})

    def priced(self) -> list[Any]:
        """Lines of the sheet that hold an amount."""
        sheet = self.get(f"{self.prices}sheet/").getvalue()
        rows = load_workbook(io.BytesIO(sheet))["Prices"].iter_rows(values_only=True)
        return [row for row in rows if any(isinstance(cell, float) for cell in row)]

    def look_over(self, price: str) -> str:
        form = {**HEAD, "0-kind": "licence", "0-likely": price}
        text: str = self.post(self.prices, **form).content.decode()
        return text

    def hand_in(self, price: str, *readers: str, status: int = 302) -> None:
        form: dict[str, Any] = {**HEAD, "0-kind": "licence", "0-likely": price}
        form["readers"] = readers
        assert self.quote(**form).status_code == status


@dataclass
class Desk:
    """Acme, invited; A and B have links, and A has handed in revision 1."""

    where: Evaluation
    candidate: Candidate
    token: str
    role: str
    people: dict[str, Person]

    def add(self, name: str, email: str) -> Person:
        vendor, owner = self.candidate.vendor, self.where.owner
        assert vendor is not None
        contact = add_contact(vendor=vendor, name=name, email=email, by=owner)
        self.people[name] = self.enter(contact)
        return self.people[name]

    def enter(self, contact: Contact) -> Person:
        """The contact in the pages, by the link that they have now."""
        contact.refresh_from_db()
        link = give_link(candidate=self.candidate, contact=contact)
        visitor = Visitor(InvitationLink.objects.get(pk=link.pk)).sign_in()
        return Person(visitor.link, visitor.browser, role=self.role)

    def call(self, method: str, **body: Any) -> Any:
        """With the token that the house issued."""
        client = Client(headers={"authorization": f"Bearer {self.token}"})
        address = f"/api/v1/invitations/{self.candidate.pk}/quote/"
        sent = json.dumps(body) if body else ""
        with behind(self.role):
            return client.generic(method, address, sent, "application/json")

    def put(self, price: str, *readers: str, **headers: str) -> Any:
        lines = [{"kind": "licence", "likely": price}]
        return self.call("PUT", **HEAD, lines=lines, readers=list(readers))

    def readable(self, *names: str) -> dict[str, list[int]]:
        """By name, the revisions whose amounts that person, or the token T, can read,
        of all that were handed in; those that a page shows are among them."""
        found = {}
        for name in names:
            if name == "T":
                found[name] = revisions_in(json.dumps(self.read()))
                continue
            address = self.people[name].link.address
            rows = own_quotes(self.candidate, address)
            found[name] = sorted(row.revision for row in rows if row.lines)
        return found

    def read(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.call("GET").json()
        assert revisions_in(json.dumps(answer)) == []
        return answer


@pytest.fixture
def desk(db: None, request: pytest.FixtureRequest) -> Iterator[Desk]:
    forget_counts()
    where = common.evaluation()
    common.requirement(where, "R1", "must")
    candidate = vendors.invited(vendors.in_research(where))
    assert candidate.vendor is not None
    token = vendors.token(candidate.vendor)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    role = request.getfixturevalue("role")
    made = Desk(where, candidate, token, role, {})
    for name in ("A", "B"):
        made.add(name, f"{name.lower()}@acme.example")
    made.people["A"].hand_in(PRICES[1])
    yield made
    forget_counts()


def test_q1_q2_q8_q17_to_q20_who_may_not_read_has_a_blank_form(desk: Desk) -> None:
    a, b = desk.people["A"], desk.people["B"]
    assert (a.reads(), b.reads()) == ([1], [])
    assert desk.readable("A") == case("Q1")["expected"]["reads"]
    told, expected = desk.read(), case("Q2")["expected"]
    assert told["revision"] == 1
    assert told == {**told, **{key: expected[key] for key in WITHHELD}}
    page, expected = b.text(), case("Q8")["expected"]
    assert desk.readable("A", "B") == expected["reads"]
    assert all(words in page for words in expected["B_page"].split("…"))
    # Q19
    expected = case("Q19")["expected"]
    assert {"A": a.reads(), "B": b.reads()} == expected["reads"]
    assert len(a.priced()) == 1
    assert (b.priced() or "blank lines") == expected["B_sheet"]
    assert "Withdraw all prices" not in page and 'value="2040-06-30"' not in page
    # Q18
    expected = case("Q18")["expected"]
    assert b.post(b.prices, then="withdraw").status_code == expected["status"]
    assert ({"A": a.reads()}, Quote.objects.count()) == (expected["reads"], 1)
    # Q20: the same prices are a revision of B's own.
    b.hand_in(PRICES[1])
    expected = case("Q20")["expected"]
    assert Quote.objects.count() == expected["revision"]
    assert desk.readable("B") == expected["reads"]
    assert desk.readable("A", "B") == case("Q17")["expected"]["reads"]
    assert QuoteReader.objects.filter(quote__revision=2).get().email == "b@acme.example"
    # Q17: A still reads what A handed in, and not what followed.
    b.hand_in(PRICES[3])
    assert (a.reads(), b.reads()) == ([1], [3])
    page = a.text()
    assert "Prices were handed in by B on" in page and "which was replaced" in page


def test_q9_whom_the_one_who_hands_in_ticks_reads_too(desk: Desk) -> None:
    a, b = desk.people["A"], desk.people["B"]
    page = a.look_over(PRICES[2])
    assert "b@acme.example" in page and "can get in since" in page
    ticked = re.compile(r'value="b@acme.example"\s+checked>')
    assert not ticked.search(page)
    a.hand_in(PRICES[2], "B@acme.example")
    assert (a.reads(), b.reads()) == ([2], [2])
    assert desk.readable("A", "B") == case("Q9")["expected"]["reads"]
    assert ticked.search(a.look_over(PRICES[3]))
    # The same prices are written again only to name somebody more.
    a.hand_in(PRICES[2], "b@acme.example")
    a.hand_in(PRICES[2])
    assert Quote.objects.count() == 2
    desk.add("C", "c@acme.example")
    a.hand_in(PRICES[2], "c@acme.example")
    named = QuoteReader.objects.filter(quote__revision=3).values_list(
        "email", flat=True
    )
    assert sorted(named) == ["a@acme.example", "c@acme.example"]
    a.hand_in(PRICES[3], "x@rival.example", status=400)
    assert Quote.objects.count() == 3


def test_q4_to_q7_q29_a_token_of_the_house_hands_in_and_reads_nothing(
    desk: Desk,
) -> None:
    a = desk.people["A"]
    # Q29
    refused = desk.put(PRICES[2], "a@acme.example", "x@rival.example")
    (error,) = refused.json()["errors"]
    assert error["pointer"] == "#/readers/1"
    expected, refused = case("Q29")["expected"], desk.put(PRICES[2], "x@rival.example")
    assert refused.status_code == expected["status"]
    assert refused.json()["errors"][0]["pointer"] == expected["pointer"]
    # Q4
    expected = case("Q4")["expected"]
    assert desk.put(PRICES[2]).status_code == expected["PUT"]
    assert (desk.read()["withheld"], a.reads()) == (True, [1])
    assert desk.readable("T", "A") == expected["reads"]
    page = " ".join(a.text().split())
    assert all(words in page for words in expected["A_sees_of_2"].split("…"))
    # Q5
    handed_in = desk.put(PRICES[3], "A@acme.example")
    assert handed_in.status_code == 201
    assert revisions_in(handed_in.content.decode()) == []
    assert (desk.read()["withheld"], a.reads()) == (True, [3])


def test_q5_to_q7_whom_a_program_names_reads_and_the_same_again_is_another(
    desk: Desk,
) -> None:
    a = desk.people["A"]
    # Q7
    expected = case("Q7")["expected"]
    assert desk.call("DELETE").status_code == expected["status"]
    assert {"A": a.reads()} == expected["reads"]
    assert desk.read()["revision"] == expected["stands"]
    # Q6
    expected = case("Q6")["expected"]
    statuses = [desk.put(PRICES[1]).status_code for _ in range(2)]
    assert (statuses, desk.read()["revision"]) == (
        expected["status"],
        expected["revisions"],
    )
    assert desk.readable("T") == expected["reads"]


def test_q5_whom_a_program_names_reads_what_it_hands_in(desk: Desk) -> None:
    assert desk.put(PRICES[2], "a@acme.example").status_code == 201
    assert desk.readable("T", "A") == case("Q5")["expected"]["reads"]


def test_q12_to_q14_q30_it_is_the_present_address_that_reads(desk: Desk) -> None:
    a, owner = desk.people["A"], desk.where.owner
    contact = a.link.contact
    move = partial(change_contact, contact=contact, name="A", by=owner)
    move(email="me@lead.example")
    # Q30
    refused = [a.get(a.prices + page).status_code for page in ("", "sheet/")]
    assert refused == case("Q30")["expected"]["status"]
    assert desk.enter(contact).reads() == []
    # Q12
    move(email="A@acme.example")
    assert {"A": desk.enter(contact).reads()} == case("Q12")["expected"]["reads"]
    remove(contact=contact, reason="Left", by=owner)
    # Q14
    lead = "me@lead.example"
    assert {lead: desk.add("A", lead).reads()} == case("Q14")["expected"]["reads"]
    # Q13
    again = desk.add("A", "A@acme.example")
    assert {"A": again.reads()} == case("Q13")["expected"]["reads"]


def test_q23_the_first_read_of_a_session_is_told_once_and_names_no_amount(
    desk: Desk,
) -> None:
    a = desk.people["A"]
    with behind(desk.role):
        assert a.browser.head(a.prices).status_code == 200
    read = Entry.objects.filter(action="quote.read")
    assert not read.exists()
    assert a.text().count("Read by") == 1
    a.reads()
    assert read.count() == 1
    again = desk.enter(a.link.contact)
    again.reads()
    assert read.count() == 2
    desk.people["B"].reads()
    desk.read()
    assert read.count() == 2
    token, desk.token = issue_token(
        vendor=a.link.vendor, label="ours", by=SYSTEM, contact=a.link.contact
    )
    assert [desk.call(method).status_code for method in ("HEAD", "GET")] == [200, 200]
    assert revisions_in(desk.call("GET").content.decode()) == [1]
    assert read.count() == case("Q23")["expected"]["entries"]
    assert [entry.after for entry in read.order_by("number")] == [
        {"candidate": "Acme ML", "revision": 1, "reader": name}
        for name in ("A", "A", token.prefix)
    ]
    assert revisions_in(str([vars(entry) for entry in read])) == []


def test_q28_q32_prices_that_are_opened_are_read_by_no_further_contact(
    desk: Desk,
) -> None:
    vendors.open_prices(desk.where)
    house = Quote.objects.visible_to(desk.where.owner)
    found = {name: desk.people[name].reads() for name in ("A", "B")}
    found["house"] = list(house.values_list("revision", flat=True))
    assert found == case("Q28")["expected"]["reads"]
    assert desk.read()["withheld"]
    # Q32: the rules of a test invitation are the same.
    Evaluation.objects.update(is_practice=True)
    assert {"A": desk.people["A"].reads()} == case("Q32")["expected"]["reads"]
    assert desk.people["B"].reads() == []


# Pages of the buyer that speak of an evaluation or of a candidate.
TABS = (
    *("overview", "costs", "candidates", "invitations", "journal", "notices", "files"),
    *("comparison", "decision", "matrix", "questions", "letters"),
)


def test_t62_no_way_leads_one_person_of_the_buyer_to_an_amount(
    desk: Desk, settings: Settings
) -> None:
    """By token, contact, address and link, of before and after; by what they read."""
    a, b, owner = desk.people["A"], desk.people["B"], desk.where.owner
    ways: dict[str, list[int]] = {}
    logging.disable(logging.NOTSET)
    with written() as log:
        # B stands for a contact whom the owner had entered before there were prices.
        ways["contact and link of before"] = b.reads()
        ways["token of before"] = revisions_in(json.dumps(desk.read()))
        desk.token = issue_token(vendor=b.link.vendor, by=owner)[1]
        ways["token of after"] = revisions_in(json.dumps(desk.read()))
        ways["contact and link of after"] = desk.add("C", "c@lead.example").reads()
        for name, person in (("own", b), ("a reader's", a)):
            contact = Contact.objects.get(pk=person.link.contact_id)
            address = f"{contact.name.lower()}@lead.example"
            change_contact(contact=contact, name="A", email=address, by=owner)
            ways[f"{name} changed address"] = desk.enter(contact).reads()
        tried = [desk.put(price) for price in PRICES.values()]
        assert {answer.status_code for answer in tried} == {201}
        said = " ".join(answer.content.decode() for answer in tried)
        ways["trying what was handed in"] = revisions_in(said)
        settings.ROOT_URLCONF = "evaltracker.urls"
        client = signed_in(owner)
        pages = [
            reverse(f"admin:evaluation_{tab}", args=[desk.where.slug]) for tab in TABS
        ]
        pages.append(f"/admin/candidates/{desk.candidate.pk}/")
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 200, page
            ways[page] = revisions_in(answer.content.decode())
        for text in (PRICES[1], "8484"):
            hits = client.get("/admin/search/", {"q": text}).content.decode()
            assert "Acme" not in hits and text in hits
            ways[f"search for {text}"] = []
    ways["export"] = revisions_in(as_bytes(document_of(desk.where, owner)).decode())
    entries = Entry.objects.filter(evaluation=desk.where)
    assert entries.filter(action="quote.handed_in").exists()
    ways["journal"] = revisions_in(str([vars(entry) for entry in entries]))
    mails = [KINDS[row.kind].compose(row) for row in Notice.objects.all()]
    assert mails
    texts = [text for mail in mails for text in (mail.subject, mail.text, mail.html)]
    ways["mail"] = revisions_in(" ".join(texts))
    ways["log"] = revisions_in(log.getvalue())
    assert log.getvalue()
    assert len(ways) > 20
    assert {way: found for way, found in ways.items() if found} == {}


def test_who_may_read_no_amount_learns_that_prices_were_handed_in(desk: Desk) -> None:
    listed = desk.people["B"].get(desk.people["B"].home).content.decode()
    assert "prices handed in" in listed
    a = desk.people["A"]
    assert a.post(a.prices, then="withdraw").status_code == 302
    listed = desk.people["B"].get(desk.people["B"].home).content.decode()
    assert re.search(r"prices not handed in \(handed in .+, withdrawn\)", listed)
