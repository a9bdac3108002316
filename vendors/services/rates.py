"""What foreign prices are counted with: one dated rate per currency."""

import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import (
    change,
    checked,
    lock,
    require_open,
    require_owner,
)
from evaltracker.kit.clock import today_in
from evaltracker.kit.text import Inputs
from vendors.costs import CODES
from vendors.models import ExchangeRate

FIELDS = ("currency", "base", "rate", "rated_on", "source")


@transaction.atomic
def set_rate(
    *,
    evaluation: Evaluation,
    currency: str,
    rate: Decimal,
    rated_on: datetime.date,
    source: str,
    by: By,
) -> ExchangeRate:
    """Write what one unit of a currency is in the evaluation's own; it is replaced.

    Every line in that currency without a rate of its own is counted with it from now
    on; what was frozen with a decision keeps the rate of then.

    Raises:
        Forbidden: not the owner. Refused: it has ended. Invalid: by field.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    require_open(evaluation)
    inputs = Inputs()
    values: dict[str, Any] = {
        "base": evaluation.currency,
        "rate": rate,
        "rated_on": rated_on,
        "source": inputs.line("source", source, limit=200),
    }
    if currency not in CODES:
        inputs.refuse("currency", "Write the currency as its code, such as EUR.")
    elif currency == evaluation.currency:
        inputs.refuse("currency", f"{currency} is what everything is counted in.")
    if rated_on > today_in(evaluation.zone):
        inputs.refuse("rated_on", "A rate cannot be of a day to come.")
    inputs.check()
    row = ExchangeRate.objects.filter(evaluation=evaluation, currency=currency).first()
    if row is None:
        row = ExchangeRate(evaluation=evaluation, currency=currency, **values)
        checked(row)
        row.save()
        before: dict[str, Any] = {}
        after = journal.snapshot(row, FIELDS)
    else:
        before, after = change(row, **values)
    if after:
        journal.record(
            evaluation=evaluation,
            action="rate.set",
            subject=row,
            by=by,
            before=before,
            after={"currency": currency, **after},
        )
    return row


@transaction.atomic
def remove_rate(*, rate: ExchangeRate, by: By) -> None:
    """Take a rate out; prices in its currency without their own count as unsaid."""
    evaluation = lock(rate.evaluation)
    require_owner(by, evaluation)
    require_open(evaluation)
    journal.record(
        evaluation=evaluation,
        action="rate.removed",
        subject=rate,
        by=by,
        before=journal.snapshot(rate, FIELDS),
    )
    rate.delete()
