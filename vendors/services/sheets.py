"""Spreadsheets that the owner takes in, and answer sheets that came by mail."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Import, Requirement, User
from evaltracker.evaluations.policy import (
    lock,
    require_open,
    require_owner,
    require_stage,
)
from evaltracker.importing.services.log import (
    log_import,
    refuse_moved,
    refuse_repeat,
    told_of,
)
from evaltracker.requirements.services.requirements import refuse_problems
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.processes import create_all, in_batches
from vendors.choices import Availability, CandidateKind
from vendors.claims import WORDS, ClaimWords
from vendors.imports import ClaimLine, ClaimsPlan, Known, KnownClaim
from vendors.imports.answers import STATUS_WORDS, Meaning
from vendors.models import Candidate, Claim, StatusWord
from vendors.models.candidates import MEANINGS
from vendors.policy import NOTE_STAGES
from vendors.selectors.candidates import asked_requirements, lists_of
from vendors.services.candidates import names_of
from vendors.services.claims import (
    RevisionCount,
    next_revision,
)


def known_claims(*, evaluation: Evaluation) -> Known:
    """What the evaluation has, for a plan to match and compare a file with.

    A vendor's names count for its candidate while they fit one candidate only.
    """
    candidates = list(
        Candidate.objects.filter(evaluation=evaluation).select_related("vendor")
    )
    requirements = list(asked_requirements(evaluation))
    return Known(
        requirements={row.ref: row.text for row in requirements},
        measures={row.ref: row.measure for row in requirements if row.measure},
        candidates={row.name: names_of(row) for row in candidates},
        claims={
            (row.candidate.name, row.requirement.ref): KnownClaim(
                words=ClaimWords.of(row),
                by_vendor=row.by_vendor,
                is_fresh=row.requirement_revision == row.requirement.revision,
            )
            for row in _current_rows(evaluation)
            if row.availability != Availability.WITHDRAWN
        },
        words=explained_words(evaluation=evaluation),
        lists=lists_of(evaluation),
        as_is=frozenset(
            row.name for row in candidates if row.kind == CandidateKind.AS_IS
        ),
    )


@transaction.atomic
def import_claims(
    *,
    evaluation: Evaluation,
    plan: ClaimsPlan,
    by: By,
    import_id: uuid.UUID | None = None,
) -> dict[str, int]:
    """Do what `plan` says, all of it or nothing, as one journal entry.

    The owner passes on what a file says, so the claims count as noted by the owner;
    an availability stands only where the file has a known word for it, and a vendor's
    own words are never replaced. `import_id` is that of the yes for which it is done.
    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    refuse_repeat(import_id)
    require_stage(evaluation, *NOTE_STAGES)
    refuse_problems(plan.problems)
    candidates = {
        row.name: row
        for row in Candidate.objects.select_for_update(
            of=("self",), no_key=True
        ).filter(evaluation=evaluation)
    }
    _refuse_stale(evaluation, plan)
    lines = [*plan.new, *(change.line for change in plan.changed)]
    if not lines:
        return plan.counts
    requirements = {row.ref: row for row in asked_requirements(evaluation)}
    changes = _write_lines(evaluation, lines, candidates, requirements, by)
    log_import(
        evaluation=evaluation,
        kind=KIND,
        plan=plan,
        by=by,
        kept=changes,
        import_id=import_id,
    )
    _tell_import(evaluation, plan, by)
    return plan.counts


def _tell_import(evaluation: Evaluation, plan: ClaimsPlan, by: By) -> None:
    journal.record(
        evaluation=evaluation,
        action="claims.imported",
        subject=evaluation,
        by=by,
        before=words_by_cell((change.line, change.before) for change in plan.changed),
        after=told_of(
            plan,
            new=words_by_cell((line, line.words) for line in plan.new),
            changed=words_by_cell(
                (change.line, change.line.words) for change in plan.changed
            ),
        ),
    )


def _write_lines(
    evaluation: Evaluation,
    lines: list[ClaimLine],
    candidates: dict[str, Candidate],
    requirements: dict[str, Requirement],
    by: By,
) -> dict[str, Any]:
    """What undoing needs, after the next revision of each line's claim is added."""
    now, actor = database_now(), actor_of(by)
    former: dict[tuple[uuid.UUID, uuid.UUID], Claim] = {
        (row.candidate_id, row.requirement_id): row for row in _current_rows(evaluation)
    }
    superseded, rows = [], []
    for line in lines:
        candidate, requirement = candidates[line.candidate], requirements[line.ref]
        before = former.get((candidate.pk, requirement.pk))
        if before is not None:
            superseded.append(before.pk)
        rows.append(
            Claim(
                candidate=candidate,
                requirement=requirement,
                revision=before.revision + 1 if before else 1,
                requirement_revision=requirement.revision,
                submitted_at=now,
                by_vendor=False,
                noted_by=actor.user,
                submitted_by=actor.name,
                **line.words.fields(),
            )
        )
    for batch in in_batches(superseded, "checked"):
        Claim.objects.filter(pk__in=batch).update(superseded_at=now)
    create_all(rows)
    return kept_of(rows, former)


