"""Taking over what another evaluation needs, all at once."""

from django.db import transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Category, Evaluation, Metric, Requirement
from evaltracker.evaluations.policy import lock, require_owner, require_stage
from evaltracker.requirements.services.imports import BATCH, PLAIN_FIELDS

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
        metric.pk: Metric(
            evaluation=evaluation, **{name: getattr(metric, name) for name in METRIC}
        )
        for metric in origin.metrics.all()
    }
    categories = {
        category.pk: Category(
            evaluation=evaluation,
            **{name: getattr(category, name) for name in CATEGORY},
        )
        for category in origin.categories.all()
    }
    rows = [
        Requirement(
            evaluation=evaluation,
            category=categories[requirement.category_id],
            metric=metrics[requirement.metric_id] if requirement.metric_id else None,
            **{name: getattr(requirement, name) for name in REQUIREMENT},
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
            "requirements": {
                row.ref: {
                    **journal.snapshot(row, (*PLAIN_FIELDS, "metric_excuse")),
                    "category": row.category.name,
                    "metric": row.metric.name if row.metric else "",
                }
                for row in rows
            },
        },
    )
    return len(rows)
