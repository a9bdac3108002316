"""Taking the costs of a spreadsheet into an evaluation.

While prices are sealed the journal tells that lines came in, not their amounts.
"""

import uuid
from typing import Any

from django.db import transaction

from evaltracker.errors import Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import change_all, lock, require_open, require_owner
from evaltracker.importing.rows import RowsPlan, moved_since
from evaltracker.importing.services.import_log import log_import, refuse_repeat, told_of
from evaltracker.kit.batches import create_all
from evaltracker.requirements.services.imports import refuse_problems
from vendors.choices import PriceSource
from vendors.imports.costs import KnownCosts
from vendors.models import Candidate, CostLine
from vendors.services import cost_undo as cost_undo
from vendors.services.cost_rows import (
    KIND,
    SAVED,
    WRITTEN,
    fill,
    key_of,
    lines_of,
    locked,
    open_part,
    state_of,
)
from vendors.services.imports import names_of


def known_costs(*, evaluation: Evaluation) -> KnownCosts:
    """What the evaluation has, for a plan to compare a file with; for the owner."""
    candidates = Candidate.objects.filter(evaluation=evaluation)
    return KnownCosts(
        candidates={
            row.name: names_of(row) for row in candidates.select_related("vendor")
        },
        currency=evaluation.currency,
        lines={
            key_of(row): {field: getattr(row, field) for field in WRITTEN}
            for row in lines_of(evaluation)
        },
    )


@transaction.atomic
def import_costs(
    *,
    evaluation: Evaluation,
    plan: RowsPlan,
    by: User,
    import_id: uuid.UUID | None = None,
) -> dict[str, int]:
    """Do what `plan` says, all of it or nothing, as one journal entry.

    Raises:
        Forbidden: not the owner. Refused: it has ended, or done already.
        Invalid: the plan has problems. Stale: the costs changed since.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    refuse_repeat(import_id)
    require_open(evaluation)
    refuse_problems(plan.problems)
    candidates = locked(evaluation)
    moved = moved_since(plan, known_costs(evaluation=evaluation).lines)
    gone = [line.name for line in plan.new if line.key[0] not in candidates]
    if moved or gone:
        raise Stale(
            "The costs changed since the file was compared with them. Import it again "
            "to see the difference.",
            difference=", ".join([*moved, *gone]),
        )
    if not (plan.new or plan.changed):
        return plan.counts
    added = []
    for line in plan.new:
        name, kind, label = line.key
        row = CostLine(candidate=candidates[name], kind=kind, label=label)
        row.currency, row.said_by = evaluation.currency, PriceSource.FILE
        added.append(fill(row, line.values))
    touched, kept = change(evaluation, plan)
    create_all(added)
    kept["new"] = {str(row.pk): state_of(row) for row in added}
    log_import(
        evaluation=evaluation,
        kind=KIND,
        plan=plan,
        by=by,
        kept=kept,
        import_id=import_id,
    )
    tell(evaluation, plan, [*added, *touched], by)
    return plan.counts


def change(
    evaluation: Evaluation, plan: RowsPlan
) -> tuple[list[CostLine], dict[str, Any]]:
    """Write what differs; the lines, and what undoing that needs."""
    rows = {key_of(row): row for row in lines_of(evaluation)}
    kept: dict[str, Any] = {}
    touched = []
    for one in plan.changed:
        row = rows[one.line.key]
        before = state_of(row) | {"said_by": row.said_by}
        touched.append(fill(row, {**one.after, "said_by": PriceSource.FILE}))
        kept[str(row.pk)] = [before, state_of(row)]
    change_all(touched, SAVED)
    return touched, {"changed": kept}


def tell(
    evaluation: Evaluation, plan: RowsPlan, rows: list[CostLine], by: User
) -> None:
    """Write the whole import into the journal; amounts only once they are open."""
    journal.record(
        evaluation=evaluation,
        action="costs.imported",
        subject=evaluation,
        by=by,
        before={it.line.name: open_part(evaluation, it.before) for it in plan.changed},
        after=told_of(
            plan,
            new={it.name: open_part(evaluation, it.values) for it in plan.new},
            changed={
                it.line.name: open_part(evaluation, it.after) for it in plan.changed
            },
        ),
        rows=rows,
    )
