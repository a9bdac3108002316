"""Forms of public tenders: marks in columns, answers under each vendor, a cover."""

from typing import Any

from openpyxl import Workbook

from tests.data.corpus.making.case import ASKED, Case, book, table, text, workbook


def case(name: str, kind: str, content: bytes, why: str, **more: Any) -> Case:
    return Case(name=name, kind=kind, content=content, why=why, **more)


def answer(ref: str, candidate: str, availability: str, **more: str) -> dict[str, str]:
    return {"ref": ref, "candidate": candidate, "availability": availability, **more}


def merged_vendors(sheet: Any) -> None:
    for cells in ("C1:D1", "E1:F1"):
        sheet.merge_cells(cells)


def behind_a_cover(made: Workbook) -> None:
    """Questions below instructions, on the second sheet."""
    first: Any = made.active
    first.title = "Cover"
    first["A1"] = "Questionnaire"
    sheet = made.create_sheet("A. Risk")
    for row in (
        ["Questionnaire"],
        [None, "Answer yes, no or N/A"],
        ["Ques Num", "Question/Request", "Response", "Category"],
        ["A.1", "Is there a programme?", "", "Risk"],
        ["A.2", "Is there an owner?", "", "Risk"],
    ):
        sheet.append(row)


BY_VENDOR: list[list[Any]] = [
    ["Ref", "Requirement", "Acme ML", None, "Globex", None],
    [None, None, "Comply", "Comments", "Comply", "Comments"],
    ["R1", "Batch training", "Yes", "On every node", "No", None],
    ["R2", "Single sign-on", "No", None, "Yes", "SAML"],
]
CASES = [
    case(
        "answers_crossed_in_columns.csv",
        "claims",
        table(
            [
                ["ID", "Question", "Yes", "No", "N/A", "Notes"],
                ["R1", "Batch training", "X", "", "", "On every node"],
                ["R2", "Single sign-on", "", "x", "", ""],
                ["R3", "Export", "", "", "✓", "Not hosted"],
            ]
        ),
        "a cross in one of the columns Yes and No is the answer",
        given=ASKED,
        knows={"whose": {"": "Acme ML"}},
        comes=[
            answer("R1", "Acme ML", "now", statement="On every node"),
            answer("R2", "Acme ML", "never"),
            answer("R3", "Acme ML", "unstated"),
        ],
        mentions=["N/A"],
    ),
    case(
        "answers_crossed_twice.csv",
        "claims",
        table(
            [
                ["ID", "Question", "Yes", "No"],
                ["R1", "Batch training", "X", "x"],
                ["R2", "Export", "X", ""],
            ]
        ),
        "a cross in both columns is no answer that is known",
        given=ASKED,
        knows={"whose": {"": "Acme ML"}, "words": {"Yes and No": "unstated"}},
        comes=[answer("R1", "Acme ML", "unstated"), answer("R2", "Acme ML", "now")],
    ),
    case(
        "requirements_crossed_in_columns.csv",
        "requirements",
        table(
            [
                ["ID", "Requirement", "Must", "Should", "Could"],
                ["R1", "Batch training", "x", "", ""],
                ["R2", "Export", "", "x", ""],
                ["R3", "Dark mode", "", "", "x"],
            ]
        ),
        "a cross in one of the columns of priorities is the priority",
        comes=[
            {"ref": "R1", "priority": "must"},
            {"ref": "R2", "priority": "should"},
            {"ref": "R3", "priority": "could"},
        ],
    ),
    case(
        "answers_under_each_vendor.xlsx",
        "claims",
        book(BY_VENDOR, merged_vendors),
        "each vendor stands over its answers and its comments",
        given=ASKED,
        comes=[
            answer("R1", "Acme ML", "now", statement="On every node"),
            answer("R1", "Globex", "never"),
            answer("R2", "Acme ML", "never"),
            answer("R2", "Globex", "now", statement="SAML"),
        ],
    ),
    case(
        "answers_in_stars.md",
        "claims",
        text(
            "| Requirement | Acme ML | Globex |",
            "|---|---|---|",
            "| R1 | ⭐⭐⭐ | ★★☆ |",
        ),
        "stars are scores",
        given=ASKED,
        refused="scores",
    ),
    case(
        "answers_with_a_winner.md",
        "claims",
        text(
            "| Requirement | Acme ML | Globex | Winner |",
            "|---|---|---|---|",
            "| R1 | Yes | No | Acme ML |",
        ),
        "who wins is nobody's answer",
        given=ASKED,
        comes=[answer("R1", "Acme ML", "now"), answer("R1", "Globex", "never")],
        mentions=["Winner"],
    ),
    case(
        "requirements_behind_a_cover.xlsx",
        "requirements",
        workbook(behind_a_cover),
        "two words for one thing stand in a name with a stroke between",
        comes=[
            {"ref": "A.1", "text": "Is there a programme?", "category": "Risk"},
            {"ref": "A.2", "text": "Is there an owner?"},
        ],
        mentions=["Cover"],
    ),
    case(
        "requirements_by_index.csv",
        "requirements",
        text("index;requirement", "f1;Reads files", "f2;Writes files"),
        "an index is a ref",
        comes=[{"ref": "f1", "text": "Reads files"}, {"ref": "f2"}],
    ),
    case(
        "candidates_tool_names.csv",
        "candidates",
        table(
            [
                ["method", "organisation", "tool_name", "usecase"],
                ["ML", "Acme", "Acme Care", "Health"],
                ["NLP", "Globex", "Globex Chat", "Talk"],
            ]
        ),
        "the name of a tool is a name",
        comes=[
            {"name": "Acme Care", "vendor": "Acme"},
            {"name": "Globex Chat", "vendor": "Globex"},
        ],
        mentions=["usecase"],
    ),
    case(
        "costs_monthly_or_annual.md",
        "costs",
        text(
            "| Vendor | Plan | Monthly | Annual |",
            "|---|---|---|---|",
            "| Acme ML | Pro | €39 | €390 |",
        ),
        "which of two prices counts is said by its column, and the column its rhythm",
        given={"candidates": ["Acme ML"]},
        knows={
            "columns": {"Vendor": "candidate", "Plan": "label", "Monthly": "likely"},
            "of all": {"kind": "licence"},
        },
        comes=[{"label": "Pro", "likely": 39, "recurrence": "monthly"}],
        mentions=["Annual"],
    ),
]
