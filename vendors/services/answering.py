"""Opening, moving and closing the time in which vendors answer."""

import datetime
from typing import Any

from django.db import transaction

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal, policy
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.days import database_now, instant_of
from evaltracker.toolbox.text import read_reason
from vendors import notices
from vendors.policy import claims_are_closed
from vendors.services.contacts import gathering_end
from vendors.services.dialogue import Deadline
from vendors.services.reminders import _tell, ask_to_confirm


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
    details: Any = {"before": before, "after": after, "reason": reason}
    journal.record(evaluation, "claims.close_moved", evaluation, by, **details)
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
