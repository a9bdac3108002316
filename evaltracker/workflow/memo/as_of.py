"""The same inputs on another day: only planned dates move, nothing that was found."""

import datetime
from collections.abc import Iterator
from typing import Any


def on_day(inputs: dict[str, Any], day: datetime.date, *, kept: bool) -> dict[str, Any]:
    """`inputs` as they would count on `day` if nothing else happened until then.

    A planned date that has passed by then without proof is slipped. With `kept`, every
    planned date up to that day counts as kept instead: what was planned is available
    now and still only claimed, for nobody has seen it.
    """
    return {
        **inputs,
        "as_of": day.isoformat(),
        "candidates": [
            {
                **candidate,
                "cells": {
                    ref: available(cell) if kept and due(cell, day) else cell
                    for ref, cell in candidate["cells"].items()
                },
            }
            for candidate in inputs["candidates"]
        ],
    }


def available(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell whose planned date was kept."""
    claim = {**cell["claim"], "availability": "now", "available_from": None}
    return {**cell, "claim": claim}


def due(cell: dict[str, Any], day: datetime.date) -> bool:
    """Whether the cell rests on a planned date that `day` has reached."""
    planned = planned_for(cell)
    return planned is not None and planned <= day


def planned_for(cell: dict[str, Any]) -> datetime.date | None:
    """The date that a cell rests on: planned, and nobody has judged it yet."""
    claim = cell["claim"]
    if claim is None or claim["stale"] or cell["evidence"]:
        return None
    if claim["availability"] != "planned" or claim["available_from"] is None:
        return None
    return datetime.date.fromisoformat(claim["available_from"])


def planned_dates(inputs: dict[str, Any]) -> list[tuple[datetime.date, int]]:
    """The dates still ahead that something rests on, with how much; the next first."""
    counted: dict[datetime.date, int] = {}
    for day in dates_ahead(inputs):
        counted[day] = counted.get(day, 0) + 1
    return sorted(counted.items())


def dates_ahead(inputs: dict[str, Any]) -> Iterator[datetime.date]:
    """Planned dates of all who are still in the choice, from the inputs' day on."""
    today = datetime.date.fromisoformat(inputs["as_of"])
    for candidate in inputs["candidates"]:
        if candidate["state"] != "eliminated":
            for cell in candidate["cells"].values():
                planned = planned_for(cell)
                if planned is not None and planned >= today:
                    yield planned
