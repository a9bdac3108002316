"""Requirements in layouts of public files: stories, odd refs, groups, feet."""

from typing import Any

from openpyxl import Workbook

from tests.data.corpus.making.case import Case, book, table, text, workbook

STORIES = ["Epic", "As a", "I want to", "So that", "Story points"]
REPORT = text(
    "## Summary",
    "",
    "| Conformance level | Criteria |",
    "| --- | --- |",
    "| Supports | 8 |",
    "| Does not support | 3 |",
    "",
    "## Table 1",
    "",
    "| Criteria | Conformance Level | Remarks and Explanations |",
    "| --- | --- | --- |",
    "| 1.1.1 Pictures have words | Supports | All of them |",
    "| 1.2.1 Films have words | Not Applicable | There is none |",
    "",
    "## Table 2",
    "",
    "| Criteria | Conformance Level | Remarks and Explanations |",
    "| --- | --- | --- |",
    "| 1.4.3 Contrast is enough | Does Not Support | Grey on grey |",
)
GROUPED = text(
    "| Feature | Acme ML | Globex | Notes |",
    "|---|---|---|---|",
    "| **Storage** |",
    "| Snapshots | ✅ | ✅ 8.0+ | both |",
    "| Replicas | ✅ | ❌ | |",
    "| **Access** | | | |",
    "| Single sign-on | ✅ | ❌ | |",
    "| **Total** | 3 | 1 | |",
)


def by_sheet(made: Workbook) -> None:
    """A sheet for each part of what is wanted, after one of instructions."""
    first: Any = made.active
    first.title = "Read me"
    first["A1"] = "Please answer every line."
    for title, rows in {
        "Security": [["S1", "Single sign-on"], ["S2", "Audit log"]],
        "Reporting": [["P1", "Export as CSV"]],
    }.items():
        sheet = made.create_sheet(title)
        sheet.append(["Req ID", "Requirement"])
        for row in rows:
            sheet.append(row)


def merged_categories(sheet: Any) -> None:
    sheet.merge_cells("A2:A3")


def case(name: str, content: bytes, why: str, finding: str = "", **more: Any) -> Case:
    return Case(
        name=f"requirements_{name}",
        kind="requirements",
        content=content,
        why=why,
        finding=finding,
        **more,
    )


