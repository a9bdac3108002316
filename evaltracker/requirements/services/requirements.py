"""Taking the requirements of a spreadsheet into an evaluation."""

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from evaltracker.enumerations import Priority
from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import (
    Category,
    Demand,
    Evaluation,
    Import,
    Metric,
    Requirement,
)
from evaltracker.evaluations.policy import (
    add_and_tell,
    change_and_tell,
    check_belongs,
    check_owned,
    is_published,
    lock,
    require_owner,
    require_stage,
)
from evaltracker.importing.services.imports import (
    delete_unused,
    log_import,
    refuse_moved,
    refuse_repeat,
    refuse_stale,
)
from evaltracker.requirements.plan import tell_of_changes
from evaltracker.requirements.services.scopes import (
    MUST_HOLD_FOR,
    demand,
    demand_many,
    list_names,
)
from evaltracker.rows.plan import ImportPlan
from evaltracker.rows.subjects import Key
from evaltracker.toolbox.measures import kept_measure, read_measure
from evaltracker.toolbox.processes import BATCH, counted, create_all
from evaltracker.toolbox.text import CallFields, read_reason

# A change of these words is another requirement: what rests on it is re-confirmed.
WORDS = frozenset({"text", "priority", "vendor_help", "measure"})
EDITABLE = WORDS | {
    *("category", "position", "weight", "scorer_help", "metric", "metric_excuse")
}
WRITABLE_STAGES = (Stage.REQUIREMENTS, Stage.RESEARCH)


def check_add_requirement(evaluation: Evaluation, by: By) -> None:
    """The owner adds, also categories, until demos begin to judge what was asked."""
    check_owned(evaluation, by, *WRITABLE_STAGES)


def check_change_requirements(evaluation: Evaluation, by: By) -> None:
    """The owner, as long as it is open; words and weights close earlier."""
    check_owned(evaluation, by)


def check_weigh_requirement(evaluation: Evaluation, by: By) -> None:
    check_owned(evaluation, by, Stage.REQUIREMENTS)


def check_retire_requirement(requirement: Requirement, by: By) -> None:
    check_add_requirement(requirement.evaluation, by)
    if requirement.retired_at:
        raise Refused(f"Requirement {requirement.ref} is retired already.")


METRIC = ("name", "baseline", "target", "how_measured")


def require_known(values: Mapping[str, Any], known: Collection[str]) -> None:
    if unknown := values.keys() - set(known):
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}.")


@transaction.atomic
def add_metric(*, evaluation: Evaluation, by: By, **values: str) -> Metric:
    check_owned(evaluation, by)
    require_known(values, METRIC)
    metric = Metric(evaluation=evaluation, **values)
    add_and_tell(metric, "metric.added", by, METRIC)
    return metric


