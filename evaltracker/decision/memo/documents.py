"""A memo's numbers with their working as a workbook.

Numbers are cells of numbers, everything else is text; nothing is ever a formula.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.properties import PageSetupProperties

from evaltracker.decision.memo.cells import cell_states
from evaltracker.decision.memo.certainty import weighed
from evaltracker.decision.memo.markdown import (
    COUNTS,
    percent,
)
from evaltracker.decision.memo.numbers import numbers_sheets
from evaltracker.decision.memo.printing import DRAFT
from evaltracker.decision.models import Decision
from evaltracker.toolbox.formula_guard import harmless, text_cells
from evaltracker.toolbox.measures import CellNumbers
from trials.scoring import CellState

# What is frozen beside the signed words: who signed them, and where the journal stood.
#
# It cannot be part of the words, which would change with each signature under them.


# The memo as it is read everywhere: first page, words, and what seals them.
#
# Page, PDF, Word file and Markdown are all made from this.


SHARE, MONEY = "0.00%", "#,##0.00"
BOLD, WRAPPED = Font(bold=True), Alignment(wrap_text=True, vertical="top")
WIDE, NARROW = 48, 16


@dataclass(frozen=True, slots=True)
class Number:
    """A value of the memo as a number, shown in a format; None stays blank."""

    text: str | int | None
    form: str = "General"


type Line = Sequence[object]


def as_xlsx(memo: dict[str, Any], decision: Decision | None = None) -> bytes:
    """What was decided, and each table that it rests on, a sheet each."""
    book = Workbook(write_only=True)
    for title, wide, rows in (
        ("Decision", {2}, decided(memo, decision)),
        ("Comparison", {1, 11}, comparison(memo)),
        ("Standings", {2}, standings(memo)),
        ("Requirements", {3}, requirements(memo)),
        ("Costs", {1, 7}, costs(memo)),
        ("Scores", {1, 2}, scores(memo)),
        ("Robustness", {3}, robustness(memo)),
        *numbers_sheets(memo),
    ):
        write(book.create_sheet(title), rows, wide)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def write(sheet: WriteOnlyWorksheet, rows: Iterator[Line], wide: set[int]) -> None:
    """The rows below a head that stays in sight."""
    lines = list(rows)
    sheet.freeze_panes = "B2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for column in range(1, len(lines[0]) + 1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = WIDE if column in wide else NARROW
    for place, line in enumerate(lines):
        cells = text_cells(sheet, (each_text(value) for value in line))
        for column, value in enumerate(line):
            if isinstance(value, Number) and value.text is not None:
                cells[column] = WriteOnlyCell(sheet, value=Decimal(value.text))
                cells[column].number_format = value.form
            cells[column].alignment = WRAPPED
            if not place:
                cells[column].font = BOLD
        sheet.append(cells)


def each_text(value: object) -> object:
    """What is no number; numbers get their own cell."""
    return "" if isinstance(value, Number) else value


def decided(memo: dict[str, Any], decision: Decision | None) -> Iterator[Line]:
    """The choice in words, and what seals it."""
    inputs = memo["inputs"]
    names = {candidate["id"]: candidate["name"] for candidate in inputs["candidates"]}
    choice, brief = inputs["choice"], inputs["brief"]
    yield ["What", "Answer"]
    yield ["Evaluation", brief["title"]]
    yield ["Chosen", names.get(choice["candidate"], "nobody yet")]
    yield ["Why", choice["rationale"]]
    yield ["Dissent", choice["dissent"]]
    yield ["What would change our mind", choice["revisit_when"]]
    yield ["Budget", Number(brief["budget"], MONEY)]
    yield ["Currency", brief["currency"]]
    for label, answer in inputs.get("brief_questions", ()):
        yield [label, answer]
    yield ["Horizon in months", Number(brief["horizon_months"])]
    yield ["Share of evidence in the total", Number(brief["evidence_share"], SHARE)]
    yield ["Formula version", inputs["formula_version"]]
    if decision is None or decision.decided_by is None:
        yield ["State", DRAFT]
        return
    yield ["Decided by", decision.decided_by.name]
    yield ["Decided at (UTC)", f"{decision.decided_at:%Y-%m-%d %H:%M}"]
    if "seal" in memo:
        yield ["Journal's head", memo["seal"]["journal"]["head"]]
    yield ["SHA-256 of the memo", decision.memo_sha256]


def comparison(memo: dict[str, Any]) -> Iterator[Line]:
    """One line per candidate, with the working of its total."""
    yield (
        *("Candidate", "Kind", "State", "Fit", "Fit of what was tested"),
        *("Asked", "Answered", "Shown", "Tested", "Backed by research"),
        *("People", "Total", "Working of the total"),
        *("Knocked out by", "Promises tested", "Held", "Partly", "Failed"),
        *("Low cost", "Likely cost", "High cost", "Kinds known", "Kinds asked"),
    )
    for candidate in memo["inputs"]["candidates"]:
        result = memo["results"][candidate["id"]]
        cost, record = result["cost"], result["promises"]
        known = bool(cost["known"])
        yield (
            *(candidate["name"], candidate["kind"], candidate["state"]),
            *(Number(result[name], SHARE) for name in ("fit", "fit_of_tested")),
            *(Number(result.get(name)) for name in COUNTS),
            *(Number(result[name], SHARE) for name in ("people", "total")),
            result["total_working"],
            ", ".join(result["knock_outs"]),
            Number(record["tested"]),
            *(Number(record.get(name)) for name in ("held", "partly", "failed")),
            *(
                Number(cost[name], MONEY) if known else "not known"
                for name in ("low", "likely", "high")
            ),
            *(Number(cost[name]) for name in ("known", "kinds")),
        )


def standings(memo: dict[str, Any]) -> Iterator[Line]:
    """Requirements down, candidates across."""
    candidates = memo["inputs"]["candidates"]
    yield [
        "Ref",
        "Requirement",
        "Weight",
        *(candidate["name"] for candidate in candidates),
    ]
    for row in memo["inputs"]["requirements"]:
        ref = row["ref"]
        yield [
            ref,
            row["text"],
            Number(row["weight"]),
            *(
                memo["results"][candidate["id"]]["standings"].get(ref, "")
                for candidate in candidates
            ),
        ]


def requirements(memo: dict[str, Any]) -> Iterator[Line]:
    """What was asked for."""
    yield ["Ref", "Category", "Requirement", "Priority", "Weight", "Metric"]
    for row in memo["inputs"]["requirements"]:
        yield [
            *(row["ref"], row["category"], row["text"], row["priority"]),
            Number(row["weight"]),
            row["metric"] or row["metric_excuse"],
        ]


def costs(memo: dict[str, Any]) -> Iterator[Line]:
    """Every kind of cost with its working, and the totals that they add up to."""
    yield ["Candidate", "Kind", "State", "Low", "Likely", "High", "Working"]
    for candidate in memo["inputs"]["candidates"]:
        cost = memo["results"][candidate["id"]]["cost"]
        for row in cost["rows"]:
            yield [
                *(candidate["name"], row.get("name", row["kind"]), row["state"]),
                *(Number(row.get(name), MONEY) for name in ("low", "likely", "high")),
                row["working"],
            ]
        yield [
            *(
                candidate["name"],
                "Total",
                f"{cost['known']} of {cost['kinds']} kinds known",
            ),
            *(Number(cost[name], MONEY) for name in ("low", "likely", "high")),
            "",
        ]
        value = memo["results"][candidate["id"]]["value"]
        if value is not None:
            worth, missed = Number(value["amount"], MONEY), value["opportunity"]
            yield [
                candidate["name"],
                "Hours saved",
                "",
                "",
                worth,
                "",
                value["working"],
            ]
            yield [
                *(candidate["name"], "Opportunity cost", "", ""),
                *(Number(missed, MONEY), "", value["opportunity_working"]),
            ]


def scores(memo: dict[str, Any]) -> Iterator[Line]:
    """What people scored, without names, and what the meeting settled on."""
    yield ["Candidate", "Category", "Score", "Whose", "Reason"]
    for candidate in memo["inputs"]["candidates"]:
        for row in candidate["scores"]:
            score = Number(row["value"])
            yield [candidate["name"], row["category__name"], score, "a scorer", ""]
        for row in candidate["settled"] or ():
            score, reason = Number(row["value"]), row["reason"]
            yield [
                candidate["name"],
                row["category__name"],
                score,
                "the meeting",
                reason,
            ]


def robustness(memo: dict[str, Any]) -> Iterator[Line]:
    """How sure the first place is: each answer, its number and its sentence."""
    said = weighed(memo["inputs"], memo["results"])
    yield ["Question", "Answer", "In words"]
    if said.untold:
        yield ["How sure is the first place?", "", said.untold]
        return
    yield ["Who is first", said.first, ""]
    yield ["How often under other weights", *said.wins]
    for sentence in said.grounds:
        yield ["What that rests on", "", sentence]
    yield ["Smallest change that topples it", *said.smallest]
    yield ["What each role's weights pick", *said.roles]
    for sentence in said.second:
        yield ["What would have to be true", "", sentence]


MARKS = ("claimed", "shown", "tested", "standing")


def matrix_rows(memo: dict[str, Any]) -> Iterator[list[str]]:
    """A head, a line per requirement, and the fit of each candidate below."""
    candidates, results = memo["inputs"]["candidates"], memo["results"]
    cells = {row["id"]: cell_states(row, memo["inputs"]) for row in candidates}
    with_numbers = any(row.get("numbers") for row in candidates)
    parts = (*MARKS, "numbers") if with_numbers else MARKS
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
