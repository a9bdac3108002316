"""Sheets for vendors read back to what was written, in every format, or name a cell."""

import csv
import datetime
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.utils.translation import override
from msgspec import UNSET
from openpyxl import load_workbook

from evaltracker.enumerations import Pricing, Recurrence
from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Category, Requirement
from evaltracker.toolbox.text import spelled
from tests.data.corpus.making.open_document import cell, row, sheet, spreadsheet
from tests.measures.cases import LATENCY
from vendors.choices import STATED, QuoteState
from vendors.claims import ClaimWords
from vendors.costs import IT
from vendors.sheets import COLUMNS, read_prices, read_sheet, write_prices, write_sheet

DAY = datetime.date(2040, 4, 3)
EVERYWHERE: dict[str, Any] = {"said": "everywhere", "means": {}}
ANSWERS = {
    "R1": ClaimWords("now", statement="**Yes**, since <2024>: a_b_c."),
    "R1.10": ClaimWords("planned", DAY, ["aws", "on prem"], EVERYWHERE, "In April."),
    "007": ClaimWords("never", statement="-1", number={"value": "12.5", "unit": "ms"}),
    "=4": ClaimWords(
        "on_request",
        statement="=1+1\n|pipe",
        evidence_url="https://acme.example/a?b=c",
        number={"value": "1.234", "unit": "s"},
    ),
}
PRICES: list[dict[str, str]] = [
    {"kind": "licence", "likely": "12.3450", "low": "1200", "recurrence": "yearly"},
    {"kind": "setup", "state": "included", "note": "-5% from 2041"},
    {"kind": "training", "likely": "0", "quantity": "12", "tiers": "100: 8\n200: 7.5"},
]
TERMS = {"currency": "EUR", "valid_until": "2040-04-03"}


def values_of(content: bytes) -> tuple[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(content))
    name = book.sheetnames[0]
    return name, [list(cells) for cells in book[name].iter_rows(values_only=True)]


def as_text(value: Any, mark: str, day: str) -> str:
    """What a program writes into a file of text for a cell of a workbook."""
    if isinstance(value, datetime.datetime):
        return value.strftime(day)
    return (
        str("" if value is None else value).replace(".", mark)
        if is_number(value)
        else str(value or "")
    )


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def resaved(content: bytes) -> bytes:
    book = load_workbook(io.BytesIO(content))
    for cells in book.worksheets[0].iter_rows():
        for one in cells:
            one.value = spelled(one.value) if isinstance(one.value, str) else one.value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def open_document(content: bytes) -> bytes:
    name, rows = values_of(content)

    def shown(value: Any) -> str:
        if isinstance(value, datetime.datetime):
            day = f'office:value-type="date" office:date-value="{value:%Y-%m-%d}"'
            return cell(f"{value:%d.%m.%y}", day)
        if isinstance(value, str):
            return cell(value.split("\n"))
        return cell(value)

    return spreadsheet(sheet([row(*map(shown, cells)) for cells in rows], name))


def separated(mark: str, day: str, between: str) -> Callable[[bytes], bytes]:
    def write(content: bytes) -> bytes:
        stream = io.StringIO()
        texts = [
            [as_text(value, mark, day) for value in cells]
            for cells in values_of(content)[1]
        ]
        csv.writer(stream, delimiter=between).writerows(texts)
        return stream.getvalue().encode()

    return write


def markdown(content: bytes) -> bytes:
    rows = [
        [as_text(value, ".", "%Y-%m-%d") for value in cells]
        for cells in values_of(content)[1]
    ]
    rows.insert(1, ["---"] * len(rows[0]))
    marked = [[one.replace("|", r"\|").replace("\n", " ") for one in r] for r in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in marked).encode()


FORMATS: dict[str, Callable[[bytes], bytes]] = {
    "as it is.xlsx": bytes,
    "resaved.xlsx": resaved,
    "open.ods": open_document,
    "en.csv": separated(".", "%Y-%m-%d", ","),
    "us.csv": separated(".", "%m/%d/%Y", ","),
    "de.csv": separated(",", "%d.%m.%Y", ";"),
    "fr.csv": separated(",", "%d/%m/%Y", ";"),
    "fr.tsv": separated(",", "%d/%m/%Y", "\t"),
    "table.md": markdown,
}
EXACT = ("as it is.xlsx", "resaved.xlsx", "open.ods")


def asked(ref: str, **fields: Any) -> Requirement:
    category = Category(name="Training")
    made = Requirement(ref=ref, category=category, text=f"What {ref} asks", **fields)
    made._prefetched_objects_cache = {"demands": Requirement.objects.none()}  # type: ignore[attr-defined]
    return made


def answer_sheet() -> bytes:
    refs = [asked(ref) for ref in ANSWERS]
    refs[-1].measure = LATENCY
    return write_sheet(refs, ANSWERS)


@pytest.mark.parametrize("name", FORMATS)
def test_every_answer_reads_back_to_itself_or_its_cell_is_named(name: str) -> None:
    lines = read_sheet(FORMATS[name](answer_sheet()), name, {})
    assert [line.requirement for line in lines] == [*ANSWERS]
    wrong = {place for line in lines for place in line.row.wrong}
    assert wrong <= (set() if name in EXACT else {"number", "available_from"})
    for line in lines:
        if not line.row.wrong:
            words = ANSWERS[line.requirement]
            if name.endswith(".md"):
                # Its cells are of one line, and stars are its own.
                said = words.statement.replace("\n", " ").replace("**", "")
                words = replace(words, statement=said)
            assert line.words == words


