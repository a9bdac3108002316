"""Quoting prices: the same strictness as claims, and nobody else reads an amount."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.toolbox.languages import listed
from tests.factories import vendors
from tests.keys import without_keys
from tests.vendors.api.conftest import Party, refused
from vendors.models import PriceItem, Quote
from vendors.services.access import issue_token
from vendors.services.contacts import add_contact, give_link
from vendors.services.schedule import add_price_item, change_price_item

LINE: dict[str, Any] = {"kind": "licence", "likely": "918273.64"}
VALID = "2040-06-30"
CASES = {
    case["id"]: case["expect"]
    for case in json.loads(
        Path("tests/data/cases/any_purchase_cases.json").read_text()
    )["kinds_edited"]
}


def quote(party: Party, *lines: dict[str, Any], **fields: Any) -> Any:
    headers = fields.pop("headers", {})
    body = {"currency": "EUR", "valid_until": VALID, "lines": lines or [LINE], **fields}
    return party.call("PUT", f"{party.home}quote/", body, **headers)


def withdraw(party: Party, **headers: str) -> Any:
    return party.call("DELETE", f"{party.home}quote/", **headers)


def read(party: Party) -> dict[str, Any]:
    found: dict[str, Any] = party.call("GET", f"{party.home}quote/").json()
    return found


def pointers(answer: Any) -> dict[str, str]:
    """The sentence at each pointer of a refusal."""
    problem = refused(answer, 400)
    return {error["pointer"]: error["detail"] for error in problem["errors"]}


def test_a_quote_is_kept_as_revisions_and_its_token_reads_no_amount(
    acme: Party, globex: Party
) -> None:
    assert (read(acme)["revision"], read(acme)["withheld"]) == (0, False)
    first = quote(acme, {**LINE, "low": "900000", "quantity": "2.50"})
    assert first.status_code == 201
    told = first.json()
    assert told == read(acme)
    assert (told["revision"], told["valid_until"], told["sealed"]) == (1, VALID, True)
    assert told["withheld"] and told["handed_in_at"] and told["currency"] == ""
    assert (told["lines"], told["not_quoted"]) == (None, None)
    (line,) = Quote.objects.get().lines
    amounts = [line[name] for name in ("low", "likely", "high", "quantity")]
    assert amounts == ["900000", "918273.64", "918273.64", "2.5"]
    assert quote(acme, LINE).json()["revision"] == 2
    assert read(globex)["revision"] == 0
    assert Quote.objects.count() == 2


def test_the_same_prices_are_a_new_revision_whatever_the_key(acme: Party) -> None:
    """So nobody who has the token's text learns by trying what stands."""
    key = {"Idempotency-Key": "quote-1"}
    for number, line in enumerate((LINE, LINE, {**LINE, "likely": "1"}), 1):
        again = quote(acme, line, headers=key)
        assert (again.status_code, again.json()["revision"]) == (201, number)
        assert "Idempotent-Replayed" not in again
    assert quote(acme, headers={"Idempotency-Key": "\t"}).status_code == 400


def test_the_journal_names_no_amount_and_commits_to_all(
    acme: Party, where: Evaluation
) -> None:
    quote(acme)
    entry = Entry.objects.get(evaluation=where, action="quote.handed_in")
    told = {"candidate": "Acme ML", "revision": 1, "valid_until": VALID}
    assert entry.after == {**told, "readers": [], "handed_in_as": ""}
    assert "vendors.quote/1" in str(entry.rows)
    assert "918273" not in without_keys(str(vars(entry)))


@pytest.mark.parametrize(
    ("line", "pointer", "sentence"),
    [
        ({"likely": "-1"}, "likely", "A price can't be below 0"),
        ({"likely": 12}, "likely", "as a string"),
        ({"likely": "1e3"}, "likely", "as a string"),
        ({"likely": None}, "likely", "needs its likely amount"),
        ({"low": "918274"}, "low", "in that order"),
        ({"kind": "on_call"}, "kind", "asks for no “on_call”. It asks for: licence, "),
        ({"state": "included"}, "likely", "Only a priced line"),
        ({"state": "unsaid"}, "state", "must be one of"),
        ({"pricing": "volume"}, "tiers", "Tiers are 1 to 20"),
        ({"state": "not_applicable"}, "state", CASES["E6"]["refused"]),
        ({"pricing": "percent"}, "likely", "Only the kind that counts as the price"),
        ({"quantity": "-1"}, "quantity", "0 or more"),
        ({"discount": "5"}, "discount", "Unknown field"),
        ({"tiers": [{"above": "1"}]}, "tiers/0/likely", "required"),
    ],
)
def test_a_wrong_line_is_refused_at_its_field(
    acme: Party, line: dict[str, Any], pointer: str, sentence: str
) -> None:
    found = pointers(quote(acme, {"kind": "setup", "likely": "5"}, {**LINE, **line}))
    assert found.keys() == {f"#/lines/1/{pointer}"}
    assert sentence in found[f"#/lines/1/{pointer}"]
    assert not Quote.objects.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_prices_are_taken_as_long_as_answers_are",
)
def test_what_is_asked_stands_in_the_schedule_and_nothing_else_is_taken(
    acme: Party, where: Evaluation
) -> None:
    vendors.asks_for(where, "cleaning")
    depot = {"part": "Depot", "quantity": 12, "unit": "room", "help": "By night."}
    add_price_item(evaluation=where, kind="regular", by=where.owner, **depot)
    leave = PriceItem.objects.get(evaluation=where, kind="exit")
    change_price_item(item=leave, not_applicable="They stay.", by=where.owner)
    asked = read(acme)["schedule"]
    keys = ["start", "regular", "periodic", "on_request", "supplies", "price_change"]
    assert [row["kind"] for row in asked] == keys
    told = {"kind": "regular", "name": "regular cleaning", "group": "recurring"}
    assert asked[1] == {**told, "due": "monthly", **depot, "quantity": "12"}
    assert "They stay." not in str(read(acme))
    for kind in ("sso", "exit"):
        found = pointers(quote(acme, {"kind": kind, "likely": "5"}))
        assert found["#/lines/0/kind"] == (
            f"This invitation asks for no “{kind}”. It asks for: {listed(keys)}."
        )
    # One that the vendor names itself is a part, too.
    night = {"kind": "regular", "label": "Night", "likely": "5"}
    assert quote(acme, night, {**night, "label": "Depot"}).status_code == 201


