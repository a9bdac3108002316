"""Scores in a list or a matrix: whole numbers from 0 to 5, each with a reason."""

from pathlib import Path
from typing import Any

import pytest

from evaltracker.importing.rows import RowsPlan
from evaltracker.tabular import Unreadable, read_table
from trials.imports.scores import KnownScores, plan_scores_import

DATA = Path(__file__).parents[2] / "data"
KNOWN = KnownScores({"Acme ML": ["AML"], "Globex": []}, ["Training", "Security"])


def plan(table: str, known: KnownScores = KNOWN, **more: Any) -> RowsPlan:
    return plan_scores_import(read_table(table.encode(), "s.csv"), known, **more)


def values(made: RowsPlan) -> dict[tuple[str, ...], int]:
    return {line.key: line.values["value"] for line in made.new}


def test_a_list_and_both_matrices_say_the_same() -> None:
    wanted = {("Acme ML", "Training"): 4, ("Acme ML", "Security"): 0}
    listed = plan(
        "candidate,category,score,reason\nAML,Training,4,a\nAML,Security,0,b\n"
    )
    down = plan("Area,Acme ML,Globex\nTraining,4,\nSecurity,0,\n", reason="Seen.")
    across = plan("Tool,Training,Security,Total\nAcme ML,4,0,4\n", reason="Seen.")
    assert values(listed) == values(down) == values(across) == wanted
    assert [line.values["reason"] for line in listed.new] == ["a", "b"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("AML,Training,6,x", "“6” is no score."),
        ("AML,Training,-1,x", "“-1” is no score."),
        ("AML,Training,good,x", "“good” is no score."),
        ("AML,Training,3.5,x", "“3.5” is no score."),
        ("AML,Training,3,", "The score has no reason."),
        ("Initech,Training,3,x", "column A: There is no candidate to score “Initech”"),
        ("AML,Sports,3,x", "column B: There is no category “Sports”"),
        ("AML,Training,3,x\nAcme ML,Training,4,x", "stands in row 2 already"),
    ],
)
def test_what_is_no_score_is_told(row: str, sentence: str) -> None:
    made = plan(f"candidate,category,score,reason\n{row}\n")
    assert any(sentence in str(problem) for problem in made.problems)


def test_another_scale_is_pointed_out_and_unknown_names_can_be_left_out() -> None:
    made = plan("Tool,Training\nAcme ML,3\nInitech,2\n", reason="x", skip_unknown=True)
    assert values(made) == {("Acme ML", "Training"): 3}
    assert made.refused == 1
    assert "The highest score in the file is 3" in made.remarks[-1]


def test_a_file_without_scores_says_what_is_needed() -> None:
    with pytest.raises(Unreadable, match="No scores were found"):
        plan("colour,size\nred,4\n")


def test_the_published_trial_scores_come_in_as_they_are() -> None:
    book = read_table(DATA / "ml_platform_trial_scores/scores.csv")
    header, *rows = book.sheets[0].rows
    known = KnownScores(
        {row.cell(0): [] for row in rows}, [header.cell(at) for at in range(2, 9)]
    )
    made = plan_scores_import(book, known, reason="Published by Neu.ro in 2021.")
    assert len(made.new) == 49
    assert not made.problems
    totals: dict[str, int] = {}
    for line in made.new:
        totals[line.key[0]] = totals.get(line.key[0], 0) + line.values["value"]
    assert list(totals.values()) == [18, 15, 12, 18, 17, 17, 16]
