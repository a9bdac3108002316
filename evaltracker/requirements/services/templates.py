"""Starting an evaluation from a template, and saving one's own as one.

A template holds what is asked and who must agree, never who offers or what they said.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from evaltracker.errors import Forbidden, Invalid, NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, EvaluationTemplate, User
from evaltracker.evaluations.policy import (
    check_owned,
    lock,
    may_start_evaluations,
    require_owner,
)
from evaltracker.kit.registry import Registry
from evaltracker.kit.text import Inputs
from evaltracker.requirements.services.brief_fields import definitions
from evaltracker.requirements.services.evaluations import QUESTIONS, change_brief
from evaltracker.requirements.services.imports import PLAIN_FIELDS
from evaltracker.requirements.services.scopes import current_values
from evaltracker.requirements.services.template_needs import bring_needs
from evaltracker.requirements.starting import StartingPoint, shipped


@dataclass(frozen=True, slots=True)
class TemplatePart:
    """What a higher floor keeps in a template, and how it puts it into an evaluation.

    `save` returns JSON; `load` gets it back, in the transaction of the start. What has
    no place yet when an evaluation starts, such as a script, is taken later: no `load`.
    """

    save: Callable[[Evaluation], Any]
    load: Callable[[Evaluation, Any, User], None] | None = None


# Of these every evaluation has some, so that they alone are no template.
ALWAYS = ("brief", "sign_offs")
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


def points_with(part: str, *, by: User) -> list[StartingPoint]:
    """Those that have something of one kind, such as a script."""
    return [it for it in starting_points(by=by) if it.content.get(part)]


def find_template(key: str, by: User) -> StartingPoint:
    """One of them.

    Raises:
        NotFound: no such template for `by`.

    """
    point = next((it for it in starting_points(by=by) if it.key == key), None)
    if point is None:
        raise NotFound("There is no such template.")
    return point


@transaction.atomic
def fill_from(*, evaluation: Evaluation, key: str, by: User) -> None:
    """Put everything of a template into an evaluation that has just begun.

    Its requirements come in as an import, so that they can be undone as one.

    Raises:
        Forbidden: not the owner. NotFound: no such template for `by`.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    point = find_template(key, by)
    bring_needs(evaluation, point, by)
    asked = point.content.get("brief", QUESTIONS)
    unasked = [field for field in QUESTIONS if field not in asked]
    change_brief(evaluation=evaluation, does_not_matter=unasked, by=by)
    for name, part in TEMPLATE_PARTS.items():
        if part.load is not None and point.content.get(name):
            part.load(evaluation, point.content[name], by)


def check_take_needs(evaluation: Evaluation, by: By) -> None:
    """The owner, in the requirements stage, who may start evaluations."""
    check_owned(evaluation, by, Stage.REQUIREMENTS)
    require_keeper(by)


@transaction.atomic
def take_needs(*, evaluation: Evaluation, key: str, by: User) -> int:
    """Add what a template asks and the evaluation does not ask yet.

    What is there already, by its reference or name, stays as it is.

    Returns:
        How many requirements were added.

    Raises:
        Forbidden: not the owner. NotFound: no such template for `by`.
        Refused: past the requirements stage. Invalid: all of it is there.

    """
    evaluation = lock(evaluation)
    check_take_needs(evaluation, by)
    before = evaluation.requirements.count()
    bring_needs(evaluation, find_template(key, by), by)
    added = evaluation.requirements.count() - before
    if not added:
        raise nothing_left("Every requirement of this template is here already.")
    return added


def require_keeper(by: By) -> User:
    """Refuse whoever may not start evaluations: templates are not for them."""
    user = actor_of(by).user
    if user is None or not may_start_evaluations(user):
        raise Forbidden("Only people who may start evaluations can use templates.")
    return user


def require_template(part: str, by: By, *, words: str) -> None:
    """Refuse while no template has something of one kind, which `words` name."""
    if not points_with(part, by=require_keeper(by)):
        raise Refused(
            f"No template has {words} yet. Save one from an evaluation that has."
        )


def nothing_left(sentence: str) -> Invalid:
    """That the chosen template, unlike another, has nothing to add."""
    return Invalid(sentence, errors={"key": [sentence]})


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
                **({"measure": row.measure_words} if row.measure else {}),
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
    require_keeper(by)
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
    if not any(content[name] for name in content if name not in ALWAYS):
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
