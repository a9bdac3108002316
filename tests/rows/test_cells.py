"""What cells say is read, asked back, kept as text or refused, case by case."""

import datetime
import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as some

from evaltracker.enumerations import Availability
from evaltracker.evaluations.choices import PRIORITY_CHOICES
from evaltracker.rows.cells import (
    READERS,
    RHYTHMS,
    SENTENCES,
    WORDS,
    Hints,
    Money,
    ParsedCell,
    StatedAvailability,
    key,
    meanings_of,
    plain,
    read_column,
    read_local,
    sentence_of,
)
from vendors.choices import (
    AVAILABILITY_CHOICES,
    PRICING_CHOICES,
    RECURRENCE_CHOICES,
    CandidateKind,
    CostState,
    QuoteState,
)

CASES = Path(__file__).parents[1] / "data" / "cases"
CODES = {"not_a_number": "no number", "digits": "digits", "too_long": "too long"}
CLOSED = (
    "priority",
    "availability",
    "price_states",
    "rhythm",
    "candidate_kinds",
    "pricing",
)
LOCALES = (
    *("en_US", "en_GB", "en_IN", "de_DE", "de_CH", "fr_FR"),
    *("es_ES", "it_IT", "pl_PL", "pt_BR", "sv_SE", "cs_CZ"),
)


def cases_of(file: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((CASES / file).read_text())["cases"]
    return cases


def typed(case: dict[str, Any]) -> list[Any]:
    """Cells as a reader gets them: texts, numbers and days of a spreadsheet."""
    if case.get("hints", {}).get("native") == "date":
        return [datetime.date.fromisoformat(cell) for cell in case["cells"]]
    return [
        cell if isinstance(cell, str) else Decimal(str(cell)) for cell in case["cells"]
    ]


def hints_of(case: dict[str, Any]) -> Hints:
    hints = dict(case.get("hints", {}))
    return Hints(
        decimal=hints.get("decimal", ""),
        order=hints.get("order", ""),
        currency=hints.get("currency", ""),
        sheet=hints.get("sheet", ()),
        formats=[hints["format"]] if "format" in hints else (),
        meanings={
            key(word): value for word, value in hints.get("remembered", {}).items()
        },
    )


def closed_of(reader: str) -> tuple[str, str]:
    return ("closed", reader) if reader == "priority" else (reader, "")


def told(cell: ParsedCell[Any], case: dict[str, Any], expected: dict[str, Any]) -> Any:
    """A cell as the cases write it; options and words where they name them."""
    if cell.question:
        shown: dict[str, Any] = {"question": cell.question}
        if "options" in expected:
            shown["options"] = list(cell.options)
        if "word" in expected:
            shown["word"] = cell.word
        if cell.proposed and case["reader"] == "availability":
            meanings = {key(cell.word): cell.proposed}
            (again,) = read_column(
                "availability", [cell.word], Hints(meanings=meanings)
            )
            shown["proposed"] = of_value(again.value)
        elif cell.proposed:
            shown["proposed"] = cell.proposed
        return shown
    if cell.refusal:
        return {"refusal": cell.refusal}
    if cell.text:
        return {"text": cell.text}
    return {"blank": True} if cell.value is None else {"value": of_value(cell.value)}


def of_value(value: Any) -> Any:
    if isinstance(value, StatedAvailability):
        parts = {
            "availability": value.availability,
            "statement": value.statement,
            "evidence": value.evidence,
        }
        return {name: part for name, part in parts.items() if part}
    if isinstance(value, Money):
        if value.state:
            return {"state": value.state}
        assert value.amount is not None
        return {
            "amount": plain(value.amount),
            "currency": value.currency or None,
            "rhythm": value.rhythm or None,
            "unit": value.unit or None,
        }
    return plain(value) if isinstance(value, Decimal) else str(value)


def check_cells(case: dict[str, Any]) -> None:
    """They are read as the case says."""
    reads, closed = closed_of(case["reader"])
    read = read_column(reads, typed(case), hints_of(case), closed)
    shown = [
        told(cell, case, expected)
        for cell, expected in zip(read, case["expect"], strict=True)
    ]
    assert shown == case["expect"]
    assert all(cell.refusal in SENTENCES for cell in read if cell.refusal)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_was_chosen_for_a_question_is_read_with_it",
)
def test_cells_are_read_as_the_cases_say(subtests: pytest.Subtests) -> None:
    readers = {*READERS, "priority"}
    cases = [one for one in cases_of("rows_cases.json") if one["reader"] in readers]
    assert len(cases) > 200
    for case in cases:
        with subtests.test(case["id"]):
            check_cells(case)


