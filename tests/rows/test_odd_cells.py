"""One odd cell changes its own row and column, or somebody is asked or told."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from evaltracker.rows.plan import ImportPlan, read
from evaltracker.rows.sources import Workbook, read_table
from tests.rows.foreign import FOLDER, Person, context_of, expected_of_files, kind_of

ODD = (
    *("1.200", "1,200", "12 PCS", "3 FTE", "1 year", "CHF 1'990/an", "12.000,50"),
    *("0,500", "1.10", "1e5", "(500)", "-500", "500-", "$", "€ 5", "5 €/m", "50%"),
    *("free", "inklusive", "n/a", "–", "TBD", "High", "1", "R1", "A", "A.1", "V1"),
    *("x", "Yes", "No", "✅ No", "❌ Enterprise only", "🔜", "Ja, eingeschränkt"),
    *("Total", "Ref", "Text", "- part of it", "small letters", "# heading", "**B**"),
    *("=1+1", "03/04/2027", "2027-01-05", "٣", "https://x.example/a", "ü" * 50, "a\nb"),
)
FILES = (
    *("cloud_de.xlsx", "framework_it.xlsx", "levels_en.csv", "tickets_en.csv"),
    *("law_fr.csv", "checklist_en.xlsx", "passwords_en.md", "crm_en.md"),
    *("prices_de.csv", "bids_us.xlsx", "cleaning_en.csv", "questions_zh.xlsx"),
)
CELLS = 2  # Of each file, by chance.


def by_row(plan: ImportPlan) -> dict[tuple[str, int], list[Any]]:
    rows = defaultdict(list)
    for record in plan.new:
        rows[record.sheet, record.row].append((record.key, record.values))
    return rows


def with_cell(book: Workbook, sheet: str, number: int, place: int, text: str) -> Any:
    sheets = []
    for one in book.sheets:
        rows = list(one.rows)
        for at, row in enumerate(rows if one.name == sheet else ()):
            if row.number == number:
                cells = (*row.cells[:place], text, *row.cells[place + 1 :])
                rows[at] = replace(
                    *(row,),
                    cells=cells,
                    numbers=row.numbers - {place},
                    days=row.days - {place},
                )
        sheets.append(replace(one, rows=tuple(rows)))
    return replace(book, sheets=tuple(sheets))


def places(
    plan: ImportPlan, by: random.Random
) -> Iterator[tuple[str, int, int, str, str]]:
    """Cells that are read, of rows below the names: sheet, row, place, role, type."""
    cells = [
        (sheet.name, row.number, place, column.chosen, row.kind)
        for sheet in plan.sheets
        for row in sheet.rows
        for place, column in enumerate(sheet.columns)
        if row.number > sheet.names_row
        # What the file marks is a row, and that is certain.
        and column.chosen not in ("left", "is_row", "category")
    ]
    yield from by.sample(cells, CELLS)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[crm_en.md]"
)
def test_an_odd_cell_changes_its_own_row_and_column_or_a_line_says_so(
    name: str,
) -> None:
    person = Person(name, expected_of_files()[name])
    plan = person.ends()
    before, subject = by_row(plan), person.expected["subject"]
    book = read_table((FOLDER / "files" / name).read_bytes(), name)
    context, kind = context_of(subject, person.expected["given"]), kind_of(subject)
    for sheet, number, place, role, type_of_row in places(plan, random.Random(29)):
        for odd in ODD:
            odd_book = with_cell(book, sheet, number, place, odd)
            after = read(kind, odd_book, context, {}, person.answers)
            if after.open or after.refused or type_of_row == "heading":
                continue
            rows = by_row(after)
            others = [
                at
                for at in before.keys() | rows.keys()
                if at != (sheet, number) and before[at] != rows[at]
            ]
            # Numbers of one column settle each other.
            is_settled = role == "amount" or role.startswith("candidate:")
            assert is_settled or not others, (role, odd, others[:3])
            assert (sheet, number) in rows or type_of_row != "row", (role, odd)
