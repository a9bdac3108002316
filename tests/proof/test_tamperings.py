"""T67: of all rewritings of a row that something rests on, none is unnoticed."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from evaltracker.evaluations.models import CommittedRecord, Evaluation
from evaltracker.evaluations.tables import Said, compare_tables
from evaltracker.evaluations.verifying import find_break
from tests.factories.demo import purchases
from tests.journeys.test_demo import load_demo
from tests.lock_order import made_once
from tests.proof.tamperings import (
    Tampering,
    evaluation_of,
    fill_up,
    tables,
    taken_back,
    tamperings,
    undecided,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
# Of each table: changed, added or removed in turn, by its place.
ONE_OF_EACH = "one of each table"


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, loaded once for this file and taken back after it."""
    with made_once(django_db_blocker, purchases, load_demo, fill_up):
        yield


@cache
def read(where: Evaluation) -> Said:
    """What the journal says; nothing of it is tampered with here."""
    said = Said()
    assert find_break(where, read=said.read) is None
    return said


def in_turn() -> Iterator[Tampering]:
    """Of each table one rewriting: the first is changed, the next gets a row more, the
    next loses one. Where the database refuses that, the next way is tried."""
    by_table: dict[type[Any], list[Tampering]] = {}
    for tampering in tamperings():
        by_table.setdefault(type(tampering.row), []).append(tampering)
    for place, ways in enumerate(by_table.values()):
        turn = place % len(ways)
        yield next(
            (way for way in [*ways[turn:], *ways[:turn]] if is_possible(way)),
            ways[turn],
        )


def is_possible(tampering: Tampering) -> bool:
    """Whether the database lets it be done; nothing of it stays."""
    with taken_back(caches=True):
        return tampering.do()


@pytest.mark.parametrize(
    ("chosen", "least"),
    [
        pytest.param(in_turn, 50, id=ONE_OF_EACH),
        pytest.param(
            tamperings,
            200,
            id="all",
            marks=pytest.mark.nightly(
                reason="every way to rewrite a row of each table; each push tries one",
                short=f"[{ONE_OF_EACH}]",
            ),
        ),
    ],
)
def test_none_is_unnoticed(
    figure: Callable[[str], None],
    chosen: Callable[[], Iterator[Tampering]],
    least: int,
) -> None:
    others = Evaluation.objects.all()
    for where in others:
        assert not compare_tables(where, read(where)).differences
    unnoticed, refused, done = [], [], 0
    for tampering in chosen():
        where = evaluation_of(tampering.row)
        for caches in (True, False):
            with taken_back(caches=caches):
                if not tampering.do():
                    refused.append(str(tampering))
                    continue
                done += 1
                if not any(
                    compare_tables(other, read(other)).differences
                    for other in (where, *others.exclude(pk=where.pk))
                ):
                    unnoticed.append(str(tampering))
    figure(f"T67: {done} tamperings, {len(unnoticed)} unnoticed, refused {refused}")
    assert not unnoticed
    assert done >= least


def test_every_table_that_counts_has_a_row_to_tamper_with() -> None:
    empty = {
        model._meta.label_lower
        for model in tables()
        if issubclass(model, CommittedRecord) and not model._base_manager.exists()
    }
    assert not empty


def test_each_table_is_committed_or_says_why_not() -> None:
    assert not undecided()
