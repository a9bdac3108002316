"""Taking the requirements of a spreadsheet into an evaluation."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from evaltracker.errors import Invalid, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Category, Evaluation, Requirement
from evaltracker.evaluations.policy import (
    is_published,
    lock,
    require_owner,
    require_stage,
)
from evaltracker.importing.services.import_log import log_import, refuse_repeat, told_of
from evaltracker.importing.words import DEFAULT_CATEGORY
from evaltracker.kit.batches import BATCH, create_all
from evaltracker.kit.progress import counted
from evaltracker.measures import kept_measure, read_measure
from evaltracker.requirements.imports import ImportPlan, KnownRequirement
from evaltracker.requirements.imports.lines import list_names
from evaltracker.requirements.publishing import tell_followers
from evaltracker.requirements.services.demands import MUST_HOLD_FOR, demand_many
from evaltracker.requirements.services.requirement_undo import KIND, kept_of, state_of
from evaltracker.requirements.services.requirements import WORDS, WRITABLE_STAGES
from evaltracker.tabular import ImportProblem

PLAIN_FIELDS = ("text", "priority", "weight", "vendor_help", "scorer_help")
SAID = {*PLAIN_FIELDS, "ref", "measure"}
UNSAID = {field.name for field in Requirement._meta.fields} - SAID


def known_requirements(*, evaluation: Evaluation) -> list[KnownRequirement]:
    """What the evaluation has, for a plan to compare a file with."""
    rows = Requirement.objects.in_evaluation(evaluation).select_related("category")
    return [known(row) for row in rows.prefetch_related("demands__scope")]


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
        Invalid: the plan has problems. Stale: the evaluation changed since.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    refuse_repeat(import_id)
    require_stage(evaluation, *WRITABLE_STAGES)
    if any("weight" in change.after for change in plan.changed):
        require_stage(evaluation, Stage.REQUIREMENTS)
    refuse_problems(plan.problems)
    rows = {
        row.ref: row
        for row in Requirement.objects.in_evaluation(evaluation)
        .select_for_update(of=("self",), no_key=True)
        .select_related("category")
        .prefetch_related("demands__scope")
    }
    refuse_stale(plan, rows)
    if not (plan.new or plan.changed):
        return plan.counts
    stood = set(Category.objects.in_evaluation(evaluation).values_list("pk", flat=True))
    before = {it.line.ref: state_of(rows[it.line.ref]) for it in plan.changed}
    categories = needed_categories(evaluation, plan)
    added = add_new(evaluation, plan, categories, len(rows))
    revised = write_changes(evaluation, plan, rows, categories)
    marked = mark(evaluation, plan, rows | {row.ref: row for row in added}, by)
    kept = kept_of(
        added,
        [(state, rows[ref]) for ref, state in before.items()],
        [category for category in categories.values() if category.pk not in stood],
    )
    kept["demands"] = {str(row.pk): said for row, said in marked.items()}
    log_import(
        evaluation=evaluation,
        kind=KIND,
        plan=plan,
        by=by,
        kept=kept,
        import_id=import_id,
    )
    tell(evaluation, plan, by)
    tell_followers(evaluation, added=added, changed=[*revised, *marked])
    return plan.counts


def mark(
    evaluation: Evaluation, plan: ImportPlan, rows: dict[str, Requirement], by: By
) -> dict[Requirement, str]:
    """Let the plan's requirements hold for the lists that the file names."""
    lines = [*plan.new, *(change.line for change in plan.changed)]
    said = {rows[it.ref]: it.values for it in lines if MUST_HOLD_FOR in it.values}
    return demand_many(evaluation, said, by)


def tell(evaluation: Evaluation, plan: ImportPlan, by: By) -> None:
    """Write the whole import into the journal, as one entry."""
    journal.record(
        evaluation=evaluation,
        action="requirements.imported",
        subject=evaluation,
        by=by,
        before={change.line.ref: change.before for change in plan.changed},
        after=told_of(
            plan,
            new={line.ref: line.values for line in plan.new},
            changed={change.line.ref: change.after for change in plan.changed},
        ),
    )


