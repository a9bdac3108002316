"""Undoing an import of requirements."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import ProtectedError

from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import (
    Category,
    Demand,
    Evaluation,
    Import,
    Requirement,
)
from evaltracker.evaluations.policy import is_published, require_stage
from evaltracker.importing.services.import_log import (
    delete_unused,
    refuse_moved,
)
from evaltracker.requirements.publishing import tell_followers
from evaltracker.requirements.services.demands import MUST_HOLD_FOR, demand_many
from evaltracker.requirements.services.requirements import WORDS, WRITABLE_STAGES

KIND = "requirements"
# Everything in a row that somebody may have changed since.
STATE = (
    *("category_id", "text", "priority", "weight"),
    *("vendor_help", "scorer_help", "measure", "metric_id", "metric_excuse"),
    *("revision", "retired_at"),
)
WRITTEN = (
    *("category_id", "text", "priority", "weight"),
    *("vendor_help", "scorer_help", "measure"),
)
BATCH = 500
# Hexadecimal digits: of a row that is new, its file says all the rest.
FINGERPRINT = 32
ENCODE = json.JSONEncoder(default=str, sort_keys=True).encode


def state_of(row: Requirement) -> dict[str, Any]:
    """A row as it can be compared later."""
    return journal.snapshot(row, STATE)


def is_as(kept: dict[str, Any] | str, row: Requirement, fields: list[str]) -> bool:
    """Whether a row is as it was kept, when it may have had fewer columns."""
    if isinstance(kept, str):
        return kept == fingerprint(row, fields)
    now = state_of(row)
    return all(now[field] == value for field, value in kept.items())


def fingerprint(row: Requirement, fields: Sequence[str]) -> str:
    """What tells whether one of these fields of a row has changed."""
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
    new, changed = imported.kept["new"], imported.kept["changed"]
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
    stood = {rows[key]: {MUST_HOLD_FOR: said} for key, said in marked.items()}
    demand_many(evaluation, stood, by)
    ours = Requirement.objects.in_evaluation(evaluation)
    demands = Demand.objects.filter(requirement__in=ours)
    theirs = [it.pk for it in demands if str(it.requirement_id) in new]
    demands.filter(pk__in=theirs).delete()
    delete_unused(ours, new, str)
    drop_categories(imported.kept["categories"])
    journal.record(
        evaluation=evaluation,
        action="requirements.put_back",
        subject=evaluation,
        by=by,
        before=stood_before,
        after={rows[key].ref: before for key, (before, _) in changed.items()},
    )


def put_back(
    evaluation: Evaluation,
    rows: dict[str, Requirement],
    changed: dict[str, list[dict[str, Any]]],
) -> None:
    """Write what stood before into the rows that the import changed."""
    if any(before["weight"] != after["weight"] for before, after in changed.values()):
        require_stage(evaluation, Stage.REQUIREMENTS)
    published, revised = is_published(evaluation), []
    for key, (before, after) in changed.items():
        row = rows[key]
        for field in before.keys() & WRITTEN:
            setattr(row, field, before[field])
        if published and any(before[it] != after[it] for it in WORDS & before.keys()):
            row.revision += 1
            revised.append(row)
    Requirement.objects.bulk_update(
        [rows[key] for key in changed],
        [field.removesuffix("_id") for field in (*WRITTEN, "revision")],
        batch_size=BATCH,
    )
    tell_followers(evaluation, added=[], changed=revised)


def drop_categories(keys: list[str]) -> None:
    """Delete the categories that came with the import and hold nothing else now."""
    for category in Category.objects.filter(pk__in=keys, requirements=None):
        try:
            category.delete()
        except ProtectedError:
            continue  # Somebody has weighed it; it stays, empty.
