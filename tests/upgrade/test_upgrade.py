"""T56: an upgrade from 798e31d beside a long reader, people and a writing vendor.

Each night beside a reader of 5 s; in full, beside one of 25 s, by
`T56_SECONDS=25 ./dev test tests/upgrade -n0 -s`.
"""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

import psycopg
import pytest

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
VERSIONS = ["798e31d"]
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


@pytest.mark.parametrize("version", VERSIONS)
def test_what_it_held_is_there_after_an_upgrade(version: str) -> None:
    """Without anybody beside it, and without a way back."""
    with restored(version) as place:
        place.manage("migrate", "--noinput")
        place.manage("harden_database")
        place.manage("verify_journal")


@pytest.mark.nightly(
    reason="a minute of traffic beside an upgrade, and back; each push upgrades the "
    "same installation alone",
    short="::test_what_it_held_is_there_after_an_upgrade[*]",
)
@pytest.mark.parametrize("version", VERSIONS)
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