def test_what_is_wrong_with_the_whole_is_refused(acme: Party) -> None:
    yesterday = (timezone.now() - datetime.timedelta(days=2)).date().isoformat()
    assert "has passed" in pointers(quote(acme, valid_until=yesterday))["#/valid_until"]
    assert "must be one of" in pointers(quote(acme, currency="EURO"))["#/currency"]
    assert pointers(quote(acme, lines=[])).keys() == {"#/lines"}
    twice = pointers(quote(acme, LINE, {**LINE, "likely": "1"}))
    assert "another line" in twice["#/lines/1/label"]
    today = timezone.now().date().isoformat()
    assert quote(acme, valid_until=today).status_code == 201


def test_prices_are_taken_as_long_as_answers_are(
    acme: Party, where: Evaluation
) -> None:
    quote(acme)
    vendors.enter(where, "demos")
    assert refused(quote(acme, {**LINE, "likely": "1"}), 409)["code"] == "claims_closed"
    assert read(acme)["revision"] == 1


def test_a_currency_without_a_rate_is_kept(acme: Party, where: Evaluation) -> None:
    assert where.currency != "JPY"
    assert quote(acme, currency="JPY").status_code == 201
    assert Quote.objects.get().currency == "JPY"


def test_a_token_of_the_house_withdraws_nothing(acme: Party) -> None:
    key = {"Idempotency-Key": "gone-1"}
    assert refused(withdraw(acme, **key), 403)["code"] == "not_a_reader"
    quote(acme)
    assert refused(withdraw(acme), 403)["code"] == "not_a_reader"
    assert (read(acme)["revision"], Quote.objects.count()) == (1, 1)


@pytest.fixture
def own(acme: Party, where: Evaluation) -> Party:
    """Acme by a token of its contact's own."""
    return by_contact(acme, "Ada", where)


def by_contact(party: Party, name: str, where: Evaluation) -> Party:
    vendor = party.candidate.vendor
    assert vendor is not None
    contact = add_contact(
        vendor=vendor, name=name, email=f"{name}@acme.example", by=where.owner
    )
    give_link(candidate=party.candidate, contact=contact)
    secret = issue_token(vendor=vendor, label=name, by=SYSTEM, contact=contact)[1]
    return Party(party.candidate, secret)


def test_a_contacts_own_token_reads_back_what_it_handed_in(
    acme: Party, own: Party
) -> None:
    first = quote(own, {**LINE, "low": "900000", "quantity": "2.50"})
    assert (first.status_code, first.json()) == (201, read(own))
    told = read(own)
    assert (told["withheld"], told["currency"]) == (False, "EUR")
    (line,) = told["lines"]
    amounts = [line[name] for name in ("low", "likely", "high", "quantity")]
    assert amounts == ["900000", "918273.64", "918273.64", "2.5"]
    assert "licence" not in told["not_quoted"] and "setup" in told["not_quoted"]
    assert "918273" not in without_keys(str(read(acme)))


def test_the_same_prices_again_write_nothing_for_who_may_read_them(
    own: Party, where: Evaluation
) -> None:
    quote(own)
    entries = Entry.objects.filter(evaluation=where).count()
    again = quote(own, {**LINE, "likely": "918273.6400", "state": "priced"})
    assert (again.status_code, again.json()["revision"]) == (200, 1)
    assert Entry.objects.filter(evaluation=where).count() == entries
    # But to name somebody more is a revision.
    more = quote(own, readers=["ada@acme.example", "Bo@acme.example"])
    assert pointers(more).keys() == {"#/readers/1"}


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_same_prices_again_write_nothing_for_who_may_read_them",
)
def test_a_key_replays_to_its_own_token_alone(
    own: Party, acme: Party, where: Evaluation
) -> None:
    key = {"Idempotency-Key": "quote-1"}
    first = quote(own, headers=key)
    again = quote(own, headers=key)
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert quote(own, valid_until="2041-01-01", headers=key).status_code == 422
    for other in (acme, by_contact(acme, "bo", where)):
        tried = quote(other, headers=key)
        assert "Idempotent-Replayed" not in tried
        assert tried.status_code == 201
    gone = {"Idempotency-Key": "gone-1"}
    assert withdraw(own, **gone).status_code == 403
    quote(own)
    first, again = withdraw(own, **gone), withdraw(own, **gone)
    assert again["Idempotent-Replayed"] == "true"
    assert (first.status_code, first.json()) == (200, again.json())
    assert (read(own)["revision"], read(own)["lines"]) == (0, [])
    assert withdraw(own).json()["code"] == "nothing_to_withdraw"
