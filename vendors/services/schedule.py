"""The price schedule: which kinds of cost an evaluation has, and their parts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from evaltracker.errors import NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import change, check_owned, checked, lock
from evaltracker.requirements.services.requirements import require_known
from evaltracker.requirements.services.templates import TEMPLATE_PARTS, TemplatePart
from evaltracker.toolbox.text import CallFields, free_name
from vendors.choices import CandidateKind, CostState, CountsAs
from vendors.models import CostLine, PriceItem
from vendors.selectors.costs import items_of

MOST_ITEMS = 60
NAME_LIMIT = 60
PART_LIMIT = 150
HELP_LIMIT = 300
# What a person changes of a row, and what the journal tells of it.
FIELDS = (
    *("name", "part", "group", "due", "unit", "quantity", "for_kinds", "counts_as"),
    *("rises", "help", "not_applicable"),
)
TOLD = ("kind", *FIELDS)
# What a template keeps of a row where it is not what a new row has.
KEPT = ("part", "unit", "quantity", "counts_as", "rises", "help")


def check_price_item(item: PriceItem, by: By) -> None:
    check_owned(item.evaluation, by)


def _owned(evaluation: Evaluation, by: By) -> tuple[Evaluation, list[PriceItem]]:
    evaluation = lock(evaluation)
    check_owned(evaluation, by)
    items = items_of(evaluation)
    for item in items:
        if item._state.adding:
            item.save()
    return evaluation, items


def _locked_item(
    item: PriceItem, by: By
) -> tuple[Evaluation, list[PriceItem], PriceItem]:
    evaluation, items = _owned(item.evaluation, by)
    for row in items:
        if row.pk == item.pk:
            return evaluation, items, row
    raise NotFound("This kind of cost was removed meanwhile.")


@transaction.atomic
def write_schedule(*, evaluation: Evaluation, by: By) -> None:
    """Write down the kinds of IT that an evaluation has while it has none of its own,
    so that they can be changed."""
    evaluation = lock(evaluation)
    is_written = evaluation.price_items.exists()
    evaluation, items = _owned(evaluation, by)
    if not is_written:
        _record(evaluation, "price_items.written", by, {"kinds": _names(items)})


@transaction.atomic
def add_price_item(
    *, evaluation: Evaluation, by: By, kind: str = "", **values: Any
) -> PriceItem:
    """Add a kind of cost at the end, or, with `kind` and `part`, a part of one."""
    require_known(values, frozenset(FIELDS))
    evaluation, items = _owned(evaluation, by)
    if len(items) >= MOST_ITEMS:
        raise Refused(f"A price schedule has at most {MOST_ITEMS} rows.")
    whole = next((row for row in items if row.kind == kind and not row.part), None)
    item = PriceItem(evaluation=evaluation, position=items[-1].position + 1)
    if not values.get("part"):
        item.kind = _key(str(values.get("name", "")), {row.kind for row in items})
    elif whole is None:
        raise Refused("Say of which kind it is a part.")
    else:
        for field in ("kind", "position", "group", "due", "unit", "quantity"):
            setattr(item, field, getattr(whole, field))
    for field, value in _read(item, items, values).items():
        setattr(item, field, value)
    checked(item)
    item.save()
    _record(evaluation, "price_item.added", by, journal.snapshot(item, TOLD), item)
    return item


@transaction.atomic
def change_price_item(*, item: PriceItem, by: By, **values: Any) -> PriceItem:
    """Change a row; its key, which lines and quotes name, stays."""
    require_known(values, frozenset(FIELDS))
    evaluation, items, item = _locked_item(item, by)
    before, after = change(item, **_read(item, items, values))
    if after:
        _record(evaluation, "price_item.changed", by, after, item, before)
    return item


@transaction.atomic
def remove_price_item(*, item: PriceItem, by: By) -> None:
    """Remove a row that no candidate has a line for; a kind goes with its parts."""
    evaluation, items, item = _locked_item(item, by)
    lines = _lines(evaluation).filter(kind=item.kind)
    if item.part:
        lines = lines.filter(label=item.part)
    count = lines.values("candidate").distinct().count()
    if count:
        if count == 1:
            who = "1 candidate has"
        else:
            who = f"{count} candidates have"
        raise Refused(f"{who} a line for it. Remove those first, or rename the kind.")
    going = [
        row
        for row in items
        if row.kind == item.kind and (not item.part or row.pk == item.pk)
    ]
    if len(going) == len(items):
        raise Refused("A purchase has at least one kind of cost.")
    before = journal.snapshot(item, TOLD)
    for row in going:
        row.delete()
    _record(evaluation, "price_item.removed", by, {}, item, before)


@transaction.atomic
def move_price_item(*, item: PriceItem, to: int, by: By) -> PriceItem:
    """Put a kind, with its parts, to another place of the order, counted from 1."""
    evaluation, items, item = _locked_item(item, by)
    keys = list(dict.fromkeys(row.kind for row in items))
    before = keys.index(item.kind) + 1
    keys.remove(item.kind)
    keys.insert(max(0, to - 1), item.kind)
    after = keys.index(item.kind) + 1
    if after != before:
        for row in items:
            change(row, position=keys.index(row.kind) + 1)
        details = {"place": after}
        _record(evaluation, "price_item.moved", by, details, item, {"place": before})
    return item


def take_costs(
    evaluation: Evaluation, rows: Sequence[Mapping[str, Any]], by: By
) -> None:
    """Put a template's kinds in the place of those that no candidate has a line for."""
    evaluation = lock(evaluation)
    check_owned(evaluation, by)
    there = items_of(evaluation)
    used = set(_lines(evaluation).values_list("kind", flat=True))
    kept = [row for row in there if row.kind in used]
    for row in there:
        if row.kind not in used and not row._state.adding:
            row.delete()
    keys = {(row.kind, row.part) for row in kept}
    names = {row.name.casefold() for row in kept}
    rises = any(row.counts_as == CountsAs.RISE for row in kept)
    new = [
        _item_of(evaluation, row)
        for row in rows
        if (row["kind"], row.get("part", "")) not in keys
        and (row.get("part") or row["name"].casefold() not in names)
        and not (rises and row.get("counts_as") == CountsAs.RISE)
    ]
    order = {row.kind: at for at, row in enumerate((*new, *kept), 1)}
    for row in (*new, *kept):
        row.position = order[row.kind]
        if row.part:
            row.name = ""
        checked(row)
        row.save()
    _record(evaluation, "price_items.taken", by, {"kinds": _names((*new, *kept))})


