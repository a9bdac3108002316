"""Answers in layouts of public files: matrices and reports."""

from typing import Any

from tests.data.corpus.making.case import ACME, ASKED, Case, book, table, text
from tests.data.corpus.making.seen_requirements import GROUPED, REPORT

STORED = {
    **ACME,
    "requirements": {"R1": "Snapshots", "R2": "Replicas", "R3": "Single sign-on"},
}
REPORTED = {
    **ACME,
    "requirements": {
        "1.1.1": "Pictures have words",
        "1.2.1": "Films have words",
        "1.4.3": "Contrast is enough",
    },
}


def case(name: str, content: bytes, why: str, finding: str = "", **more: Any) -> Case:
    more = {"given": ASKED} | more
    return Case(
        name=f"answers_{name}",
        kind="claims",
        content=content,
        why=why,
        finding=finding,
        **more,
    )


def answer(ref: str, candidate: str, availability: str, **more: str) -> dict[str, str]:
    return {"ref": ref, "candidate": candidate, "availability": availability, **more}


def merged_answers(sheet: Any) -> None:
    sheet.merge_cells("B2:B3")


CASES = [
    case(
        "groups_and_a_foot.md",
        GROUPED,
        "bold lines are groups, and the last one adds up",
        "I15",
        given=STORED,
        comes=[
            answer("R1", "Acme ML", "now"),
            answer("R1", "Globex", "now", statement="8.0+"),
            answer("R2", "Acme ML", "now"),
            answer("R2", "Globex", "never"),
            answer("R3", "Acme ML", "now"),
            answer("R3", "Globex", "never"),
        ],
        mentions=["total", "Notes"],
    ),
    case(
        "a_report_of_two_tables.md",
        REPORT,
        "one vendor's report is asked about once, and its refs stand before the texts",
        "I7",
        given=REPORTED,
        knows={"whose": {"table1": "Acme ML"}},
        comes=[
            answer("1.1.1", "Acme ML", "now", statement="All of them"),
            answer("1.2.1", "Acme ML", "unstated"),
            answer("1.4.3", "Acme ML", "never", statement="Grey on grey"),
        ],
        mentions=["Not Applicable"],
    ),
    case(
        "the_same_sheet_for_two_vendors.md",
        text(
            "## First",
            "",
            "| ID | Question | Answer |",
            "|---|---|---|",
            "| R1 | Batch training | Yes |",
            "",
            "## Second",
            "",
            "| ID | Question | Answer |",
            "|---|---|---|",
            "| R1 | Batch training | No |",
        ),
        "the same questions twice are those of two vendors, so each is asked",
        "I7",
        knows={"whose": {"first": "Acme ML", "second": "Globex"}},
        comes=[answer("R1", "Acme ML", "now"), answer("R1", "Globex", "never")],
    ),
    case(
        "words_behind_a_yes.csv",
        table(
            [
                ["Requirement", "Acme ML", "Globex"],
                ["R1", "Yes (by plugin)", "No – use the other one"],
                ["R2", "Yes, on every node", "**NO**"],
                ["R3", "Supported: all formats", "No. Never asked for."],
            ]
        ),
        "yes and no before words say what the words explain",
        "I8",
        comes=[
            answer("R1", "Acme ML", "now", statement="Yes (by plugin)"),
            answer("R1", "Globex", "never", statement="No – use the other one"),
            answer("R2", "Acme ML", "now", statement="Yes, on every node"),
            answer("R2", "Globex", "never"),
            answer("R3", "Acme ML", "now"),
            answer("R3", "Globex", "never"),
        ],
    ),
    case(
        "a_yes_that_takes_it_back.csv",
        table(
            [
                ["Requirement", "Acme ML", "Globex"],
                ["R1", "Yes, but not yet", "Yes (planned for 2027)"],
                ["R2", "No, but on the roadmap", "Yes – in beta since May"],
                ["R3", "Yes, from Q3 2027", "✓ available in 2028"],
            ]
        ),
        "a yes before words that say another thing is no yes",
        "I8",
        comes=[
            answer(f"R{number}", name, "unstated")
            for number in (1, 2, 3)
            for name in ("Acme ML", "Globex")
        ],
        mentions=["no availability that is known"],
    ),
    case(
        "scores_out_of_ten.md",
        text(
            "| Requirement | Weight | Acme ML | Globex |",
            "|---|---|---|---|",
            "| R1 | 3 | 8/10 | 5 (2.00) |",
            "| R2 | 2 | 7/10 | 4 (1.60) |",
            "| **Total** | | **7.6** | **3.6** |",
        ),
        "scores are no answers, however they are written",
        "I4",
        refused="scores",
    ),
    case(
        "merged_down_a_matrix.xlsx",
        book(
            [
                ["Requirement", "Acme ML", "Globex"],
                ["R1", "Yes", "No"],
                ["R2", None, "Yes"],
            ],
            merged_answers,
        ),
        "a merged answer counts for all its rows",
        "I5",
        comes=[
            answer("R1", "Acme ML", "now"),
            answer("R1", "Globex", "never"),
            answer("R2", "Acme ML", "now"),
            answer("R2", "Globex", "now"),
        ],
    ),
]
