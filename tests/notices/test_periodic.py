"""What time alone calls for is done once per interval, whoever wakes it."""

import datetime
from collections.abc import Callable, Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db.models import F

from evaltracker.evaluations.models import ChoreDone, Evaluation, Notice
from evaltracker.notices.services.delivery import do_chores
from evaltracker.toolbox.processes import CHORES, register_chore
from tests.at_once import at_once
from tests.notices.kinds import owe
from tests.smtp_sink import Sink

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def chore() -> Iterator[Callable[[str, Callable[[], None]], None]]:
    """Register an hourly chore for the length of one test."""
    known = dict(CHORES)
    yield lambda name, work: register_chore(name=name, every=HOUR, work=work)
    CHORES._items = known


@pytest.mark.django_db
def test_a_chore_is_done_at_once_and_again_when_its_time_has_passed(
    chore: Callable[..., None],
) -> None:
    done: list[int] = []
    chore("count", lambda: done.append(1))

    do_chores()
    do_chores()
    assert len(done) == 1
    ChoreDone.objects.filter(name="count").update(done_at=F("done_at") - HOUR)
    assert "count" in do_chores()


@pytest.mark.django_db
def test_one_that_fails_is_undone_tried_again_and_holds_up_nobody(
    chore: Callable[..., None], platform: Evaluation
) -> None:
    done: list[int] = []

    def fail() -> None:
        owe(platform)
        raise RuntimeError("a fault")

    chore("a fails", fail)
    chore("b works", lambda: done.append(1))

    assert "a fails" not in do_chores()
    assert done
    assert not Notice.objects.exists()
    assert not ChoreDone.objects.filter(name="a fails").exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_wakers_at_once_do_it_once(chore: Callable[..., None]) -> None:
    done: list[int] = []
    chore("count", lambda: done.append(1))

    at_once(4, lambda _: do_chores())

    assert len(done) == 1


@pytest.mark.django_db
def test_the_second_waker_does_them_before_it_sends(
    chore: Callable[..., None], platform: Evaluation, smtp_sink: Sink
) -> None:
    chore("owe", lambda: owe(platform) and None)

    call_command("send_notices")

    assert len(smtp_sink.arrived) == 1


def test_a_name_means_one_chore(chore: Callable[..., None]) -> None:
    chore("same", lambda: None)
    with pytest.raises(ImproperlyConfigured, match="two chores"):
        chore("same", lambda: None)
    with pytest.raises(TypeError, match="a name"):
        chore("", lambda: None)
