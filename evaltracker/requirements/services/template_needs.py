"""Bringing what a template asks into an evaluation, beside what is there."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.requirements.imports import ImportPlan, RequirementLine
from evaltracker.requirements.services.brief_fields import add_brief_field
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.demands import demand
from evaltracker.requirements.services.imports import import_requirements
from evaltracker.requirements.services.scopes import add_list
from evaltracker.requirements.starting import StartingPoint


def bring_needs(evaluation: Evaluation, point: StartingPoint, by: User) -> None:
    """Categories, requirements, lists and questions that are not there yet."""
    there = set(evaluation.categories.values_list("name", flat=True))
    for category in point.content["categories"]:
        if category["name"] not in there:
            add_category(
                evaluation=evaluation,
                name=category["name"],
                weight=category["weight"],
                price_reason=f"The template “{point.title}” scores it.",
                by=by,
            )
    known = set(evaluation.requirements.values_list("ref", flat=True))
    rows = [row for row in point.content["requirements"] if row["ref"] not in known]
    plan = ImportPlan(
        filename=f"Template “{point.title}”",
        sha256=digest_of(point),
        new=tuple(
            RequirementLine(
                row["ref"],
                {k: v for k, v in row.items() if k not in ("ref", "must_hold_for")},
                "",
                place,
            )
            for place, row in enumerate(rows, 1)
        ),
    )
    if rows:
        import_requirements(evaluation=evaluation, plan=plan, by=by)
    write_lists(evaluation, point.content, rows, by)


def write_lists(
    evaluation: Evaluation,
    content: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    by: User,
) -> None:
    """The template's lists and questions, and what of `rows` must hold for a list."""
    lists = {scope.name: scope for scope in evaluation.scopes.all()}
    for told in content.get("lists", ()):
        if told["name"] not in lists:
            lists[told["name"]] = add_list(evaluation=evaluation, by=by, **told)
    held = {row["ref"]: row.get("must_hold_for", ()) for row in rows}
    for requirement in evaluation.requirements.filter(ref__in=held):
        scopes = [lists[name] for name in held[requirement.ref]]
        demand(requirement=requirement, scopes=scopes, by=by)
    asked = {field.label.casefold() for field in evaluation.brief_fields.all()}
    for told in content.get("questions", ()):
        if told["label"].casefold() not in asked:
            add_brief_field(evaluation=evaluation, by=by, **told)


def digest_of(point: StartingPoint) -> str:
    """What tells one state of a template from another."""
    text = json.dumps(point.content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