@transaction.atomic
def change_metric(*, metric: Metric, by: By, **values: str) -> Metric:
    check_owned(metric.evaluation, by)
    require_known(values, METRIC)
    change_and_tell(metric, "metric.changed", by, **values)
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
        Forbidden: not the owner. Refused: too late in the process. Invalid: by field,
        e.g. a `ref` that is there or that no address can hold.
    """
    evaluation = lock(evaluation)
    check_add_requirement(evaluation, by)
    inputs = CallFields()
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
    add_and_tell(requirement, "requirement.added", by, ("ref", *sorted(EDITABLE)))
    demand(requirement=requirement, scopes=scopes, by=by)
    tell_of_changes(evaluation, added=[requirement])
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
    requirement = lock(requirement)
    requirement.evaluation = evaluation
    check_change_requirements(evaluation, by)
    scopes = values.pop("must_hold_for", None)
    require_known(values, EDITABLE)
    if "measure" in values:
        values["measure"] = kept_measure(values["measure"])
    if "weight" in values and values["weight"] != requirement.weight:
        check_weigh_requirement(evaluation, by)
    reworded = WORDS & values.keys()
    if any(getattr(requirement, word) != values[word] for word in reworded):
        check_add_requirement(evaluation, by)
        if is_published(evaluation):
            values["revision"] = requirement.revision + 1
    change_and_tell(requirement, "requirement.changed", by, **values)
    check_belongs(requirement)
    if scopes is not None:
        demand(requirement=requirement, scopes=scopes, by=by)
    if "revision" in values:
        tell_of_changes(evaluation, changed=[requirement])
    return requirement


@transaction.atomic
def retire_requirement(*, requirement: Requirement, reason: str, by: By) -> Requirement:
    check_retire_requirement(requirement, by)
    reason = read_reason(reason, "Give a reason for retiring it.")
    change_and_tell(
        *(requirement, "requirement.retired", by, reason), retired_at=timezone.now()
    )
    return requirement


KIND = "requirements"
# The category of what has none.
GENERAL = "General"
WRITTEN = (
    *("category_id", "text", "priority", "weight"),
    *("vendor_help", "scorer_help", "measure", "metric_id"),
)
# Everything in a row that somebody may have changed since.
STATE = (*WRITTEN, "metric_excuse", "revision", "retired_at")
# Hexadecimal digits: of a row that is new, its file says all the rest.
FINGERPRINT = 32
ENCODE = json.JSONEncoder(default=str, sort_keys=True).encode


def state_of(row: Requirement) -> dict[str, Any]:
    return journal.snapshot(row, STATE)


def is_as(kept: dict[str, Any] | str, row: Requirement, fields: list[str]) -> bool:
    """Whether a row is as it was kept, when it may have had fewer columns."""
    if isinstance(kept, str):
        return kept == fingerprint(row, fields)
    now = state_of(row)
    return all(now[field] == value for field, value in kept.items())


def fingerprint(row: Requirement, fields: Sequence[str]) -> str:
    values = [getattr(row, field) for field in fields]
    return hashlib.sha256(ENCODE(values).encode()).hexdigest()[:FINGERPRINT]


def kept_of(
    added: Iterable[Requirement],
    changed: Iterable[tuple[dict[str, Any], Requirement]],
    categories: Iterable[Category],
) -> dict[str, Any]:
    """What undoing needs: rows that are new, rows before and after, new categories."""
    return {
        "fields": STATE,
        "new": {str(row.pk): fingerprint(row, STATE) for row in added},
        "changed": {str(row.pk): [before, state_of(row)] for before, row in changed},
        "categories": [str(category.pk) for category in categories],
    }


def undo(imported: Import, by: By) -> None:
    """Delete what is new and unused, and put back the words of the rest.

    Words that vendors may have read are put back as a new revision.
    """
    evaluation = imported.evaluation
    require_stage(evaluation, *WRITABLE_STAGES)
    new = imported.kept["new"]
    changed = imported.kept["changed"]
    fields = imported.kept.get("fields", [])
    rows = {
        str(row.pk): row
        for row in Requirement.objects.in_evaluation(evaluation).select_for_update(
            of=("self",), no_key=True
        )
    }
    expected = new | {key: after for key, (_, after) in changed.items()}
    refuse_moved(
        rows[key].ref if key in rows else "a row that is gone"
        for key, after in expected.items()
        if key not in rows or not is_as(after, rows[key], fields)
    )
    stood_before = {rows[key].ref: state_of(rows[key]) for key in expected}
    put_back(evaluation, rows, changed)
    marked = imported.kept.get("demands", {})
    stood = {rows[key]: {MUST_HOLD_FOR: names} for key, names in marked.items()}
    demand_many(evaluation, stood, by)
    ours = Requirement.objects.in_evaluation(evaluation)
    demands = Demand.objects.filter(requirement__in=ours)
    theirs = [held.pk for held in demands if str(held.requirement_id) in new]
    demands.filter(pk__in=theirs).delete()
    delete_unused(ours, new, str)
    for category in Category.objects.filter(
        pk__in=imported.kept["categories"], requirements=None
    ):
        try:
            category.delete()
        except ProtectedError:
            continue  # Somebody has weighed it; it stays, empty.
    after = {rows[key].ref: before for key, (before, _) in changed.items()}
    about = (evaluation, "requirements.put_back", evaluation, by)
    journal.record(*about, before=stood_before, after=after)


def put_back(
    evaluation: Evaluation,
    rows: dict[str, Requirement],
    changed: dict[str, list[dict[str, Any]]],
) -> None:
    if any(before["weight"] != after["weight"] for before, after in changed.values()):
        require_stage(evaluation, Stage.REQUIREMENTS)
    published = is_published(evaluation)
    revised = []
    for key, (before, after) in changed.items():
        row = rows[key]
        for field in before.keys() & WRITTEN:
            setattr(row, field, before[field])
        if published and any(
            before[field] != after[field] for field in WORDS & before.keys()
        ):
            row.revision += 1
            revised.append(row)
    Requirement.objects.bulk_update(
        [rows[key] for key in changed],
        [field.removesuffix("_id") for field in (*WRITTEN, "revision")],
        batch_size=BATCH,
    )
    tell_of_changes(evaluation, changed=revised)


PLAIN_FIELDS = ("text", "priority", "weight", "vendor_help", "scorer_help")
SAID = {*PLAIN_FIELDS, "ref", "measure"}
UNSAID = {field.name for field in Requirement._meta.fields} - SAID


def known_requirements(*, evaluation: Evaluation) -> dict[Key, dict[str, Any]]:
    rows = Requirement.objects.in_evaluation(evaluation)
    rows = rows.select_related("category", "metric")
    return {(row.ref,): known(row) for row in rows.prefetch_related("demands__scope")}


@transaction.atomic
def import_requirements(
    *,
    evaluation: Evaluation,
    plan: ImportPlan,
    by: By,
    import_id: uuid.UUID | None = None,
) -> dict[str, int]:
    """Do what `plan` says, all of it or nothing, as one journal entry.

    A file that changes nothing leaves no entry. New words after the requirements
    stage make new revisions, as `change_requirement` does. `import_id` is that of the
    yes for which it is done, so that the same yes does it once.

    Returns:
        The counts of the plan.

    Raises:
        Forbidden: not the owner. Refused: too late, for weights too, or done already.
        Invalid: something is still to choose. Stale: the evaluation changed since.
    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    refuse_repeat(import_id)
    require_stage(evaluation, *WRITABLE_STAGES)
    if any("weight" in change.after for change in plan.changed):
        require_stage(evaluation, Stage.REQUIREMENTS)
    rows: dict[Key, Requirement] = {
        (row.ref,): row
        for row in Requirement.objects.in_evaluation(evaluation)
        .select_for_update(of=("self",), no_key=True)
        .select_related("category", "metric")
        .prefetch_related("demands__scope")
    }
    records = (*plan.new, *(change.record for change in plan.changed))
    keys = [record.key for record in records if record.key in rows]
    refuse_stale(plan, {key: known(rows[key]) for key in keys})
    if not records:
        return plan.counts
    stood = set(Category.objects.in_evaluation(evaluation).values_list("pk", flat=True))
    before = {
        change.record.key: state_of(rows[change.record.key]) for change in plan.changed
    }
    categories = needed_categories(evaluation, plan)
    added = add_new(evaluation, plan, categories, len(rows))
    revised = write_changes(evaluation, plan, rows, categories)
    rows |= {(row.ref,): row for row in added}
    values = {
        rows[record.key]: record.values
        for record in records
        if MUST_HOLD_FOR in record.values
    }
    marked = demand_many(evaluation, values, by)
    kept = kept_of(
        added,
        [(state, rows[key]) for key, state in before.items()],
        [category for category in categories.values() if category.pk not in stood],
    )
    kept["demands"] = {str(row.pk): names for row, names in marked.items()}
    log_import(
        evaluation=evaluation,
        kind=KIND,
        plan=plan,
        by=by,
        kept=kept,
        import_id=import_id,
        action="requirements.imported",
        before={change.record.name: change.before for change in plan.changed},
        new={record.name: record.values for record in plan.new},
        changed={change.record.name: change.after for change in plan.changed},
    )
    tell_of_changes(evaluation, added=added, changed=[*revised, *marked])
    return plan.counts


