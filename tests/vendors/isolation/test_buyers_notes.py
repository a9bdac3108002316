"""T53: what the buyer noted or imported reaches its vendor in no way whatever.

With every push. A story of reads and writes is told twice, with a buyer that notes and
imports before, between and after the vendor's own words, and with one that does not.
The answers are the same, so there is no mark in a text, no revision that counts a note,
no “the same again” for words that the buyer noted first, and no receipt over them.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from tests.factories import trials, vendors
from tests.lock_order import around_tests
from tests.trials.efforts import asked
from tests.vendors.isolation.conftest import behind
from tests.vendors.isolation.noted import REFS, Story
from tests.vendors.isolation.world import World
from vendors.models import Candidate, Claim, Effort
from vendors.row_visibility import show_vendor


@pytest.fixture
def acme(db: None) -> Candidate:
    """A vendor that is asked six things, and has called before."""
    where = asked(trials.platform(*["must"] * len(REFS)))
    return vendors.invited(where)


def tell(acme: Candidate, *, notes: bool, **more: Any) -> Story:
    """The whole story, which leaves nothing behind."""
    assert acme.vendor is not None
    with around_tests():
        story = Story(acme, vendors.token(acme.vendor), notes, **more)
        go_through(story)
        transaction.set_rollback(True)
    return story


def go_through(story: Story) -> None:
    """Every writing call with its dry run, on answers with and without a note."""
    story.note("R1", "R2", "R2", "R4")
    story.import_("R3", "R5")
    story.read()
    story.sheet(*REFS, dry=True)
    for path in ("claims/R1/", "claims/R3/"):
        story.call("DELETE", path)
    story.attach("R1")
    story.call("POST", "submission/")
    for words in ("no", "yes", "yes"):
        story.claim("R2", words)
    story.claim("R3", key="once")
    story.claim("R3", key="once")
    story.claim("R3", "another", key="once")
    story.batch("R4", "R5", "R6", statement="Ours.")
    story.batch("R4", "R5", "no such")
    story.attach("R2")
    story.call("POST", "submission/")
    story.read()
    story.call("DELETE", "claims/R4/")
    story.call("DELETE", "claims/R5/")
    story.import_("R4")
    story.note("R5", "R1")
    story.read()
    story.call("DELETE", "claims/R4/")
    story.sheet("R1", "R4", "R5", dry=True)
    story.batch("R4", statement="again")
    story.take_back("R5")
    story.sheet("R1", "R5", "R6", dry=False)
    story.sheet("R1", "R5", "R6", dry=False)
    story.reworded("R2", "R5")
    story.read()
    story.claim("R2")
    story.attach("R2")
    story.call("POST", "submission/")
    story.call("POST", "submission/")
    story.read()


def compare(with_notes: Story, without: Story) -> None:
    """Nothing is marked, and nothing is different."""
    assert with_notes.marks == []
    for heard, expected in zip(with_notes.heard, without.heard, strict=True):
        assert heard == expected
    statuses = {status for _, status, _ in without.heard}
    assert statuses >= {200, 201, 400, 404, 409, 422}


def test_t53_notes_and_imports_change_nothing_that_a_vendor_hears(
    acme: Candidate, figure: Callable[[str], None]
) -> None:
    told = tell(acme, notes=True), tell(acme, notes=False)
    compare(*told)
    figure(f"T53: {len(told[0].heard)} calls, 0 marks, 0 differences")


@pytest.mark.postgres
@pytest.mark.nightly(
    reason="every call again; each push asks the wall itself for the notes",
    short="::test_t53_the_wall_itself_hides_what_the_buyer_noted",
)
def test_t53_nor_behind_the_wall(role: str, acme: Candidate) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    disguise = partial(behind, role)
    told = (
        tell(acme, notes=True, disguise=disguise),
        tell(acme, notes=False, disguise=disguise),
    )
    compare(*told)


@pytest.mark.postgres
def test_t53_the_wall_itself_hides_what_the_buyer_noted(
    role: str, world: World
) -> None:
    """Without a condition of ours: the role does not even find that a note is there."""
    me = world.parties["Acme"]
    notes = Claim.objects.filter(candidate=me.candidate, by_vendor=False)
    days = Effort.objects.filter(candidate=me.candidate, by_vendor=False)
    assert (notes.count(), days.count()) == (3, 3)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with behind(role):
        show_vendor(me.vendor.pk)
        for model in (Claim, Effort):
            assert set(model.objects.values_list("by_vendor", flat=True)) == {True}
            with connection.cursor() as cursor:
                table = model._meta.db_table
                cursor.execute(f"UPDATE {table} SET superseded_at = now()")
    for noted in (notes, days):
        assert noted.filter(superseded_at__isnull=True).count() == 2
