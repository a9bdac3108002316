"""Changing some of what a cost line says, and adding one that is not there yet."""

from typing import Any

from django.db import transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations.journal import By
from vendors.choices import CostState
from vendors.models import Candidate, CostLine
from vendors.selectors import tiers_of
from vendors.services.candidates import lock_candidate
from vendors.services.costs import PRICE_FIELDS, set_cost_line

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
