"""Prices in the vendor pages where the buyer says what it asks for."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import vendors
from tests.vendors.portal.test_quote import HEAD, send
from tests.vendors.portal.visitor import Visitor
from vendors.answers import rows_of
from vendors.models import PriceItem, Quote
from vendors.services.quotes import read_lines
from vendors.services.schedule import (
    add_price_item,
    change_price_item,
    remove_price_item,
)

CASES = {
    case["id"]: case
    for case in json.loads(
        Path("tests/data/cases/any_purchase_cases.json").read_text()
    )["kinds_edited"]
}
HOURS = {"quantity": 60}
DEPOT: dict[str, Any] = {"part": "Depot", "quantity": 12, "unit": "room"}


@pytest.fixture
def page(ada: Visitor, where: Evaluation) -> str:
    """Of a purchase of cleaning, with a part, sixty hours, and no end to hand over."""
    vendors.asks_for(where, "cleaning")
    add_price_item(evaluation=where, kind="regular", by=where.owner, **DEPOT)
    change(where, "on_request", **HOURS)
    change(where, "exit", not_applicable="They stay.")
    return f"{ada.sign_in().home}quote/"


def item(where: Evaluation, kind: str) -> PriceItem:
    found: PriceItem = PriceItem.objects.get(evaluation=where, kind=kind, part="")
    return found


def change(where: Evaluation, kind: str, **values: Any) -> None:
    change_price_item(item=item(where, kind), by=where.owner, **values)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_two_lines_of_a_part_are_refused_where_they_are_seen[chromium]",
)
def test_a_row_for_each_that_is_asked_has_what_the_buyer_asks(
    ada: Visitor, page: str
) -> None:
    rows = rows_of(None, ada.link.candidate)
    asked = [(row["kind"], row["label"]) for row in rows]
    assert asked == [
        *[("start", ""), ("regular", "Depot"), ("periodic", ""), ("on_request", "")],
        *[("supplies", ""), ("price_change", "")],
    ]
    said = ada.get(page).content.decode()
    for shown in (
        *("Monthly · 12 × room", "Yearly · 60 × hour", "Regular cleaning: Depot"),
        *("Per cent a year", "All rooms, as often as the plan says."),
    ):
        assert shown in " ".join(said.split())
    assert "They stay." not in said and "What support is that?" not in said


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_look_over.py"
    "::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_a_price_alone_is_handed_in_with_the_buyers_quantity_and_per_cent(
    ada: Visitor, page: str
) -> None:
    assert hand_in(ada, page, on_request="31", price_change="3").status_code == 302
    hours, rise = read_lines(Quote.objects.get().lines)
    assert (hours.unit, hours.recurrence) == ("hour", "yearly")
    assert hours.quantity == 60
    assert rise.pricing == "percent"
    said = ada.get(page).content.decode()
    assert "1,860.00 EUR" in said and "extra hours on request" in said.lower()
    # What is as the buyer asks stays folded away.
    assert "<details open" not in said


def test_two_lines_of_a_part_are_refused_where_they_are_seen(
    ada: Visitor, page: str
) -> None:
    part = {"kind": "regular", "label": "Depot", "likely": "5"}
    fields = {f"{row}-{name}": text for row in (0, 1) for name, text in part.items()}
    wrong = ada.post(page, **HEAD, **fields)
    assert wrong.status_code == 400
    assert 'id="w-1-label">There is another line for it' in wrong.content.decode()


def hand_in(ada: Visitor, page: str, **prices: str) -> Any:
    """The form as its browser sends it, with these prices by kind."""
    fields = dict(HEAD)
    for index, row in enumerate(rows_of(None, ada.link.candidate)):
        row["likely"] = prices.get(row["kind"], "")
        fields |= {f"{index}-{name}": text for name, text in row.items()}
    return ada.quote(**fields)


def test_a_kind_that_is_gone_meanwhile_takes_no_price_with_it(
    ada: Visitor, page: str, where: Evaluation
) -> None:
    fields = {"0-kind": "start", "0-likely": "5", "1-kind": "supplies"}
    remove_price_item(item=item(where, "start"), by=where.owner)
    fields |= {"1-likely": "7", "2-kind": "extras"}
    wrong = ada.post(page, **HEAD, **fields)
    assert wrong.status_code == 400
    said = wrong.content.decode()
    assert "asks for no “start”. It asks for: regular, " in said
    assert 'value="5"' in said and 'value="7"' in said and "extras" not in said
    assert ada.quote(**HEAD, **fields | {"0-likely": ""}).status_code == 302
    assert [line["kind"] for line in Quote.objects.get().lines] == ["supplies"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_two_lines_of_a_part_are_refused_where_they_are_seen[chromium]",
)
def test_a_quote_keeps_the_names_under_which_it_was_handed_in(
    ada: Visitor, page: str, where: Evaluation
) -> None:
    case = CASES["E3"]["expect"]
    hand_in(ada, page, regular="5200")
    change(where, "regular", name=case["vendor_sees"])
    said = ada.get(page).content.decode()
    assert "Daily cleaning: Depot </legend>" in " ".join(said.split())
    handed_in, _, form = said.partition("Change your prices")
    assert "Regular cleaning (Depot)" in handed_in and "Daily" not in handed_in
    assert "Regular cleaning" not in form
    # The same prices under another name are the same prices.
    hand_in(ada, page, regular="5200")
    quote = Quote.objects.get()
    assert read_lines(quote.lines)[0].name == "regular cleaning (Depot)"
    assert Entry.objects.filter(evaluation=where, action="quote.handed_in").count() == 1
    # One of before kinds had names of their own says those of IT.
    (old,) = quote.lines
    del old["called"]
    old["kind"] = "setup"
    assert read_lines([old])[0].name == "set-up (Depot)"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_quote.py"
    "::test_another_line_comes_without_losing_what_is_typed[chromium]",
)
def test_support_is_asked_what_it_is(ada: Visitor, where: Evaluation) -> None:
    page = f"{ada.sign_in().home}quote/"
    said = ada.get(page).content.decode()
    assert said.count("What support is that?") == 1
    fields = {"0-kind": "support", "0-state": "included", "0-note": "Round the clock"}
    assert ada.quote(**HEAD, **fields).status_code == 302
    shown = ada.get(page).content.decode()
    assert shown.count("Round the clock") == 2
    assert "<details open" not in shown


def test_a_sheet_has_the_rows_that_are_asked_and_names_what_it_cannot_match(
    ada: Visitor, page: str
) -> None:
    book = load_workbook(io.BytesIO(ada.get(f"{page}sheet/").getvalue()))
    cells = book["Prices"]
    heads = [cell.value for cell in cells[1]]
    read = [dict(zip(heads, row, strict=True)) for row in cells.values][1:]
    assert len(read) == 6 and read[5]["How it is priced"] == "percent"
    depot = read[1]
    assert (depot["Kind"], depot["Which part"]) == ("regular cleaning", "Depot")
    assert (depot["Quantity"], depot["Unit"], depot["Due"]) == (12, "room", "monthly")
    # By key or name, whatever the case; what stands blank is as the buyer asks.
    for column in ("Unit", "Quantity"):
        cells.cell(3, heads.index(column) + 1).value = None
    cells["A3"], cells["B3"] = " REGULAR ", "depot"
    cells.cell(3, heads.index("Price") + 1).value = 5200
    shown = send(ada, page, book)
    assert shown.status_code == 200
    said = shown.content.decode()
    assert 'name="1-likely" value="5200"' in said
    assert 'name="1-quantity" value="12"' in said and 'name="6-kind"' not in said
    cells["A3"] = "Security extras"
    wrong = send(ada, page, book)
    assert wrong.status_code == 400
    said = wrong.content.decode()
    assert "A3: This invitation asks for no “Security extras”. It asks for: " in said
    assert "soap, paper, waste bags" in said
