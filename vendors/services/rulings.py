"""The owner's rulings that a requirement does not apply to a candidate."""

from django.db import transaction

from evaltracker.errors import NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Requirement
from evaltracker.evaluations.policy import checked, require_open, require_owner
from evaltracker.kit.text import read_reason
from vendors.models import Candidate, Ruling
from vendors.selectors.lists import read_item_values
from vendors.services.candidates import lock_candidate


@transaction.atomic
def rule_not_applicable(
    *,
    candidate: Candidate,
    requirement: Requirement,
    reason: str,
    by: By,
    named_values: object = None,
) -> Ruling:
    """Rule that a requirement does not apply to a candidate, so it is not counted.

    Where the brief has lists it holds for the values that it names, or for all.

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
        named_values=read_item_values(named_values, candidate.evaluation),
        ruled_by=actor_of(by).user,
    )
    checked(ruling)
    ruling.save()
    journal.record(
        evaluation=candidate.evaluation,
        action="requirement.ruled_out",
        subject=ruling,
        by=by,
        after={
            "candidate": candidate,
            "requirement": requirement.ref,
            **({"named_values": ruling.named_values} if ruling.named_values else {}),
        },
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
