"""A wall time keeps its clock when a country changes its rules (R13)."""

import datetime

import pytest
from django.utils import timezone

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.services.scheduling import recount_due
from tests.notices.kinds import owe

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


def by_old_rules(notice: Notice, **values: object) -> datetime.datetime:
    """As it was counted before the country moved its clocks; the right instant."""
    right = notice.due_at
    Notice.objects.filter(pk=notice.pk).update(
        due_at=right - HOUR, next_try_at=right - HOUR, **values
    )
    return right


def test_an_unsent_notice_moves_to_its_wall_time(platform: Evaluation) -> None:
    ahead = timezone.localdate() + datetime.timedelta(days=40)
    notice = owe(platform, day=ahead)
    right = by_old_rules(notice)

    recount_due()

    notice.refresh_from_db()
    assert (notice.due_at, notice.next_try_at) == (right, right)


@pytest.mark.parametrize("state", [NoticeState.SENT, NoticeState.SUPPRESSED])
def test_what_is_over_stays_as_it_was(platform: Evaluation, state: str) -> None:
    ahead = timezone.localdate() + datetime.timedelta(days=40)
    notice = owe(platform, day=ahead)
    right = by_old_rules(notice, state=state)

    recount_due()

    notice.refresh_from_db()
    assert notice.due_at == right - HOUR


def test_a_zone_that_this_machine_lost_stops_nothing(platform: Evaluation) -> None:
    ahead = timezone.localdate() + datetime.timedelta(days=40)
    lost, other = owe(platform, day=ahead), owe(platform, day=ahead, occurrence=2)
    Notice.objects.filter(pk=lost.pk).update(zone="Nowhere/Land")
    right = by_old_rules(other)

    recount_due()

    other.refresh_from_db()
    assert other.due_at == right