def check_number(case: dict[str, Any]) -> None:
    """It is the same whoever types it."""
    kind, currency = case["field"], case.get("currency", "")
    cell = read_local(case["text"], kind, currency)
    expected = case["expected"]
    if "asked_back" in expected:
        read = meanings_of(case["text"], kind, currency)
        assert [plain(Decimal(digits)) for digits, _ in read] == expected["asked_back"]
        # Each meaning reads back to itself.
        values = [read_local(digits, kind, currency).value for digits, _ in read]
        assert values == [Decimal(number) for number in expected["asked_back"]]
    elif "refused" in expected:
        refused = CODES.get(expected["refused"], expected["refused"])
        assert cell.refusal.replace("long price", "too long") == refused
        assert sentence_of(cell, case["text"])
    elif "value" in expected:
        assert cell.value is not None and plain(cell.value) == expected["value"]
    else:
        assert cell.confidence == "blank"
    # In a column of a sheet, alone in it, a number is the same.
    if kind == "number":
        (in_sheet,) = read_column("number", [case["text"]])
        assert in_sheet == cell


def test_a_number_is_the_same_whoever_types_it(subtests: pytest.Subtests) -> None:
    cases = cases_of("number_cases.json")
    assert len(cases) > 100
    for case in cases:
        with subtests.test(case["id"]):
            check_number(case)


@pytest.mark.parametrize("text", ["euro -5", "EUR -5", "5 euro-", "5- €", "10 + EUR"])
def test_no_sign_beside_a_price_is_lost(text: str) -> None:
    assert read_local(text, "price", "EUR").refusal in ("sign", "no number")


# Babel groups a Swiss 10⁹ as nobody writes it.
@given(some.decimals(0, 10**9 - 1, places=2), some.sampled_from(LOCALES))
def test_a_number_of_any_of_twelve_countries_is_never_another_one(
    number: Decimal, locale: str
) -> None:
    text = format_decimal(number, locale=locale)
    (cell,) = read_column("number", [text])
    assert cell.value == number or plain(number) in cell.options


def one(reads: str, text: Any, closed: str = "", **meanings: str) -> ParsedCell[Any]:
    hints = Hints(meanings={key(word): value for word, value in meanings.items()})
    return read_column(reads, [text], hints, closed)[0]


def price(text: str, **meanings: str) -> Money:
    value = one("money", text, **meanings).value
    assert isinstance(value, Money), text
    return value


@pytest.mark.parametrize("language", WORDS["languages"])
def test_every_word_reads_back_to_its_key(language: str) -> None:
    def words(by_language: dict[str, list[str]]) -> list[str]:
        return by_language.get(language, [])

    for closed in CLOSED:
        for value in WORDS[closed]:
            for word in words(WORDS[closed][value]):
                assert one("closed", word, closed).value == value, word
    for rhythm in RHYTHMS:
        for word in words(WORDS["rhythm"][rhythm]):
            read = price(f"12 EUR/{word}")
            assert read == Money(Decimal(12), "EUR", rhythm), word
    for unit in WORDS["units"].values():
        for word in words(unit):
            read = price(f"12 EUR/{word}")
            assert read.unit and not read.rhythm, word
    for times, by_language in WORDS["other_periods"].items():
        for word in words(by_language):
            options = one("money", f"9 EUR/{word}").options
            assert options == (f"yearly ×{times}", "unit", "text"), word
    for word in words(WORDS["per"]):
        if word != "/":
            assert price(f"12 EUR {word} month").rhythm == "monthly", word
    for word in words(WORDS["durations"]):
        assert one("money", f"2 {word}").text, word
    for word in words(WORDS["bounds"]):
        assert one("money", f"{word} 500 €").text, word
    for word in words(WORDS["tax"]):
        assert one("money", f"500 € {word}").question == "tax", word
    for word in words(WORDS["limits"]):
        assert one("availability", f"✅ {word}").confidence == "open", word


@pytest.mark.parametrize("language", WORDS["languages"])
def test_a_rhythm_as_the_unicode_consortium_writes_it_is_read_or_asked(
    language: str,
) -> None:
    for unit, rhythm in (("month", "monthly"), ("year", "yearly")):
        patterns = Locale(language)._data["unit_patterns"][f"duration-{unit}"]
        for width in ("long", "short", "narrow"):
            text = patterns[width]["per"].format("12 EUR")
            cell = one("money", text)
            is_asked = cell.question == "words" and width != "long"
            assert is_asked or cell.value == Money(Decimal(12), "EUR", rhythm), text


