"""A file of claims is read whichever way it lies, or asks which way."""

import pytest
from openpyxl import Workbook

from evaltracker.toolbox.tabular.cells import Unreadable
from tests.tabular.books import xlsx
from tests.vendors.imports.plans import after, known, plan, sentences, words
from vendors.imports import Known

DOWN = "Feature,Acme ML,Globex (Vertex)\nR1,yes,no\nSingle sign-on,beta,\n"
ACROSS = "Platform,R1,Single sign-on\nAcme ML,yes,beta\nGlobex (Vertex),no,\n"
LISTED = (
    "requirement,product,status\nR1,Acme,yes\nR1,Globex (Vertex),no\nR2,Acme,beta\n"
)
EXPECTED = {
    ("Acme ML", "R1"): "now",
    ("Globex (Vertex)", "R1"): "never",
    ("Acme ML", "R2"): "beta",
}


@pytest.mark.parametrize(
    ("table", "orientation"),
    [
        (DOWN, "requirements-as-rows"),
        (ACROSS, "candidates-as-rows"),
        (LISTED, "list"),
    ],
)
def test_every_way_round_gives_the_same_claims(table: str, orientation: str) -> None:
    made = plan(table)
    assert made.orientation == orientation
    assert {cell: said.availability for cell, said in words(made).items()} == EXPECTED


@pytest.mark.parametrize("first", [DOWN, ACROSS, LISTED])
@pytest.mark.parametrize("second", [DOWN, ACROSS, LISTED])
def test_the_same_claims_again_change_nothing(first: str, second: str) -> None:
    again = plan(second, after(plan(first)))
    assert again.counts == {"new": 0, "changed": 0, "same": 3, "refused": 0}


def test_a_matrix_that_reads_both_ways_asks_which() -> None:
    both = Known({"R1": "Acme", "Acme": "x"}, {"Acme": [], "R1": []})
    table = ",Acme,R1\nAcme,yes,yes\nR1,no,no\n"
    with pytest.raises(Unreadable, match="both ways round"):
        plan(table, both)
    made = plan(table, both, orientation="candidates-as-rows")
    assert words(made)["Acme", "R1"].availability == "now"
    made = plan(table, both, orientation="requirements-as-rows")
    assert words(made)["R1", "Acme"].availability == "now"


def test_a_table_of_something_else_names_what_it_has() -> None:
    with pytest.raises(Unreadable, match="Row 1 has: “slug”, “price”"):
        plan("slug,price\nacme,10\n")


def test_bare_numbers_are_scores_and_no_claims() -> None:
    with pytest.raises(Unreadable, match="all of its 2 answers are numbers"):
        plan("Platform,R1,R2\nAcme,3,2\n")


def test_an_empty_evaluation_says_what_to_do_first() -> None:
    with pytest.raises(Unreadable, match="no requirements yet"):
        plan(DOWN, Known({}, {"Acme": []}))
    with pytest.raises(Unreadable, match="no candidates yet"):
        plan(DOWN, Known({"R1": "x"}, {}))


def test_unknown_names_are_refused_once_with_their_rows_and_a_hint() -> None:
    made = plan("requirement,product,status\nR1,Acme MLL,yes\nR2,Acme MLL,no\n")
    assert len(made.problems) == 1
    assert "no candidate “Acme MLL”. Did you mean “Acme ML”?" in sentences(made)[0]
    assert "(Also in row 3.)" in sentences(made)[0]


def test_unknown_names_can_be_left_out_and_are_counted() -> None:
    made = plan("Feature,Acme ML,Initech\nR1,yes,yes\nR9,no,no\n", skip_unknown=True)
    assert made.counts == {"new": 1, "changed": 0, "same": 0, "refused": 3}
    assert "candidate “Initech” (2×), requirement “R9” (1×)" in made.remarks[-1]


def test_refs_match_exactly_because_1_10_is_not_1_1() -> None:
    made = plan("Feature,Acme ML\n1.10,yes\n1.1,yes\n")
    assert list(words(made)) == [("Acme ML", "1.10")]
    assert "no requirement “1.1”" in sentences(made)[0]


def test_names_match_without_case_markup_and_brackets() -> None:
    made = plan("Feature,**ACME ml**<br>,Globex\n**r1**,yes,yes\n")
    assert set(words(made)) == {("Acme ML", "R1"), ("Globex (Vertex)", "R1")}


def test_two_different_answers_to_one_cell_name_both_rows() -> None:
    made = plan("requirement,product,status\nR1,Acme,yes\nR1,Acme ML,no\n")
    assert sentences(made) == [
        "Row 3: Acme ML answers R1 another way in row 2. Keep one of the two."
    ]


def test_a_vendors_own_words_are_never_replaced() -> None:
    having = after(plan(LISTED), by_vendor=True)
    assert plan(LISTED, having).counts["same"] == 3
    made = plan("requirement,product,status\nR1,Acme,no\n", having)
    assert "vendor has answered R1 itself" in sentences(made)[0]


def test_a_formula_without_a_result_names_its_cell() -> None:
    def change(book: Workbook) -> None:
        book.active["B2"] = "=1+1"

    content = xlsx([["Feature", "Acme ML"], ["R1", "x"], ["R2", "y"]], change=change)
    made = plan(content, known())
    assert "row 2, column B: The cell holds a formula" in sentences(made)[0]
