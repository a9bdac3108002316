"""What becomes of the requirements that vendors propose."""

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Category, Requirement
from evaltracker.evaluations.policy import change, lock, require_owner
from evaltracker.kit.clock import database_now
from evaltracker.kit.text import read_reason
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.requirements import (
    add_requirement,
    check_add_requirement,
)
from vendors.choices import ProposalState
from vendors.models import Proposal


def check_decline_proposal(proposal: Proposal, by: By) -> None:
    """The owner answers one that is open, also once the evaluation has ended."""
    require_owner(by, proposal.candidate.evaluation)
    if proposal.state != ProposalState.OPEN:
        raise Refused(
            f"The proposal is {proposal.get_state_display().lower()} already."
        )


def check_accept_proposal(proposal: Proposal, by: By) -> None:
    """The same for accepting it, while requirements are added."""
    check_decline_proposal(proposal, by)
    check_add_requirement(proposal.candidate.evaluation, by)


@transaction.atomic
def accept_proposal(
    *,
    proposal: Proposal,
    ref: str,
    by: By,
    priority: str = Priority.SHOULD,
    weight: int = 5,
    category: Category | None = None,
) -> Proposal:
    """Make a proposal a requirement that every candidate is asked.

    It goes where it was proposed for; where that is no category yet, into `category`
    or a new one.

    Raises:
        Refused: it is ruled on, or requirements are no longer written.
        Invalid: by field, e.g. a `ref` that exists.

    """
    proposal = _open_proposal(proposal, by)
    check_accept_proposal(proposal, by)
    evaluation = proposal.candidate.evaluation
    category = proposal.category or category
    if category is None:
        category = add_category(
            evaluation=evaluation, name=proposal.new_category, by=by
        )
    requirement = add_requirement(
        evaluation=evaluation,
        category=category,
        ref=ref,
        text=proposal.text,
        priority=priority,
        weight=weight,
        by=by,
    )
    return _rule(proposal, by, "proposal.accepted", ProposalState.ACCEPTED, requirement)


@transaction.atomic
def decline_proposal(*, proposal: Proposal, reason: str, by: By) -> Proposal:
    """Decline a proposal for a reason that its vendor reads."""
    proposal = _open_proposal(proposal, by)
    words = read_reason(reason, "Give a reason for declining it.")
    return _rule(
        proposal, by, "proposal.declined", ProposalState.DECLINED, reason=words
    )


def _open_proposal(proposal: Proposal, by: By) -> Proposal:
    evaluation = lock(proposal.candidate.evaluation)
    fresh: Proposal = (
        Proposal.objects.select_related("candidate", "category")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=proposal.pk)
    )
    fresh.candidate.evaluation = evaluation
    check_decline_proposal(fresh, by)
    return fresh


def _rule(
    proposal: Proposal,
    by: By,
    action: str,
    state: ProposalState,
    requirement: Requirement | None = None,
    reason: str = "",
) -> Proposal:
    before, after = change(
        proposal,
        state=state,
        state_reason=reason,
        requirement=requirement,
        category=requirement.category if requirement else proposal.category,
        ruled_at=database_now(),
    )
    journal.record(
        evaluation=proposal.candidate.evaluation,
        action=action,
        subject=proposal,
        by=by,
        before=before,
        after=after,
        reason=reason,
    )
    return proposal
