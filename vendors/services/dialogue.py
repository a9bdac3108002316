"""Questions, answers to them, proposals of requirements, published documents."""

import datetime
import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from evaltracker.enumerations import Priority
from evaltracker.errors import NotFound, Refused
from evaltracker.evaluations import journal, policy
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Category, Evaluation, Requirement, User
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.requirements import (
    add_requirement,
    check_add_requirement,
)
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.text import CallFields, read_reason
from stakeholders.policy import require_part
from vendors import notices
from vendors.choices import DocumentKind, ProposalState
from vendors.models import (
    Asking,
    Candidate,
    LastSeen,
    Proposal,
    PublishedDocument,
    Question,
)
from vendors.policy import require_claims_open
from vendors.selectors.dialogue import given_away
from vendors.services.candidates import lock_candidate, record_on
from vendors.services.contacts import invited_candidates, schedule_for_contacts

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
) -> tuple[Question, bool]:
    """Ask for a clarification; the answer will be for all, the asker for none.

    A vendor asks for its candidate while claims are open; the owner and the
    stakeholders ask at any time, without a candidate. The same that a vendor waits
    for is not asked again: then it is that question, and False.
    """
    evaluation = policy.lock(evaluation)
    now = _require_asker(evaluation, candidate, by)
    if requirement is not None and requirement.evaluation_id != evaluation.pk:
        raise NotFound(_("There is no such requirement."))
    inputs = CallFields()
    question = Question(
        evaluation=evaluation,
        requirement=requirement,
        text=inputs.text("text", text),
        asked_at=now,
    )
    inputs.check()
    policy.checked(question)
    if candidate is not None:
        waiting = Question.objects.filter(requirement=requirement, answered_at=None)
        mine = {"askings__candidate": candidate, "askings__words": question.text}
        if same := waiting.filter(**mine).first():
            return same, False
        sentence = _(
            "This invitation has %(most)s questions already, and no more are taken."
        )
        _require_room(Asking.objects.filter(candidate=candidate), sentence)
    question.save()
    if candidate is not None:
        Asking.objects.create(
            question=question, candidate=candidate, words=question.text
        )
    after = {
        "text": question.text,
        "requirement": requirement.ref if requirement else None,
    }
    journal.record(evaluation, "question.asked", question, by, after=after)
    return question, True


@transaction.atomic
def propose_requirement(
    *,
    candidate: Candidate,
    text: str,
    by: By,
    category: Category | None = None,
    new_category: str = "",
    reason: str = "",
) -> tuple[Proposal, bool]:
    """Suggest a requirement that the buyer forgot, while claims are open.

    It is for a category that there is, or for one of that name that there is not yet.
    The same that is open is not proposed again: then it is that one, and False.
    """
    evaluation = policy.lock(candidate.evaluation)
    now = _require_asker(evaluation, candidate, by)
    inputs = CallFields()
    if category is None:
        new_category = inputs.line("new_category", new_category)
        named = evaluation.categories.filter(name__iexact=new_category)
        category = named.first()
    elif category.evaluation_id != evaluation.pk:
        raise NotFound(_("There is no such category."))
    proposal = Proposal(
        candidate=candidate,
        category=category,
        new_category="" if category else new_category,
        text=inputs.text("text", text),
        reason=inputs.text("reason", reason, blank=True),
        proposed_at=now,
    )
    inputs.check()
    policy.checked(proposal)
    fields = ("candidate", "category", "new_category", "text", "state")
    values = {name: getattr(proposal, name) for name in fields}
    if same := Proposal.objects.filter(**values).first():
        return same, False
    if actor_of(by).user is None:
        sentence = _(
            "This invitation has %(most)s proposals already, and no more are taken."
        )
        _require_room(Proposal.objects.filter(candidate=candidate), sentence)
    proposal.save()
    after = {
        "candidate": candidate.name,
        "category": proposal.category_name,
        "text": proposal.text,
        "reason": proposal.reason,
    }
    journal.record(evaluation, "proposal.made", proposal, by, after=after)
    return proposal, True


def _require_room(rows: QuerySet[Any], sentence: str) -> None:
    """Refuse more than an invitation may write; the lock makes the count exact."""
    if rows.count() >= MOST:
        raise Refused(sentence % {"most": MOST}, code="quota_reached")


def _require_asker(
    evaluation: Evaluation, candidate: Candidate | None, by: By
) -> datetime.datetime:
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
    require_part(by, evaluation)
    policy.require_open(evaluation)


def check_decline_proposal(proposal: Proposal, by: By) -> None:
    policy.require_owner(by, proposal.candidate.evaluation)
    if proposal.state != ProposalState.OPEN:
        raise Refused(
            f"The proposal is {proposal.get_state_display().lower()} already."
        )


