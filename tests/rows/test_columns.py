"""What columns hold is proposed by the first that says something, case by case."""

from typing import Any

import pytest

from evaltracker.rows.cells import key
from evaltracker.rows.columns import Columns, propose
from evaltracker.rows.subjects import Context
from tests.rows.lists import SUBJECTS, cases_of, rows_of


def context_of(hints: dict[str, Any]) -> Context:
    names = hints.get("candidates", ())
    return Context(
        candidates={key(name): name for name in names},
        remembered={
            key(name): role for name, role in hints.get("remembered", {}).items()
        },
    )


def told(columns: Columns, place: int) -> str:
    """A column as the cases write it."""
    proposal = columns.proposals[place]
    if proposal.state == "open":
        return "cross:question"
    if columns.open_roles and proposal.role in ("", "left"):
        return "question"
    role = proposal.role
    if role.startswith("cross:"):
        role = f"cross:{role.rpartition(':')[2]}"
    return f"{role}{'?' * proposal.is_unsure}"


@pytest.mark.parametrize("case", cases_of("header"))
def test_a_name_of_a_column_says_its_role(case: dict[str, Any]) -> None:
    subject = SUBJECTS[case["hints"]["subject"]]
    (expected,) = case["expect"]

    columns = propose(subject, rows_of([case["cells"], ["A4"], ["A5"]]), Context(), {})

    assert told(columns, 0) == (expected.get("value") or "question")


@pytest.mark.parametrize("case", cases_of("columns"))
def test_columns_are_proposed_as_the_cases_say(case: dict[str, Any]) -> None:
    hints = case["hints"]
    chosen = hints.get("names_row")

    columns = propose(
        SUBJECTS[hints["subject"]],
        rows_of(case["table"]),
        context_of(hints),
        {int(place): role for place, role in hints.get("screen", {}).items()},
        chosen and chosen - 1,
    )

    assert [told(columns, place) for place in range(len(case["expect"]))] == (
        case["expect"]
    )
