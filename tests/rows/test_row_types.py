"""What rows are is proposed by the first rule that fits, case by case."""

from typing import Any

import pytest

from evaltracker.rows.row_types import numbered, propose
from evaltracker.rows.sources import Row
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
    names = Row(1, tuple(case["hints"]["names"]))

    proposals = propose(
        SUBJECTS[subject], rows_of(case["table"], 2), roles, names, chosen={}
    )

    kinds = [NAMED.get(proposal.kind, proposal.kind) for proposal in proposals]
    assert kinds == case["expect"]


@pytest.mark.parametrize("case", cases_of("numbering"))
def test_rows_without_a_ref_are_numbered(case: dict[str, Any]) -> None:
    refs = [cells[0] for _, cells in case["table"]]

    assert numbered(refs, case["hints"]["existing"]) == case["expect"]