def _refuse_stale(evaluation: Evaluation, plan: ClaimsPlan) -> None:
    now = known_claims(evaluation=evaluation)
    expected = {line.cell: None for line in plan.new} | {
        change.line.cell: change.before for change in plan.changed
    }
    moved = []
    for cell, before in expected.items():
        claim = now.claims.get(cell)
        stands = claim.words if claim and not claim.by_vendor else claim
        is_asked = cell[0] in now.candidates and cell[1] in now.requirements
        if stands != before or not is_asked:
            moved.append(" / ".join(cell))
    if moved:
        raise Stale(
            "The evaluation changed since the file was compared with it. Import it "
            "again to see the difference.",
            difference=", ".join(moved),
        )


def _current_rows(evaluation: Evaluation) -> list[Claim]:
    return list(
        Claim.objects.in_evaluation(evaluation)
        .filter(superseded_at__isnull=True)
        .select_related("candidate", "requirement")
    )


def words_by_cell(
    words: Iterable[tuple[ClaimLine, ClaimWords]],
) -> dict[str, dict[str, Any]]:
    by_candidate: dict[str, dict[str, Any]] = {}
    for line, claim in words:
        by_candidate.setdefault(line.candidate, {})[line.ref] = claim.fields()
    return by_candidate


KIND = "claims"
BATCH = 500


def kept_of(rows: Iterable[Claim], former: Mapping[Any, Claim]) -> dict[str, Any]:
    """By the id of each claim that came in, what stood before; None is nothing."""
    by_claim: dict[str, Any] = {}
    for row in rows:
        before = former.get((row.candidate_id, row.requirement_id))
        stood = before is not None and before.availability != Availability.WITHDRAWN
        by_claim[str(row.pk)] = (
            journal.snapshot(before, WORDS) if before and stood else None
        )
    return {"claims": by_claim}


def undo(imported: Import, by: User) -> None:
    evaluation = imported.evaluation
    require_stage(evaluation, *NOTE_STAGES)
    by_claim: dict[str, Any] = imported.kept["claims"]
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
        if str(row.pk) in by_claim
    ]
    refuse_moved(
        f"{row.candidate} / {row.requirement}"
        for row in rows
        if row.superseded_at is not None or row.requirement.retired_at is not None
    )
    fresh = _put_back(rows, by_claim, by)
    journal.record(
        evaluation=evaluation,
        action="claims.put_back",
        subject=evaluation,
        by=by,
        before=_cells_of(rows),
        after=_cells_of(fresh),
    )


def _put_back(rows: list[Claim], kept: Mapping[str, Any], by: User) -> list[Claim]:
    now = database_now()
    fresh = [
        next_revision(
            RevisionCount(row.revision),
            row.candidate,
            row.requirement,
            _words_from(kept[str(row.pk)]),
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


def _words_from(stood: Mapping[str, Any] | None) -> ClaimWords:
    if stood is None:
        return ClaimWords(availability=Availability.WITHDRAWN)
    day = stood["available_from"]
    date = datetime.date.fromisoformat(day) if day else None
    return ClaimWords(**{**stood, "available_from": date})


def _cells_of(rows: Iterable[Claim]) -> dict[str, dict[str, Any]]:
    by_candidate: dict[str, dict[str, Any]] = {}
    for row in rows:
        values = journal.snapshot(row, WORDS)
        by_candidate.setdefault(row.candidate.name, {})[row.requirement.ref] = values
    return by_candidate


LONGEST = 60


def explained_words(*, evaluation: Evaluation) -> dict[str, Meaning]:
    return {
        row.word: Meaning(row.availability, row.available_from)
        for row in StatusWord.objects.filter(evaluation=evaluation)
    }


@transaction.atomic
def explain_words(
    *, evaluation: Evaluation, meanings: Mapping[str, Meaning], by: User
) -> None:
    """Remember what words mean here; *unstated* keeps a word as text for good.

    What was imported before stays as it is: import the file again to read it anew.
    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    require_open(evaluation)
    before = explained_words(evaluation=evaluation)
    fresh = {
        word: meaning
        for word, meaning in meanings.items()
        if before.get(word) != meaning
    }
    for word, meaning in fresh.items():
        _check_word(word, meaning)
        StatusWord.objects.update_or_create(
            evaluation=evaluation,
            word=word,
            defaults={
                "availability": meaning.availability,
                "available_from": meaning.available_from,
                "set_by": by,
                "set_at": timezone.now(),
            },
        )
    if fresh:
        journal.record(
            evaluation=evaluation,
            action="claims.words_explained",
            subject=evaluation,
            by=by,
            before={
                word: _meaning_words(before[word]) for word in fresh if word in before
            },
            after={word: _meaning_words(meaning) for word, meaning in fresh.items()},
        )


def _check_word(word: str, meaning: Meaning) -> None:
    if not word or len(word) > LONGEST or word in STATUS_WORDS:
        raise Invalid(f"“{word[:LONGEST]}” is no word that can be explained.")
    if meaning.availability not in MEANINGS:
        raise Invalid(f"“{meaning.availability}” is no availability.")
    if meaning.available_from and meaning.availability != Availability.PLANNED:
        raise Invalid(f"“{word}”: only planned has a date.")


def _meaning_words(meaning: Meaning) -> str:
    day = meaning.available_from
    return f"{meaning.availability} {day}" if day else meaning.availability
