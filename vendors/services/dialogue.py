"""Questions and proposals: vendors help to say what is needed."""

import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from evaltracker.errors import NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Category, Evaluation, Requirement
from evaltracker.evaluations.policy import (
    change,
    checked,
    lock,
    require_open,
    require_owner,
)
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.requirements import (
    add_requirement,
    check_add_requirement,
)
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.text import Inputs, read_reason
from stakeholders.policy import require_part
from vendors.choices import ProposalState
from vendors.models import Asking, Candidate, Proposal, Question
from vendors.policy import require_claims_open

# Of one sort, for one invitation.
MOST = 200


@transaction.atomic
def ask_question(
    *,
    evaluation: Evaluation,
    text: str,
    by: By,
    requirement: Requirement | None = None,
    candidate: Candidate | None = None,
) -> Question:
    """Ask for a clarification; the answer will be for all, the asker for none.

    A vendor asks for its candidate while claims are open; the owner and the
    stakeholders ask at any time, without a candidate.
    """
    evaluation = lock(evaluation)
    now = _require_asker(evaluation, candidate, by)
    if requirement is not None and requirement.evaluation_id != evaluation.pk:
        raise NotFound("There is no such requirement.")
    inputs = Inputs()
    question = Question(
        evaluation=evaluation,
        requirement=requirement,
        text=inputs.text("text", text),
        asked_at=now,
    )
    inputs.check()
    checked(question)
    if candidate is not None:
        _require_room(Asking.objects.filter(candidate=candidate), "questions")
    question.save()
    if candidate is not None:
        Asking.objects.create(
            question=question, candidate=candidate, words=question.text
        )
    journal.record(
        evaluation=evaluation,
        action="question.asked",
        subject=question,
        by=by,
        after={
            "text": question.text,
            "requirement": requirement.ref if requirement else None,
        },
    )
    return question


@transaction.atomic
def propose_requirement(
    *,
    candidate: Candidate,
    text: str,
    by: By,
    category: Category | None = None,
    new_category: str = "",
    reason: str = "",
) -> Proposal:
    """Suggest a requirement that the buyer forgot, while claims are open.

    It is for a category that there is, or for one of that name that there is not yet.

    Raises:
        Refused: claims are not open. Invalid: by field, also without any category.

    """
    evaluation = lock(candidate.evaluation)
    now = _require_asker(evaluation, candidate, by)
    inputs = Inputs()
    if category is None:
        new_category = inputs.line("new_category", new_category)
        named = evaluation.categories.filter(name__iexact=new_category)
        category = named.first()
    elif category.evaluation_id != evaluation.pk:
        raise NotFound("There is no such category.")
    proposal = Proposal(
        candidate=candidate,
        category=category,
        new_category="" if category else new_category,
        text=inputs.text("text", text),
        reason=inputs.text("reason", reason, blank=True),
        proposed_at=now,
    )
    inputs.check()
    checked(proposal)
    if actor_of(by).user is None:
        _require_room(Proposal.objects.filter(candidate=candidate), "proposals")
    proposal.save()
    journal.record(
        evaluation=evaluation,
        action="proposal.made",
        subject=proposal,
        by=by,
        after={
            "candidate": candidate.name,
            "category": proposal.category_name,
            "text": proposal.text,
            "reason": proposal.reason,
        },
    )
    return proposal


def _require_room(rows: QuerySet[Any], what: str) -> None:
    """Refuse more than an invitation may write; the lock makes the count exact."""
    if rows.count() >= MOST:
        raise Refused(
            f"This invitation has {MOST} {what} already, and no more are taken.",
            code="quota_reached",
        )


def _require_asker(
    evaluation: Evaluation, candidate: Candidate | None, by: By
) -> datetime.datetime:
    """The instant, after refusing whoever may not speak now."""
    now = database_now()
    if candidate is not None and candidate.evaluation_id != evaluation.pk:
        raise NotFound
    if actor_of(by).user is not None:
        check_ask_question(evaluation, by)
        return now
    if candidate is None or candidate.invited_at is None:
        raise NotFound
    require_claims_open(evaluation, now)
    return now


def check_ask_question(evaluation: Evaluation, by: By) -> None:
    """Whoever has a part asks in the house, while it is open."""
    require_part(by, evaluation)
    require_open(evaluation)


# What becomes of the requirements that vendors propose.


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