def known(row: Requirement) -> dict[str, Any]:
    values = {field: getattr(row, field) for field in PLAIN_FIELDS}
    values["category"] = row.category.name
    values["measure"] = row.measure_words
    values["metric"] = row.metric.name if row.metric else ""
    values[MUST_HOLD_FOR] = list_names(held.scope.name for held in row.demands.all())
    return values


def needed_categories(evaluation: Evaluation, plan: ImportPlan) -> dict[str, Category]:
    categories = {row.name: row for row in Category.objects.in_evaluation(evaluation)}
    wanted = [record.values.get("category") or GENERAL for record in plan.new]
    wanted += [
        change.after["category"]
        for change in plan.changed
        if "category" in change.after
    ]
    for name in dict.fromkeys(wanted):
        if name not in categories:
            categories[name] = Category.objects.create(
                evaluation=evaluation, name=name, position=len(categories) + 1
            )
    return categories


def add_new(
    evaluation: Evaluation,
    plan: ImportPlan,
    categories: dict[str, Category],
    count: int,
) -> list[Requirement]:
    rows = []
    metrics = {row.name: row for row in evaluation.metrics.all()}
    for position, record in enumerate(plan.new, count + 1):
        category = record.values.get("category") or GENERAL
        row_values = {**record.values, "category": category}
        values = columns_of(row_values, categories, metrics)
        values |= {"ref": record.name, "position": position}
        rows.append(Requirement(evaluation_id=evaluation.pk, **values))
    clean(rows)
    return create_all(rows)