CASES = [
    case(
        "user_stories.csv",
        table(
            [
                STORIES,
                ["Intake", "data engineer", "load logs", "models see them", "5"],
                ["Intake", "analyst", "filter logs", "noise is gone", "3"],
            ]
        ),
        "a story is one sentence in three columns",
        knows={"number": "yes"},
        comes=[
            {
                "text": "As a data engineer, I want to load logs, so that models see "
                "them",
                "category": "Intake",
            },
            {"text": "As an analyst, I want to filter logs, so that noise is gone"},
        ],
        mentions=["Story points"],
    ),
    case(
        "a_topic_beside_a_description.csv",
        table(
            [
                ["ID", "Title", "Topic", "Description"],
                ["Q1", "Links", "Schema", "Records link to each other."],
                ["Q2", "Terms", "Schema", "Terms come from lists."],
            ]
        ),
        "what is described is wanted, and a topic is what it belongs to",
        comes=[
            {"ref": "Q1", "text": "Records link to each other.", "category": "Schema"},
            {"ref": "Q2", "text": "Terms come from lists."},
        ],
        mentions=["Title"],
    ),
    case(
        "refs_of_their_own_name.csv",
        table(
            [
                ["BR_ID", "Category", "Requirement", "Status"],
                ["BR-1", "Leads", "Capture leads", "done"],
                ["BR-2", "Leads", "Route leads", "open"],
            ]
        ),
        "a name that ends in ID above cells that differ is the ref",
        comes=[
            {"ref": "BR-1", "text": "Capture leads", "category": "Leads"},
            {"ref": "BR-2", "text": "Route leads"},
        ],
        mentions=["Status"],
    ),
    case(
        "refs_by_a_mark.md",
        text(
            "| FR # | Epic | Requirement | Status |",
            "|---|---|---|---|",
            "| FR-1 | A | Hash each file | ✅ |",
            "| FR-2 | B | Keep each run | ⚠️ |",
        ),
        "# in a name stands for number",
        comes=[
            {"ref": "FR-1", "text": "Hash each file", "category": "A"},
            {"ref": "FR-2", "category": "B"},
        ],
        mentions=["Status"],
    ),
    case(
        "ids_of_others.csv",
        table(
            [
                ["Parent ID", "Requirement"],
                ["L1", "Runs in Europe"],
                ["L1", "Runs on premises"],
            ]
        ),
        "an ID that stands twice is another thing's",
        comes=[{"text": "Runs in Europe"}, {"text": "Runs on premises"}],
        mentions=["Parent ID"],
    ),
    case(
        "groups_and_a_foot.md",
        GROUPED,
        "bold lines are groups, and the last one adds up",
        "I6",
        comes=[
            {"text": "Snapshots", "category": "Storage"},
            {"text": "Replicas", "category": "Storage"},
            {"text": "Single sign-on", "category": "Access"},
        ],
        mentions=["total", "Acme ML", "Storage"],
    ),
    case(
        "lines_without_a_priority.csv",
        table(
            [
                ["Requirement", "Priority"],
                ["Security", ""],
                ["Single sign-on", "Must"],
                ["Audit log", "Should"],
            ]
        ),
        "a line alone may be a heading or a requirement, so it is asked",
        knows={"headings": {"": "headings"}},
        comes=[
            {"text": "Single sign-on", "category": "Security"},
            {"text": "Audit log", "category": "Security"},
        ],
        mentions=["Security"],
    ),
    case(
        "a_foot_of_scores.md",
        text(
            "| Criterion | Weight | Acme ML | Globex |",
            "|---|---|---|---|",
            "| Reliability | 3 | 5 | 4 |",
            "| Total cost | 2 | 3 | 5 |",
            "| **Weighted score** | | **4.2** | **4.4** |",
            "| Rank | | 2 | 1 |",
        ),
        "the scores below are no requirements, and what is called Total cost is one",
        comes=[
            {"text": "Reliability", "weight": 3},
            {"text": "Total cost", "weight": 2},
        ],
        mentions=["total", "Acme ML"],
    ),
    case(
        "shares_above_a_foot.md",
        text(
            "| Criterion | Weight | Acme ML |",
            "|---|---|---|",
            "| Capability | 0.65 | 5 (2.00) |",
            "| Support | 0.35 | 3 (0.75) |",
            "| **Weighted total** | 1.00 | **4.15** |",
        ),
        "shares of one come in as none, and their sum is no share",
        comes=[{"text": "Capability"}, {"text": "Support"}],
        mentions=["shares of a whole", "total"],
    ),
    case(
        "a_total_without_a_ref.xlsx",
        book(
            [
                ["Req #", "Requirement", "Priority", "Weight"],
                ["GL.1", "Several funds", "Must", 3],
                ["GL.2", "Commitments", "Must", 2],
                [None, "Total points", None, 5],
            ]
        ),
        "a line of numbers without a ref that begins with Total",
        comes=[{"ref": "GL.1", "weight": 3}, {"ref": "GL.2", "weight": 2}],
        mentions=["total"],
    ),
    case(
        "a_report_of_two_tables.md",
        REPORT,
        "a table that counts the others stands above them",
        "I6",
        comes=[
            {"ref": "1.1.1", "text": "Pictures have words"},
            {"ref": "1.2.1", "text": "Films have words"},
            {"ref": "1.4.3", "text": "Contrast is enough"},
        ],
        mentions=["Summary", "Remarks and Explanations"],
    ),
    case(
        "a_sheet_for_each_part.xlsx",
        workbook(by_sheet),
        "the sheets are the categories",
        comes=[
            {"ref": "S1", "category": "Security"},
            {"ref": "S2", "category": "Security"},
            {"ref": "P1", "category": "Reporting"},
        ],
        mentions=["Read me", "name of its sheet"],
    ),
    case(
        "merged_categories.xlsx",
        book(
            [
                ["Area", "Ref", "Requirement"],
                ["Security", "S1", "Single sign-on"],
                [None, "S2", "Audit log"],
                ["Cost", "C1", "One price"],
            ],
            merged_categories,
        ),
        "a merged category counts for all its rows",
        "I5",
        comes=[
            {"ref": "S1", "category": "Security"},
            {"ref": "S2", "category": "Security"},
            {"ref": "C1", "category": "Cost"},
        ],
    ),
    case(
        "hecvat_shape.xlsx",
        book(
            [
                ["Vendor Name", "", ""],
                ["Company", "", "Vendor Answers", "Additional Information", "Guidance"],
                ["COMP-01", "Describe your company", "", "", "Be brief"],
                ["Documentation", "", "Vendor Answers", "Additional Information", ""],
                ["DOCU-01", "Have you been audited?", "", "", "Which audit?"],
            ],
            title="HECVAT",
        ),
        "a heading for each section in the place of names, as requirements",
        "I6",
        knows={"columns": {"Company": "ref", "Guidance": "vendor_help"}},
        comes=[
            {"ref": "COMP-01", "text": "Describe your company"},
            {
                "ref": "DOCU-01",
                "text": "Have you been audited?",
                "category": "Documentation",
            },
        ],
        mentions=["Documentation"],
    ),
]
