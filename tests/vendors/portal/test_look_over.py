"""Prices are shown in words before they are handed in, and handed in as shown."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import strip_tags
from openpyxl import load_workbook

from evaltracker.evaluations.models import Evaluation
from tests.at_once import at_once
from tests.factories import common, vendors
from tests.meddling import meddle
from tests.vendors.door import case
from tests.vendors.portal.test_people import colleague
from tests.vendors.portal.visitor import SHOWN, Visitor, invited
from vendors.models import PriceItem, Quote
from vendors.services.schedule import add_price_item, remove_price_item

QUOTES = "vendors_quote"
HEAD = {"currency": "EUR", "valid_until": "2040-06-30"}
YEARLY = {"0-kind": "licence", "0-recurrence": "yearly", "0-quantity": "150"}
CHOICE = re.compile(r'name="0-likely-means" value="([^"]+)"')


@pytest.fixture
def page(ada: Visitor) -> str:
    return f"{ada.sign_in().home}quote/"


def words(answer: Any) -> str:
    """What can be read on a page."""
    return " ".join(strip_tags(answer.content.decode()).split())


def asks_three(where: Evaluation) -> None:
    """For a licence, training and hosting, and nothing else."""
    kept = {"licence": "licence", "training": "training"}
    kept["infrastructure_egress"] = "hosting"
    add_price_item(evaluation=where, kind="licence", part="x", by=where.owner)
    for item in PriceItem.objects.filter(evaluation=where):
        if item.part or item.kind not in kept:
            remove_price_item(item=item, by=where.owner)
    for kind, name in kept.items():
        PriceItem.objects.filter(evaluation=where, kind=kind).update(name=name)


def test_k1_prices_are_looked_over_in_words(
    ada: Visitor, page: str, where: Evaluation
) -> None:
    expected = case("K1")["expected"]
    asks_three(where)
    fields = {"0-likely": "90,00", "0-unit": "user", "1-kind": "training"}
    looked = ada.post(page, **HEAD, **YEARLY, **fields, **{"1-state": "included"})
    assert looked.status_code == 200
    for sentence in expected["sentences"]:
        assert sentence in words(looked)
    assert "In all, likely 13,500.00 EUR a year" in words(looked)
    assert Quote.objects.count() == expected["revisions"]


def test_k2_two_meanings_are_asked_back(ada: Visitor, page: str) -> None:
    expected = case("K2")["expected"]
    fields = {**HEAD, **YEARLY, "0-likely": "1.200", "0-unit": ""}
    first = ada.post(page, **fields)
    assert first.status_code == expected["first"]["status"]
    assert CHOICE.findall(first.content.decode()) == expected["first"]["choices"]
    second = ada.post(page, **fields, **{"0-likely-means": "1200"})
    assert expected["second"] in words(second)
    # It is no meaning of another text.
    other = ada.post(page, **fields | {"0-likely": "7", "0-likely-means": "1200"})
    assert "7.00 EUR for each of 150" in words(other)
    assert Quote.objects.count() == expected["revisions"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_k3_other_fields_are_looked_over_again(ada: Visitor, page: str) -> None:
    expected = case("K3")["expected"]
    looked = ada.post(page, **HEAD, **YEARLY, **{"0-likely": "90.00"})
    digest = SHOWN.findall(looked.content.decode())
    fields = {**HEAD, **YEARLY, "0-likely": "91.00", "then": "hand_in"}
    for shown in (digest, "", "x"):
        answer = ada.post(page, **fields, shown=shown)
        assert answer.status_code == expected["status"]
        assert "Look over your prices" in words(answer)
        assert "91.00 EUR for each of 150" in words(answer)
    assert Quote.objects.count() == expected["revisions"]
    (shown,) = SHOWN.findall(answer.content.decode())
    assert ada.post(page, **fields, shown=shown).status_code == 302


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_k4_a_hundred_times_more_is_remarked_to_who_reads_what_was(
    ada: Visitor, page: str, where: Evaluation
) -> None:
    expected = case("K4")["expected"]
    ada.quote(**HEAD, **YEARLY, **{"0-likely": "90.00"})
    meddle("UPDATE vendors_quote SET handed_in_at = '2040-05-03 12:00'", QUOTES)
    fields = {**HEAD, **YEARLY, "0-likely": "9,000.00"}
    assert expected["remark"] in words(ada.post(page, **fields))
    less = words(ada.post(page, **fields | {"0-likely": "0.9"}))
    assert "handed in on 3 May 2040 was 100 times as much" in less
    assert "times what you" not in words(
        ada.post(page, **fields | {"0-likely": "8999"})
    )
    bo = colleague(ada, "Bo Lee", "bo@acme.example", where).sign_in()
    assert "times what you" not in words(bo.post(page, **fields))
    handed_in = ada.quote(**fields).status_code == 302
    assert handed_in is expected["may_hand_in"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_k5_a_double_click_is_one_revision() -> None:
    where = vendors.in_research(common.evaluation())
    ada = Visitor(invited(where)).sign_in()
    page, fields = f"{ada.home}quote/", {**HEAD, **YEARLY, "0-likely": "90"}
    looked = ada.post(page, **fields).content.decode()
    sent = {**fields, "then": "hand_in", "shown": SHOWN.findall(looked)}
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', looked)[0]
    answers = at_once(
        2,
        lambda _: (
            ada.browser.post(page, {**sent, "csrfmiddlewaretoken": token}).status_code
        ),
    )
    assert answers == [302, 302]
    assert Quote.objects.count() == case("K5")["expected"]["revisions"]


def test_each_way_to_price_is_said_in_words(ada: Visitor, page: str) -> None:
    lines = (
        {"kind": "licence", "likely": "10", "low": "8", "high": "12"},
        {"kind": "setup", "likely": "500"},
        {"kind": "support", "likely": "20", "recurrence": "monthly"},
        {"kind": "onboarding", "likely": "5", "quantity": "3"},
        {"kind": "training", "state": "not_offered"},
        {
            **{"kind": "integration", "likely": "9", "quantity": "300", "unit": "day"},
            **{"pricing": "volume", "tiers": "100: 8", "recurrence": "once"},
        },
        {"kind": "renewal_rise", "likely": "3", "pricing": "percent"},
    )
    fields = {
        f"{index}-{name}": text
        for index, line in enumerate(lines)
        for name, text in line.items()
    }
    said = words(ada.post(page, **HEAD, **fields))
    for sentence in (
        "Licence or usage: 10.00 EUR for each of 1 user, every year: 10.00 EUR a year.",
        "At least 8.00 EUR, at most 12.00 EUR.",
        "Set-up: 500.00 EUR once.",
        "Support contract: 20.00 EUR a month.",
        "Onboarding: 5.00 EUR for each of 3: 15.00 EUR once.",
        "Training: not offered.",
        "From the first: 9.00 EUR. Above 100: 8.00 EUR. For 300 day: 2,400.00 EUR",
        "Renewal rise: 3% a year, on what is invoiced again.",
    ):
        assert sentence in said, sentence


def test_a_sheet_is_looked_over_in_words_at_once(
    ada: Visitor, page: str, where: Evaluation
) -> None:
    book = load_workbook(io.BytesIO(ada.get(f"{page}sheet/").getvalue()))
    cells = book["Prices"]
    heads = {str(cell.value): cell.column for cell in cells[1]}
    cells.cell(2, heads["Price"]).value = "1.200"
    cells.cell(2, heads["Valid until"]).value = "2040-06-30"
    wrong = read(ada, page, book)
    place = f"{cells.cell(2, heads['Price']).coordinate}: "
    assert f"{place}1.200 can be 1200 or 1.2. Write 1200 or 1.20." in words(wrong)
    # Another cell of its column settles it.
    cells.cell(3, heads["Price"]).value = "1.200,50"
    looked = read(ada, page, book)
    assert looked.status_code == 200
    assert "1,200.00 USD for each of 1 user, every year" in words(looked)
    assert not Quote.objects.exists()


def read(ada: Visitor, page: str, book: Any) -> Any:
    stream = io.BytesIO()
    book.save(stream)
    sheet = SimpleUploadedFile("prices.xlsx", stream.getvalue())
    return ada.post(page, **HEAD, then="sheet", sheet=sheet)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_who_may_read_is_ticked_there_as_it_was(
    ada: Visitor, page: str, where: Evaluation
) -> None:
    colleague(ada, "Bo Lee", "bo@acme.example", where)
    fields = {**HEAD, **YEARLY, "0-likely": "90"}
    assert 'name="readers"' not in ada.get(page).content.decode()
    assert "bo@acme.example" in words(ada.post(page, **fields))
    ada.quote(**fields, readers=["bo@acme.example"])
    ticked = 'value="bo@acme.example"\n                           checked>'
    assert ticked in ada.post(page, **fields).content.decode()
    # What was ticked off stays so when it is looked over again.
    again = ada.post(page, **fields | {"0-likely": "91"}, shown="x")
    assert ticked not in again.content.decode()