def columns_of(
    values: Mapping[str, Any],
    categories: dict[str, Category],
    metrics: Mapping[str, Metric],
) -> dict[str, Any]:
    columns = {name: value for name, value in values.items() if name != MUST_HOLD_FOR}
    if "category" in columns:
        columns["category_id"] = categories[str(columns.pop("category"))].pk
    if "metric" in columns:
        columns["metric"] = metrics[columns["metric"]]
    if "measure" in columns:
        columns["measure"] = kept_measure(read_measure(str(columns["measure"])))
    return columns


def write_changes(
    evaluation: Evaluation,
    plan: ImportPlan,
    rows: dict[Key, Requirement],
    categories: dict[str, Category],
) -> list[Requirement]:
    """Write the plan's changes, field by field; those that are new revisions."""
    changed = []
    revised = []
    published = is_published(evaluation)
    metrics = {row.name: row for row in evaluation.metrics.all()}
    for change in plan.changed:
        row = rows[change.record.key]
        for field, value in columns_of(change.after, categories, metrics).items():
            setattr(row, field, value)
        if published and WORDS & change.after.keys():
            row.revision += 1
            revised.append(row)
        changed.append(row)
    clean(changed)
    Requirement.objects.bulk_update(
        changed,
        [*PLAIN_FIELDS, "measure", "metric", "category", "revision"],
        batch_size=BATCH,
    )
    return revised


def clean(rows: Sequence[Requirement]) -> None:
    """Validate what a file says of each row; the database holds the other rules."""
    for row in counted(rows, "checked"):
        try:
            row.clean_fields(exclude=UNSAID)
        except ValidationError as error:
            field, sentences = next(iter(error.message_dict.items()))
            raise Invalid(
                f"Requirement {row.ref}: {field}: {sentences[0]}",
                errors=error.message_dict,
            ) from error


@transaction.atomic
def move_requirements(
    *,
    evaluation: Evaluation,
    requirements: Sequence[Requirement],
    above: Requirement | None,
    below: Requirement | None,
    by: By,
) -> None:
    """Put requirements between two others, in the category of the one above.

    At the top, and where they stood in it already, it is the category of the one
    below. Each moved requirement has its entry; the others only make room.

    Raises:
        Forbidden: not the owner. Refused: the evaluation has ended. Invalid: nothing
        stands above or below, or it is moved itself.
    """
    evaluation = lock(evaluation)
    check_change_requirements(evaluation, by)
    neighbour = _neighbour(requirements, above, below)
    category = neighbour.category
    moved = {row.pk for row in requirements}
    stay = list(
        Requirement.objects.filter(evaluation=evaluation, category=category)
        .exclude(pk__in=moved)
        .order_by("position", "ref")
    )
    place = [row.pk for row in stay].index(neighbour.pk) + (neighbour is above)
    ordered = [*stay[:place], *requirements, *stay[place:]]
    before = {}
    for position, row in enumerate(ordered, 1):
        before[row.pk] = journal.snapshot(row, ("category", "position"))
        row.category = category
        row.position = position
        check_belongs(row)
    Requirement.objects.bulk_update(ordered, ["category", "position"], batch_size=500)
    for row in requirements:
        after = journal.snapshot(row, ("category", "position"))
        journal.record(
            evaluation, "requirement.moved", row, by, before=before[row.pk], after=after
        )


def _neighbour(
    requirements: Sequence[Requirement],
    above: Requirement | None,
    below: Requirement | None,
) -> Requirement:
    ends = [end for end in (above, below) if end is not None]
    if not ends or any(end in requirements for end in ends):
        raise Invalid("Choose a place between two other requirements.")
    homes = {row.category_id for row in requirements}
    stays = below is not None and homes == {below.category_id}
    if stays and below is not None:
        return below
    return ends[0]
