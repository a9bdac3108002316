"""Who may do what on floor 3, and when; one sentence for each no."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import SYSTEM, actor_of
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import is_owner, may_start_evaluations
from vendors.choices import CandidateKind
from vendors.models import Candidate, Conflict

if TYPE_CHECKING:
    import datetime

    from evaltracker.evaluations.journal import By
    from evaltracker.evaluations.models import User
    from vendors.models import Vendor

CLAIMS_CLOSED = "claims_closed"
# Stages in which the buyer may write down what a candidate is said to do.
NOTE_STAGES = (Stage.RESEARCH, Stage.DEMOS, Stage.TRIALS)
# Who answers for these is the buyer, so the buyer may state an availability.
ANSWERED_BY_BUYER = (
    CandidateKind.BUILD,
    CandidateKind.OPEN_SOURCE,
    CandidateKind.AS_IS,
)
INVITABLE = (CandidateKind.BUY, CandidateKind.OPEN_SOURCE)


def may_keep_vendors(user: User) -> bool:
    """Whether `user` keeps the list of companies: whoever runs evaluations."""
    return user.is_active and (
        may_start_evaluations(user) or Evaluation.objects.filter(owner=user).exists()
    )


def require_vendor_keeper(by: By) -> None:
    """Refuse everybody who runs no evaluation; the command line may."""
    user = actor_of(by).user
    if by == SYSTEM or (user is not None and may_keep_vendors(user)):
        return
    raise Forbidden("Only people who run an evaluation keep the list of vendors.")


def may_keep_tokens(user: User, vendor: Vendor) -> bool:
    """Whether `user` owns an evaluation in which `vendor` is a candidate."""
    return (
        user.is_active
        and Candidate.objects.filter(vendor=vendor, evaluation__owner=user).exists()
    )


def require_token_keeper(by: By, vendor: Vendor) -> None:
    """Refuse everybody but owners who evaluate this vendor, and the command line."""
    user = actor_of(by).user
    if by == SYSTEM or (user is not None and may_keep_tokens(user, vendor)):
        return
    raise Forbidden(
        f"Only the owner of an evaluation with {vendor.name} in it handles its tokens."
    )


def may_see_prices(user: User, evaluation: Evaluation) -> bool:
    """Whether prices are open to `user`: to the owner always, to others from the
    decision stage on. An operator is bound too."""
    return is_owner(user, evaluation) or (
        evaluation.prices_opened_at is not None
        and Evaluation.objects.visible_to(user).filter(pk=evaluation.pk).exists()
    )


def is_barred(user: User, candidate: Candidate) -> bool:
    """Whether a declared and uncleared interest bars `user` from judging it."""
    return Conflict.objects.filter(
        candidate=candidate,
        stakeholder__user=user,
        has_interest=True,
        cleared_by__isnull=True,
    ).exists()


def require_no_conflict(user: User, candidate: Candidate) -> None:
    """Refuse a person who declared an interest that the owner has not cleared."""
    if is_barred(user, candidate):
        raise Forbidden(
            f"You declared an interest in {candidate.name}; until the owner clears "
            "it, you neither score nor sign for it."
        )


def claims_are_closed(evaluation: Evaluation, now: datetime.datetime) -> bool:
    """Whether claims were opened and are over, by hand or by the deadline."""
    return evaluation.claims_opened_at is not None and (
        evaluation.claims_closed_at is not None
        or (
            evaluation.claims_close_at is not None and evaluation.claims_close_at <= now
        )
    )


def require_claims_open(evaluation: Evaluation, now: datetime.datetime) -> None:
    """Refuse a vendor's words outside the window, naming both times.

    The sentence is for outsiders, so it tells nothing of the stage.
    """
    if evaluation.claims_are_open(now):
        return
    zone = zoneinfo.ZoneInfo(evaluation.zone)

    def said(instant: datetime.datetime) -> str:
        local = instant.astimezone(zone).isoformat(timespec="milliseconds")
        return f"{local} ({evaluation.zone})"

    ends = [
        end
        for end in (evaluation.claims_closed_at, evaluation.claims_close_at)
        if end is not None and end <= now
    ]
    if ends:
        sentence = f"Claims closed at {said(min(ends))}; it is now {said(now)}."
    elif evaluation.claims_opened_at is None:
        sentence = f"Claims are not open yet; it is now {said(now)}."
    else:
        sentence = f"Claims are no longer taken; it is now {said(now)}."
    raise Refused(sentence, code=CLAIMS_CLOSED)
