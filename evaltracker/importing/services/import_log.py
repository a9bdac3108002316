"""What came in from files: each import a row, so that it can be recognised and undone.

How a kind is undone is said in its declaration (`take_back`).
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import batched
from typing import Any

from django.db import models, transaction
from django.db.models.deletion import get_candidate_relations_to_delete
from django.utils import timezone

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Import, User
from evaltracker.evaluations.policy import lock, require_open, require_owner
from evaltracker.importing.kinds import KINDS
from evaltracker.importing.plan import Plan

SHOWN = 10
BATCH = 5_000
REST = "rest"


def refuse_repeat(import_id: uuid.UUID | None) -> None:
    """Refuse to do once more what one yes has done; call it under the lock."""
    done = Import.objects.filter(pk=import_id).first() if import_id else None
    if done is not None:
        raise Refused(
            f"“{done.filename}” was imported by this very yes already.",
            code="imported",
        )


def log_import(
    *,
    evaluation: Evaluation,
    kind: str,
    plan: Plan[Any, Any],
    by: By,
    kept: Mapping[str, Any],
    import_id: uuid.UUID | None = None,
) -> Import:
    """Write down that a file came in, in the caller's transaction.

    `kept` is what undoing needs. Without an `import_id` (a command) it gets a new one.
    """
    row = Import(
        evaluation=evaluation,
        kind=kind,
        filename=plan.filename[:200],
        sha256=plan.sha256,
        by=actor_of(by).user,
        counts=plan.counts,
        kept=journal.plain({**kept, REST: list(plan.rest)} if plan.rest else {**kept}),
    )
    if import_id is not None:
        row.pk = import_id
    row.save(force_insert=True)
    return row


def told_of(plan: Plan[Any, Any], *, new: Any, changed: Any) -> dict[str, Any]:
    """What the journal says of a file that came in; `new` and `changed` by name."""
    return {
        "file": plan.filename,
        "sha256": plan.sha256,
        "new": new,
        "changed": changed,
        "same": len(plan.same),
    } | edits_in_words(plan)


def edits_in_words(plan: Plan[Any, Any]) -> dict[str, Any]:
    """Which cells were typed anew and which rows left out by hand: places alone, for
    what stood there may be sealed."""
    edits = plan.edits
    left = {sheet: [row.number for row in rows] for sheet, rows in edits.left.items()}
    return ({"typed": list(edits.typed)} if edits.typed else {}) | (
        {"left_out": left} if left else {}
    )


@transaction.atomic
def undo_import(*, imported: Import, by: User) -> Import:
    """Put back what stood before an import, all of it or nothing.

    Raises:
        Forbidden: `by` is not the owner.
        Refused: undone already, too late, rows changed since (it names them), or
            such things are not imported any more.

    """
    evaluation = lock(imported.evaluation)
    imported = Import.objects.select_for_update(of=("self",), no_key=True).get(
        pk=imported.pk
    )
    imported.evaluation = evaluation
    require_owner(by, evaluation)
    require_open(evaluation)
    if imported.undone_at:
        raise Refused("This import was undone already.")
    if imported.kind not in KINDS:
        raise Refused("Such files are not imported any more. Change the rows by hand.")
    type(KINDS[imported.kind]).take_back(imported, by)
    # What it takes to undo is of no use any more, and may hold sealed values.
    imported.kept, imported.undone_by = {}, by
    imported.undone_at = timezone.now()
    imported.save(update_fields=["kept", "undone_at", "undone_by"])
    journal.record(
        evaluation=evaluation,
        action="import.undone",
        subject=imported,
        by=by,
        before={
            "kind": imported.kind,
            **imported.counts,
            "file": imported.filename,
        },
    )
    return imported


def refuse_moved(names: Iterable[str]) -> None:
    """Refuse to undo what somebody has worked on since, naming the rows."""
    moved = list(dict.fromkeys(names))
    if moved:
        shown = ", ".join(moved[:SHOWN])
        more = f" and {len(moved) - SHOWN:,} more" if len(moved) > SHOWN else ""
        raise Refused(
            "It cannot be undone, because these rows changed or were used since: "
            f"{shown}{more}. Change them by hand instead."
        )


def delete_unused[M: models.Model](
    rows: models.QuerySet[M], keys: Collection[str], name_of: Callable[[M], str]
) -> None:
    """Delete those of `rows` that have these keys, or refuse with the names of some.

    Each table that can point at them is asked once, by `rows` and not by their keys: of
    50,000 rows, Django's own `delete` asks each of a dozen tables a hundred times.

    Raises:
        Refused: something points at one of them.

    """
    pointed: set[str] = set()
    relations: Iterable[Any] = get_candidate_relations_to_delete(
        rows.model._meta  # type: ignore[arg-type]
    )
    for relation in relations:
        key = relation.field.attname
        pointing = relation.related_model._base_manager.filter(**{f"{key}__in": rows})
        pointed.update(map(str, pointing.order_by().values_list(key, flat=True)))
    used = pointed.intersection(keys)
    refuse_moved(sorted(map(name_of, rows.filter(pk__in=used))) if used else ())
    for batch in batched(keys, BATCH):
        # Nothing points at them, so there is nothing to collect.
        rows.filter(pk__in=batch)._raw_delete(rows.db)
