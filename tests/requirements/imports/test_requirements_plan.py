"""What a file of requirements would change, told before it does."""

from typing import Any

import pytest

from evaltracker.importing.plan import ImportPlan, KnownRequirement
from evaltracker.requirements.imports.lines import plan_requirements_import
from evaltracker.toolbox.tabular.open_books import read_table
from tests.tabular.books import xlsx


def plan(table: str | bytes, *known: KnownRequirement, **more: Any) -> ImportPlan:
    name = "r.csv" if isinstance(table, str) else "r.xlsx"
    content = table.encode() if isinstance(table, str) else table
    return plan_requirements_import(read_table(content, name), known, **more)


def sentences(made: ImportPlan) -> list[str]:
    return [str(problem) for problem in made.problems]


@pytest.mark.parametrize("ref", ["ref", "ID", "Requirement_ID", "Sub-ID", "No.", "#"])
@pytest.mark.parametrize("text", ["text", "Question", "**Requirement**", "text_html"])
def test_columns_go_by_their_usual_names(ref: str, text: str) -> None:
    made = plan(f"{ref},Section,{text},MoSCoW,Weight (0-10),Hint\n1,A,B,Must,3,C\n")
    assert made.new[0].ref == "1"
    assert made.new[0].values == {
        "category": "A",
        "text": "B",
        "priority": "must",
        "weight": 3,
        "vendor_help": "C",
    }


def test_title_rows_above_the_header_are_skipped() -> None:
    made = plan("Our questionnaire\nAs of May,,\n\nref,text\nR1,One\n")
    assert [(line.ref, line.row) for line in made.new] == [("R1", 5)]


def test_refs_stay_text() -> None:
    made = plan("ref,text\n1.1,One\n1.10,Ten\n007,Bond\n")
    assert [line.ref for line in made.new] == ["1.1", "1.10", "007"]
    assert not made.remarks


def test_refs_that_a_spreadsheet_keeps_as_numbers_are_told() -> None:
    made = plan(xlsx([["ref", "text"], [1.1, "One"], [1.2, "Two"]]))
    assert "cannot tell 1.10 from 1.1" in made.remarks[0]
    made = plan(xlsx([["ref", "text"], [1.1, "One"], [1.10, "Ten"]]))
    assert "“1.1” stands in row 2 already" in sentences(made)[0]


def test_a_repeated_ref_names_both_rows() -> None:
    made = plan("ref,text\nR1,a\nR2,b\nR1,c\n")
    assert sentences(made) == [
        "Row 4: The ref “R1” stands in row 2 already. Give each requirement a ref of "
        "its own."
    ]
    assert made.counts["refused"] == 1


def test_a_repeat_over_two_sets_suggests_a_ref() -> None:
    made = plan("set,ref,text\na,R1,x\nb,R1,y\n")
    assert "for example “b R1”" in sentences(made)[0]


def test_the_same_problem_is_told_once_with_its_rows() -> None:
    made = plan("ref,text\n" + ",x\n" * 9)
    assert sentences(made) == [
        "Row 2, column A: It has no ref. Fill one in, have it numbered, or delete the "
        "row. (Also in rows 3, 4, 5, 6, 7 and 3 more.)"
    ]
    assert made.counts["refused"] == 9


def test_the_same_file_again_changes_nothing() -> None:
    table = "ref,text,priority,weight,category\nR1,a,must,5,A\nR2,b,should,0,B\n"
    first = plan(table)
    known = [KnownRequirement(line.ref, line.values) for line in first.new]
    assert plan(table, *known).counts == {
        "new": 0,
        "changed": 0,
        "same": 2,
        "refused": 0,
    }


def test_a_change_shows_before_and_after() -> None:
    known = KnownRequirement("R1", {"text": "a", "weight": 5, "priority": "must"})
    made = plan("ref,text,weight\nR1,b,5\n", known)
    assert made.changed[0].before == {"text": "a"}
    assert made.changed[0].after == {"text": "b"}


def test_a_retired_requirement_does_not_come_back() -> None:
    known = KnownRequirement("R1", {"text": "a"}, is_retired=True)
    assert "was retired here" in sentences(plan("ref,text\nR1,a\n", known))[0]
