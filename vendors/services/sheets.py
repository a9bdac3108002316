"""Answers that the owner takes in from a file, and takes back."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from evaltracker.enumerations import Availability
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Import, User
from evaltracker.evaluations.policy import lock, require_owner, require_stage
from evaltracker.importing.services import imports
from evaltracker.rows.plan import ImportPlan
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.processes import create_all, in_batches
from vendors.claims import WORDS, ClaimWords
from vendors.models import Claim, Effort
from vendors.policy import NOTE_STAGES
from vendors.selectors.candidates import asked_requirements
from vendors.selectors.claims import current_efforts
from vendors.services import claims
from vendors.services.candidates import lock_candidates

# The requirement's revision that a claim answers; of another one, it is no answer.
REVISION = "requirement_revision"
# What an answer takes, as it is sent; None: nothing is said of it.
EFFORT = "effort"
type Key = tuple[str, ...]
type Statement = tuple[Claim | Effort, ClaimWords]


def known_claims(*, evaluation: Evaluation) -> dict[Key, dict[str, Any]]:
    """By candidate and ref, what is said now and of which words."""
    efforts = current_efforts(evaluation.candidates.all())
    return {
        _cell_of(row): ClaimWords.of(row).fields()
        | {REVISION: row.requirement_revision, EFFORT: effort.said if effort else None}
        for row in current_rows(evaluation)
        if row.availability != Availability.WITHDRAWN
        for effort in [efforts.get((row.candidate_id, row.requirement_id))]
    }


@transaction.atomic
def import_claims(
    *,
    evaluation: Evaluation,
    plan: ImportPlan,
    by: By,
    import_id: uuid.UUID | None = None,
) -> None:
    """Do what `plan` says, all of it or nothing, as one journal entry.

    The owner passes on what a file says, so the claims count as noted by the owner; a
    vendor's own words are never replaced.
    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    imports.refuse_repeat(import_id)
    require_stage(evaluation, *NOTE_STAGES)
    candidates = lock_candidates(evaluation)
    requirements = {row.ref: row for row in asked_requirements(evaluation)}
    former = {_cell_of(row): row for row in current_rows(evaluation)}
    records = [*plan.new, *(change.record for change in plan.changed)]
    gone = [
        record.name
        for record in records
        if record.key[0] not in candidates
        or record.key[1] not in requirements
        or requirements[record.key[1]].revision != record.values[REVISION]
        or ((row := former.get(record.key)) and is_theirs(row))
    ]
    imports.refuse_stale(plan, known_claims(evaluation=evaluation), gone)
    if not records:
        return
    now = database_now()
    rows = list[Claim]()
    statements = list[Statement]()
    for record in records:
        candidate = candidates[record.key[0]]
        requirement = requirements[record.key[1]]
        values = record.values
        before = former.get(record.key)
        answer = ClaimWords(**words_in(values), effort=values[EFFORT])
        count = claims.RevisionCount(before.revision if before else 0)
        terms = (count, candidate, requirement, answer, now, by)
        claim = claims.next_revision(*terms, by_vendor=False)
        statements.append((claim, answer))
        if not (before and claims.says_the_same(before, claim)):
            rows.append(claim)
    replaced = [former[key] for key in map(_cell_of, rows) if key in former]
    _supersede([row.pk for row in replaced], now)
    create_all(rows)
    imports.log_import(
        evaluation=evaluation,
        kind=KIND,
        plan=plan,
        by=by,
        kept=kept_of(rows, former) | {"efforts": _note_efforts(statements, now)},
        import_id=import_id,
        action="claims.imported",
        before=by_cell((change.record.key, change.before) for change in plan.changed),
        new=by_cell((record.key, record.values) for record in plan.new),
        changed=by_cell(
            (change.record.key, change.record.values) for change in plan.changed
        ),
    )


def _note_efforts(
    statements: Iterable[Statement], now: datetime.datetime
) -> dict[str, Any]:
    """Note those that are others than stand; by the id of each, what stood."""
    candidates = {statement.candidate for statement, _ in statements}
    rows = Effort.objects.filter(candidate__in=candidates)
    last = {
        (row.candidate_id, row.requirement_id, row.by_vendor): row
        for row in rows.order_by("revision")
    }
    fresh = list[Effort]()
    gone = []
    kept = dict[str, Any]()
    for statement, answer in statements:
        cell = (statement.candidate_id, statement.requirement_id)
        before = last.get((*cell, False))
        theirs = last.get((*cell, True))
        # That a vendor took its own back stands until then.
        gone += [theirs.pk] if theirs else []
        if row := claims.next_effort(before, statement, answer):
            stood = before and not before.superseded_at and before
            gone += [stood.pk] if stood else []
            kept[str(row.pk)] = stood.said if stood and stood.how else None
            fresh.append(row)
    rows.filter(pk__in=gone, superseded_at=None).update(superseded_at=now)
    create_all(fresh)
    return kept