def test_every_word_that_the_product_writes_into_a_cell_reads_to_its_own() -> None:
    own: dict[str, str] = {
        Availability.UNSTATED: "not_stated",
        CostState.UNSAID: "not_stated",
    }
    own[CostState.EXCLUDED] = "not_offered"
    written: list[tuple[str, Any]] = [
        ("priority", PRIORITY_CHOICES),
        ("availability", AVAILABILITY_CHOICES),
        ("price_states", CostState.choices),
        ("price_states", QuoteState.choices),
        ("rhythm", RECURRENCE_CHOICES),
        ("candidate_kinds", CandidateKind.choices),
        ("pricing", PRICING_CHOICES),
    ]
    for closed, choices in written:
        for value, label in choices:
            for word in (str(label), value):
                if value != Availability.WITHDRAWN:
                    expected = own.get(value, value)
                    assert one("closed", word, closed).value == expected, word


def test_what_was_chosen_for_a_question_is_read_with_it() -> None:
    assert price("9 EUR/week", week="yearly ×52") == Money(
        Decimal(468), "EUR", "yearly"
    )
    assert one("money", "12 PCS", PCS="unit").value == Money(Decimal(12), unit="pcs")
    assert one("money", "12 PCS", PCS="text").text == "12 PCS"
    assert price("3 m", m="scale").amount == 3_000_000
    assert price("99 kr", kr="NOK").currency == "NOK"
    assert one("money", "500 € + VAT", VAT="net").value == Money(
        Decimal(500), "EUR", tax="net"
    )
    assert read_column("money", ["500-"], Hints(meanings={"-": "credit"})) == [
        ParsedCell(Money(Decimal(-500)))
    ]
    columns: dict[str, tuple[str, list[Any], list[str]]] = {
        "year": ("day", ["01.02.27", "3-Apr-28"], ["2027-02-01", "2028-04-03"]),
        "shares": ("weight", ["50 %", "25 %"], ["10", "5"]),
        "zeros": ("ref", [Decimal("1.1"), Decimal("2.3")], ["1.1", "2.3"]),
    }
    for question, (reads, cells, expected) in columns.items():
        asked = read_column(reads, cells)
        assert {cell.question for cell in asked} == {question}
        meanings = {"": asked[0].proposed}
        read = read_column(reads, cells, Hints(meanings=meanings))
        assert [str(cell.value) for cell in read] == expected
        kept = read_column(reads, cells, Hints(meanings={"": "text"}))
        assert question == "zeros" or all(cell.text for cell in kept)
    (period,) = read_column("day", ["Q1 2027"])
    assert one("day", "Q1 2027", **{"Q1 2027": period.proposed}).value == (
        datetime.date(2027, 3, 31)
    )
    (number,) = read_column("number", ["1.200"])
    marks = [number.decimal(option) for option in number.options]
    read = [read_column("number", ["1.200"], Hints(decimal=mark))[0] for mark in marks]
    assert [plain(cell.value or Decimal(0)) for cell in read] == list(number.options)


def test_what_says_something_of_its_own_is_kept_beside_an_availability() -> None:
    cases = {
        ("❌ Cloud only on Enterprise", "on_request"): "❌ Cloud only on Enterprise",
        ("❌ (externe requis)", "never"): "externe requis",
        ("⚠️ Limited", "not_stated"): "⚠️ Limited",
        ("❓", "not_stated"): "❓",
        ("×", "never"): "",
    }
    for (text, meaning), statement in cases.items():
        meanings = {key(text): meaning}
        (cell,) = read_column("availability", [text], Hints(meanings=meanings))
        assert cell.value == StatedAvailability(meaning, statement)
    assert one("availability", "✅ [only SAML](https://x.example)").confidence == "open"


def test_a_long_column_reads_each_text_once() -> None:
    cells = ["1.200", "9,5", "Q", ""] * 20_000
    began = time.process_time()
    assert len(read_column("money", cells)) == 80_000
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("beside", "day"),
    [
        (["30/04/2027"], "2027-04-03"),
        (["04-30-2027", "2027-01-01", ""], "2027-03-04"),
        ([], ""),
        (["30/04/2027", "04/30/2027"], ""),
    ],
)
def test_a_column_tells_its_order_if_its_days_agree(
    beside: list[str], day: str
) -> None:
    (cell, *_) = read_column("day", ["03/04/2027", *beside])
    assert (cell.question, str(cell.value or "")) == ("" if day else "order", day)


@pytest.mark.parametrize(
    "text", ["31.02.2027", "13/13/2027", "30.06/2027", "٣٠.06.2027"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    assert one("day", text).refusal == "no day"


@pytest.mark.parametrize("text", ["12..5", "1 2", "1,2,3", "x", "٣"])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert one("number", text).confidence == "refused"
