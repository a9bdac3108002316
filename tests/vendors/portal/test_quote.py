"""Prices in the vendor pages: typed once, refused at their field, sealed."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import vendors
from tests.vendors.portal.visitor import Visitor
from vendors.answers import rows_of, with_another
from vendors.models import Candidate, Quote

HEAD = {"currency": "EUR", "valid_until": "2040-06-30"}
LICENCE = {"0-kind": "licence", "0-likely": "90.50", "0-quantity": "150"}


@pytest.fixture
def page(ada: Visitor) -> str:
    return f"{ada.sign_in().home}quote/"


def hand_in(ada: Visitor, page: str, **fields: str) -> Any:
    return ada.quote(**{**HEAD, **LICENCE, **fields})


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_another_line_comes_without_losing_what_is_typed[chromium]",
)
def test_prices_are_handed_in_and_shown_as_they_were_typed(
    ada: Visitor, page: str, where: Evaluation
) -> None:
    first = ada.get(page).content.decode()
    assert "Sealed: nobody at" in first and "Look over" in first
    assert hand_in(ada, page, **{"1-kind": "setup", "1-state": "included"})["Location"]
    quote = Quote.objects.get()
    assert quote.handed_in_by.endswith("(Ada Park)")
    assert [line["state"] for line in quote.lines] == ["priced", "included"]
    shown = ada.get(page).content.decode()
    assert "13,575.00 EUR" in shown and 'value="90.50"' in shown
    entry = Entry.objects.get(evaluation=where, action="quote.handed_in")
    assert entry.after["revision"] == 1 and "90" not in str(entry.after)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_another_line_comes_without_losing_what_is_typed[chromium]",
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    ada: Visitor, page: str
) -> None:
    wrong = hand_in(
        ada,
        page,
        **{
            "1-kind": "setup",
            "2-kind": "support",
            "2-likely": "1.200",
            "2-tiers": "a lot",
            "2-note": "<b>as always</b>",
        },
    )
    assert wrong.status_code == 400
    said = wrong.content.decode()
    assert "2 fields need another look" in said
    for kept in (
        "1.200 can be 1200 or 1.2. Write 1200 or 1.20.",
        'name="2-likely-means" value="1200"',
        "a lot",
        "&lt;b&gt;as always",
        "90.50",
    ):
        assert kept in said
    assert 'aria-describedby="w-2-likely"' in said and 'id="w-2-tiers"' in said
    # What the service says stands at the line of the form, blank ones between.
    wrong = hand_in(
        ada,
        page,
        valid_until="2020-01-01",
        **{"1-kind": "setup", "2-kind": "support", "2-low": "5", "2-likely": "4"},
    )
    assert "That day has passed" in wrong.content.decode()
    wrong = hand_in(
        ada,
        page,
        **{"1-kind": "setup", "2-kind": "support", "2-low": "5", "2-likely": "4"},
    )
    assert 'id="w-2-low"' in wrong.content.decode()
    assert hand_in(ada, page, valid_until="").status_code == 400
    assert not Quote.objects.exists()


def test_another_line_comes_without_losing_what_is_typed(
    ada: Visitor, page: str
) -> None:
    shown = hand_in(ada, page, add="licence", **{"1-kind": "setup"})
    said = shown.content.decode()
    assert shown.status_code == 200 and 'value="90.50"' in said
    assert 'name="1-kind" value="licence"' in said
    assert 'name="2-kind" value="setup"' in said
    assert not Quote.objects.exists()


def test_after_the_end_prices_are_shown_and_taken_no_more(
    ada: Visitor, page: str, where: Evaluation
) -> None:
    hand_in(ada, page)
    vendors.enter(where, "demos")
    late = hand_in(ada, page, **{"0-likely": "80"})
    assert late.status_code == 409
    said = late.content.decode()
    assert "90.50" in said and "Look over" not in said
    assert Quote.objects.count() == 1


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_after_the_end_prices_are_shown_and_taken_no_more[chromium]",
)
def test_prices_are_withdrawn_until_others_are_handed_in(
    ada: Visitor, page: str, where: Evaluation
) -> None:
    early = ada.post(page, then="withdraw")
    assert early.status_code == 409
    assert "nothing to withdraw" in early.content.decode()
    hand_in(ada, page)
    assert "Withdraw all prices" in ada.get(page).content.decode()
    assert ada.post(page, then="withdraw").status_code == 302
    said = ada.get(page).content.decode()
    assert "Withdrawn" in said and "(Ada Park)" in said and "90.50" not in said
    assert "Quote your prices" in said and "Withdraw all prices" not in said
    entry = Entry.objects.get(evaluation=where, action="quote.withdrawn")
    assert entry.after["revision"] == 2
    assert hand_in(ada, page).status_code == 302
    vendors.enter(where, "demos")
    late = ada.post(page, then="withdraw")
    assert late.status_code == 409
    assert "90.50" in late.content.decode()
    assert Quote.objects.count() == 3


def test_a_form_has_a_line_for_each_kind(where: Evaluation) -> None:
    acme = Candidate(kind="buy", evaluation=where)
    rows = rows_of(None, acme)
    assert [row["kind"] for row in rows][:2] == ["licence", "setup"]
    more = with_another(rows, "licence", acme)
    assert more[:2] == [rows[0], rows[0]] and more[2:] == rows[1:]
    assert with_another(rows, "bribe", acme) == rows


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_progress.py"
    "::test_one_own_invitation_tells_it_through_the_api",
)
def test_a_sheet_of_prices_goes_down_and_up_and_is_looked_over_first(
    ada: Visitor, page: str
) -> None:
    hand_in(ada, page, **{"0-note": "=1+1"})
    down = ada.get(f"{page}sheet/")
    assert down["Content-Disposition"] == 'attachment; filename="prices.xlsx"'
    book = load_workbook(io.BytesIO(down.getvalue()))
    cells = book["Prices"]
    heads = [cell.value for cell in cells[1]]
    assert [row[0].value for row in cells.iter_rows(2, 3)] == [
        "licence or usage",
        "set-up",
    ]
    cells.cell(2, heads.index("Price") + 1).value = 80
    cells.cell(3, heads.index("State") + 1).value = "Not offered"
    shown = send(ada, page, book)
    assert shown.status_code == 200
    said = shown.content.decode()
    assert "Nothing is handed in yet" in said and 'value="80"' in said
    assert "80.00 EUR for each of 150" in said and ">set-up:<" not in said
    assert 'value="2040-06-30"' in said and ">=1+1<" in said
    assert Quote.objects.count() == 1
    cells.cell(3, heads.index("State") + 1).value = "perhaps"
    wrong = send(ada, page, book)
    assert wrong.status_code == 400
    assert "C3: “perhaps” is not one of: priced" in wrong.content.decode()
    assert ada.post(page, **{**HEAD, "then": "sheet"}).status_code == 400


def send(ada: Visitor, page: str, book: Workbook) -> Any:
    """Read a sheet into the form."""
    stream = io.BytesIO()
    book.save(stream)
    sheet = SimpleUploadedFile("prices.xlsx", stream.getvalue())
    fields: dict[str, Any] = {**HEAD, "then": "sheet", "sheet": sheet}
    return ada.post(page, **fields)
