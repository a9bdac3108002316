"""Which tests would settle most."""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from evaltracker.decision.models import KeptDraws
from evaltracker.evaluations.models import Evaluation, Requirement
from trials.selectors.evaluation_cache import versions_of
from vendors.models import Candidate

LISTED = 10


@dataclass(frozen=True, slots=True)
class NextTest:
    candidate: Candidate
    requirement: Requirement
    chance: str


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """What runs propose for a cell; nobody has confirmed it."""

    candidate: Candidate
    requirement: Requirement
    verdict: str


@dataclass(frozen=True, slots=True)
class NextTests:
    """What is to be confirmed, and the first of an evaluation's open verdicts by their
    chance to decide; neither while `is_counting`, as the draws are of other facts.
    `open` is how many there are, `idle` how many of them would change nothing by
    themselves."""

    confirm: list[ToConfirm]
    tests: list[NextTest]
    open: int
    idle: int
    is_counting: bool


def next_tests(evaluations: Collection[Evaluation]) -> dict[uuid.UUID, NextTests]:
    """By evaluation, in seven queries; nothing where nothing was drawn."""
    keys = [place.pk for place in evaluations]
    now = versions_of(keys)
    drawn = [
        row for row in KeptDraws.objects.filter(evaluation__in=keys) if row.results
    ]
    current = [
        row
        for row in drawn
        if row.version == now[row.evaluation_id].digest and row.adds_up
    ]
    lines = [(row.evaluation_id, line) for row in current for line in lines_of(row)]
    ids = {line["id"] for _, line in lines}
    candidates = {str(row.pk): row for row in Candidate.objects.filter(pk__in=ids)}
    needs = requirements_of(lines)
    result: dict[uuid.UUID, NextTests] = {
        row.evaluation_id: NextTests(
            [], [], row.results["open"], row.results["idle"], row not in current
        )
        for row in drawn
    }
    for key, line in lines:
        candidate = candidates.get(line["id"])
        need = needs.get((key, line["ref"]))
        if candidate is None or need is None:
            continue
        if "verdict" in line:
            result[key].confirm.append(ToConfirm(candidate, need, line["verdict"]))
        else:
            result[key].tests.append(NextTest(candidate, need, line["chance"]))
    return result


def lines_of(kept: KeptDraws) -> Iterator[dict[str, Any]]:
    yield from kept.results.get("proposed", [])[:LISTED]
    yield from kept.results["next"][:LISTED]


def requirements_of(
    listed: Collection[tuple[uuid.UUID, dict[str, Any]]],
) -> dict[tuple[uuid.UUID, str], Requirement]:
    if not listed:
        return {}
    wanted = Q()
    for evaluation in {key for key, _ in listed}:
        refs = {line["ref"] for key, line in listed if key == evaluation}
        wanted |= Q(evaluation=evaluation, ref__in=refs)
    rows = Requirement.objects.filter(wanted)
    return {(row.evaluation_id, row.ref): row for row in rows}
