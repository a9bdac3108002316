"""Entering the contract that a decision led to, and settling its last day."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import change, checked, lock, require_owner
from evaltracker.kit.days import months_after
from evaltracker.kit.text import read_reason
from evaltracker.notices.services.scheduling import cancel_notices
from evaltracker.workflow.choices import TermOutcome
from evaltracker.workflow.models import ContractTerm
from evaltracker.workflow.selectors.contracts import TERM_NOTICE, term_of
from evaltracker.workflow.services.contract_reminders import read_days, remind_anew
from trials.policy import require_insider

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

    Args:
        evaluation: a decided one.
        starts_on: its first day.
        looks_after: somebody with a part; they and the owner are reminded.
        remind_days: days before the last day to give notice, else before the end;
            none means a quarter, a month and a week.
        dates: `ends_on`, `notice_months`, `notice_on` and `renewal_months`.
        by: the owner.

    Raises:
        Forbidden: not the owner. Refused: not decided.
        Invalid: dates that contradict each other, or somebody without a part.

    """
    evaluation = lock(evaluation)
    check_set_term(evaluation, by)
    require_insider(looks_after, evaluation, "looks_after")
    term = term_of(evaluation)
    is_new = term is None
    if term is None:
        term = ContractTerm(
            evaluation=evaluation, starts_on=starts_on, looks_after=looks_after
        )
    old = (term.deadline, term.looks_after_id, list(term.remind_days))
    values = {
        **dict.fromkeys(DATES, None),
        **dates,
        "starts_on": starts_on,
        "looks_after": looks_after,
        "remind_days": read_days(remind_days),
    }
    require_sense(ContractTerm(evaluation=evaluation, **values))
    before, after = write(term, values, is_new=is_new)
    if not after:
        return term
    if is_new or old != (term.deadline, looks_after.pk, term.remind_days):
        remind_anew(term, moved=old[0] != term.deadline)
    record(term, "entered" if is_new else "changed", by, before, after)
    return term


def write(
    term: ContractTerm, values: dict[str, Any], *, is_new: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Save it; returns what changed, of a new one all that is not blank."""
    if not is_new:
        return change(term, **values)
    for name, value in values.items():
        setattr(term, name, value)
    checked(term)
    term.save(force_insert=True)
    return {}, {name: value for name, value in values.items() if value is not None}


def require_sense(term: ContractTerm) -> None:
    """Refuse dates that contradict each other, each beside its field."""
    start, end, notice = term.starts_on, term.ends_on, term.notice_on
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
        field = "notice_on" if notice else "notice_months"
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
        Forbidden: neither the owner nor who looks after it.
        Refused: it is settled, or has no date. Invalid: no outcome, or no note.

    """
    evaluation = lock(term.evaluation)
    term = ContractTerm.objects.select_related("looks_after").get(pk=term.pk)
    term.evaluation = evaluation
    check_settle_term(term, by)
    if outcome not in TermOutcome.values:
        sentence = "Choose what happens to the contract."
        raise Invalid(sentence, errors={"outcome": [sentence]})
    note = read_reason(note, "Write how it was decided; the journal keeps it.")
    if outcome == TermOutcome.GOES_ON and term.renewed_until is not None:
        return renew(term, note, by)
    before, after = change(
        term,
        outcome=outcome,
        outcome_note=note,
        settled_at=timezone.now(),
        settled_by=actor_of(by).user,
    )
    cancel_notices(kind=TERM_NOTICE, subject_id=term.pk, because=SETTLED)
    record(term, "settled", by, before, after)
    return term


def renew(term: ContractTerm, note: str, by: By) -> ContractTerm:
    """Let it renew as agreed; its next last day is reminded of in its turn."""
    months = term.renewal_months or 0
    notice = term.notice_on and months_after(term.notice_on, months)
    before, after = change(term, ends_on=term.renewed_until, notice_on=notice)
    remind_anew(term, moved=True)
    record(term, "renewed", by, before, after, note)
    return term


def check_set_term(evaluation: Evaluation, by: By) -> None:
    """The owner enters it once it is decided."""
    require_owner(by, evaluation)
    if evaluation.status != Status.DECIDED:
        raise Refused("The contract is entered once the evaluation is decided.")


def check_settle_term(term: ContractTerm, by: By) -> None:
    """The owner or whoever looks after it, once for each last day."""
    user = actor_of(by).user
    keepers = (term.evaluation.owner_id, term.looks_after_id)
    if user is None or not user.is_active or user.pk not in keepers:
        raise Forbidden("Only the owner and the person who looks after it may do this.")
    if term.deadline is None:
        raise Refused("The contract has no date by which to decide.")
    if term.is_settled:
        raise Refused(SETTLED)


def record(
    term: ContractTerm,
    verb: str,
    by: By,
    before: dict[str, Any],
    after: dict[str, Any],
    reason: str = "",
) -> None:
    """One journal entry about the contract."""
    journal.record(
        evaluation=term.evaluation,
        action=f"contract_term.{verb}",
        subject=term,
        by=by,
        before=before,
        after=after,
        reason=reason,
    )
