"""Every grid × every role: who reads it, and whose cells are saved.

With every push each is read by whoever differs, and by some of those who are alike.
"""

from typing import Any

import pytest

from evaltracker.evaluations.models import User
from evaltracker.pages.grid import GRIDS, CustomGrid
from tests.clients import signed_in
from tests.rights.addresses import grid_addresses
from tests.rights.table import (
    CLOSED_GRIDS,
    EVERYBODY,
    GRID_CELLS,
    OUTSIDE,
)
from tests.rights.test_pages import TURNS, in_turn

pytestmark = pytest.mark.django_db


def test_every_grid_stands_in_the_table() -> None:
    assert GRIDS.keys() == GRID_CELLS.keys()


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_a_grid_is_read_by_insiders_and_absent_for_others(
    people: dict[str, User], who: str, turns: int
) -> None:
    client = signed_in(people[who])
    addresses = grid_addresses()
    assert addresses.keys() == GRIDS.keys()
    asked = dict(in_turn(addresses, who, turns))
    got = {name: client.get(address).status_code for name, address in asked.items()}
    assert asked
    assert got == dict.fromkeys(asked, 404 if who in OUTSIDE else 200)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_a_cell_is_saved_for_whom_it_is(
    people: dict[str, User], who: str, turns: int
) -> None:
    client, wrong = signed_in(people[who]), []
    for name, address in in_turn(grid_addresses(), who, turns):
        column, value, allowed = GRID_CELLS[name]
        whole: Any = signed_in(people["lead"]).get(address).json()
        rows, columns = whole["rows"], whole["columns"]
        if isinstance(GRIDS[name], CustomGrid):
            open_to = next(one["name"] for one in columns if one["open"])
            row = next(one for one in rows if not one["fixed"])
            at = [row["id"], open_to]
            body: Any = {"block": [[value]], "at": at, "answers": {}}
        else:
            # The last, since a trial's first milestones are settled.
            row = [each for each in rows if each["cells"][column] != value][-1]
            seen = row["cells"][column]
            change = {"row": row["id"], "column": column, "from": seen, "to": value}
            body = {"cells": [change]}
        got = client.post(address, body, content_type="application/json").status_code
        hidden = who in OUTSIDE
        saved = 400 if name in CLOSED_GRIDS else 200
        right = saved if who in allowed else 404 if hidden else 403
        if got != right:
            wrong.append(f"{name} as {who}: {got}, not {right}")
    assert wrong == []
