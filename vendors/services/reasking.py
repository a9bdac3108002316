"""Asking vendors again: what changed, what is missing, and that time runs out."""

import datetime
from collections.abc import Collection

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.evaluations.policy import lock, require_owner
from evaltracker.kit.clock import database_now, instant_of, wall_of
from vendors.models import Candidate
from vendors.policy import require_claims_open
from vendors.reminders import ClaimsClosing, NotAnswered, RequirementChanged
from vendors.selectors import vendors_answers
from vendors.selectors.chases import Chase, chases
from vendors.selectors.waiting import waiting_for
from vendors.services.candidates import lock_candidate
from vendors.services.mailing import gathering_end, invited_candidates, owe_contacts

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
