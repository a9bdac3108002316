"""Who joins after a demo was arranged hears of it like everybody else, once."""

import datetime

import pytest
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.kinds import KINDS
from evaltracker.notices.services.delivery import do_chores
from stakeholders.models import Stakeholder
from stakeholders.services.people import add_stakeholder, remove_stakeholder
from tests.factories import common, trials, vendors
from trials.models import Demo
from trials.services.demos import (
    call_off_demo,
    hold_demo,
    invite_who_joined,
    move_demo,
    schedule_demo,
)
from vendors.models import Candidate
from vendors.services.candidates import eliminate

pytestmark = pytest.mark.django_db
# Wednesday noon in Berlin; the demo is on the Wednesday after, at ten.
NOW = datetime.datetime(2027, 3, 3, 11, tzinfo=datetime.UTC)
DAY = datetime.date(2027, 3, 10)
TEN = datetime.time(10)
EVE = datetime.datetime(2027, 3, 9, 9, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def acme() -> Candidate:
    return trials.claimed(trials.platform("must"))


@pytest.fixture
def coming(acme: Candidate) -> Demo:
    return arranged(acme)


def arranged(acme: Candidate) -> Demo:
    return schedule_demo(
        candidate=acme,
        day=DAY,
        time=TEN,
        zone="Europe/Berlin",
        by=acme.evaluation.owner,
    )


def joins(where: Evaluation, who: str = "olga") -> Stakeholder:
    return add_stakeholder(
        evaluation=where, user=common.person(who), role="it", by=where.owner
    )


def owed(person: User) -> list[tuple[str, datetime.datetime]]:
    rows = Notice.objects.filter(recipient=person, kind__startswith="demo_")
    return sorted(rows.values_list("kind", "due_at"))


def test_who_joins_is_told_and_reminded_once(coming: Demo) -> None:
    olga = joins(coming.candidate.evaluation).user
    assert owed(olga) == []
    assert "invite who joined to demos" in do_chores()
    assert owed(olga) == [("demo_arranged", NOW), ("demo_coming", EVE)]
    invite_who_joined()
    assert len(owed(olga)) == 2


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[12-holds]",
)
def test_whoever_was_invited_hears_nothing_twice(coming: Demo) -> None:
    before = Notice.objects.count()
    invite_who_joined()
    Notice.objects.filter(kind__startswith="demo_").update(state="sent")
    invite_who_joined()
    assert Notice.objects.count() == before
    owner = coming.candidate.evaluation.owner
    assert owed(owner) == [("demo_coming", EVE)], "who arranges it knows when it is"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[12-holds]",
)
def test_a_new_owner_is_invited_too(coming: Demo) -> None:
    where = coming.candidate.evaluation
    where.owner = common.person("olga")
    where.save()
    invite_who_joined()
    assert [kind for kind, _ in owed(where.owner)] == ["demo_arranged", "demo_coming"]


def test_of_a_moved_demo_the_new_date_is_told(coming: Demo) -> None:
    where = coming.candidate.evaluation
    move_demo(demo=coming, day=datetime.date(2027, 3, 12), time=TEN, by=where.owner)
    olga = joins(where).user
    invite_who_joined()
    days = datetime.timedelta(days=2)
    assert owed(olga) == [("demo_arranged", NOW), ("demo_coming", EVE + days)]
    for notice in Notice.objects.filter(recipient=olga):
        assert KINDS[notice.kind].holds(notice) == ""


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[12-holds]",
)
def test_on_the_eve_one_mail_says_it_all_and_waits_for_no_daily_mail(
    coming: Demo, time_machine: TimeMachineFixture
) -> None:
    late = EVE + datetime.timedelta(hours=3)
    time_machine.move_to(late, tick=False)
    olga = joins(coming.candidate.evaluation).user
    invite_who_joined()
    # What is due later than now, if by a minute, is not kept for the next morning.
    assert owed(olga) == [("demo_coming", late + datetime.timedelta(minutes=1))]


def test_what_is_not_to_come_invites_nobody(acme: Candidate, coming: Demo) -> None:
    where = acme.evaluation
    globex = trials.claimed(where, name="Globex")
    arranged(globex)
    eliminate(candidate=globex, reason="Too dear.", by=where.owner)
    vendors.enter(where, "demos")
    hold_demo(demo=arranged(acme), attendees="All", by=where.owner)
    call_off_demo(demo=coming, reason="Ill.", by=where.owner)
    olga = joins(where).user
    invite_who_joined()
    assert owed(olga) == []


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[12-holds]",
)
def test_nobody_is_invited_to_what_has_begun(
    coming: Demo, time_machine: TimeMachineFixture
) -> None:
    olga = joins(coming.candidate.evaluation).user
    invite_who_joined()
    time_machine.move_to(EVE + datetime.timedelta(days=1), tick=False)
    for notice in Notice.objects.filter(recipient=olga):
        assert "has come" in KINDS[notice.kind].holds(notice)
    Notice.objects.all().delete()
    invite_who_joined()
    assert Notice.objects.count() == 0


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[12-holds]",
)
def test_who_has_left_gets_nothing(coming: Demo) -> None:
    where = coming.candidate.evaluation
    gone = joins(where)
    remove_stakeholder(stakeholder=gone, reason="A slip.", by=where.owner)
    invite_who_joined()
    assert owed(gone.user) == []
    # An operator sees every evaluation, and gets no mail of it for that.
    root = joins(where, "root")
    root.user.is_superuser = True
    root.user.save()
    invite_who_joined()
    remove_stakeholder(stakeholder=root, reason="A slip.", by=where.owner)
    for notice in Notice.objects.filter(recipient=root.user):
        assert "no part" in KINDS[notice.kind].holds(notice)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[12-holds]",
)
def test_it_reads_in_four_queries_however_much_there_is(
    coming: Demo, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        invite_who_joined()
    for _ in range(3):
        arranged(coming.candidate)
    joins(coming.candidate.evaluation)
    invite_who_joined()
    with django_assert_num_queries(4):
        invite_who_joined()
