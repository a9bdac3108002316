"""The same inputs on another day: only planned dates move, nothing that was found."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from evaltracker.workflow.memo.cells import cell_states
from trials.scoring import Availability, CellState, ValueState


def on_day(inputs: dict[str, Any], day: datetime.date, *, kept: bool) -> dict[str, Any]:
    """`inputs` as they would count on `day` if nothing else happened until then.

    A planned date that has passed by then without proof is slipped. With `kept`, every
    planned date up to that day counts as kept instead: what was planned is available
    now and still only claimed, for nobody has seen it.
    """
    later = {**inputs, "as_of": day.isoformat()}
    if not kept:
        return later
    later["candidates"] = [
        {**candidate, "cells": dict(cells_kept(candidate, inputs, day))}
        for candidate in inputs["candidates"]
    ]
    return later


def cells_kept(
    candidate: dict[str, Any], inputs: dict[str, Any], day: datetime.date
) -> Iterator[tuple[str, dict[str, Any]]]:
    """A candidate's cells by ref; planned dates up to that day were kept."""
    states = cell_states(candidate, inputs)
    for ref, cell in candidate["cells"].items():
        planned = planned_values(states[ref])
        yield ref, available(cell, [one for one, on in planned if on <= day])


def available(cell: dict[str, Any], values: list[ValueState]) -> dict[str, Any]:
    """A cell that is available now in these values."""
    if not values:
        return cell
    claim, means = cell["claim"], cell["claim"].get("means")
    if values[0].name and means is not None:
        means = {name: dict(answers) for name, answers in means.items()}
        for one in values:
            means[one.list_name][one.value] = [Availability.NOW, None]
        return {**cell, "claim": {**claim, "means": means}}
    now = {**claim, "availability": Availability.NOW, "available_from": None}
    return {**cell, "claim": now}


def planned_values(cell: CellState) -> list[tuple[ValueState, datetime.date]]:
    """What rests on a planned date that nobody has judged yet, with that date."""
    found = []
    for one in cell.values:
        claim = one.facts.claim
        if claim is None or claim.stale or one.facts.evidence:
            continue
        if claim.availability == Availability.PLANNED and claim.available_from:
            found.append((one, claim.available_from))
    return found


def planned_dates(inputs: dict[str, Any]) -> list[tuple[datetime.date, int]]:
    """The dates still ahead that something rests on, with how much; the next first."""
    cells = (
        cell
        for candidate in inputs["candidates"]
        if candidate["state"] != "eliminated"
        for cell in cell_states(candidate, inputs).values()
    )
    return dates_ahead(cells, datetime.date.fromisoformat(inputs["as_of"]))


def dates_ahead(
    cells: Iterable[CellState], today: datetime.date
) -> list[tuple[datetime.date, int]]:
    """The dates from `today` on that these cells rest on, with how many; the next
    first. A date counts once for a cell, in however many values it is planned."""
    ahead: Counter[datetime.date] = Counter()
    for cell in cells:
        ahead.update({on for _, on in planned_values(cell) if on >= today})
    return sorted(ahead.items())
