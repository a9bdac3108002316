"""The matrix as it was frozen: requirement × candidate, with three marks, standing and
numbers.

From the memo's inputs, so that it says the same as the memo for ever.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook

from evaltracker.kit.formula_guard import harmless
from evaltracker.measures import CellNumbers
from evaltracker.workflow.memo.cells import cell_states
from evaltracker.workflow.memo.markdown import percent
from evaltracker.workflow.memo.sheets import write
from trials.scoring import CellState

MARKS = ("claimed", "shown", "tested", "standing")
# Where anything was claimed for a measure, or runs were confirmed.
NUMBERS = "numbers"


def matrix_rows(memo: dict[str, Any]) -> Iterator[list[str]]:
    """A head, a line per requirement, and the fit of each candidate below."""
    candidates, results = memo["inputs"]["candidates"], memo["results"]
    cells = {row["id"]: cell_states(row, memo["inputs"]) for row in candidates}
    with_numbers = any(row.get("numbers") for row in candidates)
    parts = (*MARKS, NUMBERS) if with_numbers else MARKS
    yield [
        *("Ref", "Category", "Requirement", "Priority", "Weight"),
        *(f"{candidate['name']}: {part}" for candidate in candidates for part in parts),
    ]
    for row in memo["inputs"]["requirements"]:
        line = [row[name] for name in ("ref", "category", "text", "priority")]
        line.append(str(row["weight"]))
        for candidate in candidates:
            cell = cells[candidate["id"]][row["ref"]]
            standing = results[candidate["id"]]["standings"].get(row["ref"], "")
            line += [*marks(cell), standing]
            if with_numbers:
                line.append(numbers_in_words(candidate, row["ref"]))
        yield line
    foot, blank = ["Fit", "", "", "", ""], [""] * (len(parts) - 1)
    for candidate in candidates:
        foot += [percent(results[candidate["id"]]["fit"]), *blank]
    yield foot


def marks(cell: CellState) -> list[str]:
    """What was claimed, and the newest verdict of a demo and of a trial."""
    return ["not applicable", "", ""] if cell.not_applicable else [*cell.marks]


def numbers_in_words(candidate: dict[str, Any], ref: str) -> str:
    """What it claimed for a requirement's measure, and what its runs came to."""
    found = candidate.get("numbers", {}).get(ref)
    return CellNumbers.from_json(found).words if found else ""


def matrix_csv(memo: dict[str, Any]) -> bytes:
    """UTF-8 with a mark, formulas made harmless."""
    return csv_of(matrix_rows(memo))


def csv_of(rows: Iterator[list[str]]) -> bytes:
    """Rows as CSV that spreadsheets read right and run nothing of."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([harmless(each) for each in row] for row in rows)
    return ("\ufeff" + text.getvalue()).encode()


def matrix_xlsx(memo: dict[str, Any]) -> bytes:
    """The same as a workbook whose cells are all text."""
    book = Workbook(write_only=True)
    write(book.create_sheet("Matrix"), matrix_rows(memo), {3})
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
