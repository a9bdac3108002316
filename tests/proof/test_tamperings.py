"""T67: of all rewritings of a row that something rests on, none is unnoticed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from evaltracker.evaluations.models import CommittedRecord, Evaluation
from evaltracker.evaluations.tables import Difference, JournalState, compare_tables
from evaltracker.evaluations.verifying import find_break
from tests.factories.demo import purchases
from tests.journeys.test_demo import load_demo
from tests.lock_order import made_once
from tests.proof.tamperings import (
    Tampering,
    evaluation_of,
    fill_up,
    is_told,
    tables,
    taken_back,
    tamperings,
    undecided,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
# Of each table: changed, added or removed in turn, by its place.
ONE_OF_EACH = "one of each table"
# What the comparison says of a row that is not there any more.
GONE = "is gone"


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, loaded once for this file and taken back after it."""
    with made_once(django_db_blocker, purchases, load_demo, fill_up):
        yield


@cache
def read(where: Evaluation) -> JournalState:
    """What the journal says; nothing of it is tampered with here."""
    said = JournalState()
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


def in_groups(chosen: Iterator[Tampering]) -> Iterator[list[Tampering]]:
    """Those of a kind together, so that one comparison has all of them to find. Alone
    is what is found otherwise than by its own row, or named for another's."""
    groups: dict[str, list[Tampering]] = {}
    for tampering in chosen:
        if is_told(tampering) and not reads_others(type(tampering.row)):
            groups.setdefault(tampering.verb, []).append(tampering)
        else:
            yield [tampering]
    yield from groups.values()


def reads_others(model: type[CommittedRecord]) -> bool:
    """Whether a row of it may be named for what was done to another."""
    bases = model.__mro__[: model.__mro__.index(CommittedRecord)]
    return any("contradictions" in vars(base) for base in bases)


def one_by_one(chosen: Iterator[Tampering]) -> Iterator[list[Tampering]]:
    return ([tampering] for tampering in chosen)


@dataclass
class Tried:
    """What came of rewritings; a line of `refused` and `unnoticed` for each."""

    done: int = 0
    refused: list[str] = field(default_factory=list)
    unnoticed: list[str] = field(default_factory=list)

    def alone(self, tampering: Tampering, *, caches: bool) -> None:
        where = evaluation_of(tampering.row)
        others = Evaluation.objects.exclude(pk=where.pk)
        with taken_back(caches=caches):
            if not tampering.do():
                self.refused.append(str(tampering))
                return
            self.done += 1
            if not any(differences(other) for other in (where, *others)):
                self.unnoticed.append(str(tampering))

    def together(self, group: Sequence[Tampering], *, caches: bool) -> None:
        """All of a group before one comparison, which has to name each by its row. One
        that it does not, since another hides it or the database refused it, is tried
        alone."""
        homes = {evaluation_of(tampering.row) for tampering in group}
        with taken_back(caches=caches):
            rewritten = {
                tampering: pk for tampering in group if (pk := done_to(tampering))
            }
            named = {
                (difference.table, difference.key, difference.sentence == GONE)
                for home in homes
                for difference in differences(home)
            }
        for tampering in group:
            kind = str(tampering.row._meta.verbose_name)
            pk = rewritten.get(tampering, "")
            if (kind, pk, tampering.verb == "removed") in named:
                self.done += 1
            else:
                self.alone(tampering, caches=caches)


def done_to(tampering: Tampering) -> str:
    """Do it; the key of the row that it changed, added or removed, blank if refused."""
    rows = type(tampering.row)._base_manager
    before = {*rows.values_list("pk", flat=True)}
    if not tampering.do():
        return ""
    added = {*rows.values_list("pk", flat=True)} - before
    return str(added.pop() if added else tampering.row.pk)


def differences(where: Evaluation) -> list[Difference]:
    return compare_tables(where, read(where)).differences


@pytest.mark.parametrize(
    ("chosen", "grouped", "least"),
    [
        pytest.param(in_turn, in_groups, 50, id=ONE_OF_EACH),
        pytest.param(
            tamperings,
            one_by_one,
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
    grouped: Callable[[Iterator[Tampering]], Iterator[list[Tampering]]],
    least: int,
) -> None:
    for where in Evaluation.objects.all():
        assert not differences(where)

    tried = Tried()
    for group in grouped(chosen()):
        for caches in (True, False):
            if len(group) == 1:
                tried.alone(group[0], caches=caches)
            else:
                tried.together(group, caches=caches)

    figure(
        f"T67: {tried.done} tamperings, {len(tried.unnoticed)} unnoticed, "
        f"refused {tried.refused}"
    )
    assert not tried.unnoticed
    assert tried.done >= least


def test_every_table_that_counts_has_a_row_to_tamper_with() -> None:
    empty = {
        model._meta.label_lower
        for model in tables()
        if issubclass(model, CommittedRecord) and not model._base_manager.exists()
    }
    assert not empty


def test_each_table_is_committed_or_says_why_not() -> None:
    assert not undecided()
