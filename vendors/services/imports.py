"""Taking the claims of a spreadsheet into an evaluation."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from evaltracker.errors import Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.evaluations.policy import lock, require_owner, require_stage
from evaltracker.importing.services.import_log import log_import, refuse_repeat, told_of
from evaltracker.kit.batches import create_all
from evaltracker.kit.clock import database_now
from evaltracker.kit.progress import in_batches
from evaltracker.requirements.services.imports import refuse_problems
from vendors.choices import Availability, CandidateKind
from vendors.imports import ClaimLine, ClaimsPlan, Known, KnownClaim
from vendors.models import Candidate, Claim
from vendors.policy import NOTE_STAGES
from vendors.selectors import asked_requirements
from vendors.selectors.demands import lists_of
from vendors.services.claim_undo import KIND, kept_of
from vendors.services.status_words import words_of as explained_words
from vendors.words import WORDS, ClaimWords


def known_claims(*, evaluation: Evaluation) -> Known:
    """What the evaluation has, for a plan to match and compare a file with.

    A vendor's names count for its candidate while they fit one candidate only.
    """
    candidates = list(
        Candidate.objects.filter(evaluation=evaluation).select_related("vendor")
    )
    asked = list(asked_requirements(evaluation))
    return Known(
        requirements={row.ref: row.text for row in asked},
        measures={row.ref: row.measure for row in asked if row.measure},
        candidates={row.name: names_of(row) for row in candidates},
        claims={
            (row.candidate.name, row.requirement.ref): KnownClaim(
                words=words_of(row),
                by_vendor=row.by_vendor,
                is_fresh=row.requirement_revision == row.requirement.revision,
            )
            for row in current(evaluation)
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

    Returns:
        The counts of the plan.

    Raises:
        Forbidden: not the owner. Refused: requirements are not signed yet, or the
            decision has begun, or done already. Invalid: the plan has problems.
        Stale: the claims changed since.

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
    refuse_stale(evaluation, plan)
    lines = [*plan.new, *(change.line for change in plan.changed)]
    if not lines:
        return plan.counts
    requirements = {row.ref: row for row in asked_requirements(evaluation)}
    rows, kept = write(evaluation, lines, candidates, requirements, by)
    log_import(
        evaluation=evaluation,
        kind=KIND,
        plan=plan,
        by=by,
        kept=kept,
        import_id=import_id,
    )
    tell(evaluation, plan, rows, by)
    return plan.counts


def tell(evaluation: Evaluation, plan: ClaimsPlan, rows: list[Claim], by: By) -> None:
    """Write the whole import into the journal, as one entry."""
    journal.record(
        evaluation=evaluation,
        action="claims.imported",
        subject=evaluation,
        by=by,
        before=by_cell((change.line, change.before) for change in plan.changed),
        after=told_of(
            plan,
            new=by_cell((line, line.words) for line in plan.new),
            changed=by_cell(
                (change.line, change.line.words) for change in plan.changed
            ),
        ),
        rows=rows,
    )


def write(
    evaluation: Evaluation,
    lines: list[ClaimLine],
    candidates: dict[str, Candidate],
    requirements: dict[str, Requirement],
    by: By,
) -> tuple[list[Claim], dict[str, Any]]:
    """Add the next revision of each line's claim, and supersede the one before.

    Returns:
        The claims that were added, and what undoing it needs.

    """
    now, actor = database_now(), actor_of(by)
    former: dict[tuple[uuid.UUID, uuid.UUID], Claim] = {
        (row.candidate_id, row.requirement_id): row for row in current(evaluation)
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
    return rows, kept_of(rows, former)


def refuse_stale(evaluation: Evaluation, plan: ClaimsPlan) -> None:
    """Refuse a plan that was made for other claims than there are now."""
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


def current(evaluation: Evaluation) -> list[Claim]:
    """Every revision that is not superseded, withdrawals too."""
    return list(
        Claim.objects.in_evaluation(evaluation)
        .filter(superseded_at__isnull=True)
        .select_related("candidate", "requirement")
    )


def names_of(candidate: Candidate) -> list[str]:
    """What else a file may call a candidate."""
    names = [str(alias) for alias in candidate.aliases]
    if candidate.vendor is not None:
        names += [candidate.vendor.name, *map(str, candidate.vendor.aliases)]
    return names


def words_of(claim: Claim) -> ClaimWords:
    """The words of a stored claim."""
    return ClaimWords(**{field: getattr(claim, field) for field in WORDS})


def by_cell(
    words: Iterable[tuple[ClaimLine, ClaimWords]],
) -> dict[str, dict[str, Any]]:
    """Words by candidate and ref, as the journal keeps them."""
    told: dict[str, dict[str, Any]] = {}
    for line, said in words:
        told.setdefault(line.candidate, {})[line.ref] = said.fields()
    return told
