"""Taking the candidates of a spreadsheet into an evaluation, and undoing it."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError

from evaltracker.errors import Invalid, Refused, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, Import, User
from evaltracker.evaluations.policy import lock, require_owner, require_stage
from evaltracker.importing.rows import RowsPlan, moved_since
from evaltracker.importing.services.import_log import (
    delete_unused,
    log_import,
    refuse_moved,
    refuse_repeat,
    told_of,
)
from evaltracker.kit.batches import BATCH, create_all
from evaltracker.requirements.services.imports import refuse_problems
from vendors.columns import COLUMNS, IMPORTED
from vendors.imports.candidates import KnownCandidates
from vendors.models import Candidate, Vendor
from vendors.services.candidates import check_vendor
from vendors.services.companies import add_vendor

KIND = "candidates"
WRITTEN = ("vendor_id", *(column.name for column in IMPORTED))
# What tells that somebody has worked on a row since.
STATE = ("vendor_id", "name", "kind", "state", *(column.name for column in COLUMNS))
STAGES = (Stage.REQUIREMENTS, Stage.RESEARCH)


def known_candidates(*, evaluation: Evaluation) -> KnownCandidates:
    """What the evaluation has, for a plan to compare a file with."""
    rows = Candidate.objects.filter(evaluation=evaluation).select_related("vendor")
    candidates = {
        row.name: {
            "kind": row.kind,
            "vendor": row.vendor.name if row.vendor else "",
            **{column.name: getattr(row, column.name) for column in IMPORTED},
        }
        for row in rows
    }
    vendors = Vendor.objects.values_list("name", "aliases")
    return KnownCandidates(
        candidates=candidates,
        names={name: values["aliases"] for name, values in candidates.items()},
        vendors={name: [str(it) for it in aliases] for name, aliases in vendors},
    )


def refuse_outdated(evaluation: Evaluation, plan: RowsPlan) -> None:
    """Insist that the candidates are as they were when the file was read.

    Raises:
        Stale: they changed since.

    """
    known = known_candidates(evaluation=evaluation).candidates
    moved = moved_since(plan, {(name,): values for name, values in known.items()})
    if moved:
        raise Stale(
            "The candidates changed since the file was compared with them. Import it "
            "again to see the difference.",
            difference=", ".join(moved),
        )


@transaction.atomic
def import_candidates(
    *,
    evaluation: Evaluation,
    plan: RowsPlan,
    by: User,
    import_id: uuid.UUID | None = None,
) -> dict[str, int]:
    """Do what `plan` says, all of it or nothing, as one journal entry.

    Companies that are not in the list yet are added to it.

    Raises:
        Forbidden: not the owner. Refused: too late, done already, or a vendor that is
            invited would change. Invalid: the plan has problems.
        Stale: the candidates changed since.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    refuse_repeat(import_id)
    require_stage(evaluation, *STAGES)
    refuse_problems(plan.problems)
    refuse_outdated(evaluation, plan)
    if not (plan.new or plan.changed):
        return plan.counts
    vendors, made = needed_vendors(plan, by)
    added = add(evaluation, plan, vendors)
    changed = change(evaluation, plan, vendors)
    log_import(
        evaluation=evaluation,
        kind=KIND,
        plan=plan,
        by=by,
        kept={
            "new": {str(row.pk): journal.snapshot(row, STATE) for row in added},
            "changed": changed,
            "vendors": [str(vendor.pk) for vendor in made],
        },
        import_id=import_id,
    )
    journal.record(
        evaluation=evaluation,
        action="candidates.imported",
        subject=evaluation,
        by=by,
        before={it.line.name: dict(it.before) for it in plan.changed},
        after=told_of(
            plan,
            new={line.name: dict(line.values) for line in plan.new},
            changed={it.line.name: dict(it.after) for it in plan.changed},
        ),
    )
    return plan.counts


