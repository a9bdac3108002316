"""Taking the costs of a spreadsheet into an evaluation.

While prices are sealed the journal tells that lines came in, not their amounts.
"""

import datetime
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from evaltracker.errors import Invalid, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import change as policy_change
from evaltracker.evaluations.policy import (
    change_all,
    checked,
    lock,
    require_open,
    require_owner,
)
from evaltracker.importing.rows import RowsPlan, moved_since
from evaltracker.importing.services.log import log_import, refuse_repeat, told_of
from evaltracker.requirements.services.requirements import refuse_problems
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.processes import create_all
from evaltracker.toolbox.text import Inputs
from vendors.choices import CostState, PriceSource
from vendors.costs import CODES, check_shares
from vendors.imports.costs import KnownCosts
from vendors.models import Candidate, CostLine, ExchangeRate
from vendors.selectors import tiers_of
from vendors.services import mailed_sheets as mailed_sheets
from vendors.services.candidates import lock_candidate
from vendors.services.costs import (
    KIND,
    PRICE_FIELDS,
    SAVED,
    WRITTEN,
    fill,
    key_of,
    lines_of,
    locked,
    open_part,
    set_cost_line,
    state_of,
)
from vendors.services.mailed_sheets import names_of

# Changing some of what a cost line says, and adding one that is not there yet.

AMOUNTS = ("low", "likely", "high")


@transaction.atomic
def change_cost_line(*, line: CostLine, by: By, **changes: Any) -> CostLine:
    """Change these fields of a line; what is not named stands.

    An amount makes the line priced, and whatever is not priced has no amounts. A low
    or high that was the likely amount goes with it.

    Raises:
        Forbidden: not the owner. Refused: it has ended. Invalid: by field.

    """
    candidate = lock_candidate(line.candidate)
    line = CostLine.objects.get(pk=line.pk)
    values = {name: getattr(line, name) for name in PRICE_FIELDS}
    values["tiers"] = tiers_of(line.tiers)
    del values["said_by"]
    if changes.get("likely") is not None and "state" not in changes:
        changes["state"] = CostState.PRICED
    for name in ("low", "high"):
        if values[name] == line.likely:
            values[name] = None
    if changes.get("state", CostState.PRICED) != CostState.PRICED:
        values |= {**dict.fromkeys(AMOUNTS), "tiers": ()}
    return set_cost_line(candidate=candidate, by=by, **(values | changes))


@transaction.atomic
def add_cost_line(
    *, candidate: Candidate, kind: str, by: By, label: str = "", **values: Any
) -> CostLine:
    """Write a line that is not there yet; without an amount it is unsaid.

    Raises:
        Forbidden: not the owner. Refused: it has ended. Invalid: by field, or the
            candidate has a line of this kind and part.

    """
    candidate = lock_candidate(candidate)
    same = CostLine.objects.filter(candidate=candidate, kind=kind, label=label)
    if same.exists():
        said = f"{candidate} has such a line. Change it, or name the part of this one."
        raise Invalid(said, errors={"kind": [said]})
    if values.get("likely") is None:
        values.setdefault("state", CostState.UNSAID)
    return set_cost_line(candidate=candidate, kind=kind, label=label, by=by, **values)


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


# In which shares a candidate is paid.


@transaction.atomic
def set_payments(
    *, candidate: Candidate, payments: Sequence[tuple[Decimal, str]], by: By
) -> Candidate:
    """Write the payment plan: shares in per cent and when each is paid, in order.

    It tells no amount, so it is not sealed. An empty plan takes it away.

    Raises:
        Forbidden: not the owner. Refused: it has ended.
        Invalid: the shares do not sum to exactly 100%, or a date has no words.

    """
    candidate = lock_candidate(candidate)
    require_owner(by, candidate.evaluation)
    require_open(candidate.evaluation)
    inputs = Inputs()
    plan = [
        {"share": str(share), "when": inputs.line("payments", when, limit=100)}
        for share, when in payments
    ]
    try:
        if plan:
            check_shares(share for share, _ in payments)
    except ValueError as error:
        inputs.refuse("payments", str(error))
    inputs.check()
    before, after = policy_change(candidate, payments=plan)
    if after:
        journal.record(
            evaluation=candidate.evaluation,
            action="payments.set",
            subject=candidate,
            by=by,
            before=before,
            after=after,
        )
    return candidate


# What foreign prices are counted with: one dated rate per currency.

FIELDS = ("currency", "base", "rate", "rated_on", "source")


@transaction.atomic
def set_rate(
    *,
    evaluation: Evaluation,
    currency: str,
    rate: Decimal,
    rated_on: datetime.date,
    source: str,
    by: By,
) -> ExchangeRate:
    """Write what one unit of a currency is in the evaluation's own; it is replaced.

    Every line in that currency without a rate of its own is counted with it from now
    on; what was frozen with a decision keeps the rate of then.

    Raises:
        Forbidden: not the owner. Refused: it has ended. Invalid: by field.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    require_open(evaluation)
    inputs = Inputs()
    values: dict[str, Any] = {
        "base": evaluation.currency,
        "rate": rate,
        "rated_on": rated_on,
        "source": inputs.line("source", source, limit=200),
    }
    if currency not in CODES:
        inputs.refuse("currency", "Write the currency as its code, such as EUR.")
    elif currency == evaluation.currency:
        inputs.refuse("currency", f"{currency} is what everything is counted in.")
    if rated_on > today_in(evaluation.zone):
        inputs.refuse("rated_on", "A rate cannot be of a day to come.")
    inputs.check()
    row = ExchangeRate.objects.filter(evaluation=evaluation, currency=currency).first()
    if row is None:
        row = ExchangeRate(evaluation=evaluation, currency=currency, **values)
        checked(row)
        row.save()
        before: dict[str, Any] = {}
        after = journal.snapshot(row, FIELDS)
    else:
        before, after = policy_change(row, **values)
    if after:
        journal.record(
            evaluation=evaluation,
            action="rate.set",
            subject=row,
            by=by,
            before=before,
            after={"currency": currency, **after},
        )
    return row


@transaction.atomic
def remove_rate(*, rate: ExchangeRate, by: By) -> None:
    """Take a rate out; prices in its currency without their own count as unsaid."""
    evaluation = lock(rate.evaluation)
    require_owner(by, evaluation)
    require_open(evaluation)
    journal.record(
        evaluation=evaluation,
        action="rate.removed",
        subject=rate,
        by=by,
        before=journal.snapshot(rate, FIELDS),
    )
    rate.delete()
