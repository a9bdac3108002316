"""Asking vendors again: what changed, what is missing, and that time runs out."""

import datetime
import hashlib
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Notice, Requirement
from evaltracker.evaluations.policy import change, check_owned, lock, require_owner
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.toolbox.days import database_now, instant_of, wall_of
from evaltracker.toolbox.text import read_reason
from vendors.choices import DocumentKind
from vendors.models import Candidate, InvitationLink, PublishedDocument, Submission
from vendors.notices import (
    AnswerHandedIn,
    AnsweringClosed,
    AnsweringMoved,
    AnsweringOpened,
    ClaimsClosing,
    NotAnswered,
    RequirementChanged,
    end_of,
)
from vendors.policy import claims_are_closed, require_claims_open
from vendors.selectors import vendors_answers
from vendors.selectors.access import live_link
from vendors.selectors.answer_counts import Chase, chases, waiting_for
from vendors.services.access import gathering_end, invited_candidates, owe_contacts
from vendors.services.candidates import lock_candidate

# Publishing to a vendor: what it may read of the outcome, for good.


def check_publish(candidate: Candidate, kind: DocumentKind, by: By) -> None:
    """The owner publishes one document of a kind to a vendor that was invited."""
    require_owner(by, candidate.evaluation)
    if candidate.invited_at is None:
        raise Refused(f"{candidate.name} was not invited, so nobody could read it.")
    if PublishedDocument.objects.filter(candidate=candidate, kind=kind).exists():
        raise Refused(f"The {kind.label.lower()} is published already.")


