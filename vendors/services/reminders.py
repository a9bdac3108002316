"""Reminding vendors of what they have not answered, and receipts of what they have."""

import datetime
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q

from evaltracker.errors import Refused
from evaltracker.evaluations import policy
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.toolbox.days import database_now, instant_of, local_day
from vendors import notices
from vendors.models import Candidate, InvitationLink, Submission
from vendors.policy import require_claims_open
from vendors.selectors.access import live_link, newest_link
from vendors.selectors.claims import vendors_answers, waiting_for
from vendors.selectors.dialogue import Chase, chases
from vendors.services.candidates import lock_candidate, record_on
from vendors.services.contacts import (
    invited_candidates,
    rows_without_notice,
    schedule_for_contacts,
)

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
    schedule_for_contacts(kind=notices.RequirementChanged.name, candidates=invited)


def ask_to_confirm(evaluation: Evaluation) -> None:
    """Owe that mail again when claims reopen, to those who could not answer it."""
    invited = list(invited_candidates(evaluation))
    schedule_for_contacts(
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
    number = schedule_for_contacts(
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
    for due_chase in due:
        chase(candidate=due_chase.candidate, by=by)
    return [due_chase.candidate for due_chase in due]


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
        schedule_for_contacts(
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
def schedule_receipts() -> None:
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
    schedule_for_contacts(
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
            schedule_for_contacts(
                kind=notices.AnsweringClosed.name,
                candidates=invited_candidates(evaluation).filter(invited_at__lt=end),
                occurrence=end.isoformat(),
                at=now,
            )