def _item_of(evaluation: Evaluation, row: Mapping[str, Any]) -> PriceItem:
    values = {name: row.get(name, "") for name in ("kind", "name", "group", "due")}
    values |= {name: row[name] for name in KEPT if name in row}
    for_kinds = _for_kinds(row.get("for", ()))
    return PriceItem(evaluation=evaluation, for_kinds=for_kinds, **values)


def kept_costs(evaluation: Evaluation) -> list[dict[str, Any]]:
    """What a template keeps of a schedule; no price, and no reason of this purchase."""
    plain = PriceItem()
    rows = []
    for item in items_of(evaluation):
        row: dict[str, Any] = {
            name: getattr(item, name) for name in ("kind", "name", "group", "due")
        }
        row["for"] = item.for_kinds or list(CandidateKind.values)
        for name in KEPT:
            value = getattr(item, name)
            if value != getattr(plain, name):
                row[name] = str(value) if name == "quantity" else value
        rows.append(row)
    return rows


TEMPLATE_PARTS.register("costs", TemplatePart(kept_costs, take_costs))


def _read(
    item: PriceItem, items: Sequence[PriceItem], values: Mapping[str, Any]
) -> dict[str, Any]:
    inputs = CallFields()
    read = dict(values)
    if item.part and "name" in read:
        read["part"] = read.pop("name")
        if _lines(item.evaluation).filter(kind=item.kind, label=item.part).exists():
            inputs.refuse("name", "There are prices for it by this name.")
    others = [row for row in items if row.pk != item.pk]
    limits = {"unit": 60, "help": HELP_LIMIT, "not_applicable": HELP_LIMIT}
    for field, limit in limits.items():
        if field in read:
            read[field] = inputs.line(field, read[field] or "", limit=limit, blank=True)
    if read.get("part"):
        read["part"] = inputs.line("part", read["part"], limit=PART_LIMIT)
        same = [row for row in others if row.kind == item.kind]
        if read["part"].casefold() in {row.part.casefold() for row in same}:
            inputs.refuse("part", "There is a part of this name already.")
    elif "name" in read:
        read["name"] = inputs.line("name", read["name"], limit=NAME_LIMIT)
        if read["name"].casefold() in {row.name.casefold() for row in others}:
            inputs.refuse("name", "There is a kind of this name already.")
    if read.get("for_kinds") is not None:
        read["for_kinds"] = _for_kinds(read["for_kinds"])
    if read.get("counts_as") == CountsAs.RISE:
        rises = [row for row in others if row.counts_as == CountsAs.RISE]
        for row in rises:
            inputs.refuse(
                "counts_as",
                f"“{row.name}” is the price change of this purchase already.",
            )
    if read.get("not_applicable"):
        priced = _lines(item.evaluation).filter(kind=item.kind, state=CostState.PRICED)
        if item.part:
            priced = priced.filter(label=item.part)
        if line := priced.first():
            sentence = f"{line.candidate} has a price for it, so it applies."
            inputs.refuse("not_applicable", sentence)
    inputs.check()
    return read


def _for_kinds(kinds: Iterable[str]) -> list[str]:
    """Kinds of candidate in their order; none says all."""
    requested = set(kinds)
    read = [str(kind) for kind in CandidateKind.values if kind in requested]
    if len(read) == len(CandidateKind.values):
        return []
    return read


def _key(name: str, taken: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", slugify(name))[:26].strip("_") or "kind"
    return free_name(stem, taken, "_")


def _lines(evaluation: Evaluation) -> Any:
    rows = CostLine.objects.in_evaluation(evaluation)
    return rows.select_related("candidate__vendor").order_by("candidate__name")


def _names(items: Iterable[PriceItem]) -> list[str]:
    return [row.name for row in items if not row.part]


def _record(
    evaluation: Evaluation,
    action: str,
    by: By,
    after: Mapping[str, Any],
    item: PriceItem | None = None,
    before: Mapping[str, Any] | None = None,
) -> None:
    journal.record(
        evaluation, action, item or evaluation, by, before=before, after=after
    )
