"""The owner's rulings, and people's declarations of interest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import actor_of
from evaltracker.evaluations.policy import (
    change,
    checked,
    require_open,
    require_owner,
)
from evaltracker.evaluations.text import Inputs, read_reason
from vendors.models import Conflict, Ruling
from vendors.services.candidates import lock_candidate

if TYPE_CHECKING:
    from evaltracker.evaluations.journal import By
    from evaltracker.evaluations.models import Requirement, User
    from stakeholders.models import Stakeholder
    from vendors.models import Candidate


@transaction.atomic
def rule_not_applicable(
    *, candidate: Candidate, requirement: Requirement, reason: str, by: By
) -> Ruling:
    """Rule that a requirement does not apply to a candidate, so it is not counted.

    Raises:
        Forbidden: not the owner. Refused: ruled already. Invalid: no reason.

    """
    candidate = lock_candidate(candidate)
    require_owner(by, candidate.evaluation)
    require_open(candidate.evaluation)
    if requirement.evaluation_id != candidate.evaluation_id:
        raise NotFound
    reason = read_reason(reason, "Say why it does not apply.")
    if Ruling.objects.filter(candidate=candidate, requirement=requirement).exists():
        raise Refused(f"{requirement.ref} is ruled not applicable already.")
    ruling = Ruling(
        candidate=candidate,
        requirement=requirement,
        reason=reason,
        ruled_by=actor_of(by).user,
    )
    checked(ruling)
    ruling.save()
    journal.record(
        evaluation=candidate.evaluation,
        action="requirement.ruled_out",
        subject=ruling,
        by=by,
        after={"candidate": candidate, "requirement": requirement.ref},
        reason=reason,
    )
    return ruling


@transaction.atomic
def revoke_ruling(*, ruling: Ruling, reason: str, by: By) -> None:
    """Take a ruling back; the requirement counts for the candidate again."""
    candidate = lock_candidate(ruling.candidate)
    require_owner(by, candidate.evaluation)
    require_open(candidate.evaluation)
    reason = read_reason(reason, "Say why it applies after all.")
    before = {
        "candidate": candidate,
        "requirement": ruling.requirement.ref,
        "reason": ruling.reason,
    }
    journal.record(
        evaluation=candidate.evaluation,
        action="requirement.ruled_in",
        subject=ruling,
        by=by,
        before=before,
        reason=reason,
    )
    ruling.delete()


@transaction.atomic
def declare_conflict(
    *,
    candidate: Candidate,
    stakeholder: Stakeholder,
    has_interest: bool,
    by: User,
    statement: str = "",
) -> Conflict:
    """Declare one's own interest in a candidate, or that there is none.

    A declared interest bars from scoring and signing until the owner clears it;
    the person cannot take it back alone.

    Raises:
        Forbidden: somebody else's declaration. Refused: it would take it back.

    """
    candidate = lock_candidate(candidate)
    require_open(candidate.evaluation)
    if stakeholder.evaluation_id != candidate.evaluation_id:
        raise NotFound
    if stakeholder.user_id != by.pk or stakeholder.left_at is not None:
        raise Forbidden("Everybody declares their own interests, and only those.")
    inputs = Inputs()
    words = inputs.text("statement", statement, blank=not has_interest)
    inputs.check()
    conflict = Conflict.objects.filter(
        candidate=candidate, stakeholder=stakeholder
    ).first() or Conflict(candidate=candidate, stakeholder=stakeholder)
    if conflict.has_interest and not has_interest and not conflict.cleared_by_id:
        raise Refused("You declared an interest; only the owner can clear it.")
    before = {} if conflict._state.adding else journal.snapshot(conflict, DECLARED)
    conflict.has_interest, conflict.statement = has_interest, words
    conflict.declared_at = timezone.now()
    conflict.cleared_by, conflict.cleared_reason = None, ""
    checked(conflict)
    conflict.save()
    journal.record(
        evaluation=candidate.evaluation,
        action="interest.declared",
        subject=conflict,
        by=by,
        before=before,
        after={"candidate": candidate, **journal.snapshot(conflict, DECLARED)},
    )
    return conflict


DECLARED = ("has_interest", "statement")


@transaction.atomic
def clear_conflict(*, conflict: Conflict, reason: str, by: By) -> Conflict:
    """Let a person with a declared interest score and sign after all."""
    candidate = lock_candidate(conflict.candidate)
    require_owner(by, candidate.evaluation)
    require_open(candidate.evaluation)
    reason = read_reason(reason, "Say why the interest does not matter.")
    conflict = Conflict.objects.select_for_update(of=("self",)).get(pk=conflict.pk)
    if not conflict.has_interest or conflict.cleared_by_id:
        raise Refused("There is no declared interest to clear.")
    before, after = change(
        conflict, cleared_by=actor_of(by).user, cleared_reason=reason
    )
    journal.record(
        evaluation=candidate.evaluation,
        action="interest.cleared",
        subject=conflict,
        by=by,
        before=before,
        after=after,
        reason=reason,
    )
    return conflict
