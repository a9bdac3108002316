"""Files as they are saved here, and workbooks that say things on several sheets."""

from typing import Any

from openpyxl import Workbook

from tests.data.corpus.making.case import ACME, ASKED, Case, book, workbook

PARTS = ("claimed", "shown", "tested", "standing", "numbers")
SAID = ["now", "holds", "", "Shown", "12 ms", "never", "", "", "Never", ""]
NUMBERS: list[list[Any]] = [
    ["Reference", "Category", "Requirement", "Priority", "Weight"]
    + [f"{name}: {part}" for name in ("Acme ML", "Globex") for part in PARTS],
    [*("R1", "Core", "Batch training", "Must", 3), *SAID],
    ["Fit of all scored requirements, in %", "", "", "", "", 75, *[""] * 4, 0],
]
SHEET = [
    *("Requirement", "Category", "What we need", "Priority", "Help", "Availability"),
    *("Available from", "Statement", "Evidence link", "Measure", "Number", "Unit"),
]
ANSWERED: list[list[Any]] = [
    SHEET,
    ["R1", "Core", "Batch training", "Must have", "", "now", "", "", "", "", 12, "ms"],
    ["R2", "Core", "Single sign-on", "Should have", "", "never", "", "By choice"],
    ["R3", "Core", "Export", "Should have", "", ""],
]


def memo(made: Workbook) -> None:
    """The workbook of a decision memo, in short."""
    first: Any = made.active
    first.title = "Decision"
    for row in (["", ""], ["Title", "A purchase"], ["Winner", "Acme ML"]):
        first.append(row)
    sheets: dict[str, list[list[Any]]] = {
        "Comparison": [
            ["Option", "Kind", "State", "Fit"],
            ["Acme ML", "buy", "chosen", 0.8],
            ["Globex", "buy", "eliminated", 0.4],
        ],
        "Standings": [
            ["Ref", "Requirement", "Weight", "Acme ML", "Globex"],
            ["R1", "Batch training", 3, "proven", "refuted"],
            ["R2", "Single sign-on", 2, "claimed", "proven"],
        ],
        "Requirements": [
            ["Ref", "Category", "Requirement", "Priority", "Weight"],
            ["R1", "Core", "Batch training", "Must have", 3],
            ["R2", "Core", "Single sign-on", "Should have", 2],
        ],
        "Costs": [
            ["Option", "Kind", "State", "Likely", "Currency"],
            ["Acme ML", "set-up", "priced", 5000, "EUR"],
            ["Acme ML", "training", "not stated", None, ""],
            ["Globex", "set-up", "priced", 4000, "EUR"],
        ],
    }
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)


def summed_up(made: Workbook) -> None:
    """A list of requirements, and a shorter list of the same before it."""
    first: Any = made.active
    first.title = "Overview"
    for row in (["Ref", "Requirement"], ["R1", "Batch training"], ["R2", "Export"]):
        first.append(row)
    sheet = made.create_sheet("Details")
    for row in (
        ["Ref", "Requirement", "Priority", "Category"],
        ["R1", "Batch training", "Must", "Core"],
        ["R2", "Export", "Should", "Core"],
        ["R3", "Audit log", "Must", "Security"],
    ):
        sheet.append(row)


def case(name: str, kind: str, content: bytes, why: str, **more: Any) -> Case:
    finding = "I15"
    return Case(name=name, kind=kind, content=content, why=why, finding=finding, **more)


CASES = [
    case(
        "answers_our_own_matrix_with_numbers.xlsx",
        "claims",
        book(NUMBERS, title="Matrix"),
        "the matrix as it is saved here, with a column of numbers",
        given=ASKED,
        comes=[
            {"ref": "R1", "candidate": "Acme ML", "availability": "now"},
            {"ref": "R1", "candidate": "Globex", "availability": "never"},
        ],
        mentions=["passed over"],
    ),
    case(
        "answers_our_own_sheet.xlsx",
        "claims",
        book(ANSWERED, title="Answers"),
        "the sheet that vendors fill in",
        given=ASKED,
        knows={"whose": {"answers": "Acme ML"}},
        comes=[
            {"ref": "R1", "candidate": "Acme ML", "availability": "now"},
            {
                "ref": "R2",
                "candidate": "Acme ML",
                "availability": "never",
                "statement": "By choice",
            },
        ],
    ),
    case(
        "requirements_our_own_sheet.xlsx",
        "requirements",
        book(ANSWERED, title="Answers"),
        "what the sheet that vendors fill in asks; its numbers are no refs",
        comes=[
            {"ref": "R1", "text": "Batch training", "priority": "must"},
            {"ref": "R2", "text": "Single sign-on", "category": "Core"},
            {"ref": "R3", "text": "Export"},
        ],
        mentions=["Availability"],
    ),
    case(
        "candidates_our_own_sheet.xlsx",
        "candidates",
        book(ANSWERED, title="Answers"),
        "the columns of a questionnaire are no candidates",
        refused="No candidates",
    ),
    case(
        "answers_our_own_memo.xlsx",
        "claims",
        workbook(memo),
        "a memo has results, and no answers of vendors",
        given=ASKED,
        refused="memo",
    ),
    case(
        "costs_our_own_memo.xlsx",
        "costs",
        workbook(memo),
        "a memo has sums, and no prices as they were offered",
        given=ACME,
        refused="memo",
    ),
    case(
        "requirements_our_own_memo.xlsx",
        "requirements",
        workbook(memo),
        "the requirements stand on two sheets of a memo",
        comes=[
            {"ref": "R1", "text": "Batch training", "priority": "must", "weight": 3},
            {"ref": "R2", "category": "Core", "weight": 2},
        ],
        mentions=["Standings"],
    ),
    case(
        "candidates_our_own_memo.xlsx",
        "candidates",
        workbook(memo),
        "a sheet of costs names the candidates again and again",
        comes=[{"name": "Acme ML"}, {"name": "Globex"}],
        mentions=["Costs"],
    ),
    case(
        "requirements_summed_up_before.xlsx",
        "requirements",
        workbook(summed_up),
        "the same requirement on two sheets is one",
        comes=[
            {"ref": "R1", "text": "Batch training", "priority": "must"},
            {"ref": "R2", "category": "Core"},
            {"ref": "R3", "category": "Security"},
        ],
        mentions=["two sheets"],
    ),
]
