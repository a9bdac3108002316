"""Demos run from our own script; what dazzles scores nothing."""

import datetime
from typing import Any

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry
from tests.factories import stakeholders, trials, vendors
from trials.models import Demo, ScriptItem
from trials.selectors.ledger import ledger
from trials.services.demos import add_dazzle, hold_demo, move_demo, schedule_demo
from vendors.models import Candidate
from vendors.services.candidates import eliminate

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    option = trials.claimed(trials.platform("must", "should"))
    vendors.enter(option.evaluation, "demos")
    return option


@pytest.fixture
def arranged(acme: Candidate) -> Demo:
    return trials.demo(acme)


def test_a_demo_is_an_instant_with_the_zone_that_was_typed(acme: Candidate) -> None:
    demo = schedule_demo(
        candidate=acme,
        day=datetime.date(2027, 3, 28),
        time=datetime.time(2, 30),
        zone="Europe/Berlin",
        by=acme.evaluation.owner,
    )
    # Clocks skip 02:30 that night.
    assert demo.scheduled_for == datetime.datetime(2027, 3, 28, 1, tzinfo=datetime.UTC)
    assert demo.zone == "Europe/Berlin"


def test_only_the_owner_arranges_and_moves_demos(
    acme: Candidate, arranged: Demo
) -> None:
    ivan = stakeholders.holder("it")
    when: dict[str, Any] = {"day": datetime.date(2027, 3, 1), "time": datetime.time(9)}
    with pytest.raises(Forbidden):
        schedule_demo(candidate=acme, by=ivan, **when)
    with pytest.raises(Forbidden):
        move_demo(demo=arranged, by=ivan, **when)
    moved = move_demo(demo=arranged, by=acme.evaluation.owner, **when)
    assert moved.scheduled_for is not None
    assert moved.scheduled_for.date() == when["day"]


def test_an_unknown_zone_is_refused(acme: Candidate) -> None:
    with pytest.raises(Invalid) as caught:
        schedule_demo(
            candidate=acme,
            day=datetime.date(2027, 3, 1),
            time=datetime.time(9),
            zone="Mars/Olympus",
            by=acme.evaluation.owner,
        )
    assert "zone" in caught.value.errors


def test_a_demo_is_held_once_with_somebody_in_it(arranged: Demo) -> None:
    ivan = stakeholders.holder("it")
    with pytest.raises(Invalid):
        hold_demo(demo=arranged, attendees=" ", by=ivan)
    held = hold_demo(demo=arranged, attendees="Ivan, Elif", notes="Slow.", by=ivan)
    assert held.held_at
    entry = Entry.objects.filter(evaluation=held.candidate.evaluation).latest("number")
    assert (entry.action, entry.after["attendees"]) == ("demo.held", "Ivan, Elif")
    with pytest.raises(Refused, match="was held"):
        hold_demo(demo=arranged, attendees="Ivan", by=ivan)


def test_a_demo_may_be_arranged_in_research_but_is_held_in_demos() -> None:
    option = trials.claimed(trials.platform())
    early = trials.demo(option)
    with pytest.raises(Refused, match="stage"):
        hold_demo(demo=early, attendees="Ivan", by=option.evaluation.owner)


def test_an_eliminated_candidate_gets_no_demo(acme: Candidate) -> None:
    eliminate(candidate=acme, reason="Too dear.", by=acme.evaluation.owner)
    with pytest.raises(Refused, match="Too dear"):
        trials.demo(acme)


def test_the_dazzle_list_changes_no_score(acme: Candidate) -> None:
    held = trials.demo(acme, held=True)
    before = ledger(acme.evaluation).of(acme).fit
    item = add_dazzle(demo=held, text="A talking robot", by=stakeholders.holder("pm"))
    assert item.off_script
    assert item.requirement is None
    assert ledger(acme.evaluation).of(acme).fit == before
    assert ScriptItem.objects.filter(off_script=True).count() == 1