def is_theirs(row: Claim) -> bool:
    return row.by_vendor and row.availability != Availability.WITHDRAWN


def current_rows(evaluation: Evaluation) -> list[Claim]:
    return list(
        Claim.objects.in_evaluation(evaluation)
        .filter(superseded_at__isnull=True)
        .select_related("candidate", "requirement")
    )


def words_in(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in WORDS if name in values}


def by_cell(
    cells: Iterable[tuple[Key, Mapping[str, Any]]],
) -> dict[str, dict[str, Any]]:
    by_candidate: dict[str, dict[str, Any]] = {}
    for (candidate, ref), values in cells:
        if values.get(EFFORT):
            effort = {EFFORT: values[EFFORT]}
        else:
            effort = {}
        by_candidate.setdefault(candidate, {})[ref] = words_in(values) | effort
    return by_candidate


KIND = "claims"


def kept_of(rows: Iterable[Claim], former: Mapping[Key, Claim]) -> dict[str, Any]:
    """By the id of each claim that came in, what stood before; None is nothing."""
    by_claim: dict[str, Any] = {}
    for row in rows:
        before = former.get(_cell_of(row))
        stood = before and before.availability != Availability.WITHDRAWN and before
        by_claim[str(row.pk)] = journal.snapshot(stood, WORDS) if stood else None
    return {"claims": by_claim}


def undo(imported: Import, by: User) -> None:
    evaluation = imported.evaluation
    require_stage(evaluation, *NOTE_STAGES)
    by_claim: dict[str, Any] = imported.kept["claims"]
    lock_candidates(evaluation)
    every = Claim.objects.in_evaluation(evaluation)
    every = every.select_related("candidate", "requirement")
    rows = [row for row in every if str(row.pk) in by_claim]
    stood = imported.kept.get("efforts", {})
    noted = Effort.objects.in_evaluation(evaluation).filter(pk__in=stood)
    efforts: list[Effort] = list(noted.select_related("candidate", "requirement"))
    moved: list[Any] = [*rows, *efforts]
    imports.refuse_moved(
        f"{row.candidate} / {row.requirement}"
        for row in moved
        if row.superseded_at is not None or row.requirement.retired_at is not None
    )
    now = database_now()
    for row in efforts:
        row.submitted_at = now
        row.submitted_by = actor_of(by).name
    back = [(row, ClaimWords("now", effort=stood[str(row.pk)])) for row in efforts]
    _note_efforts(back, now)
    fresh = _put_back(rows, by_claim, by)
    before = by_cell(map(_said_in, rows))
    after = by_cell(map(_said_in, fresh))
    journal.record(
        evaluation, "claims.put_back", evaluation, by, before=before, after=after
    )


def _put_back(rows: list[Claim], kept: Mapping[str, Any], by: User) -> list[Claim]:
    now = database_now()
    fresh = []
    for row in rows:
        count = claims.RevisionCount(row.revision)
        stood = kept[str(row.pk)]
        terms = (count, row.candidate, row.requirement, _words_from(stood), now, by)
        fresh.append(claims.next_revision(*terms, by_vendor=False))
    _supersede([row.pk for row in rows], now)
    return create_all(fresh)


def _supersede(ids: Sequence[uuid.UUID], now: datetime.datetime) -> None:
    for batch in in_batches(ids, "checked"):
        Claim.objects.filter(pk__in=batch).update(superseded_at=now)


def _words_from(stood: Mapping[str, Any] | None) -> ClaimWords:
    if stood is None:
        return ClaimWords(availability=Availability.WITHDRAWN)
    day = stood["available_from"]
    if day:
        date = datetime.date.fromisoformat(day)
    else:
        date = None
    return ClaimWords(**{**stood, "available_from": date})


def _said_in(row: Claim) -> tuple[Key, Mapping[str, Any]]:
    return _cell_of(row), journal.snapshot(row, WORDS)


def _cell_of(row: Claim) -> Key:
    return row.candidate.name, row.requirement.ref
