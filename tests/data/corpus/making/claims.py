"""Answers: lists and matrices."""

from typing import Any

from openpyxl.comments import Comment

from tests.data.corpus.making.case import ASKED, Case, book, table

NAMES = ["Requirement", "Acme ML", "Globex"]
LIST = ["Requirement", "Candidate", "Availability", "Statement"]


def case(name: str, content: bytes, why: str, finding: str = "", **more: Any) -> Case:
    return Case(
        name=f"answers_{name}",
        kind="claims",
        content=content,
        why=why,
        finding=finding,
        given=ASKED,
        **more,
    )


def answer(ref: str, candidate: str, availability: str, **more: str) -> dict[str, str]:
    return {"ref": ref, "candidate": candidate, "availability": availability, **more}


CASES = [
    case(
        "ticks_before_words.csv",
        table(
            [
                NAMES,
                ["R1", "✓ via plugin", "❌ not yet"],
                ["R2", "✅ [docs](https://acme.example/sso)", "✔ (enterprise)"],
            ]
        ),
        "a tick or cross says what the words explain",
        "I8",
        comes=[
            answer("R1", "Acme ML", "now", statement="via plugin"),
            answer("R1", "Globex", "never", statement="not yet"),
            answer("R2", "Acme ML", "now", evidence_url="https://acme.example/sso"),
            answer("R2", "Globex", "now"),
        ],
    ),
    case(
        "a_tick_that_denies_itself.csv",
        table([NAMES, ["R1", "✓ planned for 2027", "yes"]]),
        "a tick before a word that says another thing is asked",
        "I8",
        mentions=["planned for 2027"],
        comes=[
            answer("R1", "Acme ML", "unstated"),
            answer("R1", "Globex", "now"),
        ],
    ),
    case(
        "partly.csv",
        table([NAMES, ["R1", "Partially supports", "◐"], ["R2", "yes", "no"]]),
        "half an answer is no yes and no no",
        "I8",
        mentions=["partially supports"],
        comes=[
            answer("R1", "Acme ML", "unstated", statement="Partially supports"),
            answer("R1", "Globex", "unstated"),
            answer("R2", "Acme ML", "now"),
            answer("R2", "Globex", "never"),
        ],
    ),
    case(
        "links_in_a_column_of_sources.csv",
        table(
            [
                [*LIST, "source_url"],
                ["R1", "Acme ML", "yes", "Trains", "https://acme.example/1"],
                ["R2", "Acme ML", "no", "", "https://acme.example/2"],
            ]
        ),
        "a column of links is evidence",
        "I5",
        comes=[
            answer("R1", "Acme ML", "now", evidence_url="https://acme.example/1"),
            answer("R2", "Acme ML", "never", evidence_url="https://acme.example/2"),
        ],
    ),
    case(
        "a_column_more.csv",
        table([[*LIST, "Checked by"], ["R1", "Acme ML", "yes", "Trains", "Ann"]]),
        "what is not read is named",
        "I5",
        mentions=["checked by", "1"],
        comes=[answer("R1", "Acme ML", "now")],
    ),
    case(
        "links_in_an_unread_column.csv",
        table(
            [
                [*LIST, "Where we looked"],
                ["R1", "Acme ML", "yes", "Trains", "https://acme.example/1"],
                ["R2", "Acme ML", "yes", "Signs in", "https://acme.example/2"],
            ]
        ),
        "links that are not read are counted",
        "I5",
        mentions=["where we looked", "2 links"],
        comes=[answer("R1", "Acme ML", "now"), answer("R2", "Acme ML", "now")],
    ),
    case(
        "merged_across.xlsx",
        book(
            [NAMES, ["R1", "yes", None], ["R2", "no", "yes"]],
            lambda sheet: sheet.merge_cells("B2:C2"),
        ),
        "an answer merged across two candidates is both candidates'",
        "I5",
        comes=[
            answer("R1", "Acme ML", "now"),
            answer("R1", "Globex", "now"),
            answer("R2", "Acme ML", "never"),
            answer("R2", "Globex", "now"),
        ],
    ),
    case(
        "merged_down.xlsx",
        book(
            [NAMES, ["R1", "yes", "no"], ["R2", None, "yes"]],
            lambda sheet: sheet.merge_cells("B2:B3"),
        ),
        "an answer merged down is each row's",
        comes=[
            answer("R1", "Acme ML", "now"),
            answer("R2", "Acme ML", "now"),
            answer("R1", "Globex", "never"),
            answer("R2", "Globex", "now"),
        ],
    ),
    case(
        "comments.xlsx",
        book(
            [NAMES, ["R1", "yes", "no"]],
            lambda sheet: setattr(sheet["B2"], "comment", Comment("Beta", "Ann")),
        ),
        "a comment on an answer is not read",
        "I5",
        mentions=["comment", "1"],
        comes=[answer("R1", "Acme ML", "now"), answer("R1", "Globex", "never")],
    ),
    case(
        "words_of_their_own.csv",
        table([NAMES, ["R1", "Tier 1", "Tier 3"], ["R2", "Tier 1", "yes"]]),
        "words are asked once",
        knows={"words": {"Tier 1": "now", "Tier 3": "never"}},
        comes=[
            answer("R1", "Acme ML", "now"),
            answer("R1", "Globex", "never"),
            answer("R2", "Acme ML", "now"),
            answer("R2", "Globex", "now"),
        ],
    ),
    case(
        "a_candidate_too_many.csv",
        table([[*NAMES, "Hooli"], ["R1", "yes", "no", "yes"]]),
        "a row whose vendor is not in the purchase",
        refused="Hooli",
    ),
    case(
        "a_candidate_left_out.csv",
        table([[*NAMES, "Hooli"], ["R1", "yes", "no", "yes"]]),
        "the same, when somebody leaves it out",
        knows={"leave out": "unknown names"},
        mentions=["hooli"],
        comes=[answer("R1", "Acme ML", "now"), answer("R1", "Globex", "never")],
    ),
    case(
        "scores.csv",
        table([NAMES, ["R1", "4", "3"], ["R2", "5", "2"]]),
        "numbers are scores and no answers",
        refused="scores",
    ),
    case(
        "one_answer_twice.csv",
        table([LIST, ["R1", "Acme ML", "yes", ""], ["R1", "Acme ML", "no", ""]]),
        "two answers to one question",
        refused="R1",
    ),
    case(
        "a_day_that_may_be_two.csv",
        table(
            [
                [*LIST, "Available from"],
                ["R1", "Acme ML", "planned", "", "03/04/2027"],
            ]
        ),
        "a day that can be two, and nobody answered for",
        refused="03/04/2027",
    ),
    case(
        "days_of_a_column.csv",
        table(
            [
                [*LIST, "Available from"],
                ["R1", "Acme ML", "planned", "", "03/04/2027"],
                ["R2", "Acme ML", "planned", "", "13/04/2027"],
            ]
        ),
        "one day tells the order of the others",
        comes=[
            answer("R1", "Acme ML", "planned", available_from="2027-04-03"),
            answer("R2", "Acme ML", "planned", available_from="2027-04-13"),
        ],
    ),
    case(
        "candidates_down.csv",
        table(
            [["Tool", "R1", "R2"], ["Acme ML", "yes", "no"], ["Globex", "no", "yes"]]
        ),
        "a matrix the other way round",
        comes=[
            answer("R1", "Acme ML", "now"),
            answer("R2", "Acme ML", "never"),
            answer("R1", "Globex", "never"),
            answer("R2", "Globex", "now"),
        ],
    ),
]
