"""Lists as tests read them: subjects with the roles of the words file, and cases."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evaltracker.rows.sources import SheetRow
from evaltracker.rows.subjects import ColumnRole, ListType

CASES = json.loads(
    (Path(__file__).parents[1] / "data/cases/rows_cases.json").read_text()
)["cases"]


def cases_of(reader: str) -> list[Any]:
    return [
        pytest.param(case, id=case["id"]) for case in CASES if case["reader"] == reader
    ]


class Requirements(ListType):
    slug = "requirements"
    has_headings = True
    crosses = ("priority",)
    roles = (
        ColumnRole("ref", "Ref", heads=("Ref",)),
        ColumnRole("text", "Requirement", heads=("Requirement",), is_required=True),
        *(ColumnRole(name, name) for name in ("name", "category")),
        ColumnRole("priority", "Priority", closed="priority"),
        *(ColumnRole(name, name) for name in ("weight", "level", "is_row", "help")),
    )


class Answers(ListType):
    slug = "answers"
    across = "availability"
    crosses = ("availability",)
    roles = (
        ColumnRole("ref", "Ref"),
        ColumnRole("text", "Requirement", is_required=True),
        *(ColumnRole(name, name) for name in ("name", "priority", "candidate")),
        ColumnRole("availability", "Availability", closed="availability"),
        *(
            ColumnRole(name, name)
            for name in ("statement", "evidence", "available_from")
        ),
    )


class Costs(ListType):
    slug = "costs"
    across = "amount"
    roles = (
        ColumnRole("candidate", "Candidate"),
        ColumnRole("label", "Part", also=("name", "text")),
        ColumnRole("amount", "Amount", is_required=True),
        *(
            ColumnRole(name, name)
            for name in ("kind", "state", "quantity", "unit", "rhythm", "currency")
        ),
        ColumnRole("note", "Note"),
    )


class Candidates(ListType):
    slug = "candidates"
    roles = (
        ColumnRole("candidate", "Candidate", is_required=True, also=("own_name",)),
        *(ColumnRole(name, name) for name in ("contact", "website")),
    )


SUBJECTS: dict[str, ListType] = {
    one.slug: one for one in (Requirements(), Answers(), Costs(), Candidates())
}


def rows_of(table: Sequence[Sequence[str]], first: int = 1) -> list[SheetRow]:
    return [SheetRow(at, tuple(cells)) for at, cells in enumerate(table, first)]
