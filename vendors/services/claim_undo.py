"""Undoing an import of claims: by the next revision, for history stays."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Import, User
from evaltracker.evaluations.policy import require_stage
from evaltracker.importing.services.import_log import refuse_moved
from evaltracker.kit.clock import database_now
from vendors.choices import Availability
from vendors.models import Candidate, Claim
from vendors.policy import NOTE_STAGES
from vendors.services.revisions import RevisionCount, next_revision
from vendors.words import WORDS, ClaimWords

KIND = "claims"
BATCH = 500


def kept_of(rows: Iterable[Claim], former: Mapping[Any, Claim]) -> dict[str, Any]:
    """By the id of each claim that came in, what stood before; None is nothing."""
    kept: dict[str, Any] = {}
    for row in rows:
        before = former.get((row.candidate_id, row.requirement_id))
        stood = before is not None and before.availability != Availability.WITHDRAWN
        kept[str(row.pk)] = (
            journal.snapshot(before, WORDS) if before and stood else None
        )
    return {"claims": kept}


def undo(imported: Import, by: User) -> None:
    """Withdraw what is new, and say again what stood before the rest."""
    evaluation = imported.evaluation
    require_stage(evaluation, *NOTE_STAGES)
    kept: dict[str, Any] = imported.kept["claims"]
    # Whoever writes a claim locks its candidate.
    list(
        Candidate.objects.select_for_update(of=("self",), no_key=True).filter(
            evaluation=evaluation
        )
    )
    rows = [
        row
        for row in Claim.objects.in_evaluation(evaluation).select_related(
            "candidate", "requirement"
        )
        if str(row.pk) in kept
    ]
    refuse_moved(
        f"{row.candidate} / {row.requirement}"
        for row in rows
        if row.superseded_at is not None or row.requirement.retired_at is not None
    )
    fresh = put_back(rows, kept, by)
    journal.record(
        evaluation=evaluation,
        action="claims.put_back",
        subject=evaluation,
        by=by,
        before=by_cell(rows),
        after=by_cell(fresh),
        rows=fresh,
    )


def put_back(rows: list[Claim], kept: Mapping[str, Any], by: User) -> list[Claim]:
    """Supersede `rows` by what stood before each of them."""
    now = database_now()
    fresh = [
        next_revision(
            RevisionCount(row.revision),
            row.candidate,
            row.requirement,
            words_from(kept[str(row.pk)]),
            now,
            by,
            by_vendor=False,
        )
        for row in rows
    ]
    ids = [row.pk for row in rows]
    for start in range(0, len(ids), BATCH):
        Claim.objects.filter(pk__in=ids[start : start + BATCH]).update(
            superseded_at=now
        )
    Claim.objects.bulk_create(fresh, batch_size=BATCH)
    return fresh


def words_from(stood: Mapping[str, Any] | None) -> ClaimWords:
    """The words to say; nothing stood, so a withdrawal."""
    if stood is None:
        return ClaimWords(availability=Availability.WITHDRAWN)
    day = stood["available_from"]
    date = datetime.date.fromisoformat(day) if day else None
    return ClaimWords(**{**stood, "available_from": date})


def by_cell(rows: Iterable[Claim]) -> dict[str, dict[str, Any]]:
    """Words by candidate and ref."""
    told: dict[str, dict[str, Any]] = {}
    for row in rows:
        words = journal.snapshot(row, WORDS)
        told.setdefault(row.candidate.name, {})[row.requirement.ref] = words
    return told
