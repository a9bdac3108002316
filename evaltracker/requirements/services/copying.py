"""Taking over what another evaluation needs, all at once."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Model

from evaltracker.evaluations import journal
from evaltracker.evaluations.brief_answers import shown_answer
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import (
    BriefField,
    Category,
    Demand,
    Evaluation,
    Metric,
    Requirement,
    Scope,
    ScopeValue,
)
from evaltracker.evaluations.policy import lock, require_owner, require_stage
from evaltracker.kit.batches import BATCH
from evaltracker.requirements.services.imports import PLAIN_FIELDS

METRIC = ("name", "baseline", "target", "how_measured")
CATEGORY = ("name", "weight", "price_reason", "position")
QUESTION = (
    *("key", "label", "help", "kind", "choices", "needed", "answer"),
    *("does_not_matter", "position"),
)
REQUIREMENT = ("ref", "position", *PLAIN_FIELDS, "measure", "metric_excuse")


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
    questions = copy_questions(origin, evaluation)
    lists = copy_lists(origin, evaluation, {row.ref: row for row in rows})
    journal.record(
        evaluation=evaluation,
        action="requirements.copied",
        subject=evaluation,
        by=by,
        after={
            "metrics": [journal.snapshot(row, METRIC) for row in metrics.values()],
            "categories": {row.name: row.weight for row in categories.values()},
            "requirements": {row.ref: said_of(row) for row in rows},
            **({"lists": lists} if lists else {}),
            **({"questions": questions} if questions else {}),
        },
    )
    return len(rows)


def copy_lists(
    origin: Evaluation, evaluation: Evaluation, rows: dict[str, Requirement]
) -> dict[str, list[str]]:
    """Copy the lists of the brief and what must hold for them; values by list."""
    lists = {
        scope.pk: Scope(evaluation=evaluation, name=scope.name, position=scope.position)
        for scope in origin.scopes.all()
    }
    values = [
        ScopeValue(
            scope=lists[value.scope_id], name=value.name, position=value.position
        )
        for value in ScopeValue.objects.current().filter(scope__evaluation=origin)
    ]
    demands = Demand.objects.filter(
        scope__in=lists, requirement__ref__in=rows
    ).select_related("requirement")
    Scope.objects.bulk_create(lists.values())
    ScopeValue.objects.bulk_create(values)
    Demand.objects.bulk_create(
        Demand(requirement=rows[it.requirement.ref], scope=lists[it.scope_id])
        for it in demands
    )
    return {
        scope.name: [value.name for value in values if value.scope is scope]
        for scope in lists.values()
    }


def copy_questions(origin: Evaluation, evaluation: Evaluation) -> dict[str, str]:
    """Copy the brief's own questions with their answers; the answers by question."""
    rows = [
        BriefField(evaluation=evaluation, **values_of(field, QUESTION))
        for field in origin.brief_fields.all()
    ]
    BriefField.objects.bulk_create(rows)
    return {row.label: shown_answer(row) for row in rows}


def values_of(row: Model, fields: Iterable[str]) -> dict[str, Any]:
    """What a row has in those fields."""
    return {field: getattr(row, field) for field in fields}


def said_of(requirement: Requirement) -> dict[str, Any]:
    """What the journal keeps of a requirement that was copied."""
    return {
        **journal.snapshot(requirement, (*PLAIN_FIELDS, "measure", "metric_excuse")),
        "category": requirement.category.name,
        "metric": requirement.metric.name if requirement.metric else "",
    }