def needed_vendors(plan: RowsPlan, by: User) -> tuple[dict[str, Vendor], list[Vendor]]:
    """The companies that the plan names, and those of them that are new."""
    wanted = [line.values.get("vendor") for line in plan.new]
    wanted += [change.after.get("vendor") for change in plan.changed]
    names = [str(name) for name in dict.fromkeys(wanted) if name]
    found = {row.name: row for row in Vendor.objects.filter(name__in=names)}
    made = [add_vendor(name=name, by=by) for name in names if name not in found]
    return found | {row.name: row for row in made}, made


def add(
    evaluation: Evaluation, plan: RowsPlan, vendors: dict[str, Vendor]
) -> list[Candidate]:
    """Put the new ones on the long list."""
    rows = []
    for line in plan.new:
        values = dict(line.values)
        vendor = vendors.get(values.pop("vendor", ""))
        (name,) = line.key
        row = Candidate(evaluation=evaluation, name=name, vendor=vendor, **values)
        clean(row)
        rows.append(row)
    return create_all(rows)


def change(
    evaluation: Evaluation, plan: RowsPlan, vendors: dict[str, Vendor]
) -> dict[str, list[dict[str, Any]]]:
    """Write what differs; by id, the row before and after."""
    names = [change.line.key[0] for change in plan.changed]
    locked = Candidate.objects.select_for_update(of=("self",), no_key=True).filter(
        evaluation=evaluation, name__in=names
    )
    rows = {row.name: row for row in locked}
    kept = {}
    for one in plan.changed:
        row = rows[one.line.key[0]]
        before = journal.snapshot(row, STATE)
        for field, value in one.after.items():
            setattr(row, field, vendors[value] if field == "vendor" else value)
        if row.invited_at and str(row.vendor_id) != before["vendor_id"]:
            raise Refused(
                f"The vendor of {row.name} is invited, so it stays. Blank the cell."
            )
        clean(row)
        kept[str(row.pk)] = [before, journal.snapshot(row, STATE)]
    save(list(rows.values()))
    return kept


def clean(row: Candidate) -> None:
    """Validate a row's own fields, and that its vendor fits its kind."""
    check_vendor(row)
    try:
        row.clean_fields(exclude={"evaluation", "vendor"})
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise Invalid(f"{row.name}: {field}: {sentences[0]}") from error


def save(rows: list[Candidate]) -> None:
    """Write what an import writes."""
    fields = [field.removesuffix("_id") for field in WRITTEN]
    Candidate.objects.bulk_update(rows, fields, batch_size=BATCH)


def undo(imported: Import, by: User) -> None:
    """Take out what is new and unused, and put back the words of the rest."""
    evaluation = imported.evaluation
    require_stage(evaluation, *STAGES)
    new, changed = imported.kept["new"], imported.kept["changed"]
    locked = Candidate.objects.select_for_update(of=("self",), no_key=True).filter(
        evaluation=evaluation
    )
    rows = {str(row.pk): row for row in locked}
    expected = new | {key: after for key, (_, after) in changed.items()}
    refuse_moved(
        rows[key].name if key in rows else "a candidate that is gone"
        for key, after in expected.items()
        if key not in rows or journal.snapshot(rows[key], after) != after
    )
    for key, (before, _) in changed.items():
        for field in before.keys() & WRITTEN:
            setattr(rows[key], field, before[field])
    save([rows[key] for key in changed])
    ours = Candidate.objects.filter(evaluation=evaluation)
    delete_unused(ours, new, str)
    # Somebody who has one locked has use for it; nobody is waited for.
    unlocked = Vendor.objects.select_for_update(of=("self",), skip_locked=True)
    for vendor in unlocked.filter(pk__in=imported.kept["vendors"]):
        try:
            vendor.delete()
        except ProtectedError:
            continue  # Somebody has use for it by now.
    journal.record(
        evaluation=evaluation,
        action="candidates.put_back",
        subject=evaluation,
        by=by,
        before={rows[key].name: after for key, after in expected.items()},
        after={rows[key].name: before for key, (before, _) in changed.items()},
    )
