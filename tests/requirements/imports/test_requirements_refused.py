"""Cells and tables that do not fit are named, and nothing is guessed."""

import pytest

from evaltracker.toolbox.tabular.cells import Unreadable
from tests.requirements.imports.test_requirements_plan import plan, sentences


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("R1,x,P1,5", "column C: “P1” is no priority that is known here."),
        ("R1,x,must,11", "column D: “11” is no weight. Write a whole number from 0"),
        ("R1,x,must,-1", "column D: “-1” is no weight"),
        ("R1,x,must,many", "column D: “many” is no weight"),
        ("R1,,must,5", "column B: It has no text."),
        (f"{'R' * 81},x,must,5", "column A: The ref does not fit: It has 81"),
        ("batch,x,must,5", "column A: The ref does not fit: “batch” reads like an"),
        ("1/files,x,must,5", "column A: The ref does not fit: “1/files” reads"),
        ("R\u202e1,x,must,5", "column A: The ref does not fit: It contains an invis"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(row: str, sentence: str) -> None:
    made = plan(f"ref,text,priority,weight\n{row}\n")
    assert sentence in sentences(made)[0]
    assert sentences(made)[0].startswith("Row 2")


@pytest.mark.parametrize(
    "weights",
    [("15 %", "85 %"), ("15", "85"), ("0.4", "0.6")],
)
def test_percentages_are_reported_and_never_taken(weights: tuple[str, str]) -> None:
    made = plan(f"ref,text,weight\nR1,a,{weights[0]}\nR2,b,{weights[1]}\n")
    assert "weight" not in made.new[0].values
    assert "shares of a whole" in made.remarks[0]


def test_blank_cells_leave_priority_and_weight_as_they_are() -> None:
    made = plan("ref,text,priority,weight\nR1,a,,\n")
    assert made.new[0].values == {"text": "a"}


def test_a_header_without_rows_is_told() -> None:
    assert "a header and no rows" in sentences(plan("ref,text\n"))[0]


def test_a_file_without_known_columns_names_what_it_has() -> None:
    with pytest.raises(Unreadable, match="Row 1 has: “milestone”, “iso”"):
        plan("milestone,iso\nx,y\n")


def test_a_matrix_with_candidates_as_rows_asks_for_the_orientation() -> None:
    table = "platform,url,Hosting,Interface\nColab,http://x,Cloud,Bespoke\n"
    with pytest.raises(Unreadable, match=r"layout \(candidates-as-rows"):
        plan(table)
    made = plan(table, orientation="candidates-as-rows")
    assert [line.ref for line in made.new] == ["Hosting", "Interface"]


def test_a_list_of_claims_gives_its_requirements_once() -> None:
    made = plan("id,text,product\nR1,a,X\nR1,a,Y\nR2,b,X\n")
    assert [line.ref for line in made.new] == ["R1", "R2"]
    made = plan("id,text,product\nR1,a,X\nR1,other,Y\n")
    assert "another text than in row 2" in sentences(made)[0]


def test_texts_without_refs_are_refused_in_one_sentence() -> None:
    made = plan("requirement,priority\n" + ("x" * 100 + ",must\n") * 3)
    assert "no column of refs" in sentences(made)[0]
    assert len(made.problems) == 1


def test_markup_becomes_plain_text() -> None:
    made = plan(
        'id,text\nR1,"<p>Is&nbsp;it <b>on</b>?<br>See <a href=""http://a.b/c"">'
        'this</a> for {{ name }} &lt; 5"\n'
    )
    assert made.new[0].values["text"] == (
        "Is it on?\nSee this (http://a.b/c) for {{ name }} < 5"
    )
