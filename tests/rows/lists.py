"""Lists as tests read them: subjects with the roles of the words file, and cases."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evaltracker.rows.sources import Row
from evaltracker.rows.subjects import Role, Subject

CASES = json.loads(
    (Path(__file__).parents[1] / "data/cases/rows_cases.json").read_text()
)["cases"]


def cases_of(reader: str) -> list[Any]:
    return [
        pytest.param(case, id=case["id"]) for case in CASES if case["reader"] == reader
    ]


class Requirements(Subject):
    slug = "requirements"
    has_headings = True
    crosses = ("priority",)
    roles = (
        Role("ref", "Ref", heads=("Ref",)),
        Role("text", "Requirement", heads=("Requirement",), is_required=True),
        *(Role(name, name) for name in ("name", "category")),
        Role("priority", "Priority", closed="priority"),
        *(Role(name, name) for name in ("weight", "level", "is_row", "help")),
    )


class Answers(Subject):
    slug = "answers"
    across = "availability"
    crosses = ("availability",)
    roles = (
        Role("ref", "Ref"),
        Role("text", "Requirement", is_required=True),
        *(Role(name, name) for name in ("name", "priority", "candidate")),
        Role("availability", "Availability", closed="availability"),
        *(Role(name, name) for name in ("statement", "evidence", "available_from")),
    )


class Costs(Subject):
    slug = "costs"
    across = "amount"
    roles = (
        Role("candidate", "Candidate"),
        Role("label", "Part", also=("name", "text")),
        Role("amount", "Amount", is_required=True),
        *(
            Role(name, name)
            for name in ("kind", "state", "quantity", "unit", "rhythm", "currency")
        ),
        Role("note", "Note"),
    )


class Candidates(Subject):
    slug = "candidates"
    roles = (
        Role("candidate", "Candidate", is_required=True, also=("own_name",)),
        *(Role(name, name) for name in ("contact", "website")),
    )


SUBJECTS: dict[str, Subject] = {
    one.slug: one for one in (Requirements(), Answers(), Costs(), Candidates())
}


def rows_of(table: Sequence[Sequence[str]], first: int = 1) -> list[Row]:
    return [Row(at, tuple(cells)) for at, cells in enumerate(table, first)]
