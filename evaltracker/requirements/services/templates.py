"""Starting an evaluation from a template, and saving one's own as one.

A template holds what is asked and who must agree, never who offers or what they said.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from django.db import transaction
from django.db.models import Model
from django.utils.text import slugify

from evaltracker.errors import Forbidden, Invalid, NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import FieldKind, Stage
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import (
    BriefField,
    Category,
    Demand,
    Evaluation,
    EvaluationTemplate,
    Metric,
    Requirement,
    Scope,
    ScopeValue,
    User,
)
from evaltracker.evaluations.policy import (
    check_owned,
    lock,
    may_start_evaluations,
    read_answer,
    require_owner,
    require_stage,
    shown_answer,
)
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.evaluations import (
    QUESTIONS,
    change_brief,
    create_evaluation,
    evaluation_started,
    last_purchase,
)
from evaltracker.requirements.services.requirements import (
    METRIC,
    PLAIN_FIELDS,
    import_requirements,
)
from evaltracker.requirements.services.scopes import add_list, current_values, demand
from evaltracker.rows.plan import ImportPlan
from evaltracker.rows.subjects import ParsedRecord
from evaltracker.toolbox.processes import BATCH
from evaltracker.toolbox.registry import Registry
from evaltracker.toolbox.text import CallFields, free_name, schema_error_words

# The points that come with the product: each a JSON file there; its SOURCES.md says
# where the words are from.
STARTING = Path(__file__).parent.parent / "starting"
SHIPPED = (
    *("ml_platform", "e_signature", "security_baseline"),
    *("cleaning", "vehicles", "consultancy", "general"),
)


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """A template: its key in forms, and everything that it brings.

    `content` holds `brief`, `questions`, `lists`, `categories`, `requirements` and,
    from higher floors, parts by name.
    """

    key: str
    title: str
    description: str
    content: Mapping[str, Any]


@cache
def shipped() -> tuple[StartingPoint, ...]:
    contents = ((name, _read(name)) for name in SHIPPED)
    return tuple(
        StartingPoint(name, content["title"], content["description"], content)
        for name, content in contents
    )


def _read(name: str) -> Any:
    return json.loads((STARTING / f"{name}.json").read_text(encoding="utf-8"))


def check_content(content: Mapping[str, Any]) -> None:
    """Refuse what a template cannot hold.

    Raises:
        Invalid: naming the first key or value, with its place.
    """
    shape = jsonschema.Draft202012Validator(_read("schema"))
    for error in shape.iter_errors(content):
        for pointer, sentence in schema_error_words(error):
            raise Invalid(f"Template, {pointer}: {sentence}", field="")


MOST_FIELDS = 20
MOST_CHOICES = 20
LABEL_LIMIT = 80
HELP_LIMIT = 300
CHOICE_LIMIT = 80
# What a template keeps of a field, and the journal of its definition.
DEFINITION = ("label", "help", "kind", "choices", "needed")
# Never the name of a column of the brief.
PREFIX = "own-"


def check_change_field(field: BriefField, by: By) -> None:
    check_owned(field.evaluation, by)


@transaction.atomic
def add_brief_field(*, evaluation: Evaluation, by: By, **definition: Any) -> BriefField:
    """Add a question to the end of the brief; what it asks are parts of `DEFINITION`.

    Raises:
        Forbidden: not the owner. Refused: it has ended, or there are enough. Invalid:
        by field.
    """
    evaluation = lock(evaluation)
    check_owned(evaluation, by)
    fields = list(evaluation.brief_fields.all())
    if len(fields) >= MOST_FIELDS:
        raise Refused(f"The brief has {MOST_FIELDS} questions of its own already.")
    field = BriefField(
        evaluation=evaluation,
        position=max((field.position for field in fields), default=0) + 1,
    )
    _define(field, fields, **definition)
    stem = f"{PREFIX}{slugify(field.label)[:60] or 'question'}"
    field.key = free_name(stem, {field.key for field in fields})
    field.save()
    _record("brief.field_added", field, by, after=journal.snapshot(field, DEFINITION))
    return field


@transaction.atomic
def change_brief_field(*, field: BriefField, by: By, **definition: Any) -> BriefField:
    """Ask it in other words, or for another kind of answer; a given answer must fit.

    Raises:
        Forbidden: not the owner. Refused: it has ended. Invalid: by field.
    """
    lock(field.evaluation)
    field = BriefField.objects.select_related("evaluation").get(pk=field.pk)
    check_change_field(field, by)
    before = journal.snapshot(field, DEFINITION)
    others = list(field.evaluation.brief_fields.exclude(pk=field.pk))
    _define(field, others, **definition)
    field.save()
    after = journal.snapshot(field, DEFINITION)
    if after != before:
        _record("brief.field_changed", field, by, before=before, after=after)
    return field


@transaction.atomic
def remove_brief_field(*, field: BriefField, by: By) -> None:
    """Take a question and its answer out of the brief; the journal keeps both.

    Raises:
        Forbidden: not the owner. Refused: it has ended.
    """
    lock(field.evaluation)
    field = BriefField.objects.select_related("evaluation").get(pk=field.pk)
    check_change_field(field, by)
    before = journal.snapshot(field, (*DEFINITION, "answer", "does_not_matter"))
    field.delete()
    _record("brief.field_removed", field, by, before=before)


def _define(
    field: BriefField,
    others: Sequence[BriefField],
    *,
    label: str,
    help: str = "",
    kind: str = FieldKind.TEXT,
    choices: Iterable[str] = (),
    needed: bool = True,
) -> None:
    inputs = CallFields()
    field.label = inputs.line("label", label, limit=LABEL_LIMIT)
    if field.label.casefold() in {other.label.casefold() for other in others}:
        inputs.refuse("label", "The brief asks this already.")
    field.help = inputs.line("help", help, limit=HELP_LIMIT, blank=True)
    if kind not in FieldKind.values:
        inputs.refuse("kind", f"“{kind}” is not a kind of answer.")
    field.kind = kind
    field.needed = needed
    field.choices = _read_choices(inputs, kind, list(choices))
    inputs.check()
    try:
        field.answer = read_answer(field, field.answer)
    except ValueError as error:
        inputs.refuse("kind", f"The answer “{field.answer[:60]}” does not fit. {error}")
    inputs.check()


def _read_choices(inputs: CallFields, kind: str, choices: list[str]) -> list[str]:
    if kind != FieldKind.CHOICE:
        if choices:
            inputs.refuse("choices", "Only a choice has answers to choose from.")
        return []
    read = inputs.lines("choices", choices, most=MOST_CHOICES, limit=CHOICE_LIMIT)
    if len(read) < 2 and "choices" not in inputs.errors:
        inputs.refuse("choices", "Write at least two answers to choose from.")
    return read


def _record(action: str, field: BriefField, by: By, **values: Any) -> None:
    journal.record(field.evaluation, action, field, by, **values)


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
    fields = [
        BriefField(evaluation=evaluation, **values_of(field, QUESTION))
        for field in origin.brief_fields.all()
    ]
    BriefField.objects.bulk_create(fields)
    questions = {row.label: shown_answer(row) for row in fields}
    lists = copy_lists(origin, evaluation, {row.ref: row for row in rows})
    after = {
        "metrics": [journal.snapshot(row, METRIC) for row in metrics.values()],
        "categories": {row.name: row.weight for row in categories.values()},
        "requirements": {row.ref: said_of(row) for row in rows},
        **({"lists": lists} if lists else {}),
        **({"questions": questions} if questions else {}),
    }
    journal.record(evaluation, "requirements.copied", evaluation, by, after=after)
    return len(rows)


def copy_lists(
    origin: Evaluation, evaluation: Evaluation, rows: dict[str, Requirement]
) -> dict[str, list[str]]:
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
        Demand(requirement=rows[held.requirement.ref], scope=lists[held.scope_id])
        for held in demands
    )
    return {
        scope.name: [value.name for value in values if value.scope is scope]
        for scope in lists.values()
    }


def values_of(row: Model, fields: Iterable[str]) -> dict[str, Any]:
    return {field: getattr(row, field) for field in fields}


def said_of(requirement: Requirement) -> dict[str, Any]:
    return {
        **journal.snapshot(requirement, (*PLAIN_FIELDS, "measure", "metric_excuse")),
        "category": requirement.category.name,
        "metric": requirement.metric.name if requirement.metric else "",
    }


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
            ParsedRecord(
                (row["ref"],),
                {k: v for k, v in row.items() if k not in ("ref", "must_hold_for")},
                row=place,
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
    for values in content.get("lists", ()):
        if values["name"] not in lists:
            lists[values["name"]] = add_list(evaluation=evaluation, by=by, **values)
    held = {row["ref"]: row.get("must_hold_for", ()) for row in rows}
    for requirement in evaluation.requirements.filter(ref__in=held):
        scopes = [lists[name] for name in held[requirement.ref]]
        demand(requirement=requirement, scopes=scopes, by=by)
    labels = {field.label.casefold() for field in evaluation.brief_fields.all()}
    for values in content.get("questions", ()):
        if values["label"].casefold() not in labels:
            add_brief_field(evaluation=evaluation, by=by, **values)


def digest_of(point: StartingPoint) -> str:
    text = json.dumps(point.content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TemplatePart:
    """What a higher floor keeps in a template, and how it puts it into an evaluation.

    `save` returns JSON; `load` gets it back, in the transaction of the start. What has
    no place yet when an evaluation starts, such as a script, is taken later: no `load`.
    """

    save: Callable[[Evaluation], Any]
    load: Callable[[Evaluation, Any, User], object] | None = None


# Of these every evaluation has some, so that they alone are no template.
ALWAYS = ("brief", "effort", "costs", "roles", "sign_offs", "different_people")
TEMPLATE_PARTS: Registry[str, TemplatePart] = Registry("part of a template")


TEMPLATE_PARTS.register(
    "words",
    TemplatePart(
        lambda evaluation: dict(evaluation.words),
        lambda evaluation, words, by: change_brief(
            evaluation=evaluation, words=words, by=by
        ),
    ),
)


def starting_points(*, by: User) -> list[StartingPoint]:
    if not may_start_evaluations(by):
        return []
    saved = [
        StartingPoint(str(row.pk), row.title, row.description, row.content)
        for row in EvaluationTemplate.objects.visible_to(by)
    ]
    return [*shipped(), *saved]


def points_with(part: str, *, by: User) -> list[StartingPoint]:
    return [point for point in starting_points(by=by) if point.content.get(part)]


def find_template(key: str, by: User) -> StartingPoint:
    """One of them.

    Raises:
        NotFound: no such template for `by`.
    """
    point = next((point for point in starting_points(by=by) if point.key == key), None)
    if point is None:
        raise NotFound("There is no such template.")
    return point


@transaction.atomic
def start_evaluation(
    *, by: User, start_from: str = "", as_before: bool = False, **terms: Any
) -> Evaluation:
    """Create an evaluation, from a template or with what is usual; `terms` as
    `create_evaluation`. `as_before` is over as many months as the owner's last
    purchase, with its people if that was started from the same template."""
    last = last_purchase(by) if as_before else None
    if last is not None:
        terms["horizon_months"] = last.horizon_months
    evaluation = create_evaluation(by=by, **terms)
    if start_from:
        fill_from(evaluation=evaluation, key=start_from, by=by)
    brought = evaluation.imports.values("filename")
    if last is not None and not last.imports.filter(filename__in=brought).exists():
        last = None
    evaluation_started.send(Evaluation, evaluation=evaluation, by=by, people_of=last)
    return evaluation


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
    fields = point.content.get("brief", QUESTIONS)
    unasked = [field for field in QUESTIONS if field not in fields]
    if point.content.get("effort"):
        effort = {"asks_effort": True}
    else:
        effort = {}
    change_brief(evaluation=evaluation, does_not_matter=unasked, by=by, **effort)
    for name, part in TEMPLATE_PARTS.items():
        if part.load is not None and point.content.get(name):
            part.load(evaluation, point.content[name], by)


# What a template brings besides its parts by name.
NEEDS = "requirements"


def check_take_from_template(evaluation: Evaluation, by: By) -> None:
    check_owned(evaluation, by)
    require_keeper(by)


@transaction.atomic
def take_from_template(
    *, evaluation: Evaluation, key: str, parts: Sequence[str], by: User
) -> None:
    """Take parts of a template, as named in `TEMPLATE_PARTS`, or its requirements.

    Requirements, lists and questions are added to those that are here; any other part
    takes the place of what stands.

    Raises:
        Forbidden: not the owner. NotFound: no such template for `by`. Refused: too late
        for one of them. Invalid: it has no such part, or all of it is here.
    """
    evaluation = lock(evaluation)
    check_take_from_template(evaluation, by)
    point = find_template(key, by)
    for name in parts:
        if name == NEEDS:
            part = None
        else:
            part = TEMPLATE_PARTS[name]
        if name not in point.content:
            text = f"“{point.title}” does not have this: {name.replace('_', ' ')}."
            raise Invalid(text, field="parts")
        if part is None:
            require_stage(evaluation, Stage.REQUIREMENTS)
            before = evaluation.requirements.count()
            bring_needs(evaluation, point, by)
            if evaluation.requirements.count() == before and len(parts) == 1:
                text = "Every requirement of this template is here already."
                raise Invalid(text, field="key")
        elif part.load is not None:
            part.load(evaluation, point.content[name], by)


def require_keeper(by: By) -> None:
    user = actor_of(by).user
    if user is None or not may_start_evaluations(user):
        raise Forbidden("Only people who may start evaluations can use templates.")


def content_of(evaluation: Evaluation) -> dict[str, Any]:
    rows = evaluation.requirements.filter(retired_at__isnull=True)
    unasked = evaluation.does_not_matter
    return {
        "brief": [field for field in QUESTIONS if field not in unasked],
        "effort": evaluation.asks_effort,
        "questions": [
            values_of(field, DEFINITION) for field in evaluation.brief_fields.all()
        ],
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
                "must_hold_for": [held.scope.name for held in row.demands.all()],
                **({"measure": row.measure_words} if row.measure else {}),
                **values_of(row, PLAIN_FIELDS),
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
        Forbidden: not the owner, or nobody who starts evaluations. Invalid: by field; a
        title that is there, or nothing to save.
    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    require_keeper(by)
    inputs = CallFields()
    title = inputs.line("title", title)
    description = inputs.text("description", description, blank=True)
    taken = {template.title.casefold() for template in shipped()}
    if (
        title.casefold() in taken
        or EvaluationTemplate.objects.filter(title=title).exists()
    ):
        inputs.refuse("title", "A template of this name exists already.")
    content = content_of(evaluation)
    if not any(content[name] for name in content if name not in ALWAYS):
        inputs.refuse("", "There is no requirement to save yet.")
    inputs.check()
    check_content(content)
    template = EvaluationTemplate.objects.create(
        title=title, description=description, made_by=by, content=content
    )
    after = {"title": title, "requirements": len(content["requirements"])}
    journal.record(evaluation, "template.saved", template, by, after=after)
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
