"""T32: many writers, some of whom change their mind, and six falsifications.

`./dev bench journal` does it with 8 × 500 entries.
"""

from collections.abc import Callable

import pytest

from evaltracker.evaluations.models import Entry, Evaluation, JournalHead
from evaltracker.evaluations.verifying import find_break
from evaltracker.requirements.services.evaluations import change_brief
from tests.at_once import at_once
from tests.evaluations.tampering import TAMPERINGS, found
from tests.evaluations.writing import write_entries
from tests.factories import common

WRITERS, EACH = 8, 25


@pytest.fixture
def where(db: None) -> Evaluation:
    made = common.evaluation()
    for number in range(8):
        change_brief(evaluation=made, by=made.owner, problem=f"Problem {number}")
    return made


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_t32_writers_that_roll_back_leave_a_chain_without_a_break(
    figure: Callable[[str], None],
) -> None:
    where = common.evaluation()
    kept = at_once(WRITERS, lambda number: write_entries(where, number, EACH))
    written = sum(int(str(value)) for value in kept)
    assert written < WRITERS * EACH
    assert find_break(where) is None
    assert Entry.objects.filter(evaluation=where).count() == written + 1
    assert JournalHead.objects.get(evaluation=where).count == written + 1
    figure(f"T32: {WRITERS} writers × {EACH}, a tenth rolled back: 0 broken links")


@pytest.mark.django_db
@pytest.mark.parametrize("name", TAMPERINGS)
def test_t32_each_falsification_is_found(where: Evaluation, name: str) -> None:
    assert found(where, name)
    assert find_break(where) is None


@pytest.mark.django_db
def test_t32_is_told(where: Evaluation, figure: Callable[[str], None]) -> None:
    told = {name: found(where, name) for name in TAMPERINGS}
    assert all(told.values())
    figure(f"T32: {len(told)} of {len(told)} falsifications found")