def check_accept_proposal(proposal: Proposal, by: By) -> None:
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
        Refused: it is ruled on, or requirements are no longer written. Invalid: by
        field, e.g. a `ref` that exists.
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
    proposal = _open_proposal(proposal, by)
    text = read_reason(reason, "Give a reason for declining it.")
    return _rule(proposal, by, "proposal.declined", ProposalState.DECLINED, reason=text)


def _open_proposal(proposal: Proposal, by: By) -> Proposal:
    evaluation = policy.lock(proposal.candidate.evaluation)
    fresh = policy.lock(proposal, "candidate", "category")
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
    policy.change_and_tell(
        proposal,
        action,
        by,
        reason,
        state=state,
        state_reason=reason,
        requirement=requirement,
        category=requirement.category if requirement else proposal.category,
        ruled_at=database_now(),
    )
    return proposal


@transaction.atomic
def mark_seen(
    *, evaluation: Evaluation, until: Mapping[uuid.UUID, datetime.datetime], by: User
) -> None:
    """Remember that `by` has seen what each of these candidates sent until then.

    It says nothing of the evaluation, so no entry of its journal tells it: the
    journal counts changes, and a page that somebody is about to sign would be stale.
    What came later than the page that was looked at stays unseen, and nothing that
    was seen becomes new again.
    """
    rows = Candidate.objects.visible_to(by).filter(evaluation=evaluation)
    candidates = rows.in_bulk(list(until))
    if len(candidates) < len(until):
        raise NotFound
    now = database_now()
    for key, candidate in sorted(candidates.items()):
        moment = min(until[key], now)
        seen, is_new = LastSeen.objects.select_for_update(no_key=True).get_or_create(
            person=by, candidate=candidate, defaults={"until": moment}
        )
        if not is_new and seen.until < moment:
            seen.until = moment
            seen.save(update_fields=["until"])


@transaction.atomic
def answer_question(
    *,
    question: Question,
    answer: str,
    by: By,
    text: str | None = None,
    though_named: bool = False,
) -> Question:
    """Answer, or correct an answer; every invited vendor reads it.

    `text` words the question anew for all; what its asker wrote is kept apart. Words
    that hold a name of the asker are refused, unless the owner has looked at them
    and says that they give nobody away.
    """
    evaluation = policy.lock(question.evaluation)
    policy.check_owned(evaluation, by)
    question = policy.lock(question)
    inputs = CallFields()
    values = {
        "text": inputs.text("text", question.text if text is None else text),
        "answer": inputs.text("answer", answer),
    }
    for field, name in () if though_named else given_away(question, **values):
        inputs.refuse(field, f"It names {name}, who asked. Word it otherwise.")
    inputs.check()
    if all(getattr(question, field) == value for field, value in values.items()):
        return question
    policy.change_and_tell(
        question,
        "question.answered",
        by,
        **values,
        answered_at=database_now(),
        answered_by=actor_of(by).user,
    )
    schedule_for_contacts(
        kind=notices.QuestionAnswered.name,
        candidates=invited_candidates(evaluation),
        subject=evaluation,
    )
    return question


def check_publish(candidate: Candidate, kind: DocumentKind, by: By) -> None:
    policy.require_owner(by, candidate.evaluation)
    if candidate.invited_at is None:
        raise Refused(f"{candidate.name} was not invited, so nobody could read it.")
    before = PublishedDocument.objects.filter(candidate=candidate, kind=kind)
    if kind != DocumentKind.ANNEX and before.exists():
        raise Refused(f"The {kind.label.lower()} is published already.")


@transaction.atomic
def publish_document(
    *,
    candidate: Candidate,
    kind: DocumentKind,
    text: str,
    by: By,
    language: str = "en",
    facts: dict[str, Any] | None = None,
) -> PublishedDocument:
    """Let a candidate's vendor read a text in its pages; nothing takes it back. Of an
    annex it is the next version, with the `facts` that it was written from.

    Whoever owns the text asks before whether it may be published.
    """
    candidate = lock_candidate(candidate)
    check_publish(candidate, kind, by)
    document = PublishedDocument.objects.create(
        candidate=candidate,
        kind=kind,
        text=text,
        language=language,
        version=1 + candidate.documents.filter(kind=kind).count(),
        facts=facts or {},
        published_at=database_now(),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    details: dict[str, Any] = {"version": document.version} if facts else {}
    details |= {"document": kind.label.lower(), "sha256": document.sha256}
    record_on(candidate, "document.published", by, **details)
    return document


type Deadline = datetime.datetime | datetime.date
