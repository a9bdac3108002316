"""Opening and closing the time in which vendors may write claims."""

import datetime

from django.db import transaction

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    lock,
)
from evaltracker.kit.clock import database_now, instant_of
from evaltracker.kit.text import read_reason
from vendors.policy import claims_are_closed
from vendors.services.reasking import ask_to_confirm
from vendors.services.window_mail import tell_of_move, tell_of_opening

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
