"""What this is about, questions, proposals, what vendors are told and asked again."""

import datetime
import hashlib
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltracker.errors import Invalid, NotFound, Refused
from evaltracker.evaluations import journal, policy
from evaltracker.evaluations.choices import Priority, Stage, Status
from evaltracker.evaluations.journal import SYSTEM, By, actor_of
from evaltracker.evaluations.models import Category, Evaluation, Requirement, User
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.requirements import (
    add_requirement,
    check_add_requirement,
    require_known,
)
from evaltracker.toolbox.days import database_now, instant_of, local_day
from evaltracker.toolbox.text import CallFields, listed, read_reason
from stakeholders.policy import require_part
from vendors import notices
from vendors.choices import DocumentKind, ProposalState
from vendors.models import (
    AboutRevision,
    Asking,
    Candidate,
    InvitationLink,
    LastSeen,
    Proposal,
    PublishedDocument,
    Question,
    Submission,
)
from vendors.policy import claims_are_closed, require_claims_open
from vendors.selectors.access import live_link, newest_link
from vendors.selectors.claims import vendors_answers, waiting_for
from vendors.selectors.dialogue import (
    ABOUT,
    Chase,
    chases,
    day_and_words,
    given_away,
    named_candidates,
    person_of,
    proposed_about,
    released_about,
)
from vendors.services.candidates import lock_candidate, record_on
from vendors.services.contacts import (
    gathering_end,
    invited_candidates,
    owe_contacts,
    rows_without_notice,
    yes_to,
)

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
    said = {name: getattr(proposal, name) for name in fields}
    if same := Proposal.objects.filter(**said).first():
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
    owe_contacts(
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
    told: dict[str, Any] = {"version": document.version} if facts else {}
    told |= {"document": kind.label.lower(), "sha256": document.sha256}
    record_on(candidate, "document.published", by, **told)
    return document


MORNING = datetime.time(9)
# Vendors are reminded two days and one day before, whatever else is set.
LEAST_DAYS = (2, 1)


def ask_of_changes(
    *,
    evaluation: Evaluation,
    added: Collection[Requirement],
    changed: Collection[Requirement],
    **_: Any,
) -> None:
    """Owe a mail to those who answered what changed, and to all about what is new.

    What an owner changes within a quarter of an hour is one mail.
    """
    invited = invited_candidates(evaluation)
    if not added:
        touched = vendors_answers().filter(
            requirement__in=[requirement.pk for requirement in changed]
        )
        invited = invited.filter(pk__in=touched.values("candidate_id"))
    owe_contacts(kind=notices.RequirementChanged.name, candidates=invited)


def ask_to_confirm(evaluation: Evaluation) -> None:
    """Owe that mail again when claims reopen, to those who could not answer it."""
    invited = list(invited_candidates(evaluation))
    owe_contacts(
        kind=notices.RequirementChanged.name,
        candidates=[
            waiting.candidate
            for waiting in waiting_for(evaluation, invited)
            if waiting.to_confirm or waiting.partly
        ],
    )


def check_chase(candidate: Candidate, by: By) -> Chase:
    """What a vendor has not answered, if the owner may remind it of that now."""
    evaluation = candidate.evaluation
    policy.require_owner(by, evaluation)
    now = database_now()
    require_claims_open(evaluation, now)
    if not invited_candidates(evaluation).filter(pk=candidate.pk).exists():
        raise Refused(f"{candidate.name} is not invited, or out of the choice.")
    (state,) = chases(evaluation, [candidate])
    if sentence := state.why_not(now):
        raise Refused(sentence)
    return state


def check_chase_all(evaluation: Evaluation, by: By) -> list[Chase]:
    policy.require_owner(by, evaluation)
    now = database_now()
    require_claims_open(evaluation, now)
    invited = list(invited_candidates(evaluation))
    due = [chase for chase in chases(evaluation, invited) if not chase.why_not(now)]
    if not due:
        raise Refused("Nobody to remind: all have answered or were reminded lately.")
    return due


@transaction.atomic
def chase(*, candidate: Candidate, by: By) -> int:
    """Remind a vendor of what it has not answered; how many people are written to."""
    candidate = lock_candidate(candidate)
    state = check_chase(candidate, by)
    number = owe_contacts(
        kind=notices.NotAnswered.name, candidates=[candidate], at=database_now()
    )
    record_on(
        candidate,
        "candidate.chased",
        by,
        people=number,
        unanswered=[requirement.ref for requirement in state.waiting.unanswered],
        to_confirm=[requirement.ref for requirement in state.waiting.to_confirm],
        partly=[requirement.ref for requirement in state.waiting.partly],
    )
    return number


@transaction.atomic
def chase_all(*, evaluation: Evaluation, by: By) -> list[Candidate]:
    evaluation = policy.lock(evaluation)
    due = check_chase_all(evaluation, by)
    for one in due:
        chase(candidate=one.candidate, by=by)
    return [chase.candidate for chase in due]


def remind_of_closing() -> None:
    """Owe the reminders that claims close, in all evaluations; a chore.

    Of the offsets that have come only the last counts, and none that had passed when
    the vendor was invited: the invitation said the date.
    """
    now = database_now()
    for evaluation in Evaluation.objects.filter(
        status=Status.OPEN,
        stage=Stage.RESEARCH,
        claims_opened_at__isnull=False,
        claims_closed_at__isnull=True,
        claims_close_at__gt=now,
    ):
        opened = evaluation.claims_opened_at
        came = [pair for pair in closing_moments(evaluation) if pair[1] <= now]
        if not came or (opened and opened >= came[-1][1]):
            continue
        days, moment = came[-1]
        owe_contacts(
            kind=notices.ClaimsClosing.name,
            candidates=invited_candidates(evaluation).filter(invited_at__lt=moment),
            subject=evaluation,
            occurrence=_end_of(evaluation).isoformat(),
            offset_days=days,
            at=now,
        )


def closing_moments(evaluation: Evaluation) -> list[tuple[int, datetime.datetime]]:
    """When vendors are reminded, and how many days before the last day that is.

    In the morning, by the clocks of the evaluation; the last comes last.
    """
    end = _end_of(evaluation)
    # A deadline at midnight is the end of the day before.
    last = local_day(end - datetime.timedelta(microseconds=1), evaluation.zone)
    moments = []
    for days in sorted({*map(int, evaluation.reminder_days), *LEAST_DAYS})[::-1]:
        day = last - datetime.timedelta(days=days)
        moments.append((days, instant_of(day, MORNING, evaluation.zone)))
    return [moment for moment in moments if moment[1] < end]


def _end_of(evaluation: Evaluation) -> datetime.datetime:
    end = evaluation.claims_close_at
    if end is None:
        raise ValueError("claims have no end")
    return end


# What is older was handed in before such mails were, or nobody could be told.
RECENT = datetime.timedelta(days=1)


@transaction.atomic
def owe_receipts() -> None:
    """Owe the receipts of the last day, once each; the process of vendors owes none."""
    since = database_now() - RECENT
    rows: Any = Submission.objects.filter(
        submitted_at__gt=since, candidate__evaluation__status=Status.OPEN
    )
    rows = rows.select_related("candidate__evaluation")
    for submission in rows_without_notice(rows, notices.AnswerHandedIn.name):
        links = InvitationLink.objects.filter(
            live_link(), newest_link(), candidate=submission.candidate
        )
        for link in links.select_related("contact"):
            owe_now(
                kind=notices.AnswerHandedIn.name,
                evaluation=submission.candidate.evaluation,
                subject_id=submission.pk,
                address=link.contact.email,
                addressee=link.contact.name,
            )


# How late a vendor may still hear of the end, after a fault of ours.
LATEST = datetime.timedelta(days=3)


def _tell(
    evaluation: Evaluation,
    kind: type[notices.ToVendor[Candidate]],
    at: datetime.datetime,
) -> None:
    """Owe it to whoever was invited before, once for that minute."""
    owe_contacts(
        kind=kind.name,
        candidates=invited_candidates(evaluation),
        occurrence=int(at.timestamp() // 60),
        at=at,
    )


def tell_of_end() -> None:
    """Owe the end in all evaluations in which it came, by hand or by the clock; a
    chore."""
    now = database_now()
    since = now - LATEST
    for evaluation in Evaluation.objects.filter(
        Q(claims_closed_at__gt=since)
        | Q(claims_closed_at=None, claims_close_at__gt=since, claims_close_at__lte=now),
        status=Status.OPEN,
        claims_opened_at__isnull=False,
    ):
        end = notices.end_of(evaluation)
        if end is not None:
            owe_contacts(
                kind=notices.AnsweringClosed.name,
                candidates=invited_candidates(evaluation).filter(invited_at__lt=end),
                occurrence=end.isoformat(),
                at=now,
            )


type Deadline = datetime.datetime | datetime.date


def check_open_claims(evaluation: Evaluation, by: By) -> None:
    policy.check_owned(evaluation, by, Stage.RESEARCH)
    if evaluation.claims_opened_at is not None:
        closed = claims_are_closed(evaluation, database_now())
        raise Refused(
            "Answering was opened and closed; reopen it, with a reason."
            if closed
            else "Answering is open; move its end instead."
        )


def check_move_claims_close(evaluation: Evaluation, by: By) -> None:
    policy.check_owned(evaluation, by, Stage.RESEARCH)
    if not evaluation.claims_are_open(database_now()):
        raise Refused("Answering is not open, so there is no end to move.")


def check_reopen_claims(evaluation: Evaluation, by: By) -> None:
    policy.check_owned(evaluation, by, Stage.RESEARCH)
    if not claims_are_closed(evaluation, database_now()):
        raise Refused("Answering is not closed, so it cannot be reopened.")


def check_close_claims(evaluation: Evaluation, by: By) -> None:
    policy.check_owned(evaluation, by)
    if evaluation.claims_opened_at is None:
        raise Refused("Answering was never opened.")
    if evaluation.claims_closed_at is not None:
        raise Refused("Answering is closed already.")


@transaction.atomic
def open_claims(*, evaluation: Evaluation, close_at: Deadline, by: By) -> Evaluation:
    """Let invited vendors write claims until `close_at`, during research.

    A bare date ends at the end of that day in the evaluation's zone.
    """
    evaluation = policy.lock(evaluation)
    now = database_now()
    check_open_claims(evaluation, by)
    policy.change_and_tell(
        evaluation,
        "claims.opened",
        by,
        claims_opened_at=now,
        claims_close_at=read_deadline(evaluation, close_at, now),
    )
    _tell(evaluation, notices.AnsweringOpened, now)
    return evaluation


@transaction.atomic
def move_claims_close(
    *, evaluation: Evaluation, close_at: Deadline, reason: str, by: By
) -> Evaluation:
    evaluation = policy.lock(evaluation)
    now = database_now()
    check_move_claims_close(evaluation, by)
    reason = read_reason(reason, "Give a reason for moving the deadline.")
    close_at = read_deadline(evaluation, close_at, now)
    before, after = policy.change(evaluation, claims_close_at=close_at)
    # Told also of a deadline that stays where it was, for its reason.
    told: Any = {"before": before, "after": after, "reason": reason}
    journal.record(evaluation, "claims.close_moved", evaluation, by, **told)
    # Moves within a quarter of an hour are one mail.
    _tell(evaluation, notices.AnsweringMoved, gathering_end(now))
    return evaluation


@transaction.atomic
def close_claims(*, evaluation: Evaluation, by: By) -> Evaluation:
    evaluation = policy.lock(evaluation)
    check_close_claims(evaluation, by)
    closed_at = database_now()
    policy.change_and_tell(evaluation, "claims.closed", by, claims_closed_at=closed_at)
    return evaluation


@transaction.atomic
def reopen_claims(
    *, evaluation: Evaluation, close_at: Deadline, reason: str, by: By
) -> Evaluation:
    """Let vendors write again until `close_at`, for a reason all readers see."""
    evaluation = policy.lock(evaluation)
    now = database_now()
    check_reopen_claims(evaluation, by)
    policy.change_and_tell(
        evaluation,
        "claims.reopened",
        by,
        read_reason(reason, "Give a reason for reopening."),
        claims_closed_at=None,
        claims_close_at=read_deadline(evaluation, close_at, now),
    )
    _tell(evaluation, notices.AnsweringOpened, now)
    ask_to_confirm(evaluation)
    return evaluation


def read_deadline(
    evaluation: Evaluation, close_at: Deadline, now: datetime.datetime
) -> datetime.datetime:
    if not isinstance(close_at, datetime.datetime):
        next_day = close_at + datetime.timedelta(days=1)
        close_at = instant_of(next_day, datetime.time(), evaluation.zone)
    if close_at.tzinfo is None:
        raise Invalid("Say the time zone of the end.", field="close_at")
    if close_at <= now:
        raise Invalid("Choose an end in the future.", field="close_at")
    return close_at


# What this is about. Lines of each, and signs of a line.
LINES = {"people": (3, 300), "timetable": (12, 150), "files": (10, 64)}


check_write_about = check_release_about = policy.check_owned


@transaction.atomic
def write_about(*, evaluation: Evaluation, by: By, **values: Any) -> AboutRevision:
    """Keep a draft, which no vendor reads; what is not said stays as it is proposed."""
    evaluation = policy.lock(evaluation)
    check_write_about(evaluation, by)
    return _tell_about(_drafted(evaluation, values), "about.drafted", by)


@transaction.atomic
def release_about(
    *, evaluation: Evaluation, by: By, shared: Collection[str] = (), **values: Any
) -> AboutRevision:
    """Show vendors the draft, with `values` in it, and mail those who are invited what
    has changed. `shared` is the owner's yes to names of candidates that stand in it."""
    evaluation = policy.lock(evaluation)
    check_release_about(evaluation, by)
    known = named_candidates(released_about(evaluation))
    about = _drafted(evaluation, values)
    if not about.purpose:
        raise Invalid("Say what it is for before vendors read it.", field="purpose")
    first = person_of(about.people[0]) if about.people else {}
    if not (first.get("email") or first.get("phone")):
        sentence = "Begin with yourself, and an e-mail address or a telephone number."
        raise Invalid(sentence, field="people")
    if names := [name for name in named_candidates(about) if name not in known]:
        sentence = (
            f"It names {listed(names)}, and all invited vendors read it. If that is "
            "intended, confirm it in the form."
        )
        if yes_to(sentence) not in shared:
            raise Invalid(sentence, field="shared")
        told: Any = {"action": "about.named_candidate", "after": {"names": names}}
        journal.record(evaluation=evaluation, subject=evaluation, by=by, **told)
    about.released_at, about.released_by = timezone.now(), actor_of(by).user
    owe_contacts(
        kind=notices.AboutChanged.name,
        candidates=invited_candidates(evaluation),
        at=database_now(),
        subject=about,
    )
    return _tell_about(about, "about.released", by)


def _drafted(evaluation: Evaluation, values: Mapping[str, Any]) -> AboutRevision:
    """The draft with these values, not saved."""
    require_known(values, ABOUT)
    said, inputs = {**proposed_about(evaluation), **values}, CallFields()
    about = evaluation.about_revisions.last()
    if about is None or about.released_at:
        number = about.revision + 1 if about else 1
        about = AboutRevision(evaluation=evaluation, revision=number)
    for name in ("purpose", "judged"):
        setattr(about, name, inputs.text(name, said[name], blank=True))
    for name, (most, limit) in LINES.items():
        setattr(about, name, inputs.lines(name, said[name], most=most, limit=limit))
    about.timetable.sort()
    for line in about.timetable:
        try:
            day_and_words(line)
        except ValueError:
            sentence = f"Begin “{line}” with its day, such as 2040-05-31 Demos."
            inputs.refuse("timetable", sentence)
    inputs.check()
    return about


def _tell_about(about: AboutRevision, action: str, by: By) -> AboutRevision:
    policy.checked(about)
    about.save()
    after = journal.snapshot(about, ("revision", *ABOUT))
    journal.record(about.evaluation, action, about.evaluation, by, after=after)
    return about


@transaction.atomic
def name_owners() -> None:
    """A chore: show who asks where vendors were invited before this was released."""
    told = AboutRevision.objects.filter(released_at__isnull=False)
    rows = Evaluation.objects.filter(candidates__invited_at__isnull=False)
    rows = rows.filter(status=Status.OPEN).exclude(pk__in=told.values("evaluation"))
    for evaluation in rows.distinct().order_by("pk"):
        people = proposed_about(policy.lock(evaluation))["people"]
        about = AboutRevision(evaluation=evaluation, revision=0, people=people)
        about.released_at = timezone.now()
        _tell_about(about, "about.owner_named", SYSTEM)
