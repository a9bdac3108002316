"""A pasted block ends as if each of its cells had been typed."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.pages.grid import GRIDS
from evaltracker.pages.grid_view import CellChange, GridContext, save_cells
from tests.tiers import by_tier

pytestmark = pytest.mark.django_db
COLUMNS = ("text", "priority", "weight", "metric")
TYPED = st.one_of(
    st.sampled_from(["must", "Should", "Could have", "", "lead time", "0", "11", "x"]),
    st.text(max_size=12),
    st.integers(-1, 12),
)
BLOCKS = st.dictionaries(
    st.tuples(st.sampled_from(["R1", "1.10"]), st.sampled_from(COLUMNS)),
    TYPED,
    min_size=1,
)


def changes_of(
    where: Evaluation, block: dict[tuple[str, str], Any]
) -> list[CellChange]:
    """The block as changes of the cells as they are now."""
    columns = {it.name: it for it in GRIDS["requirements"].columns(where, where.owner)}
    rows = {row.ref: row for row in where.requirements.select_related("metric")}
    return [
        CellChange(
            str(rows[ref].pk), columns[name], columns[name].value(rows[ref]), typed
        )
        for (ref, name), typed in block.items()
    ]


def outcome(where: Evaluation, blocks: list[dict[tuple[str, str], Any]]) -> Any:
    """The rows after saving what can be of each block; all taken back."""
    with transaction.atomic():
        for block in blocks:
            changes = changes_of(where, block)
            save_cells(GridContext(GRIDS["requirements"], where, where.owner), changes)
        rows = Requirement.objects.filter(evaluation=where).order_by("ref")
        found = list(rows.values_list("ref", *COLUMNS))
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize(
    "examples",
    by_tier(
        12,
        60,
        reason="the same with five times as many blocks",
    ),
)
def test_a_pasted_block_is_its_cells_typed_one_by_one(
    purchase: Evaluation, examples: int
) -> None:
    @settings(max_examples=examples, deadline=None, derandomize=True)
    @given(block=BLOCKS)
    def check(block: dict[tuple[str, str], Any]) -> None:
        each = [{place: typed} for place, typed in block.items()]
        assert outcome(purchase, [block]) == outcome(purchase, each)

    check()
