"""What still waits on people once an evaluation is decided."""

import datetime
from collections import Counter
from collections.abc import Iterator

from django.utils import timezone

from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.clock import today_in
from evaltracker.workflow import links
from evaltracker.workflow.inbox.items import Desk, WorkItem
from evaltracker.workflow.models import Letter
from evaltracker.workflow.selectors.contracts import due_terms
from evaltracker.workflow.selectors.promises import due_checks

# A check is work from two weeks before its day on.
AHEAD = datetime.timedelta(days=14)
# A letter that was not sent for so long is not meant to be.
FRESH = datetime.timedelta(days=30)


def checks(desk: Desk) -> Iterator[WorkItem]:
    """Promise checks that are due soon, or were."""
    until = (timezone.now() + AHEAD).date()
    for check in due_checks(desk.user, until):
        evaluation = check.candidate.evaluation
        if desk.only not in (None, evaluation):
            continue
        yield WorkItem(
            evaluation,
            f"Promise check: does it hold after {check.months} months?",
            "You run this evaluation. What was promised and what was to get better is "
            "looked at again; the memo does not change by it.",
            check.due_on,
            links.page(evaluation, "promise_checks", f"check-{check.pk}"),
            "promise_check",
            late=check.due_on < today_in(evaluation.zone),
        )


def letters(desk: Desk) -> Iterator[WorkItem]:
    """Letters of the decision that were drafted lately and not sent."""
    rows = Letter.objects.filter(
        candidate__evaluation__owner=desk.user,
        released_at__isnull=True,
        drafted_at__gte=timezone.now() - FRESH,
    ).values_list("candidate__evaluation", flat=True)
    numbers = Counter(rows)
    if desk.only is not None:
        numbers = Counter({desk.only.pk: numbers[desk.only.pk]})
    found = Evaluation.objects.in_bulk(
        [key for key, number in numbers.items() if number]
    )
    for key, evaluation in found.items():
        number = numbers[key]
        yield WorkItem(
            evaluation,
            f"Send {number} letter{'s' if number > 1 else ''} about the decision",
            "Vendors that answered wait to hear what was decided, and why.",
            None,
            links.page(evaluation, "letters"),
            "letters",
        )


def contracts(desk: Desk) -> Iterator[WorkItem]:
    """Contracts of which it is to be decided soon whether they go on."""
    for term in due_terms(desk.user):
        evaluation = term.evaluation
        if desk.only not in (None, evaluation):
            continue
        runs = evaluation.owner_id == desk.user.pk
        why = "You run this evaluation." if runs else "You look after the contract."
        yield WorkItem(
            evaluation,
            "Decide whether the contract goes on",
            f"{why} {'Notice can be given until' if term.notice_day else 'It ends'} "
            "then.",
            term.deadline,
            links.page(evaluation, "promise_checks", "contract"),
            "contract_term",
            late=(term.deadline or today_in(evaluation.zone))
            < today_in(evaluation.zone),
        )
