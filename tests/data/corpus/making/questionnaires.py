"""Questionnaires that one vendor filled in, and matrices that were saved here.

Well-known shapes are looked after in shape alone: no question of theirs is here.
"""

from typing import Any

from tests.data.corpus.making.case import ACME, ASKED, Case, book, table

HECVAT = {
    **ACME,
    "requirements": {
        "COMP-01": "Describe your company",
        "DOCU-01": "Have you been audited?",
        "DOCU-02": "Do you publish a policy?",
    },
}
CAIQ = {
    **ACME,
    "requirements": {
        "A-01.1": "Is there an audit?",
        "A-01.2": "Is it reviewed yearly?",
    },
}
BESIDE = ["Vendor Answers", "Additional Information", "Guidance"]
CAIQ_NAMES = [
    *("Question ID", "Question", "CSP CAIQ Answer", "SSRM Control Ownership"),
    "CSP Implementation Description\n(Optional/Recommended)",
    "CCM Domain Title",
]
PARTS = ("claimed", "shown", "tested", "standing")
HEADS = [f"{name}: {part}" for name in ("Acme ML", "Globex") for part in PARTS]
KNOWN = ["now", "holds", "", "Shown", "never", "", "", "Never"]
UNKNOWN: list[Any] = ["not applicable", "", "", "", "not stated", "", "", "Claimed"]
MATRIX: list[list[Any]] = [
    ["Reference", "Category", "Requirement", "Priority", "Weight", *HEADS],
    ["R1", "Core", "Batch training", "Must", 3, *KNOWN],
    ["R2", "Core", "Single sign-on", "Should", 2, *UNKNOWN],
    ["Fit of all scored requirements, in %", "", "", "", "", 75, "", "", "", 0],
    ["Answered, shown, tested", "", "", "", "", "1 · 1 · 0", "", "", "", "1 · 0 · 0"],
]


def case(name: str, content: bytes, why: str, **more: Any) -> Case:
    more = {"kind": "claims", "finding": "I7", "given": ASKED} | more
    return Case(name=f"answers_{name}", content=content, why=why, **more)


def acme(ref: str, availability: str, **more: str) -> dict[str, str]:
    return {"ref": ref, "candidate": "Acme ML", "availability": availability, **more}


CASES = [
    case(
        "of_one_vendor.csv",
        table(
            [
                ["ID", "Question", "Answer", "Comments"],
                ["R1", "Batch training", "Yes", "On every node"],
                ["R2", "Single sign-on", "No", ""],
                ["R3", "Export", "", ""],
            ]
        ),
        "nothing in it says whose answers these are",
        knows={"whose": {"": "Acme ML"}},
        comes=[acme("R1", "now", statement="On every node"), acme("R2", "never")],
    ),
    case(
        "of_nobody_known.csv",
        table([["ID", "Question", "Answer"], ["R1", "Batch training", "Yes"]]),
        "nobody says whose answers these are",
        refused="whose answers",
    ),
    case(
        "of_the_vendor_named_above.csv",
        table(
            [
                ["Vendor", "Acme ML"],
                ["ID", "Question", "Response"],
                ["R1", "Batch training", "Yes"],
            ]
        ),
        "the vendor's name stands above the questions, and not above its answers",
        comes=[acme("R1", "now")],
    ),
    case(
        "hecvat_shape.xlsx",
        book(
            [
                ["Vendor Name", "", "Acme ML"],
                ["Company", "", *BESIDE],
                ["COMP-01", "Describe your company", "Ten years old", "", "Be brief"],
                ["Documentation", "", *BESIDE],
                ["DOCU-01", "Have you been audited?", "Yes", "By two firms", "Which?"],
                ["DOCU-02", "Do you publish a policy?", "No", "", ""],
            ]
        ),
        "a heading for each section in the place of names, and the names again",
        given=HECVAT,
        comes=[
            acme("COMP-01", "unstated", statement="Ten years old"),
            acme("DOCU-01", "now", statement="By two firms"),
            acme("DOCU-02", "never"),
        ],
        mentions=["Guidance"],
    ),
    case(
        "caiq_shape.xlsx",
        book(
            [
                ["Questionnaire v4"],
                CAIQ_NAMES,
                ["A-01.1", "Is there an audit?", "Yes", "CSP", "Each spring", "Audit"],
                ["A-01.2", "Is it reviewed yearly?", "NA", "", "", ""],
            ],
            title="CAIQ",
        ),
        "long names, and an answer that is none",
        given=CAIQ,
        knows={"whose": {"caiq": "Acme ML"}},
        comes=[
            acme("A-01.1", "now", statement="Each spring"),
            acme("A-01.2", "unstated"),
        ],
        mentions=["CCM Domain Title", "NA"],
    ),
    case(
        "our_own_matrix.xlsx",
        book(MATRIX, title="Matrix"),
        "the matrix as it is saved here",
        finding="I15",
        comes=[
            acme("R1", "now"),
            {"ref": "R1", "candidate": "Globex", "availability": "never"},
            {"ref": "R2", "candidate": "Globex", "availability": "unstated"},
        ],
        mentions=["passed over"],
    ),
    Case(
        name="requirements_our_own_matrix.xlsx",
        kind="requirements",
        content=book(MATRIX, title="Matrix"),
        why="the requirements of a matrix as it is saved here",
        finding="I15",
        comes=[
            {"ref": "R1", "text": "Batch training", "category": "Core", "weight": 3},
            {"ref": "R2", "text": "Single sign-on", "priority": "should", "weight": 2},
        ],
        mentions=["Acme ML: claimed"],
    ),
    Case(
        name="requirements_caiq_shape.xlsx",
        kind="requirements",
        content=book(
            [
                ["Questionnaire v4"],
                CAIQ_NAMES,
                ["A-01.1", "Is there an audit?", "", "", "", "Audit"],
                ["A-01.2", "Is it reviewed yearly?", "", "", "", "Audit"],
            ],
            title="CAIQ",
        ),
        why="the questions of a workbook in the shape of CAIQ",
        finding="I6",
        comes=[
            {"ref": "A-01.1", "text": "Is there an audit?", "category": "Audit"},
            {"ref": "A-01.2", "text": "Is it reviewed yearly?", "category": "Audit"},
        ],
    ),
]
