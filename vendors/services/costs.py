"""What candidates cost: typed, imported, paid, converted; sealed until opened."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from evaltracker.enumerations import Pricing, Recurrence
from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal, policy
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import AttachedFile, Evaluation, Import, User
from evaltracker.importing.services import imports
from evaltracker.rows.plan import ImportPlan
from evaltracker.rows.subjects import ParsedRecord
from evaltracker.talk.services import remove_files_of
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.processes import create_all
from evaltracker.toolbox.text import CallFields, listed
from vendors.choices import CostState, PriceSource
from vendors.costs import CODES, RISE, CostKind, Tier, check_shares, unasked
from vendors.costs.lines import contradiction, mixed_credit, no_percentage, stored_tier
from vendors.models import Candidate, CostLine, ExchangeRate
from vendors.selectors.costs import asked_of, kind_name, kinds_of, tiers_of
from vendors.services.candidates import lock_candidate, lock_candidates

# What everybody may read of a line, and what only open prices show.
OPEN_FIELDS = (
    *("kind", "label", "state", "unit", "recurrence", "currency", "quoted_on"),
    "said_by",
)
PRICE_FIELDS = (
    *OPEN_FIELDS,
    "low",
    "likely",
    "high",
    "quantity",
    "pricing",
    "tiers",
    "rate",
    "source_text",
    "source_url",
    "note",
)
# What makes a price that somebody said another one.
SAID = (
    *("state", "low", "likely", "high", "quantity", "unit", "pricing", "tiers"),
    *("recurrence", "currency"),
)


@transaction.atomic
def set_cost_line(
    *,
    candidate: Candidate,
    kind: str,
    by: By,
    label: str = "",
    state: str = CostState.PRICED,
    low: Decimal | None = None,
    likely: Decimal | None = None,
    high: Decimal | None = None,
    quantity: Decimal | int = 1,
    unit: str = "",
    pricing: str = "",
    tiers: Sequence[Tier] = (),
    recurrence: str = Recurrence.ONCE,
    currency: str = "",
    rate: Decimal | None = None,
    source_text: str = "",
    source_url: str = "",
    quoted_on: datetime.date | None = None,
    note: str = "",
) -> CostLine:
    """Write what one kind of cost comes to; the same kind and label is replaced.

    `likely` alone stands for all three amounts. Blank `pricing` is by the unit;
    `tiers` are those after the first, which the amounts themselves are. While prices
    are sealed the journal tells that the line changed, not its amounts.
    """
    candidate = lock_candidate(candidate)
    policy.check_owned(candidate.evaluation, by)
    pricing = pricing or Pricing.PER_UNIT
    inputs = CallFields()
    values: dict[str, Any] = {
        "state": state,
        "low": likely if low is None else low,
        "likely": likely,
        "high": likely if high is None else high,
        "quantity": quantity,
        "unit": inputs.line("unit", unit, limit=60, blank=True),
        "pricing": pricing,
        "tiers": [stored_tier(tier) for tier in tiers],
        "recurrence": recurrence,
        "currency": currency or candidate.evaluation.currency,
        "rate": rate,
        "source_text": inputs.line("source_text", source_text, limit=300, blank=True),
        "source_url": inputs.link("source_url", source_url),
        "quoted_on": quoted_on,
        "note": inputs.text("note", note, blank=True),
    }
    label = inputs.line("label", label, blank=True)
    check_price(inputs, kinds_of(candidate.evaluation), kind, label, values)
    check_tiers(inputs, values["state"], pricing, tiers)
    inputs.check()
    line, before, after = _write(candidate, kind, label, values)
    _record(candidate, line, "cost.set", by, before, after)
    return line


def set_price_change(*, candidate: Candidate, by: By, **values: Any) -> CostLine:
    """Write the kind that counts as the price change, in per cent a year."""
    kinds = kinds_of(candidate.evaluation)
    key = next((kind.key for kind in kinds if kind.counts_as == RISE), "")
    if not key:
        raise Refused("No kind of cost here counts as the price change.")
    return set_cost_line(
        candidate=candidate,
        kind=key,
        pricing=Pricing.PERCENT,
        recurrence=Recurrence.YEARLY,
        by=by,
        **values,
    )


@transaction.atomic
def mark_rest_unsaid(*, candidate: Candidate, by: By) -> list[CostLine]:
    """Note as unsaid every kind, and part, that is asked and has no line yet.

    It says that somebody asked and got no price, which is not a price of zero.
    """
    lines = CostLine.objects.filter(candidate=candidate)
    return [
        set_cost_line(
            candidate=candidate, kind=key, label=part, state=CostState.UNSAID, by=by
        )
        for key, part in unasked(asked_of(candidate, lines))
    ]


@transaction.atomic
def remove_cost_line(*, line: CostLine, by: By) -> None:
    candidate = lock_candidate(line.candidate)
    policy.check_owned(candidate.evaluation, by)
    before = journal.snapshot(line, PRICE_FIELDS)
    remove_files_of(
        topic="cost_line", subjects=[line.pk], evaluation=candidate.evaluation, by=by
    )
    line.delete()
    _record(candidate, line, "cost.removed", by, before, {})


def check_price(
    inputs: CallFields,
    kinds: Sequence[CostKind],
    key: str,
    label: str,
    values: dict[str, Any],
) -> None:
    kind = next((kind for kind in kinds if kind.key == key), None)
    if kind is None:
        names = ", ".join(kind.name for kind in kinds)
        sentence = _("“%(kind)s” is no kind of cost here. There are: %(kinds)s.")
        inputs.refuse("kind", sentence % {"kind": key, "kinds": names})
    if values["state"] == CostState.NOT_APPLICABLE and not values["note"]:
        inputs.refuse("note", _("Why does it not apply?"))
    if values["currency"] not in CODES:
        inputs.refuse("currency", _("Write the currency as its code, such as USD."))
    amounts = [values["low"], values["likely"], values["high"]]
    if values["state"] != CostState.PRICED:
        if any(amount is not None for amount in amounts):
            inputs.refuse("likely", _("Only a priced line carries an amount."))
    elif values["likely"] is None:
        inputs.refuse("likely", _("A priced line needs its likely amount."))
    elif sorted(amounts) != amounts:
        inputs.refuse("low", _("Low, likely and high must be in that order."))
    elif mixed := mixed_credit(amounts):
        inputs.refuse("low", mixed[0].upper() + mixed[1:])
    elif amounts[0] < 0 and values["tiers"]:
        inputs.refuse("tiers", _("A credit has no tiers."))
    elif values["pricing"] == Pricing.PERCENT:
        problem = no_percentage(kind.counts_as if kind else "", label, amounts)
        if problem:
            inputs.refuse("likely", problem[0].upper() + problem[1:])


def check_tiers(
    inputs: CallFields, state: str, pricing: str, tiers: Sequence[Tier]
) -> None:
    """Note tiers that make no sense; an unknown way of pricing the model refuses."""
    if state != CostState.PRICED:
        if tiers:
            problem = _("Only a priced line has tiers.")
        else:
            problem = None
    elif pricing in set(Pricing):
        problem = contradiction(Pricing(pricing), tiers)
    else:
        problem = None
    if problem:
        inputs.refuse("tiers", problem[0].upper() + problem[1:])


def _write(
    candidate: Candidate, kind: str, label: str, values: dict[str, Any]
) -> tuple[CostLine, dict[str, Any], dict[str, Any]]:
    """Add or replace the line; it, and what of it changed. The owner says a price that
    differs; notes and rates beside it are not the price."""
    line = CostLine.objects.filter(candidate=candidate, kind=kind, label=label).first()
    if line is None:
        values["said_by"] = PriceSource.OWNER
        line = CostLine(candidate=candidate, kind=kind, label=label, **values)
        policy.checked(line)
        line.save()
        return line, {}, journal.snapshot(line, PRICE_FIELDS)
    if any(getattr(line, name) != values[name] for name in SAID):
        values["said_by"] = PriceSource.OWNER
    return line, *policy.change(line, **values)


def _record(
    candidate: Candidate,
    line: CostLine,
    action: str,
    by: By,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    if not before and not after:
        return
    named: dict[str, Any] = {"candidate": candidate.name, "kind": kind_name(line)}
    home = candidate.evaluation
    if home.prices_opened_at is None:
        named["amounts"] = "sealed"
    before = open_part(home, before)
    after = {**open_part(home, after), **named, "label": line.label}
    journal.record(home, action, line, by, before=before, after=after)


KIND = "costs"
WRITTEN = (
    *("state", "low", "likely", "high", "quantity", "unit", "recurrence"),
    *("currency", "rate", "source_text", "source_url", "quoted_on", "note"),
    *("pricing", "tiers"),
)
# All that an import or a quote writes of a line; imports compare the above.
SAVED = (*WRITTEN, "said_by")
MONEY = ("low", "likely", "high", "quantity", "rate")


def fill(
    row: CostLine, values: Mapping[str, Any], kinds: Sequence[CostKind]
) -> CostLine:
    for field, value in values.items():
        setattr(row, field, value)
    if row.state != CostState.PRICED:
        row.tiers = []
    inputs = CallFields()
    stands = {field: getattr(row, field) for field in WRITTEN}
    check_price(inputs, kinds, row.kind, row.label, stands)
    check_tiers(inputs, row.state, row.pricing, tiers_of(row.tiers))
    inputs.check()
    try:
        row.clean_fields(exclude={"candidate"})
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise Invalid(f"{name_of(row)}: {field}: {sentences[0]}") from error
    return row


def open_part(evaluation: Evaluation, values: Mapping[str, Any]) -> dict[str, Any]:
    if evaluation.prices_opened_at is not None:
        return dict(values)
    return {key: value for key, value in values.items() if key in OPEN_FIELDS}


def state_of(row: CostLine) -> dict[str, Any]:
    state = journal.snapshot(row, WRITTEN)
    for field in MONEY:
        if state[field] is not None:
            state[field] = str(Decimal(state[field]).normalize())
    return state


def read_kept(kept: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(kept)
    for field in MONEY:
        if values[field] is not None:
            values[field] = Decimal(values[field])
    if values["quoted_on"]:
        values["quoted_on"] = datetime.date.fromisoformat(values["quoted_on"])
    return values


def lines_of(evaluation: Evaluation) -> Iterable[CostLine]:
    rows: Iterable[CostLine] = CostLine.objects.in_evaluation(
        evaluation
    ).select_related("candidate")
    return rows


def key_of(row: CostLine) -> tuple[str, ...]:
    return row.candidate.name, row.kind, row.label


def name_of(row: CostLine) -> str:
    return " / ".join(part for part in key_of(row) if part)


def undo(imported: Import, by: User) -> None:
    _put_back(imported.evaluation, imported.kept, by)


def _put_back(evaluation: Evaluation, kept: Mapping[str, Any], by: By) -> None:
    """Make costs what they were, while none of them was touched since."""
    kinds = kinds_of(evaluation)
    candidates = lock_candidates(evaluation)
    new = kept["new"]
    changed = kept["changed"]
    rows = {str(row.pk): row for row in lines_of(evaluation)}
    places = {key_of(row) for row in rows.values()}
    expected = new | {key: after for key, (_, after) in changed.items()}
    removed = {
        key: CostLine(
            pk=uuid.UUID(key),
            candidate=candidates[place[0]],
            kind=place[1],
            label=place[2],
        )
        for key, (place, _) in kept.get("removed", {}).items()
        if place[0] in candidates
    }
    imports.refuse_moved(
        [
            *(
                name_of(rows[key]) if key in rows else "a line that is gone"
                for key, after in expected.items()
                if key not in rows or state_of(rows[key]) != after
            ),
            *(name_of(row) for row in removed.values() if key_of(row) in places),
        ]
    )
    for key, (before, _after) in changed.items():
        fill(rows[key], read_kept(before), kinds)
    policy.change_all([rows[key] for key in changed], SAVED)
    create_all(
        [
            fill(row, read_kept(kept["removed"][key][1]), kinds)
            for key, row in removed.items()
        ]
    )
    remove_files_of(
        topic="cost_line",
        subjects=[rows[key].pk for key in new],
        evaluation=evaluation,
        by=by,
    )
    CostLine.objects.filter(pk__in=list(new)).delete()
    before = {
        name_of(rows[key]): open_part(evaluation, after)
        for key, after in expected.items()
    }
    after = {
        name_of(row): open_part(evaluation, state_of(row))
        for row in (*(rows[key] for key in changed), *removed.values())
    }
    journal.record(
        evaluation, "costs.put_back", evaluation, by, before=before, after=after
    )


# Prices that are typed or pasted into the grid: all of them, or none.

AMOUNTS = ("low", "likely", "high")
type Place = tuple[uuid.UUID, str, str]  # candidate, kind, part


@transaction.atomic
def write_price_cells(
    *, evaluation: Evaluation, cells: Mapping[Place, Mapping[str, Any] | None], by: By
) -> dict[str, Any]:
    """Write what these lines say, or take them out where nothing is given.

    Returns what `put_price_cells_back` takes, empty if nothing changed. While prices
    are sealed the journal tells that lines changed, not their amounts.
    """
    evaluation = policy.lock(evaluation)
    policy.check_owned(evaluation, by)
    candidates = {row.pk: row for row in lock_candidates(evaluation).values()}
    rows = {
        (row.candidate_id, row.kind, row.label): row for row in lines_of(evaluation)
    }
    kinds = kinds_of(evaluation)
    was = {
        place: state_of(rows[place]) | {"said_by": rows[place].said_by}
        for place in cells
        if place in rows
    }
    removed = [place for place in was if cells[place] is None]
    for place, values in cells.items():
        if values is not None:
            if place not in rows:
                rows[place] = CostLine(candidate=candidates[place[0]], kind=place[1])
                rows[place].label = place[2]
            fill(rows[place], values, kinds)
    now = {
        place: state_of(rows[place])
        for place, values in cells.items()
        if values is not None
    }
    added = [place for place in now if place not in was]
    touched = [
        place for place in now if place in was and was[place] != was[place] | now[place]
    ]
    if not (added or touched or removed):
        return {}
    _refuse_with_files(evaluation, [rows[place] for place in removed])
    for place in (*touched, *added):
        rows[place].said_by = PriceSource.OWNER
    policy.change_all([rows[place] for place in touched], SAVED)
    create_all([rows[place] for place in added])
    CostLine.objects.filter(pk__in=[rows[place].pk for place in removed]).delete()
    before = {
        name_of(rows[place]): open_part(evaluation, was[place])
        for place in (*touched, *removed)
    }
    after = {
        **{
            name_of(rows[place]): open_part(evaluation, now[place])
            for place in (*touched, *added)
        },
        "lines": len(added) + len(touched) + len(removed),
    }
    journal.record(
        evaluation, "costs.written", evaluation, by, before=before, after=after
    )
    return {
        "new": {str(rows[place].pk): now[place] for place in added},
        "changed": {str(rows[place].pk): [was[place], now[place]] for place in touched},
        "removed": {
            str(rows[place].pk): [key_of(rows[place]), was[place]] for place in removed
        },
    }


def _refuse_with_files(evaluation: Evaluation, rows: Sequence[CostLine]) -> None:
    ids = [row.pk for row in rows]
    files = AttachedFile.objects.kept().filter(topic="cost_line", subject_id__in=ids)
    names = {row.pk: name_of(row) for row in rows}
    if held := {names[file.subject_id] for file in files}:
        on = listed(sorted(held))
        raise Refused(f"Files hang on it; remove it in its form: {on}.")


@transaction.atomic
def put_price_cells_back(
    *, evaluation: Evaluation, kept: Mapping[str, Any], by: By
) -> None:
    """Undo what `write_price_cells` did; it is refused if a line changed meanwhile."""
    evaluation = policy.lock(evaluation)
    policy.check_owned(evaluation, by)
    _put_back(evaluation, kept, by)


def known_costs(*, evaluation: Evaluation) -> dict[tuple[str, ...], dict[str, Any]]:
    return {
        key_of(row): {field: getattr(row, field) for field in WRITTEN}
        for row in lines_of(evaluation)
    }


@transaction.atomic
def import_costs(
    *,
    evaluation: Evaluation,
    plan: ImportPlan,
    by: User,
    import_id: uuid.UUID | None = None,
) -> None:
    """Do what `plan` says, all of it or nothing, as one journal entry."""
    evaluation = policy.lock(evaluation)
    policy.require_owner(by, evaluation)
    imports.refuse_repeat(import_id)
    policy.require_open(evaluation)
    candidates = lock_candidates(evaluation)
    gone = [record.name for record in plan.new if record.key[0] not in candidates]
    imports.refuse_stale(plan, known_costs(evaluation=evaluation), gone)
    if not (plan.new or plan.changed):
        return
    kinds = kinds_of(evaluation)
    added = []
    for record in plan.new:
        name, kind, label = record.key
        row = CostLine(candidate=candidates[name], kind=kind, label=label)
        row.currency = evaluation.currency
        row.said_by = PriceSource.FILE
        added.append(fill(row, with_ends(record, record.values), kinds))
    rows = {key_of(row): row for row in lines_of(evaluation)}
    changed: dict[str, Any] = {}
    touched = []
    for change in plan.changed:
        row = rows[change.record.key]
        before = state_of(row) | {"said_by": row.said_by}
        values = with_ends(change.record, change.after)
        if row.pricing == Pricing.PERCENT and "likely" in change.after:
            # An amount of money in its place is no percentage any more.
            values = {"pricing": Pricing.PER_UNIT, **values}
        if row.state != CostState.PRICED and "state" in change.after:
            values = {"source_text": "", **values}
        touched.append(fill(row, {**values, "said_by": PriceSource.FILE}, kinds))
        changed[str(row.pk)] = [before, state_of(row)]
    policy.change_all(touched, SAVED)
    create_all(added)
    new = {str(row.pk): state_of(row) for row in added}
    imports.log_import(
        evaluation=evaluation,
        kind=KIND,
        plan=plan,
        by=by,
        kept={"new": new, "changed": changed},
        import_id=import_id,
        action="costs.imported",
        # Amounts are told only once they are open.
        before={
            change.record.name: open_part(evaluation, change.before)
            for change in plan.changed
        },
        new={record.name: open_part(evaluation, record.values) for record in plan.new},
        changed={
            change.record.name: open_part(evaluation, change.after)
            for change in plan.changed
        },
    )


def with_ends(record: ParsedRecord, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values; an amount whose ends the file does not say stands for all three."""
    if values.get("likely") is None:
        return dict(values)
    ends = {end: record.values.get(end, values["likely"]) for end in ("low", "high")}
    return {**values, **ends}