def known(row: Requirement) -> KnownRequirement:
    """A requirement in the form that plans compare."""
    values = {field: getattr(row, field) for field in PLAIN_FIELDS}
    values["category"] = row.category.name
    values["measure"] = row.measure_words
    values[MUST_HOLD_FOR] = list_names(it.scope.name for it in row.demands.all())
    return KnownRequirement(row.ref, values, is_retired=row.retired_at is not None)


def refuse_problems(problems: Iterable[ImportProblem]) -> None:
    """Refuse a plan that has problems, with their sentences."""
    sentences = [str(problem) for problem in problems]
    if sentences:
        raise Invalid(
            f"Nothing was imported: {sentences[0]}", errors={"file": sentences}
        )


def refuse_stale(plan: ImportPlan, rows: dict[str, Requirement]) -> None:
    """Refuse a plan that was made for other requirements than there are now."""
    added = [line.ref for line in plan.new if line.ref in rows]
    moved = [
        change.line.ref
        for change in plan.changed
        if change.line.ref not in rows
        or any(
            known(rows[change.line.ref]).values.get(field) != value
            for field, value in change.before.items()
        )
    ]
    if added or moved:
        raise Stale(
            "The requirements changed since the file was compared with them. Import "
            "it again to see the difference.",
            difference=", ".join([*added, *moved]),
        )


def needed_categories(evaluation: Evaluation, plan: ImportPlan) -> dict[str, Category]:
    """The evaluation's categories by name, with those that the plan brings."""
    found = {it.name: it for it in Category.objects.in_evaluation(evaluation)}
    wanted = [str(line.values.get("category") or DEFAULT_CATEGORY) for line in plan.new]
    wanted += [
        str(change.after["category"])
        for change in plan.changed
        if "category" in change.after
    ]
    for name in dict.fromkeys(wanted):
        if name not in found:
            found[name] = Category.objects.create(
                evaluation=evaluation, name=name, position=len(found) + 1
            )
    return found


def add_new(
    evaluation: Evaluation,
    plan: ImportPlan,
    categories: dict[str, Category],
    count: int,
) -> list[Requirement]:
    """Add the new requirements behind the `count` there are, in the file's order."""
    rows = []
    for position, line in enumerate(plan.new, count + 1):
        category = line.values.get("category") or DEFAULT_CATEGORY
        values = columns_of({**line.values, "category": category}, categories)
        values |= {"ref": line.ref, "position": position}
        rows.append(Requirement(evaluation_id=evaluation.pk, **values))
    clean(rows)
    return create_all(rows)


def columns_of(said: Mapping[str, Any], there: dict[str, Category]) -> dict[str, Any]:
    """The values of a line as a row keeps them."""
    kept = {name: value for name, value in said.items() if name != MUST_HOLD_FOR}
    if "category" in kept:
        kept["category_id"] = there[str(kept.pop("category"))].pk
    if "measure" in kept:
        kept["measure"] = kept_measure(read_measure(str(kept["measure"])))
    return kept


def write_changes(
    evaluation: Evaluation,
    plan: ImportPlan,
    rows: dict[str, Requirement],
    categories: dict[str, Category],
) -> list[Requirement]:
    """Write the plan's changes, field by field; those that are new revisions."""
    changed, revised = [], []
    published = is_published(evaluation)
    for change in plan.changed:
        row = rows[change.line.ref]
        for field, value in columns_of(change.after, categories).items():
            setattr(row, field, value)
        if published and WORDS & change.after.keys():
            row.revision += 1
            revised.append(row)
        changed.append(row)
    clean(changed)
    Requirement.objects.bulk_update(
        changed, [*PLAIN_FIELDS, "measure", "category", "revision"], batch_size=BATCH
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
