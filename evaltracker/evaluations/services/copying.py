"""Taking over what another evaluation needs, all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Category, Metric, Requirement
from evaltracker.evaluations.policy import lock, require_owner, require_stage
from evaltracker.evaluations.services.imports import BATCH, PLAIN_FIELDS

if TYPE_CHECKING:
    from evaltracker.evaluations.journal import By
    from evaltracker.evaluations.models import Evaluation

METRIC = ("name", "baseline", "target", "how_measured")
CATEGORY = ("name", "weight", "position")
REQUIREMENT = ("ref", "position", *PLAIN_FIELDS, "metric_excuse")


@transaction.atomic
def copy_needs(*, origin: Evaluation, evaluation: Evaluation, by: By) -> int:
    """Copy metrics, categories and requirements into one that has none, as one entry.

    Retired requirements stay behind. Rows of `origin` were checked when they were
    written, so a thousand of them take a few statements and one line of the journal.
    Whether `by` may see `origin`, the caller asks.

    Returns:
        How many requirements came along.

    Raises:
        Forbidden: not the owner. Refused: past the requirements stage.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    require_stage(evaluation, Stage.REQUIREMENTS)
    metrics = {
        one.pk: Metric(
            evaluation=evaluation, **{name: getattr(one, name) for name in METRIC}
        )
        for one in origin.metrics.all()
    }
    categories = {
        one.pk: Category(
            evaluation=evaluation, **{name: getattr(one, name) for name in CATEGORY}
        )
        for one in origin.categories.all()
    }
    rows = [
        Requirement(
            evaluation=evaluation,
            category=categories[one.category_id],
            metric=metrics[one.metric_id] if one.metric_id else None,
            **{name: getattr(one, name) for name in REQUIREMENT},
        )
        for one in origin.requirements.filter(retired_at__isnull=True)
    ]
    Metric.objects.bulk_create(metrics.values(), batch_size=BATCH)
    Category.objects.bulk_create(categories.values(), batch_size=BATCH)
    Requirement.objects.bulk_create(rows, batch_size=BATCH)
    journal.record(
        evaluation=evaluation,
        action="requirements.copied",
        subject=evaluation,
        by=by,
        after={
            "metrics": [journal.snapshot(one, METRIC) for one in metrics.values()],
            "categories": {one.name: one.weight for one in categories.values()},
            "requirements": {
                one.ref: {
                    **journal.snapshot(one, (*PLAIN_FIELDS, "metric_excuse")),
                    "category": one.category.name,
                    "metric": one.metric.name if one.metric else "",
                }
                for one in rows
            },
        },
    )
    return len(rows)
