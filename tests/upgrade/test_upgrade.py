"""T56: an upgrade from 798e31d beside a long reader, people and a writing vendor.

At night beside a reader of 5 s; in full, beside one of 25 s, by
`T56_SECONDS=25 ./dev test --all tests/upgrade -n0 -s`. With every push the dump of that
version is restored and the first step of its upgrade is taken; that old code can live
with each step is asked by tests/architecture/test_migrations_and_old_code.py.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import psycopg
import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DEFAULT_DB_ALIAS, ConnectionHandler
from pytest_django import DjangoDbBlocker

from evaltracker import environment
from tests.upgrade.installation import VENDORS, WEB, Installation, restored
from tests.upgrade.watching import (
    Watch,
    claim,
    going_on,
    long_reader,
    look_at_pages,
    look_through_the_wall,
    person,
)

pytestmark = pytest.mark.postgres
SECONDS = float(os.environ.get("T56_SECONDS", "5"))
LONGEST_PAGE = 2.0
# What Django calls the database of the installation that is upgraded.
FORMER = "former"
THROUGH_THE_VIEWS = "-c search_path=vendor_sees,public"


# What every candidate costs and how much of it is known; one for both versions.
TOTALS = """
from vendors.models import Candidate
from vendors.selectors.costs import candidate_cost

for one in Candidate.objects.order_by("pk"):
    cost = candidate_cost(one)
    print(one.pk, cost.low, cost.likely, cost.high, cost.coverage.known, end=" ")
    print(cost.coverage.total)
"""
DECIDED = """
from evaltracker.decision.models import Decision

for one in Decision.objects.filter(decided_at__isnull=False):
    print(one.evaluation.slug)
"""


@pytest.mark.parametrize("version", ["798e31d"])
def test_what_it_wrote_is_there_and_its_upgrade_begins(
    version: str,
    monkeypatch: pytest.MonkeyPatch,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    watch = Watch()
    with restored(version) as place:
        with psycopg.connect(
            place.url("vendor"), options=THROUGH_THE_VIEWS, autocommit=True
        ) as wall:
            look_through_the_wall(watch, wall)
        assert watch.faults == []
        with psycopg.connect(place.owner) as database:
            rows = database.execute("SELECT id FROM vendors_candidate").fetchall()
        invited = {vendor["invitation"] for vendor in place.vendors()}
        assert invited <= {str(key) for (key,) in rows}
        with (
            django_db_blocker.unblock(),
            database_of(place, monkeypatch) as own,
        ):
            executor = MigrationExecutor(own)
            executor.loader.check_consistent_history(own)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            assert not any(is_backwards for _, is_backwards in plan)
            # Whoever upgrades has the first tables of each app already.
            assert not any(migration.initial for migration, _ in plan)
            first = (plan[0][0].app_label, plan[0][0].name)
            executor.migrate([first], plan[:1])
            assert first in MigrationExecutor(own).loader.applied_migrations


@contextmanager
def database_of(
    place: Installation, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BaseDatabaseWrapper]:
    """Its owner's connection, made of a DATABASE_URL as settings make theirs."""
    with monkeypatch.context() as patch:
        patch.setenv("DATABASE_URL", place.owner)
        settings = environment.database()
    # With all that Django adds to what is written down.
    whole = ConnectionHandler({DEFAULT_DB_ALIAS: settings}).settings[DEFAULT_DB_ALIAS]
    connections.settings[FORMER] = whole
    try:
        yield connections[FORMER]
    finally:
        connections[FORMER].close()
        del connections[FORMER]
        del connections.settings[FORMER]


@pytest.mark.nightly(
    reason="Upgrades in 55 core-seconds what each push restores and plans to upgrade.",
    short="::test_what_it_wrote_is_there_and_its_upgrade_begins[798e31d]",
)
@pytest.mark.parametrize("version", ["798e31d"])
def test_everybody_goes_on_while_it_is_upgraded(
    version: str, figure: Callable[[str], None]
) -> None:
    with restored(version) as place:
        costs = place.manage("shell", "-v", "0", "-c", TOTALS, old=True)
        assert costs.count("\n") > 5
        watch, took = Watch(), upgraded_beside_them(place)
        assert took.faults == []
        # A machine that is busy with other things is so for each page.
        assert max(took.pages) < LONGEST_PAGE + 5 * took.alone
        assert took.looks > 10
        figure(
            f"T56: from {version} beside a reader of {SECONDS:.0f} s: "
            f"{len(took.pages)} pages, longest {max(took.pages):.2f} s "
            f"({took.alone:.2f} s before); "
            f"{len(took.calls)} claims, 0 errors, longest {max(took.calls):.2f} s; "
            f"the wall looked at {took.looks} times, never lifted"
        )
        place.manage("verify_journal")
        assert place.manage("shell", "-v", "0", "-c", TOTALS) == costs
        for slug in place.manage("shell", "-v", "0", "-c", DECIDED).split():
            place.manage("replay_decision", slug)
        serves(place, watch, old=False)
        # Back: the former version's own steps.
        for step in (["harden_database", "--lift"], ["migrate"], ["harden_database"]):
            place.manage(*step, old=True)
        serves(place, watch, old=True)
        assert watch.faults == []


def upgraded_beside_them(place: Installation) -> Watch:
    """What everybody saw who used the former version's processes meanwhile."""
    watch, vendor = Watch(), place.vendors()[0]
    with ExitStack() as stack:
        web = stack.enter_context(place.serve(WEB, old=True))
        api = stack.enter_context(place.serve(VENDORS, old=True))
        wall = stack.enter_context(
            psycopg.connect(
                place.url("vendor"), options=THROUGH_THE_VIEWS, autocommit=True
            )
        )
        lead = person(web.url)
        for _ in range(2):
            look_at_pages(watch, lead, web.url)
        # What the machine itself takes; the first look of all is not counted.
        watch.alone, watch.pages = max(watch.pages[-3:]), []
        began = time.monotonic()
        stack.enter_context(
            going_on(
                partial(look_at_pages, watch, lead, web.url),
                partial(claim, watch, vendor, api.url),
                partial(look_through_the_wall, watch, wall),
            )
        )
        with long_reader(place.owner, SECONDS):
            place.manage("migrate", "--noinput")
            place.manage("harden_database")
        assert time.monotonic() - began > SECONDS
        # The former version's processes go on, on the new tables.
        look_at_pages(watch, person(web.url), web.url)
    return watch


def serves(place: Installation, watch: Watch, *, old: bool) -> None:
    """A vendor's claim is taken by a process of that version."""
    with place.serve(VENDORS, old=old) as api:
        claim(watch, place.vendors()[1], api.url)
