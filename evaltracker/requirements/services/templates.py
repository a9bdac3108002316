"""Starting an evaluation from a template, and saving one's own as one.

A template holds what is asked and who must agree, never who offers or what they said.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from evaltracker.errors import Forbidden, NotFound
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Evaluation, EvaluationTemplate, User
from evaltracker.evaluations.policy import lock, may_start_evaluations, require_owner
from evaltracker.kit.registry import Registry
from evaltracker.kit.text import Inputs
from evaltracker.requirements.imports import ImportPlan, RequirementLine
from evaltracker.requirements.services.brief_fields import (
    add_brief_field,
    definitions,
)
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.demands import demand
from evaltracker.requirements.services.evaluations import QUESTIONS, change_brief
from evaltracker.requirements.services.imports import PLAIN_FIELDS, import_requirements
from evaltracker.requirements.services.scopes import add_list, current_values
from evaltracker.requirements.starting import StartingPoint, shipped


@dataclass(frozen=True, slots=True)
class TemplatePart:
    """What a higher floor keeps in a template, and how it puts it into an evaluation.

    `save` returns JSON; `load` gets it back, in the transaction of the start.
    """

    save: Callable[[Evaluation], Any]
    load: Callable[[Evaluation, Any, User], None]


TEMPLATE_PARTS: Registry[str, TemplatePart] = Registry("part of a template")


def starting_points(*, by: User) -> list[StartingPoint]:
    """What `by` can start from: the product's templates, then the saved ones."""
    if not may_start_evaluations(by):
        return []
    saved = EvaluationTemplate.objects.visible_to(by)
    return [
        *shipped(),
        *(
            StartingPoint(str(row.pk), row.title, row.description, row.content)
            for row in saved
        ),
    ]


@transaction.atomic
def fill_from(*, evaluation: Evaluation, key: str, by: User) -> None:
    """Put everything of a template into an evaluation that has just begun.

    Its requirements come in as an import, so that they can be undone as one.

    Raises:
        Forbidden: not the owner. NotFound: no such template for `by`.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    point = next((it for it in starting_points(by=by) if it.key == key), None)
    if point is None:
        raise NotFound("There is no such template.")
    for category in point.content["categories"]:
        add_category(
            evaluation=evaluation,
            name=category["name"],
            weight=category["weight"],
            price_reason=f"The template “{point.title}” scores it.",
            by=by,
        )
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
            for place, row in enumerate(point.content["requirements"], 1)
        ),
    )
    import_requirements(evaluation=evaluation, plan=plan, by=by)
    write_lists(evaluation, point.content, by)
    for name, part in TEMPLATE_PARTS.items():
        if name in point.content:
            part.load(evaluation, point.content[name], by)


def write_lists(evaluation: Evaluation, content: Mapping[str, Any], by: User) -> None:
    """The template's lists, what must hold for them, and what the brief asks."""
    lists = {
        told["name"]: add_list(evaluation=evaluation, by=by, **told)
        for told in content.get("lists", ())
    }
    held = {row["ref"]: row.get("must_hold_for", ()) for row in content["requirements"]}
    for requirement in evaluation.requirements.filter(ref__in=held):
        scopes = [lists[name] for name in held[requirement.ref]]
        demand(requirement=requirement, scopes=scopes, by=by)
    asked = content.get("brief", QUESTIONS)
    for told in content.get("questions", ()):
        add_brief_field(evaluation=evaluation, by=by, **told)
    unasked = [field for field in QUESTIONS if field not in asked]
    change_brief(evaluation=evaluation, does_not_matter=unasked, by=by)


def content_of(evaluation: Evaluation) -> dict[str, Any]:
    """What a template keeps: categories, requirements, and who must agree."""
    rows = evaluation.requirements.filter(retired_at__isnull=True)
    unasked = evaluation.does_not_matter
    return {
        "brief": [field for field in QUESTIONS if field not in unasked],
        "questions": definitions(evaluation),
        "lists": [
            {"name": scope.name, "values": current_values(scope)}
            for scope in evaluation.scopes.all()
        ],
        "categories": [
            {"name": category.name, "weight": category.weight}
            for category in evaluation.categories.all()
        ],
        "requirements": [
            {
                "ref": row.ref,
                "category": row.category.name,
                "must_hold_for": [it.scope.name for it in row.demands.all()],
                **{name: getattr(row, name) for name in PLAIN_FIELDS},
            }
            for row in rows.select_related("category").prefetch_related(
                "demands__scope"
            )
        ],
        **{name: part.save(evaluation) for name, part in TEMPLATE_PARTS.items()},
    }


@transaction.atomic
def save_as_template(
    *, evaluation: Evaluation, title: str, by: User, description: str = ""
) -> EvaluationTemplate:
    """Save what an evaluation asks, and who must agree, as a template.

    Raises:
        Forbidden: not the owner, or nobody who starts evaluations.
        Invalid: by field; a title that is there, or nothing to save.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    if not may_start_evaluations(by):
        raise Forbidden("Only people who may start evaluations can save templates.")
    inputs = Inputs()
    title = inputs.line("title", title)
    description = inputs.text("description", description, blank=True)
    taken = {it.title.casefold() for it in shipped()}
    if (
        title.casefold() in taken
        or EvaluationTemplate.objects.filter(title=title).exists()
    ):
        inputs.refuse("title", "A template of this name exists already.")
    content = content_of(evaluation)
    if not content["requirements"]:
        inputs.refuse("", "There is no requirement to save yet.")
    inputs.check()
    template = EvaluationTemplate.objects.create(
        title=title,
        description=description,
        made_by=by,
        content=content,
    )
    journal.record(
        evaluation=evaluation,
        action="template.saved",
        subject=template,
        by=by,
        after={"title": title, "requirements": len(content["requirements"])},
    )
    return template


@transaction.atomic
def drop_template(*, template: EvaluationTemplate, by: User) -> None:
    """Delete a template; evaluations that started from it keep what they have.

    Raises:
        Forbidden: it is not `by`'s own.

    """
    if template.made_by_id != by.pk:
        raise Forbidden("Only the person who saved a template can delete it.")
    template.delete()


def digest_of(point: StartingPoint) -> str:
    """What tells one state of a template from another."""
    text = json.dumps(point.content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
