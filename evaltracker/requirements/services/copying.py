"""Taking over what another evaluation needs, all at once."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Model

from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Category, Evaluation, Metric, Requirement
from evaltracker.evaluations.policy import lock, require_owner, require_stage
from evaltracker.requirements.services.imports import BATCH, PLAIN_FIELDS

METRIC = ("name", "baseline", "target", "how_measured")
CATEGORY = ("name", "weight", "price_reason", "position")
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
        metric.pk: Metric(evaluation=evaluation, **values_of(metric, METRIC))
        for metric in origin.metrics.all()
    }
    categories = {
        category.pk: Category(evaluation=evaluation, **values_of(category, CATEGORY))
        for category in origin.categories.all()
    }
    rows = [
        Requirement(
            evaluation=evaluation,
            category=categories[requirement.category_id],
            metric=metrics[requirement.metric_id] if requirement.metric_id else None,
            **values_of(requirement, REQUIREMENT),
        )
        for requirement in origin.requirements.filter(retired_at__isnull=True)
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
            "metrics": [
                journal.snapshot(metric, METRIC) for metric in metrics.values()
            ],
            "categories": {
                category.name: category.weight for category in categories.values()
            },
            "requirements": {row.ref: said_of(row) for row in rows},
        },
    )
    return len(rows)


def values_of(row: Model, fields: Iterable[str]) -> dict[str, Any]:
    """What a row has in those fields."""
    return {field: getattr(row, field) for field in fields}


def said_of(requirement: Requirement) -> dict[str, Any]:
    """What the journal keeps of a requirement that was copied."""
    return {
        **journal.snapshot(requirement, (*PLAIN_FIELDS, "metric_excuse")),
        "category": requirement.category.name,
        "metric": requirement.metric.name if requirement.metric else "",
    }
