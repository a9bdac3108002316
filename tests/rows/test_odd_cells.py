"""An odd cell is certain by the grammar, a line, a text or red: never a quiet guess."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from evaltracker.rows.cells import Hints, read_column
from evaltracker.rows.plan import Plan, read
from evaltracker.rows.sources import Row, Workbook, read_table
from evaltracker.rows.subjects import Role
from tests.rows.foreign import EXPECTED, FOLDER, Person, context_of, kind_of

NAMES = (
    *("passwords_en.md", "crm_en.md", "idp_fr.md", "tools_ja.md", "prices_de.csv"),
    *("offers_ch.md", "credits_de.md", "cleaning_en.csv", "controls_en.csv"),
    "tickets_en.csv",
)
ODD = (
    *("1.200", "1,200", "12.000,50", "12,34", "1’990.–", "-500", "(500)", "500-"),
    *("0", "1e3", "½", "12 PCS", "3 FTE", "1 year", "CHF 490/an", "99 €/quarter"),
    *("$5 EUR", "99 kr", "500–700", "ab 500", "500 + VAT", "5 %", "free", "n/a"),
    *("A", "x", "✅", "✅ No", "❌ Enterprise only", "✅ Native", "partially", "Yes!"),
    *("High", "P1", "Must", "03/04/2027", "Q1 2027", "soon", "1 000 000 000 000", "–"),
)
# With every push; all of a file are some four hundred to two thousand.
PUSHED = 18


def places_of(plan: Plan) -> Iterator[tuple[str, int, int, str]]:
    """Every cell that is read: its sheet, its row, its place and its role."""
    for sheet in plan.sheets:
        for row in sheet.rows:
            for place, line in enumerate(sheet.columns):
                if row.kind == "row" and line.chosen not in ("", "left"):
                    yield sheet.name, row.number, place, line.chosen


def with_cell(
    book: Workbook, name: str, number: int, place: int, text: str
) -> Workbook:
    def changed(row: Row) -> Row:
        cells = [*row.cells, *[""] * (place + 1 - len(row.cells))]
        cells[place] = text
        return Row(row.number, tuple(cells), row.numbers - {place}, row.days - {place})

    sheets = [
        replace(
            sheet,
            rows=tuple(
                changed(row) if row.number == number else row for row in sheet.rows
            ),
        )
        if sheet.name == name
        else sheet
        for sheet in book.sheets
    ]
    return replace(book, sheets=tuple(sheets))


def told(plan: Plan) -> set[Any]:
    """All that a person sees of a plan beside its values."""
    lines = {(line.key, line.state, line.chosen, line.count) for line in plan.lines}
    return lines | {(refused.row, refused.sentence) for refused in plan.refused}


def values_of(plan: Plan) -> dict[Any, Mapping[str, Any]]:
    return {(record.row, record.key): record.values for record in plan.new}


def role_of(subject: Any, chosen: str) -> Role:
    is_own = chosen in {role.name for role in subject.roles}
    role: Role = subject.role(chosen if is_own else subject.across)
    return role


def quiet(name: str, cell: tuple[str, int, int, str], odd: str) -> list[str]:
    """What changes without a word though the cell alone does not say it."""
    expected = EXPECTED["files"][name]
    subject = kind_of(expected["subject"])
    context = context_of(expected["subject"], expected["given"])
    book, before, answers = BEFORE[name]
    sheet, number, place, chosen = cell
    after = read(
        subject, with_cell(book, sheet, number, place, odd), context, {}, answers
    )
    if told(after) != told(before):
        return []
    old, new = values_of(before), values_of(after)
    changed = {at for at in old.keys() | new.keys() if old.get(at) != new.get(at)}
    where = f"{name} {sheet}!{number}:{place} ({chosen}) {odd!r}"
    role = role_of(subject, chosen)
    # How one cell writes numbers or days settles the others of its column.
    may_settle = role.reads in ("number", "money", "day")
    wrong = [
        f"{where}: row {row} {key}"
        for row, key in changed
        if row != number and not may_settle
    ]
    column = [
        row.value(place)
        for one in book.sheets
        for row in one.rows
        if one.name == sheet and row.number != number
    ]
    words = (line.split(":", 2) for line in answers if line.startswith("words:"))
    hints = Hints(
        currency=context.currency,
        choices=context.choices.get(role.name, {}),
        meanings={word: answers[f"words:{of}:{word}"] for _, of, word in words},
    )
    *_, said = read_column(role.reads, [*column, odd], hints, role.closed)
    # The line of what is kept as text gives examples, and counts the same.
    is_told = said.text and any(line.state == "text" for line in after.lines)
    if changed and not is_told and said.confidence not in ("certain", "blank"):
        wrong.append(f"{where}: {said.confidence}")
    if chosen.startswith("candidate:"):
        others = [key for _, key in changed if chosen[10:] not in key]
        wrong += [f"{where}: {key}" for key in others]
    return wrong


BEFORE: dict[str, tuple[Workbook, Plan, Mapping[str, str]]] = {}


@pytest.fixture(scope="module", autouse=True)
def before() -> None:
    for name in NAMES:
        person = Person(name, EXPECTED["files"][name])
        plan = person.ends()
        book = read_table((FOLDER / "files" / name).read_bytes(), name)
        BEFORE[name] = book, plan, person.answers


def pairs(name: str) -> list[tuple[tuple[str, int, int, str], str]]:
    """Every cell with every odd text, in an order of its own."""
    every = [(cell, odd) for cell in places_of(BEFORE[name][1]) for odd in ODD]
    random.Random(name).shuffle(every)
    return every


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_cell_changes_nothing_without_a_word(name: str) -> None:
    some = pairs(name)[:PUSHED]
    assert len(some) == PUSHED
    assert [wrong for cell, odd in some for wrong in quiet(name, cell, odd)] == []


@pytest.mark.nightly(reason="minutes; with every push some of each file stay")
@pytest.mark.parametrize("name", NAMES)
def test_no_odd_cell_of_ten_tables_changes_anything_without_a_word(name: str) -> None:
    every = pairs(name)
    assert [wrong for cell, odd in every for wrong in quiet(name, cell, odd)] == []
