"""Our own odd files: what comes in is what they mean, or somebody sees a line."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from evaltracker.errors import Problem
from evaltracker.evaluations.models import Evaluation
from evaltracker.importing.kinds import KINDS
from evaltracker.importing.services.imports import planned
from evaltracker.rows.sources import read_table
from tests.data.grade_imports import Oracle, Outcome, Rows, amiss, oracles
from tests.factories import common, vendors
from vendors.models import Claim, CostLine

pytestmark = pytest.mark.django_db
# Without one open question, so many are right, and these come in otherwise: most below
# lines that propose it; the others name a column that is not read, or a merged cell.
RIGHT = 90
OTHERWISE = frozenset(
    {
        "answers_a_candidate_too_many.csv",
        "answers_groups_and_a_foot.md",
        "answers_merged_across.xlsx",
        "answers_open_marks.ods",
        "candidates_a_contact_list.csv",
        "candidates_linked_names.md",
        "candidates_of_providers.md",
        "costs_a_dash_that_may_be_a_minus.csv",
        "costs_bidders_across.csv",
        "costs_bidders_across_and_a_stranger.csv",
        "costs_bidders_across_and_a_stranger_left_out.csv",
        "costs_open_format.ods",
        "requirements_a_report_of_two_tables.md",
        "requirements_a_row_left_out.csv",
        "requirements_a_topic_beside_a_description.csv",
        "requirements_caiq_shape.xlsx",
        "requirements_our_own_memo.xlsx",
        "requirements_refs_in_the_text.csv",
    }
)


class Undo(Exception):
    """Takes back what a try has written."""


def world_of(oracle: Oracle) -> Evaluation:
    """An evaluation in euros with what is given."""
    where = common.evaluation(title=f"Corpus {oracle.kind}", currency="EUR")
    for name in oracle.given.get("candidates", ()):
        vendors.candidate(where, name=name)
    for ref, text in oracle.given.get("requirements", {}).items():
        common.requirement(where, ref=ref, text=text)
    if oracle.kind == "claims":
        vendors.enter(where, "research")
    return where


def became(oracle: Oracle, where: Evaluation) -> str:
    """What becomes of the file at its first screen."""
    kind, owner = KINDS[oracle.kind], where.owner
    try:
        book = read_table(oracle.content, oracle.name)
        plan = planned(kind, where, owner, book, {})
    except Problem:
        return "kept out"
    if plan.open or not plan.can_apply:
        return "asked"
    rows: list[Rows] = []
    try:
        with transaction.atomic():
            kind.take_in(evaluation=where, plan=plan, by=owner)
            rows.append(STANDING[oracle.kind](where))
            raise Undo
    except Undo:
        # What is passed over is said in other words now.
        meant = replace(oracle, mentions=())
        wrong = oracle.refused or amiss(meant, Outcome(rows[0]))
    return f"otherwise: {wrong}" if wrong else "right"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/importing/test_first_screens.py"
    "::test_first_screens_of_strangers_tables_are_without_red[5]",
)
def test_files_of_the_corpus_come_in_as_they_are_meant_or_ask() -> None:
    worlds: dict[str, Evaluation] = {}
    otherwise: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for oracle in oracles():
        key = f"{oracle.kind} {oracle.given}"
        if key not in worlds:
            worlds[key] = world_of(oracle)
        grade, _, why = became(oracle, worlds[key]).partition(":")
        counts[grade] += 1
        if grade == "otherwise":
            otherwise[oracle.name] = why
    fresh = {name: why for name, why in otherwise.items() if name not in OTHERWISE}
    assert not fresh
    assert counts["right"] >= RIGHT, counts


def requirements(where: Evaluation) -> Rows:
    names = ("ref", "text", "priority", "weight")
    return [
        {name: getattr(row, name) for name in names} | {"category": row.category.name}
        for row in where.requirements.select_related("category")
    ]


def candidates(where: Evaluation) -> Rows:
    names = ("name", "kind", "website", "summary")
    return [
        {name: getattr(row, name) for name in names} | {"vendor": str(row.vendor or "")}
        for row in where.candidates.select_related("vendor")
    ]


def costs(where: Evaluation) -> Rows:
    names = ("kind", "label", "state", "likely", "currency", "recurrence", "unit")
    rows = CostLine.objects.filter(candidate__evaluation=where)
    return [
        {name: getattr(row, name) for name in (*names, "quoted_on", "note")}
        | {"candidate": row.candidate.name}
        for row in rows.select_related("candidate")
    ]


def claims(where: Evaluation) -> Rows:
    names = ("availability", "available_from", "statement", "evidence_url")
    rows = Claim.objects.in_evaluation(where).filter(superseded_at=None)
    return [
        {name: getattr(row, name) for name in names}
        | {"candidate": row.candidate.name, "ref": row.requirement.ref}
        for row in rows.select_related("candidate", "requirement")
    ]


STANDING: dict[str, Callable[[Evaluation], Any]] = {
    "requirements": requirements,
    "candidates": candidates,
    "costs": costs,
    "claims": claims,
}