@pytest.mark.parametrize("name", FORMATS)
def test_what_stands_and_was_not_touched_keeps_its_exact_words(name: str) -> None:
    lines = read_sheet(FORMATS[name](answer_sheet()), name, ANSWERS, "month")
    same = [line for line in lines if line.words is ANSWERS[line.requirement]]
    assert len(same) == 4 if name in (*EXACT, "en.csv") else len(same) >= 1
    assert all(line.words == ANSWERS[line.requirement] for line in same)


def test_a_number_or_day_that_can_be_two_is_named_with_both() -> None:
    lines = read_sheet(FORMATS["fr.csv"](answer_sheet()), "fr.csv", {})
    named = {
        line.row.place(at): why for line in lines for at, why in line.row.wrong.items()
    }
    assert [*named.values()] == [
        "03/04/2040 can be 2040-04-03 or 2040-03-04. Write 2040-04-03 or 2040-03-04."
    ]
    # 12,5 above it says how the column writes decimals.
    assert lines[-1].words.number == {"value": "1.234", "unit": "s"}


@pytest.mark.parametrize("name", FORMATS)
def test_every_price_reads_back_to_itself_or_its_cell_is_named(name: str) -> None:
    content = FORMATS[name](write_prices(PRICES, TERMS, IT))
    try:
        rows, head = read_prices(content, name, IT)
    except Invalid as error:
        assert name not in EXACT
        assert all("can be" in why for [why] in error.errors.values()), error.errors
        return
    read = [{at: text for at, text in row.items() if text} for row in rows]
    assert (read, head) == (PRICES, TERMS)


def test_a_price_that_is_none_or_two_names_its_cell() -> None:
    content = separated(".", "%Y-%m-%d", ",")(write_prices(PRICES, TERMS, IT))
    typed = content.replace(b"12.345", b"1.200").replace(b"0,,,12", b"12 PCS,,,12")
    with pytest.raises(Invalid) as refusal:
        read_prices(typed, "a.csv", IT)
    assert refusal.value.errors == {
        "Prices.D2": ["1.200 can be 1200 or 1.2. Write 1200 or 1.20."],
        "Prices.D4": ["This is no number. Write digits, as in 1200.50."],
    }


def test_a_sheet_of_before_is_read_by_its_former_names() -> None:
    content = FORMATS["en.csv"](answer_sheet())
    former = content.replace(b"Claimed number", b"Number")
    former = former.replace(b"Evidence URL", b"Evidence link")
    lines = read_sheet(former, "answers.csv", {})
    assert [line.words for line in lines] == [*ANSWERS.values()]


def test_a_sheet_offers_what_is_taken_and_nothing_else() -> None:
    offered = {
        (name, field): list(column.choices)
        for name, columns in COLUMNS.items()
        for field, column in columns.items()
        if column.choices
    }
    assert offered == {
        ("Answers", "availability"): list(STATED),
        ("Prices", "state"): QuoteState.values,
        ("Prices", "recurrence"): list(Recurrence),
        ("Prices", "pricing"): list(Pricing),
    }


EFFORTS: dict[str, dict[str, Any]] = {
    "R1": {"how": "out_of_box", "days": None, "by": None},
    "R1.10": {
        "how": "customise",
        "days": {"low": "2.5", "likely": "5", "high": "10"},
        "by": "third_party",
    },
    "007": {"how": "configure", "days": None, "by": "vendor"},
}


TAKING = {ref: replace(ANSWERS[ref], effort=it) for ref, it in EFFORTS.items()}


def effort_sheet() -> bytes:
    return write_sheet([asked(ref) for ref in EFFORTS], TAKING, asks_effort=True)


@pytest.mark.parametrize("name", FORMATS)
def test_every_effort_reads_back_to_itself(name: str) -> None:
    content = FORMATS[name](effort_sheet())
    lines = read_sheet(content, name, {}, "month")
    empty = {"days": None, "by": None}
    assert {line.requirement: empty | line.words.effort for line in lines} == EFFORTS
    same = read_sheet(content, name, TAKING, "month")
    stays = (UNSET, *EFFORTS.values())
    assert all(line.words.effort in stays for line in same)


def test_an_effort_that_is_changed_taken_back_or_unreadable_is_told_apart() -> None:
    content = FORMATS["en.csv"](effort_sheet()).decode()
    content = content.replace("out of the box", "")
    content = content.replace("2.5/5/10 days", "4 days")
    content = content.replace("configure", "somehow")
    back, changed, wrong = read_sheet(content.encode(), "a.csv", TAKING, "month")
    assert back.words.effort is None
    assert changed.words.effort == {**EFFORTS["R1.10"], "days": {"likely": "4"}}
    assert wrong.words.effort is UNSET
    assert wrong.row.wrong["effort"].startswith("Write it as in")
    # The words stay what they are.
    assert [back.words, changed.words] == [ANSWERS["R1"], ANSWERS["R1.10"]]


@pytest.mark.parametrize(("language", "word"), [("en", "Effort"), ("de", "Aufwand")])
def test_a_sheet_that_asks_for_no_effort_has_no_word_of_it(
    language: str, word: str
) -> None:
    with override(language):
        named = [
            word in str([*load_workbook(io.BytesIO(content)).active.values])
            or word in str([*load_workbook(io.BytesIO(content)).worksheets[1].values])
            for content in (answer_sheet(), effort_sheet())
        ]
    assert named == [False, True]
