"""Reading a decision's promises again, after 3, 6 and 12 months."""

import datetime
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import change, checked, lock, require_owner
from evaltracker.kit.clock import today_in
from evaltracker.kit.days import months_after
from evaltracker.kit.text import read_reason
from evaltracker.notices.services.scheduling import cancel_notices, schedule_notice
from evaltracker.workflow.choices import CheckFound
from evaltracker.workflow.models import CheckVerdict, PromiseCheck
from evaltracker.workflow.selectors.promises import (
    CHECK_NOTICE,
    MORNING,
    chosen_of,
    promised_rows,
)
from stakeholders.policy import require_part
from vendors.policy import require_no_conflict

MONTHS = (3, 6, 12)
# Days before the day on which the owner is reminded; a week after, if it is open.
OFFSETS = (7, 0, -7)
CLOSED = "The promise check is closed."


def plan_checks(*, evaluation: Evaluation) -> list[PromiseCheck]:
    """Plan the checks in the transaction of the decision, if there is what to check:
    something that was promised, or a metric that was to move.

    It takes no actor: deciding is the act, and its journal entry speaks for it.
    """
    candidate = chosen_of(evaluation)
    if candidate is None:
        return []
    if not (promised_rows(candidate) or evaluation.metrics.exists()):
        return []
    today = today_in(evaluation.zone)
    checks = PromiseCheck.objects.bulk_create(
        PromiseCheck(
            candidate=candidate, months=month, due_on=months_after(today, month)
        )
        for month in MONTHS
    )
    for check in checks:
        owe_reminders(check, evaluation)
    return checks


def owe_reminders(check: PromiseCheck, evaluation: Evaluation) -> None:
    """Owe the owner a mail before, on and after the day; none for what is past."""
    for offset in OFFSETS:
        day = check.due_on - datetime.timedelta(days=offset)
        if day < today_in(evaluation.zone):
            continue
        schedule_notice(
            kind=CHECK_NOTICE,
            evaluation=evaluation,
            subject_id=check.pk,
            occurrence=check.occurrence,
            day=day,
            time=MORNING,
            zone=evaluation.zone,
            offset_days=offset,
            recipient=evaluation.owner,
        )


@transaction.atomic
def move_check(*, check: PromiseCheck, due_on: datetime.date, by: By) -> PromiseCheck:
    """Do a check on another day; who was reminded of the old one is reminded anew."""
    check, evaluation = open_check(check)
    check_run(check, by)
    if due_on < today_in(evaluation.zone):
        sentence = "Choose today or a future date."
        raise Invalid(sentence, errors={"due_on": [sentence]})
    if due_on == check.due_on:
        return check
    before, after = change(check, due_on=due_on, occurrence=check.occurrence + 1)
    cancel_notices(kind=CHECK_NOTICE, subject_id=check.pk, because="It was moved.")
    owe_reminders(check, evaluation)
    record(check, evaluation, "moved", by, before, after)
    return check


@transaction.atomic
def waive_check(*, check: PromiseCheck, reason: str, by: By) -> PromiseCheck:
    """Leave a check out, for a reason that stays beside it."""
    check, evaluation = open_check(check)
    check_run(check, by)
    reason = read_reason(reason, "Give a reason for skipping it.")
    close(check, evaluation, waived_reason=reason)
    record(check, evaluation, "waived", by, reason=reason)
    return check


@transaction.atomic
def record_promises(
    *, check: PromiseCheck, found: Mapping[str, tuple[str, str]], by: By
) -> PromiseCheck:
    """Say of promised requirements whether they hold today, each with a note.

    Args:
        check: an open one.
        found: verdict and note by the requirement's ref; what is left out stays open.
        by: the owner or a stakeholder without an interest in the candidate.

    Raises:
        Forbidden: no part, or a declared interest. Refused: closed.
        Invalid: nothing promised of that name, no known verdict, or no note.

    """
    check, evaluation = open_check(check)
    user = check_judge(check, by)
    rows = {
        promised_row.requirement.ref: promised_row
        for promised_row in promised_rows(check.candidate, [check])
    }
    before, after = {}, {}
    for ref, (verdict, note) in found.items():
        if ref not in rows:
            raise Invalid(f"{ref} is not among what was promised.")
        (old,) = rows[ref].verdicts
        if old is not None and (old.found, old.note) == (verdict, note.strip()):
            continue
        if old is not None:
            before[ref] = f"{old.found}: {old.note}"
        said = judge(old, check, rows[ref].requirement.pk, (verdict, note), ref, user)
        after[ref] = f"{said.found}: {said.note}"
    if after:
        record(check, evaluation, "judged", by, before, after)
    return check


def judge(
    old: CheckVerdict | None,
    check: PromiseCheck,
    requirement_id: UUID,
    said: tuple[str, str],
    ref: str,
    user: User,
) -> CheckVerdict:
    """Write a verdict, or write it anew."""
    verdict, note = said[0], said[1].strip()
    if verdict not in CheckFound.values or not note:
        sentence = f"{ref}: say whether it holds, and how you saw it."
        raise Invalid(sentence, errors={f"note-{ref}": [sentence]})
    row = old or CheckVerdict(promise_check=check, requirement_id=requirement_id)
    row.found, row.note = verdict, note
    row.recorded_by, row.recorded_at = user, timezone.now()
    checked(row)
    row.save()
    return row


@transaction.atomic
def close_check(*, check: PromiseCheck, summary: str, by: By) -> PromiseCheck:
    """Close a check once every promise has its verdict."""
    check, evaluation = open_check(check)
    check_close(check, by)
    close(check, evaluation, summary=summary.strip())
    record(check, evaluation, "closed", by, after={"summary": check.summary})
    return check


def check_run(check: PromiseCheck, by: By) -> None:
    """The owner moves, waives or closes one that is open."""
    require_owner(by, check.candidate.evaluation)
    require_open_check(check)


def check_judge(check: PromiseCheck, by: By) -> User:
    """The acting user, with a part and no interest in what was chosen."""
    user = require_part(by, check.candidate.evaluation)
    require_no_conflict(user, check.candidate)
    require_open_check(check)
    return user


def check_close(check: PromiseCheck, by: By) -> None:
    """The owner closes it once every promise is judged."""
    check_run(check, by)
    rows = promised_rows(check.candidate, [check])
    missing = [row.requirement.ref for row in rows if row.last is None]
    if missing:
        raise Refused(f"Not judged yet: {', '.join(missing)}.")


def require_open_check(check: PromiseCheck) -> None:
    """Refuse one that is closed, or of what was never decided."""
    if check.candidate.evaluation.status != Status.DECIDED or not check.is_open:
        raise Refused(CLOSED)


def open_check(check: PromiseCheck) -> tuple[PromiseCheck, Evaluation]:
    """The check as it is under its evaluation's lock."""
    evaluation = lock(check.candidate.evaluation)
    rows = PromiseCheck.objects.select_related("candidate__evaluation__owner")
    return rows.get(pk=check.pk), evaluation


def close(check: PromiseCheck, evaluation: Evaluation, **words: str) -> None:
    """Close it; nobody is reminded any more."""
    change(check, closed_at=timezone.now(), closed_by=evaluation.owner, **words)
    cancel_notices(kind=CHECK_NOTICE, subject_id=check.pk, because=CLOSED)


def record(
    check: PromiseCheck,
    evaluation: Evaluation,
    verb: str,
    by: By,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """One journal entry about a check."""
    journal.record(
        evaluation=evaluation,
        action=f"promise_check.{verb}",
        subject=check,
        by=by,
        before=before,
        after={"candidate": check.candidate, **(after or {})},
        reason=reason,
    )
