"""Every count of approvals names people, and counts who signed."""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from evaltracker.decision.memo.figures import approved_said
from stakeholders.selectors import Approved, Signature, count_approvals

CASES = Path(__file__).parents[1] / "data" / "cases"
PEOPLE = json.loads((CASES / "approvals_cases.json").read_text())["people"]
WORDS = [
    case
    for case in json.loads((CASES / "words_cases.json").read_text())["cases"]
    if case["kind"] == "people"
]


def counted(given: dict[str, Any]) -> Approved:
    """Of signatures as the cases write them."""
    return count_approvals(
        given["rules"],
        [
            Signature(row["person"], row["person"], row["role"], seat, row["verdict"])
            for row in given["signatures"]
            for seat in [row["for"]]
        ],
    )


@pytest.mark.parametrize("case", PEOPLE, ids=lambda case: case["id"])
def test_a_count_says_roles_people_and_their_parts(case: dict[str, Any]) -> None:
    approved = counted(case["given"])
    expected = case["expect"]
    assert (approved.roles, len(approved.names)) == (
        expected["roles_passed"],
        expected["people"],
    )
    assert str(approved_said(approved)) == expected["says"]


@pytest.mark.parametrize("case", WORDS, ids=lambda case: case["name"])
def test_roles_and_people_are_counted_apart(case: dict[str, Any]) -> None:
    signed = [
        Signature(
            row["by"],
            row["by"],
            row["role"],
            row["for"] if row["for"] != row["by"] else "",
            row["verdict"].replace("conditional", "conditions"),
        )
        for row in case["given"]["signed"]
    ]
    approved = count_approvals(case["given"]["rules"], signed)
    expected = case["expected"]
    assert (approved.roles, approved.asked, len(approved.names)) == (
        expected["roles"],
        expected["of"],
        expected["people"],
    )
    twice = {
        name: [re.sub(r"( for|,).*", "", part) for part in parts]
        for name, parts in approved.names
        if len(parts) > 1
    }
    assert twice == expected["twice"]


VERDICTS = ("approve", "conditions", "decline", "return")


def test_people_are_never_more_than_approvals_and_order_does_not_count() -> None:
    draw = random.Random(30)
    for _ in range(300):
        rules = {role: draw.choice((1, 1, 2)) for role in "ABCD"[: draw.randint(1, 4)]}
        # One signature a seat, as the database keeps them.
        rows = [
            Signature(draw.choice("PQRS"), "", role, seat, draw.choice(VERDICTS))
            for role in rules
            for seat in draw.sample(("Dana", "Ivan", "Noor"), draw.randint(0, 3))
        ]
        rows = [row._replace(name=str(row.person)) for row in rows]
        approved = count_approvals(rules, rows, draw.randint(1, 9))
        parts = {name: sorted(parts) for name, parts in approved.names}
        assert len(parts) <= sum(map(len, parts.values()))
        assert approved.needed <= sum(rules.values())
        if approved.roles == approved.asked and not approved.is_short:
            assert len(parts) >= approved.needed
        draw.shuffle(rows)
        again = count_approvals(rules, rows, approved.needed)
        assert {name: sorted(parts) for name, parts in again.names} == parts
        assert (again.roles, again.is_short) == (approved.roles, approved.is_short)


def test_nobody_yet_is_said() -> None:
    nobody = count_approvals({"IT": 1, "PM": 1}, [])
    assert str(approved_said(nobody)) == "0 of 2 roles, nobody yet"


def test_namesakes_are_two_people() -> None:
    rows = [
        Signature(1, "Ann Lee", "IT", "", "approve"),
        Signature(2, "Ann Lee", "PM", "", "approve"),
    ]
    said = str(approved_said(count_approvals({"IT": 1, "PM": 1}, rows)))
    assert said == "2 of 2 roles, 2 people · Ann Lee (IT), Ann Lee (PM)"


HOUSE = Path(__file__).parents[2]
# How pages counted approvals before they named people, or could again.
UNNAMED = re.compile(
    r"(roles?|signatures?|people) (so far|approved|have signed)\b|approved\.roles"
)


def test_no_page_mail_or_text_counts_approvals_without_names() -> None:
    """One function alone says the count."""
    files = [
        path
        for package in ("evaltracker", "stakeholders", "vendors", "trials")
        for suffix in ("*.html", "*.txt", "*.py")
        for path in (HOUSE / package).rglob(suffix)
        if path.parts[-2:] != ("memo", "figures.py")
    ]
    assert len(files) > 500
    unnamed = [
        f"{path.relative_to(HOUSE)}: {line.strip()}"
        for path in files
        for line in path.read_text().splitlines()
        if UNNAMED.search(line)
    ]
    assert unnamed == []
