"""The mails that are owed before a contract's last day, written with its dates."""

import datetime
from collections.abc import Iterable

from evaltracker.errors import Invalid
from evaltracker.kit.clock import today_in
from evaltracker.notices.services.scheduling import cancel_notices, schedule_notice
from evaltracker.workflow.models import ContractTerm
from evaltracker.workflow.models.contracts import default_remind_days
from evaltracker.workflow.selectors.contracts import TERM_NOTICE
from evaltracker.workflow.selectors.promises import MORNING

EARLIEST, MOST = 730, 6


def read_days(days: Iterable[int]) -> list[int]:
    """Days before the last day, the earliest first."""
    wanted = sorted(set(days), reverse=True) or default_remind_days()
    sentence = ""
    if len(wanted) > MOST:
        sentence = f"At most {MOST} reminders; more are not read."
    elif wanted[0] > EARLIEST or wanted[-1] < 0:
        sentence = f"Count days before the date, from 0 to {EARLIEST}."
    if sentence:
        raise Invalid(sentence, errors={"remind_days": [sentence]})
    return wanted


def remind_anew(term: ContractTerm, *, moved: bool) -> None:
    """Call off what is owed and owe it for the dates that stand now."""
    if moved:
        term.outcome, term.outcome_note = "", ""
        term.settled_at = term.settled_by = None
    term.occurrence += 1
    term.save()
    cancel_notices(
        kind=TERM_NOTICE,
        subject_id=term.pk,
        because="The contract's dates or people were changed.",
    )
    owe_term_reminders(term)


def owe_term_reminders(term: ContractTerm) -> None:
    """Owe its keeper and the owner a mail for each day; days past collapse into one.

    Of a last day that is over nobody is reminded: the page and *My work* say so.
    """
    evaluation, today = term.evaluation, today_in(term.evaluation.zone)
    if term.is_settled or term.deadline is None or term.deadline < today:
        return
    days = sorted(term.remind_days)
    left = (term.deadline - today).days
    past = [day for day in days if day > left][:1]
    for person in {term.looks_after, evaluation.owner}:
        for offset in [*past, *(day for day in days if day <= left)]:
            schedule_notice(
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
