"""What to test next, as the last draws that were kept say it."""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.workflow.models import KeptDraws
from vendors.models import Candidate

LISTED = 10


@dataclass(frozen=True, slots=True)
class NextTest:
    """An open verdict, and the share of draws in which it decides who is first."""

    candidate: Candidate
    requirement: Requirement
    chance: str


@dataclass(frozen=True, slots=True)
class NextTests:
    """The first of an evaluation's open verdicts by their chance to decide.

    `open` is how many there are, `idle` how many of them would change nothing by
    themselves. `as_of` is the entry of older draws, which are being drawn anew.
    """

    tests: list[NextTest]
    open: int
    idle: int
    as_of: int | None


def next_tests(evaluations: Collection[Evaluation]) -> dict[uuid.UUID, NextTests]:
    """By evaluation, in three queries; nothing where nothing was drawn."""
    found = KeptDraws.objects.filter(
        evaluation__in=[each.pk for each in evaluations]
    ).annotate(now=F("evaluation__journal_head__count"))
    kept = [row for row in found if row.results]
    listed = [(row.evaluation_id, line) for row in kept for line in first_of(row)]
    candidates = {
        str(row.pk): row
        for row in Candidate.objects.filter(pk__in={line["id"] for _, line in listed})
    }
    needs = requirements_of(listed)
    return {
        row.evaluation_id: NextTests(
            tests=[
                NextTest(
                    candidates[line["id"]],
                    needs[row.evaluation_id, line["ref"]],
                    line["chance"],
                )
                for line in first_of(row)
                if line["id"] in candidates
                and (row.evaluation_id, line["ref"]) in needs
            ],
            open=row.results["open"],
            idle=row.results["idle"],
            as_of=row.entries if row.now != row.entries else None,
        )
        for row in kept
    }


def first_of(kept: KeptDraws) -> Iterator[dict[str, Any]]:
    """The lines that are shown of an evaluation."""
    yield from kept.results["next"][:LISTED]


def requirements_of(
    listed: Collection[tuple[uuid.UUID, dict[str, Any]]],
) -> dict[tuple[uuid.UUID, str], Requirement]:
    """The requirements of these lines, by evaluation and ref."""
    if not listed:
        return {}
    asked = Q()
    for evaluation in {key for key, _ in listed}:
        refs = {line["ref"] for key, line in listed if key == evaluation}
        asked |= Q(evaluation=evaluation, ref__in=refs)
    rows = Requirement.objects.filter(asked)
    return {(row.evaluation_id, row.ref): row for row in rows}