@transaction.atomic
def set_payments(
    *, candidate: Candidate, payments: Sequence[tuple[Decimal, str]], by: By
) -> Candidate:
    """Write the payment plan: shares in per cent and when each is paid, in order.

    It tells no amount, so it is not sealed. An empty plan takes it away.
    """
    candidate = lock_candidate(candidate)
    policy.check_owned(candidate.evaluation, by)
    inputs = CallFields()
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
    policy.change_and_tell(candidate, "payments.set", by, payments=plan)
    return candidate


RATE_FIELDS = ("currency", "base", "rate", "rated_on", "source")


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
    """
    evaluation = policy.lock(evaluation)
    policy.check_owned(evaluation, by)
    inputs = CallFields()
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
        policy.checked(row)
        row.save()
        before: dict[str, Any] = {}
        after = journal.snapshot(row, RATE_FIELDS)
    else:
        before, after = policy.change(row, **values)
    if after:
        after = {"currency": currency, **after}
        journal.record(evaluation, "rate.set", row, by, before=before, after=after)
    return row


@transaction.atomic
def remove_rate(*, rate: ExchangeRate, by: By) -> None:
    """Take a rate out; prices in its currency without their own count as unsaid."""
    evaluation = policy.lock(rate.evaluation)
    policy.check_owned(evaluation, by)
    rate.delete()
    journal.record(
        evaluation, "rate.removed", rate, by, before=journal.snapshot(rate, RATE_FIELDS)
    )
