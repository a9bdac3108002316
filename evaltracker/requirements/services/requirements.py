"""Adding, changing, weighing and retiring metrics, categories and requirements."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Priority, Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Category, Evaluation, Metric, Requirement
from evaltracker.evaluations.policy import (
    change,
    check_belongs,
    check_owned,
    checked,
    is_published,
    lock,
    require_open,
    require_owner,
)
from evaltracker.kit.text import Inputs, read_reason
from evaltracker.measures import kept_measure
from evaltracker.requirements.publishing import tell_followers
from evaltracker.requirements.services.demands import demand

# A change of these words is another requirement: what rests on it is re-confirmed.
WORDS = frozenset({"text", "priority", "vendor_help", "measure"})
EDITABLE = WORDS | {
    *("category", "position", "weight", "scorer_help", "metric", "metric_excuse")
}
WRITABLE_STAGES = (Stage.REQUIREMENTS, Stage.RESEARCH)


def check_add_requirement(evaluation: Evaluation, by: By) -> None:
    """The owner adds, also categories, until demos begin to judge what was asked."""
    check_owned(evaluation, by, *WRITABLE_STAGES)


def check_change_requirement(evaluation: Evaluation, by: By) -> None:
    """The owner, as long as it is open; words and weights close earlier."""
    check_owned(evaluation, by)


def check_weigh_requirement(evaluation: Evaluation, by: By) -> None:
    """Only before research: nobody tunes a weight to a vendor."""
    check_owned(evaluation, by, Stage.REQUIREMENTS)


def check_retire_requirement(requirement: Requirement, by: By) -> None:
    """The same for retiring one that is asked."""
    check_add_requirement(requirement.evaluation, by)
    if requirement.retired_at:
        raise Refused(f"Requirement {requirement.ref} is retired already.")


@transaction.atomic
def add_metric(
    *,
    evaluation: Evaluation,
    name: str,
    by: By,
    baseline: str = "",
    target: str = "",
    how_measured: str = "",
) -> Metric:
    """Add a business metric that the purchase has to move."""
    require_owner(by, evaluation)
    require_open(evaluation)
    metric = Metric(
        evaluation=evaluation,
        name=name,
        baseline=baseline,
        target=target,
        how_measured=how_measured,
    )
    checked(metric)
    metric.save()
    journal.record(
        evaluation=evaluation,
        action="metric.added",
        subject=metric,
        by=by,
        after=journal.snapshot(metric, ("name", "baseline", "target", "how_measured")),
    )
    return metric


@transaction.atomic
def change_metric(*, metric: Metric, by: By, **values: str) -> Metric:
    """Change a metric's words."""
    require_owner(by, metric.evaluation)
    require_open(metric.evaluation)
    unknown = values.keys() - {"name", "baseline", "target", "how_measured"}
    if unknown:
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}.")
    before, after = change(metric, **values)
    if after:
        journal.record(
            evaluation=metric.evaluation,
            action="metric.changed",
            subject=metric,
            by=by,
            before=before,
            after=after,
        )
    return metric


@transaction.atomic
def add_requirement(
    *,
    evaluation: Evaluation,
    category: Category,
    ref: str,
    text: str,
    by: By,
    priority: str = Priority.SHOULD,
    weight: int = 5,
    **more: Any,
) -> Requirement:
    """Add a requirement at the end of its category.

    Raises:
        Forbidden: not the owner. Refused: too late in the process.
        Invalid: by field, e.g. a `ref` that is there or that no address can hold.

    """
    evaluation = lock(evaluation)
    check_add_requirement(evaluation, by)
    inputs = Inputs()
    ref = inputs.ref("ref", ref)
    inputs.check()
    scopes = more.pop("must_hold_for", ())
    more["measure"] = kept_measure(more.get("measure"))
    requirement = Requirement(
        evaluation=evaluation,
        category=category,
        ref=ref,
        text=text,
        priority=priority,
        weight=weight,
        position=more.pop("position", None) or evaluation.requirements.count() + 1,
        **more,
    )
    check_belongs(requirement)
    checked(requirement)
    requirement.save()
    journal.record(
        evaluation=evaluation,
        action="requirement.added",
        subject=requirement,
        by=by,
        after=journal.snapshot(requirement, ("ref", *sorted(EDITABLE))),
    )
    demand(requirement=requirement, scopes=scopes, by=by)
    tell_followers(evaluation, added=[requirement])
    return requirement


@transaction.atomic
def change_requirement(
    *, requirement: Requirement, by: By, **values: Any
) -> Requirement:
    """Change a requirement; new words make a new revision.

    Claims and evidence on an older revision become *to re-confirm*. The weight can
    change only before research: nobody tunes it to a vendor.
    """
    evaluation = lock(requirement.evaluation)
    requirement = Requirement.objects.select_for_update(of=("self",), no_key=True).get(
        pk=requirement.pk
    )
    check_change_requirement(evaluation, by)
    scopes = values.pop("must_hold_for", None)
    unknown = values.keys() - EDITABLE
    if unknown:
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}.")
    if "measure" in values:
        values["measure"] = kept_measure(values["measure"])
    if "weight" in values and values["weight"] != requirement.weight:
        check_weigh_requirement(evaluation, by)
    words = WORDS & values.keys()
    if any(getattr(requirement, word) != values[word] for word in words):
        check_add_requirement(evaluation, by)
        if is_published(evaluation):
            values["revision"] = requirement.revision + 1
    before, after = change(requirement, **values)
    check_belongs(requirement)
    if after:
        journal.record(
            evaluation=evaluation,
            action="requirement.changed",
            subject=requirement,
            by=by,
            before=before,
            after=after,
        )
    if scopes is not None:
        demand(requirement=requirement, scopes=scopes, by=by)
    if "revision" in after:
        tell_followers(evaluation, changed=[requirement])
    return requirement


@transaction.atomic
def retire_requirement(*, requirement: Requirement, reason: str, by: By) -> Requirement:
    """Take a requirement out of the evaluation; its history stays."""
    check_retire_requirement(requirement, by)
    reason = read_reason(reason, "Give a reason for retiring it.")
    before, after = change(requirement, retired_at=timezone.now())
    journal.record(
        evaluation=requirement.evaluation,
        action="requirement.retired",
        subject=requirement,
        by=by,
        before=before,
        after=after,
        reason=reason,
    )
    return requirement
