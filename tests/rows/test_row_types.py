"""What rows are is proposed by the first rule that fits, case by case."""

from typing import Any

import pytest

from evaltracker.rows.row_types import (
    RowProposal,
    as_above,
    categories,
    describe,
    numbered,
    propose,
    refs_in_texts,
    without_ref,
)
from evaltracker.rows.sources import SheetRow
from evaltracker.rows.subjects import ColumnRole
from tests.rows.lists import SUBJECTS, cases_of, rows_of

NAMED = {"left": "aside", "": "question"}


def roles_of(names: list[str]) -> list[str]:
    return [
        f"candidate:{name.removeprefix('candidate ')}"
        if name.startswith("candidate ")
        else name.removesuffix("left")
        for name in names
    ]


@pytest.mark.parametrize("case", cases_of("rows"))
def test_rows_are_proposed_as_the_cases_say(case: dict[str, Any]) -> None:
    roles = roles_of(case["roles"])
    subject = "costs" if "amount" in roles else "requirements"
    names = SheetRow(1, tuple(case["hints"]["names"]))

    proposals = propose(
        SUBJECTS[subject], rows_of(case["table"], 2), roles, names, chosen={}
    )

    kinds = [NAMED.get(proposal.kind, proposal.kind) for proposal in proposals]
    assert kinds == case["expect"]


@pytest.mark.parametrize("case", cases_of("numbering"))
def test_rows_without_a_ref_are_numbered(case: dict[str, Any]) -> None:
    refs = [cells[0] for _, cells in case["table"]]

    assert numbered(refs, case["hints"]["existing"]) == case["expect"]


def typed(
    table: list[list[str]], roles: list[str], names: list[str], **chosen: str
) -> list[RowProposal]:
    return propose(
        SUBJECTS["requirements"],
        rows_of(table, 2),
        roles,
        SheetRow(1, tuple(names)),
        chosen=chosen,
    )


CHAPTERS = [
    *(["A", "Access"], ["A.1", "Users sign in once."], ["A.2", "Sessions end."]),
    *(["B", "Backup"], ["B.1", "Copies are tested."]),
]


def test_a_heading_is_the_category_of_the_rows_below() -> None:
    proposals = typed(CHAPTERS, ["ref", "text"], ["ref", "text"])
    assert categories(proposals) == ["Access"] * 3 + ["Backup"] * 2


def test_a_pattern_is_the_same_with_a_column_more_and_one_choice_holds_for_it() -> None:
    proposals = typed(CHAPTERS, ["ref", "text"], ["ref", "text"])
    wider = typed(
        [[f"noted {at}", *row] for at, row in enumerate(CHAPTERS)],
        *(["", "ref", "text"], ["Zzz", "ref", "text"]),
    )
    patterns = [proposal.pattern for proposal in proposals]
    assert [proposal.pattern for proposal in wider] == patterns
    assert len({*patterns} - {""}) == 1
    chosen = typed(CHAPTERS, ["ref", "text"], ["ref", "text"], **{patterns[0]: "left"})
    assert [one.kind for one in chosen] == ["left", "row", "row", "left", "row"]
    assert categories(chosen) == [""] * 5


def test_a_level_that_is_no_outline_tells_no_level_of_headings() -> None:
    table = [
        *(["V1", "Sign-in", "2"], ["V1.1", "All pages ask.", "1"]),
        *(["V2", "Sessions", "3"], ["V2.1", "They end.", "2"]),
    ]
    proposals = typed(table, ["ref", "text", "level"], ["#", "Text", "Level"])
    assert categories(proposals)[-1] == "Sessions"


def test_what_begins_as_a_total_and_goes_on_is_asked() -> None:
    table = [["Speed", "3"], ["Total cost", "2"], ["Total", "5"]]
    proposals = typed(table, ["text", "weight"], ["Criterion", "Weight"])
    assert [proposal.kind for proposal in proposals] == ["row", "", "total"]


def test_a_question_whose_ref_begins_the_next_is_no_heading_for_its_name() -> None:
    table = [[f"4.{at}", f"Part {at}", "Is it kept for a year?"] for at in range(1, 9)]
    table[3:3] = [["4.3.1", "More", "For how long, and by whom?"]]
    proposals = typed(table, ["ref", "name", "text"], ["id", "name", "question"])
    assert [proposal.kind for proposal in proposals].count("heading") == 0
    assert proposals[2].kind == ""


def test_an_id_that_equals_its_name_repeats_no_names() -> None:
    table = [["services", "id", "x", "y", "Which service?"]] * 1 + [
        ["services", f"a{at}", "x", "y", "Is it kept?"] for at in range(5)
    ]
    roles = ["", "ref", "", "", "text"]
    proposals = typed(table, roles, ["set", "id", "type", "part", "question"])
    assert {proposal.kind for proposal in proposals} == {"row"}


def test_rows_of_a_pattern_are_described() -> None:
    table = [["A", "Access", ""], ["A.1", "", "Users sign in once."]]
    (heading, _) = typed(table, ["ref", "name", "text"], ["id", "name", "text"])
    assert describe(heading.pattern) == "name and ref, no text"
    assert heading.why


def test_blank_categories_are_as_above_if_each_is_said_once() -> None:
    category, text = ColumnRole("category", "Category"), ColumnRole("text", "Text")
    assert as_above(category, ["A", "", "", "B", ""])
    assert not as_above(category, ["A", "", "A", ""])
    assert not as_above(category, ["", "A"])
    assert not as_above(text, ["A", ""])


def test_refs_in_front_of_texts_are_taken_out() -> None:
    refs, texts = ["P-1", "P-2"], ["P-1:\nKeep logs.", "P-2 – Test copies."]
    assert refs_in_texts(refs, texts)
    bare = [without_ref(ref, text) for ref, text in zip(refs, texts, strict=True)]
    assert bare == ["Keep logs.", "Test copies."]
    assert without_ref("P-1", "P-10: Keep logs.") == "P-10: Keep logs."
    assert not refs_in_texts(refs, ["P-1: Keep logs.", "Test copies."])
