"""The contract that a decision led to, and its reminders."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.decision.models import (
    ContractTerm,
    TermOutcome,
    default_remind_days,
)
from evaltracker.decision.selectors.contract_terms import TERM_NOTICE, term_of
from evaltracker.decision.services.promise_checks import follow_annex
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal, policy
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.notices.services import scheduling
from evaltracker.toolbox.days import MORNING, today_in
from evaltracker.toolbox.text import read_reason
from evaltracker.toolbox.working_days import months_after
from trials.policy import read_reminder_days, require_insider

EARLIEST = 730


def remind_anew(term: ContractTerm, *, moved: bool) -> None:
    if moved:
        term.outcome = ""
        term.outcome_note = ""
        term.settled_at = term.settled_by = None
    term.occurrence += 1
    term.save()
    scheduling.cancel_notices(
        kind=TERM_NOTICE,
        subject_id=term.pk,
        because="The contract's dates or people were changed.",
    )
    schedule_term_reminders(term)
    follow_annex(evaluation=term.evaluation)


def schedule_term_reminders(term: ContractTerm) -> None:
    """Schedule a mail to its keeper and the owner for each day; days past collapse into
    one. Of a last day that is over nobody is reminded: the page and *My work* say
    so."""
    evaluation = term.evaluation
    today = today_in(term.evaluation.zone)
    if term.is_settled or term.deadline is None or term.deadline < today:
        return
    days = sorted(term.remind_days)
    left = (term.deadline - today).days
    past = [day for day in days if day > left][:1]
    for person in {term.looks_after, evaluation.owner}:
        for offset in [*past, *(day for day in days if day <= left)]:
            scheduling.schedule_notice(
                kind=TERM_NOTICE,
                evaluation=evaluation,
                subject_id=term.pk,
                occurrence=term.occurrence,
                offset_days=offset,
                recipient=person,
                day=term.deadline - datetime.timedelta(days=offset),
                time=MORNING,
                zone=evaluation.zone,
            )


SETTLED = "It was decided what happens to the contract."
DATES = ("starts_on", "ends_on", "notice_months", "notice_on", "renewal_months")


@transaction.atomic
def set_contract_term(
    *,
    evaluation: Evaluation,
    starts_on: datetime.date,
    looks_after: User,
    by: By,
    remind_days: Iterable[int] = (),
    **dates: Any,
) -> ContractTerm:
    """Enter or change how long the contract runs; reminders follow its dates.

    The owner and `looks_after`, somebody with a part, are reminded `remind_days` before
    the last day to give notice, else before the end; none means a quarter, a month and
    a week. `dates` are `ends_on`, `notice_months`, `notice_on` and `renewal_months`.

    Raises:
        Forbidden: not the owner. Refused: not decided. Invalid: dates that contradict
        each other, or somebody without a part.
    """
    evaluation = policy.lock(evaluation)
    check_set_term(evaluation, by)
    require_insider(looks_after, evaluation, "looks_after")
    term = term_of(evaluation)
    is_new = term is None
    if term is None:
        term = ContractTerm(
            evaluation=evaluation, starts_on=starts_on, looks_after=looks_after
        )
    old = (term.deadline, term.looks_after_id, list(term.remind_days))
    wanted = read_reminder_days(remind_days, earliest=EARLIEST, field="remind_days")
    wanted = wanted or default_remind_days()
    values = {
        **dict.fromkeys(DATES, None),
        **dates,
        "starts_on": starts_on,
        "looks_after": looks_after,
        "remind_days": wanted,
    }
    require_consistent_dates(ContractTerm(evaluation=evaluation, **values))
    if is_new:
        for name, value in values.items():
            setattr(term, name, value)
        policy.checked(term)
        term.save(force_insert=True)
        before: dict[str, Any] = {}
        after = {name: value for name, value in values.items() if value is not None}
    else:
        before, after = policy.change(term, **values)
    if not after:
        return term
    if is_new or old != (term.deadline, looks_after.pk, term.remind_days):
        remind_anew(term, moved=old[0] != term.deadline)
    record_in_journal(term, "entered" if is_new else "changed", by, before, after)
    return term


def require_consistent_dates(term: ContractTerm) -> None:
    start = term.starts_on
    end = term.ends_on
    notice = term.notice_on
    wrong = {
        "ends_on": "The end is before the start."
        if end is not None and end < start
        else "",
        "notice_on": "Notice has to be given before the contract ends."
        if end is not None and notice is not None and notice > end
        else "",
        "renewal_months": "An open-ended contract does not renew; enter its end."
        if end is None and term.renewal_months is not None
        else "",
    }
    if not any(wrong.values()) and term.notice_day and term.notice_day < start:
        if notice:
            field = "notice_on"
        else:
            field = "notice_months"
        wrong[field] = "The last day to give notice is before the start."
    errors = {field: [sentence] for field, sentence in wrong.items() if sentence}
    if errors:
        raise Invalid(next(iter(errors.values()))[0], errors=errors)


@transaction.atomic
def settle_contract_term(
    *, term: ContractTerm, outcome: str, note: str, by: By
) -> ContractTerm:
    """Say what happens on its last day; nobody is reminded of that day any more.

    What renews automatically and goes on runs to its next end at once.

    Raises:
        Forbidden: neither the owner nor who looks after it. Refused: it is settled, or
        has no date. Invalid: no outcome, or no note.
    """
    evaluation = policy.lock(term.evaluation)
    term = ContractTerm.objects.select_related("looks_after").get(pk=term.pk)
    term.evaluation = evaluation
    check_settle_term(term, by)
    if outcome not in TermOutcome.values:
        raise Invalid("Choose what happens to the contract.", field="outcome")
    note = read_reason(note, "Write how it was decided; the journal keeps it.")
    if outcome == TermOutcome.GOES_ON and term.renewed_until is not None:
        return renew(term, note, by)
    before, after = policy.change(
        term,
        outcome=outcome,
        outcome_note=note,
        settled_at=timezone.now(),
        settled_by=actor_of(by).user,
    )
    scheduling.cancel_notices(kind=TERM_NOTICE, subject_id=term.pk, because=SETTLED)
    record_in_journal(term, "settled", by, before, after)
    return term


def renew(term: ContractTerm, note: str, by: By) -> ContractTerm:
    months = term.renewal_months or 0
    notice = term.notice_on and months_after(term.notice_on, months)
    before, after = policy.change(term, ends_on=term.renewed_until, notice_on=notice)
    remind_anew(term, moved=True)
    record_in_journal(term, "renewed", by, before, after, note)
    return term


def check_set_term(evaluation: Evaluation, by: By) -> None:
    policy.require_owner(by, evaluation)
    if evaluation.status != Status.DECIDED:
        raise Refused("The contract is entered once the evaluation is decided.")


def check_settle_term(term: ContractTerm, by: By) -> None:
    user = actor_of(by).user
    keepers = (term.evaluation.owner_id, term.looks_after_id)
    if user is None or not user.is_active or user.pk not in keepers:
        raise Forbidden("Only the owner and the person who looks after it may do this.")
    if term.deadline is None:
        raise Refused("The contract has no date by which to decide.")
    if term.is_settled:
        raise Refused(SETTLED)


def record_in_journal(
    term: ContractTerm,
    verb: str,
    by: By,
    before: dict[str, Any],
    after: dict[str, Any],
    reason: str = "",
) -> None:
    journal.record(
        evaluation=term.evaluation,
        action=f"contract_term.{verb}",
        subject=term,
        by=by,
        before=before,
        after=after,
        reason=reason,
    )


# Keeping the draws of what moved, so that no page waits for them.
#
# A chore counts for every evaluation that is of another version than its draws. Those
# are kept by the digest of their inputs: an entry that moved none of them costs no new
# draws.
