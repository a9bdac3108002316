"""People's own interests in candidates: declared by them, cleared by somebody else."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import (
    change,
    checked,
    is_owner,
    lock,
    require_open,
    require_owner,
)
from evaltracker.kit.text import Inputs, read_reason
from stakeholders.policy import is_leadership
from vendors.interest_notices import tell_leadership
from vendors.models import Candidate, Conflict
from vendors.policy import (
    barring_interest,
    check_read_answers,
    clears_it,
    is_asked,
    to_declare,
)
from vendors.services.candidates import lock_candidate

DECLARED = ("has_interest", "statement")


def check_declare_interest(candidate: Candidate, by: User) -> None:
    """Everybody with a part declares their own, while it is open."""
    _require_asked(by, candidate.evaluation)


def check_declare_interests(evaluation: Evaluation, by: User) -> None:
    """The same, for whoever has a candidate left to answer for."""
    _require_asked(by, evaluation)
    if not to_declare(by).filter(evaluation=evaluation).exists():
        raise Refused(
            "You have answered for some of them already; load the page again."
        )


def check_clear_interest(conflict: Conflict, by: By) -> None:
    """Somebody else clears one that bars: the owner, or where the owner has a conflict
    Leadership without one.

    Raises:
        Forbidden: the wrong person. Refused: none stands, or it has ended.

    """
    evaluation = conflict.candidate.evaluation
    user = actor_of(by).user
    if user is not None and user.pk == conflict.person_id:
        raise Forbidden(
            "Nobody clears their own conflict of interest; "
            f"{clears_it(user, evaluation)} does."
        )
    if user is None or barring_interest(evaluation.owner, evaluation) is None:
        require_owner(by, evaluation)
    else:
        _require_leadership(user, evaluation)
    require_open(evaluation)
    if not Conflict.objects.barring().filter(pk=conflict.pk).exists():
        raise Refused("There is no declared interest to clear.")


@transaction.atomic
def declare_conflict(
    *, candidate: Candidate, has_interest: bool, by: User, statement: str = ""
) -> Conflict:
    """Declare one's own interest in a candidate, or that there is none.

    A declared interest closes answers and bars from judging until somebody else clears
    it; the person cannot take it back alone. An earlier declaration stays on record.

    Raises:
        Forbidden: no part in the evaluation. Refused: it would take an interest
            back. Invalid: an interest without words.

    """
    candidate = lock_candidate(candidate)
    check_declare_interest(candidate, by)
    return _declare(candidate, by, has_interest=has_interest, statement=statement)


@transaction.atomic
def declare_interests(
    *, evaluation: Evaluation, interests: Mapping[UUID, str], by: User
) -> list[Candidate]:
    """Answer for the candidates that `by` was asked about and has not answered for.

    `interests` holds what was said by candidate id, blank for no interest; those
    without are one entry together.

    Raises:
        Forbidden: no part in the evaluation. Refused: another answer came before.
        Invalid: a statement that cannot be kept.

    """
    evaluation = lock(evaluation)
    check_declare_interests(evaluation, by)
    asked = list(to_declare(by).filter(evaluation=evaluation, pk__in=interests))
    if not interests or len(asked) != len(interests):
        raise Refused(
            "You have answered for some of them already; load the page again."
        )
    clean = []
    for candidate in asked:
        candidate.evaluation = evaluation
        if interests[candidate.pk].strip():
            _declare(
                candidate, by, has_interest=True, statement=interests[candidate.pk]
            )
        else:
            _save(candidate, by, has_interest=False)
            clean.append(candidate)
    if clean:
        journal.record(
            evaluation=evaluation,
            action="interest.none_declared",
            subject=evaluation,
            by=by,
            after={"candidates": [candidate.name for candidate in clean]},
        )
    return asked


@transaction.atomic
def clear_conflict(*, conflict: Conflict, reason: str, by: By) -> Conflict:
    """Let a person with a declared interest read answers, score and sign after all.

    Raises:
        Forbidden: one's own, or somebody else's to clear. Refused: no interest stands.
        Invalid: no reason.

    """
    candidate = lock_candidate(conflict.candidate)
    conflict = Conflict.objects.select_for_update(of=("self",), no_key=True).get(
        pk=conflict.pk
    )
    conflict.candidate = candidate
    check_clear_interest(conflict, by)
    reason = read_reason(reason, "Say why the interest does not matter.")
    before, after = change(
        conflict,
        cleared_by=actor_of(by).user,
        cleared_at=timezone.now(),
        cleared_reason=reason,
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


def _require_leadership(user: User, evaluation: Evaluation) -> None:
    """Refuse all but Leadership without a conflict of interest of its own."""
    owner = evaluation.owner.name
    if not is_leadership(user, evaluation):
        raise Forbidden(
            f"{owner}, who runs this evaluation, has a conflict of interest; "
            "Leadership clears it."
        )
    check_read_answers(evaluation, user)


def _require_asked(by: User, evaluation: Evaluation) -> None:
    if not is_asked(by, evaluation):
        raise Forbidden(
            "Only people with a part in this evaluation declare their interests, each "
            "their own."
        )
    require_open(evaluation)


def _declare(
    candidate: Candidate, by: User, *, has_interest: bool, statement: str
) -> Conflict:
    """Keep a declaration, and say so in the journal."""
    inputs = Inputs()
    words = inputs.text("statement", statement, blank=not has_interest)
    inputs.check()
    before = Conflict.objects.standing().of(by).filter(candidate=candidate).first()
    if before and before.has_interest and not before.cleared_by and not has_interest:
        raise Refused(
            "You declared an interest; only "
            f"{clears_it(by, candidate.evaluation)} can clear it."
        )
    conflict = _save(candidate, by, has_interest=has_interest, statement=words)
    journal.record(
        evaluation=candidate.evaluation,
        action="interest.declared",
        subject=conflict,
        by=by,
        before=journal.snapshot(before, DECLARED) if before else {},
        after={"candidate": candidate, **journal.snapshot(conflict, DECLARED)},
    )
    if has_interest and is_owner(by, candidate.evaluation):
        tell_leadership(conflict, candidate.evaluation)
    return conflict


def _save(
    candidate: Candidate, by: User, *, has_interest: bool, statement: str = ""
) -> Conflict:
    now = timezone.now()
    Conflict.objects.standing().of(by).filter(candidate=candidate).update(
        replaced_at=now
    )
    conflict = Conflict(
        candidate=candidate,
        person=by,
        has_interest=has_interest,
        statement=statement,
        declared_at=now,
    )
    checked(conflict)
    conflict.save()
    return conflict