@transaction.atomic
def publish_document(
    *, candidate: Candidate, kind: DocumentKind, text: str, by: By
) -> PublishedDocument:
    """Let a candidate's vendor read a text in its pages; nothing takes it back.

    Whoever owns the text asks before whether it may be published.

    Raises:
        Forbidden: not the owner. Refused: not invited, or one of its kind is there.

    """
    candidate = lock_candidate(candidate)
    check_publish(candidate, kind, by)
    document = PublishedDocument.objects.create(
        candidate=candidate,
        kind=kind,
        text=text,
        published_at=database_now(),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    journal.record(
        evaluation=candidate.evaluation,
        action="document.published",
        subject=candidate,
        by=by,
        after={
            "candidate": candidate.name,
            "document": kind.label.lower(),
            "sha256": document.sha256,
        },
    )
    return document


MORNING = datetime.time(9)
# Vendors are reminded two days and one day before, whatever else is set.
LEAST_DAYS = (2, 1)


def ask_of_changes(
    evaluation: Evaluation,
    *,
    added: Collection[Requirement],
    changed: Collection[Requirement],
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
    at = gathering_end(database_now())
    owe_contacts(
        kind=RequirementChanged.name,
        candidates=invited,
        occurrence=at.isoformat(),
        at=at,
    )


def ask_to_confirm(evaluation: Evaluation) -> None:
    """Owe that mail again when claims reopen, to those who could not answer it."""
    invited = list(invited_candidates(evaluation))
    at = gathering_end(database_now())
    owe_contacts(
        kind=RequirementChanged.name,
        candidates=[
            waiting.candidate
            for waiting in waiting_for(evaluation, invited)
            if waiting.to_confirm or waiting.partly
        ],
        occurrence=at.isoformat(),
        at=at,
    )


def check_chase(candidate: Candidate, by: By) -> Chase:
    """What a vendor has not answered, if the owner may remind it of that now."""
    evaluation = candidate.evaluation
    require_owner(by, evaluation)
    now = database_now()
    require_claims_open(evaluation, now)
    if not invited_candidates(evaluation).filter(pk=candidate.pk).exists():
        raise Refused(f"{candidate.name} is not invited, or out of the choice.")
    (state,) = chases(evaluation, [candidate])
    if sentence := state.why_not(now):
        raise Refused(sentence)
    return state


def check_chase_all(evaluation: Evaluation, by: By) -> list[Chase]:
    """Those whom the owner may remind now; refused if there is nobody."""
    require_owner(by, evaluation)
    now = database_now()
    require_claims_open(evaluation, now)
    invited = list(invited_candidates(evaluation))
    due = [chase for chase in chases(evaluation, invited) if not chase.why_not(now)]
    if not due:
        raise Refused("There is nobody who can be reminded now.")
    return due


@transaction.atomic
def chase(*, candidate: Candidate, by: By) -> int:
    """Remind a vendor of what it has not answered; how many people are written to.

    Raises:
        Forbidden: not the owner.
        Refused: claims are closed, it is not invited or out of the choice, nothing
            waits, nobody can be written to, or it was reminded enough.

    """
    candidate = lock_candidate(candidate)
    evaluation = candidate.evaluation
    now = database_now()
    state = check_chase(candidate, by)
    number = owe_contacts(
        kind=NotAnswered.name,
        candidates=[candidate],
        occurrence=now.isoformat(),
        at=now,
    )
    journal.record(
        evaluation=evaluation,
        action="candidate.chased",
        subject=candidate,
        by=by,
        after={
            "candidate": candidate.name,
            "people": number,
            "unanswered": [requirement.ref for requirement in state.waiting.unanswered],
            "to_confirm": [requirement.ref for requirement in state.waiting.to_confirm],
            "partly": [requirement.ref for requirement in state.waiting.partly],
        },
    )
    return number


@transaction.atomic
def chase_all(*, evaluation: Evaluation, by: By) -> list[Candidate]:
    """Remind every vendor that may be reminded now; their candidates.

    Raises:
        Forbidden: not the owner. Refused: claims are closed, or it is nobody's turn.

    """
    evaluation = lock(evaluation)
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
        came = [
            closing_moment
            for closing_moment in closing_moments(evaluation)
            if closing_moment[1] <= now
        ]
        if not came:
            continue
        days, moment = came[-1]
        if evaluation.claims_opened_at and evaluation.claims_opened_at >= moment:
            continue
        owe_contacts(
            kind=ClaimsClosing.name,
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
    wall = wall_of(end - datetime.timedelta(microseconds=1), evaluation.zone)
    moments = [
        (
            days,
            instant_of(
                wall.date() - datetime.timedelta(days=days), MORNING, evaluation.zone
            ),
        )
        for days in sorted({*map(int, evaluation.reminder_days), *LEAST_DAYS})[::-1]
    ]
    return [moment for moment in moments if moment[1] < end]


def _end_of(evaluation: Evaluation) -> datetime.datetime:
    end = evaluation.claims_close_at
    if end is None:
        raise ValueError("claims have no end")
    return end


# The mail with the receipt, to each contact who has a link.

# What is older was handed in before such mails were, or nobody could be told.
RECENT = datetime.timedelta(days=1)


@transaction.atomic
def owe_receipts() -> None:
    """Owe the receipts of the last day, once each; the process of vendors owes none."""
    since = database_now() - RECENT
    rows: Any = Submission.objects.filter(
        submitted_at__gt=since, candidate__evaluation__status=Status.OPEN
    )
    found = {str(row.pk): row for row in rows.select_related("candidate__evaluation")}
    told = Notice.objects.filter(
        kind=AnswerHandedIn.name, subject_id__in=found
    ).values_list("subject_id", flat=True)
    for key in sorted(found.keys() - set(told)):
        submission = found[key]
        links = InvitationLink.objects.filter(
            live_link(), candidate=submission.candidate
        )
        for link in links.select_related("contact"):
            owe_now(
                kind=AnswerHandedIn.name,
                evaluation=submission.candidate.evaluation,
                subject_id=key,
                occurrence="",
                address=link.contact.email,
                addressee=link.contact.name,
            )


# Telling invited vendors that answering opens, ends another day, and is over.

# How late a vendor may still hear of the end, after a fault of ours.
LATEST = datetime.timedelta(days=3)


def tell_of_opening(evaluation: Evaluation) -> None:
    """Owe it to whoever was invited before answers were taken."""
    now = database_now()
    owe_contacts(
        kind=AnsweringOpened.name,
        candidates=invited_candidates(evaluation),
        occurrence=_sequence(now),
        at=now,
    )


def tell_of_move(evaluation: Evaluation) -> None:
    """Owe the new end; moves within a quarter of an hour are one mail."""
    at = gathering_end(database_now())
    owe_contacts(
        kind=AnsweringMoved.name,
        candidates=invited_candidates(evaluation),
        occurrence=_sequence(at),
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
        end = end_of(evaluation)
        if end is not None:
            owe_contacts(
                kind=AnsweringClosed.name,
                candidates=invited_candidates(evaluation).filter(invited_at__lt=end),
                occurrence=end.isoformat(),
                at=now,
            )


def _sequence(instant: datetime.datetime) -> int:
    """A number that grows, so that a calendar replaces the entry it has."""
    return int(instant.timestamp() // 60)


# Opening and closing the time in which vendors may write claims.

type Deadline = datetime.datetime | datetime.date


def check_open_claims(evaluation: Evaluation, by: By) -> None:
    """The owner opens them once, in research."""
    check_owned(evaluation, by, Stage.RESEARCH)
    now = database_now()
    if evaluation.claims_opened_at is not None:
        closed = claims_are_closed(evaluation, now)
        raise Refused(
            "Answering was opened and closed; reopen it, with a reason."
            if closed
            else "Answering is open; move its end instead."
        )


def check_move_claims_close(evaluation: Evaluation, by: By) -> None:
    """The owner moves the end while they are open."""
    check_owned(evaluation, by, Stage.RESEARCH)
    now = database_now()
    if not evaluation.claims_are_open(now):
        raise Refused("Answering is not open, so there is no end to move.")


def check_reopen_claims(evaluation: Evaluation, by: By) -> None:
    """The owner reopens what is closed, in research."""
    check_owned(evaluation, by, Stage.RESEARCH)
    now = database_now()
    if not claims_are_closed(evaluation, now):
        raise Refused("Answering is not closed, so it cannot be reopened.")


def check_close_claims(evaluation: Evaluation, by: By) -> None:
    """The owner closes what is open, in every stage."""
    check_owned(evaluation, by)
    if evaluation.claims_opened_at is None:
        raise Refused("Answering was never opened.")
    if evaluation.claims_closed_at is not None:
        raise Refused("Answering is closed already.")


@transaction.atomic
def open_claims(*, evaluation: Evaluation, close_at: Deadline, by: By) -> Evaluation:
    """Let invited vendors write claims until `close_at`, during research.

    A bare date ends at the end of that day in the evaluation's zone.

    Raises:
        Forbidden: not the owner. Refused: not in research, or opened before.
        Invalid: the deadline is not in the future.

    """
    evaluation = lock(evaluation)
    now = database_now()
    check_open_claims(evaluation, by)
    evaluation = _set(
        evaluation,
        "claims.opened",
        by,
        claims_opened_at=now,
        claims_close_at=read_deadline(evaluation, close_at, now),
    )
    tell_of_opening(evaluation)
    return evaluation


@transaction.atomic
def move_claims_close(
    *, evaluation: Evaluation, close_at: Deadline, reason: str, by: By
) -> Evaluation:
    """Give vendors more time, or less; never while claims are closed."""
    evaluation = lock(evaluation)
    now = database_now()
    check_move_claims_close(evaluation, by)
    evaluation = _set(
        evaluation,
        "claims.close_moved",
        by,
        read_reason(reason, "Say why the end moves."),
        claims_close_at=read_deadline(evaluation, close_at, now),
    )
    tell_of_move(evaluation)
    return evaluation


@transaction.atomic
def close_claims(*, evaluation: Evaluation, by: By) -> Evaluation:
    """End the writing of claims now, also before the deadline."""
    evaluation = lock(evaluation)
    check_close_claims(evaluation, by)
    return _set(evaluation, "claims.closed", by, claims_closed_at=database_now())


@transaction.atomic
def reopen_claims(
    *, evaluation: Evaluation, close_at: Deadline, reason: str, by: By
) -> Evaluation:
    """Let vendors write again until `close_at`, for a reason all readers see."""
    evaluation = lock(evaluation)
    now = database_now()
    check_reopen_claims(evaluation, by)
    evaluation = _set(
        evaluation,
        "claims.reopened",
        by,
        read_reason(reason, "Give a reason for reopening."),
        claims_closed_at=None,
        claims_close_at=read_deadline(evaluation, close_at, now),
    )
    tell_of_opening(evaluation)
    ask_to_confirm(evaluation)
    return evaluation


def read_deadline(
    evaluation: Evaluation, close_at: Deadline, now: datetime.datetime
) -> datetime.datetime:
    """The instant that is meant, in the future."""
    if not isinstance(close_at, datetime.datetime):
        next_day = close_at + datetime.timedelta(days=1)
        close_at = instant_of(next_day, datetime.time(), evaluation.zone)
    sentence = ""
    if close_at.tzinfo is None:
        sentence = "Say the time zone of the end."
    elif close_at <= now:
        sentence = "Choose an end in the future."
    if sentence:
        raise Invalid(sentence, errors={"close_at": [sentence]})
    return close_at


def _set(
    evaluation: Evaluation,
    action: str,
    by: By,
    reason: str = "",
    **values: datetime.datetime | None,
) -> Evaluation:
    before, after = change(evaluation, **values)
    journal.record(
        evaluation=evaluation,
        action=action,
        subject=evaluation,
        by=by,
        before=before,
        after=after,
        reason=reason,
    )
    return evaluation
