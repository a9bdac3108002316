"""Lina runs the purchase; Otto operates the server; nobody knows Noor."""

import datetime
from typing import Any

from django.contrib.auth.models import Permission

from evaltracker.evaluations.models import Category, Evaluation, Requirement, User
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.evaluations import create_evaluation
from evaltracker.requirements.services.requirements import add_metric, add_requirement
from tests.fixture_cache import built_once

PASSWORD = "correct horse battery staple"
BRIEF: dict[str, Any] = {
    "problem": "Models reach production in weeks, not in months.",
    "must_run_by": datetime.date(2027, 6, 1),
    "budget": 250_000,
    "support_wanted": "business_hours",
    "engineers": 12,
}


@built_once
def person(username: str, **fields: Any) -> User:
    """A member of staff who can sign in with PASSWORD; made once per name."""
    found: User | None = User.objects.filter(username=username).first()
    if found is not None:
        return found
    made: User = User.objects.create_user(
        username=username,
        password=PASSWORD,
        email=f"{username}@example.com",
        first_name=username.capitalize(),
        is_staff=True,
        **fields,
    )
    return made


@built_once
def lina() -> User:
    """The procurement lead, who may start evaluations."""
    user = person("lina", last_name="Lead")
    user.user_permissions.add(Permission.objects.get(codename="add_evaluation"))
    fresh: User = User.objects.get(pk=user.pk)
    return fresh


@built_once
def otto() -> User:
    """The operator: a superuser without a part in anything."""
    return person("otto", is_superuser=True)


@built_once
def noor() -> User:
    """A member of staff without a part in anything."""
    return person("noor")


@built_once
def evaluation(
    *, title: str = "Choose an ML platform", owner: User | None = None, **brief: Any
) -> Evaluation:
    """An evaluation in the requirements stage with a complete brief."""
    return create_evaluation(
        title=title, buyer="Example Foods", by=owner or lina(), **{**BRIEF, **brief}
    )


@built_once
def category(
    where: Evaluation, name: str = "Training", weight: int | None = 5
) -> Category:
    """A weighted category."""
    return add_category(evaluation=where, name=name, weight=weight, by=where.owner)


@built_once
def requirement(
    where: Evaluation, ref: str = "R1", priority: str = "must", **fields: Any
) -> Requirement:
    """A requirement; a must-have comes with a metric."""
    group = fields.pop("category", None) or where.categories.first() or category(where)
    if priority == "must" and "metric" not in fields:
        fields["metric"] = where.metrics.first() or add_metric(
            evaluation=where, name="Lead time", target="2 weeks", by=where.owner
        )
    return add_requirement(
        evaluation=where,
        category=group,
        ref=ref,
        text=fields.pop("text", f"What {ref} asks for"),
        priority=priority,
        by=where.owner,
        **fields,
    )
