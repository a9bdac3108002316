"""What the metrics of the brief have come to, months after the decision."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import checked
from evaltracker.workflow.models import MetricValue, PromiseCheck
from evaltracker.workflow.services.promise_checks import (
    open_check,
    record,
    require_open_check,
)
from stakeholders.policy import require_part


def check_measure(check: PromiseCheck, by: By) -> User:
    """The owner or a stakeholder, while the check is open."""
    user = require_part(by, check.candidate.evaluation)
    require_open_check(check)
    return user


@transaction.atomic
def record_metric_values(
    *, check: PromiseCheck, values: Mapping[UUID, tuple[str, str]], by: By
) -> PromiseCheck:
    """Enter what metrics are on the day of a check, each with a note if need be.

    Args:
        check: an open one.
        values: value and note by the metric's id; what is left out stays missing.
        by: the owner or a stakeholder.

    Raises:
        Forbidden: no part. Refused: closed.
        Invalid: no metric of this brief, or a blank value.

    """
    check, evaluation = open_check(check)
    user = check_measure(check, by)
    metrics = evaluation.metrics.in_bulk()
    given = {row.metric_id: row for row in check.metric_values.all()}
    before, after = {}, {}
    for key, (value, note) in values.items():
        if key not in metrics:
            raise Invalid("That is no metric of this brief.")
        said = (value.strip(), note.strip())
        old = given.get(key)
        if old is not None and (old.value, old.note) == said:
            continue
        name = metrics[key].name
        if old is not None:
            before[name] = old.value
        row = old or MetricValue(promise_check=check, metric=metrics[key])
        enter(row, said, user)
        after[name] = row.value
    if after:
        record(check, evaluation, "measured", by, before, after)
    return check


def enter(row: MetricValue, said: tuple[str, str], user: User) -> None:
    """Write a value, or write it anew."""
    row.value, row.note = said
    if not row.value:
        sentence = f"Enter the value of “{row.metric.name}”."
        raise Invalid(sentence, errors={f"value-{row.metric_id}": [sentence]})
    row.recorded_by, row.recorded_at = user, timezone.now()
    checked(row)
    row.save()
