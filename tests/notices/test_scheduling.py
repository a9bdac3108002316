"""What is owed is a row: once per person and occurrence, at the wall time typed."""

import datetime

import pytest
from django.db import transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.kinds import NoticeKind, register
from evaltracker.notices.services.scheduling import cancel_notices, schedule_notice
from evaltracker.toolbox.days import typed
from tests.factories import common
from tests.notices.kinds import owe

pytestmark = pytest.mark.django_db
DAY = datetime.date(2027, 3, 28)


def test_wall_time_and_zone_are_kept_beside_the_instant(platform: Evaluation) -> None:
    notice = owe(platform, day=DAY, time=datetime.time(9), zone="Europe/Berlin")

    notice.refresh_from_db()
    assert typed(notice.wall_time) == (DAY, datetime.time(9))
    assert notice.zone == "Europe/Berlin"
    assert notice.due_at == datetime.datetime(2027, 3, 28, 7, tzinfo=datetime.UTC)
    assert notice.next_try_at == notice.due_at


def test_the_message_id_comes_from_the_row_and_our_host(platform: Evaluation) -> None:
    notice = owe(platform)

    assert notice.message_id == f"<{notice.pk}@testserver>"


def test_the_same_notice_is_owed_once(platform: Evaluation) -> None:
    first = owe(platform, day=DAY)

    again = schedule_notice(
        kind=first.kind,
        evaluation=platform,
        subject_id=platform.pk,
        occurrence=1,
        recipient=platform.owner,
        day=DAY + datetime.timedelta(days=1),
        time=datetime.time(9),
        zone="UTC",
    )

    assert again is None
    assert Notice.objects.get().due_at == first.due_at


@pytest.mark.parametrize(
    "other", [{"occurrence": 2}, {"offset_days": 7}, {"address": "a@example.org"}]
)
def test_another_occurrence_offset_or_reader_is_another_notice(
    platform: Evaluation, other: dict[str, object]
) -> None:
    owe(platform)
    owe(platform, **other)

    assert Notice.objects.count() == 2


def test_a_moved_date_stops_the_old_notice_and_owes_a_new_one(
    platform: Evaluation,
) -> None:
    old = owe(platform, day=DAY)

    stopped = cancel_notices(
        kind=old.kind, subject_id=platform.pk, because="The date was moved."
    )
    new = owe(platform, day=DAY + datetime.timedelta(days=3), occurrence=2)

    old.refresh_from_db()
    assert (stopped, old.state, new.state) == (
        1,
        NoticeState.SUPPRESSED,
        NoticeState.PENDING,
    )


def test_cancelling_leaves_what_was_sent_and_what_is_about_something_else(
    platform: Evaluation,
) -> None:
    sent = owe(platform)
    Notice.objects.update(state=NoticeState.SENT)
    other = owe(platform, subject_id=common.requirement(platform).pk)

    assert not cancel_notices(kind=sent.kind, subject_id=platform.pk, because="No.")
    assert {n.state for n in (Notice.objects.get(pk=sent.pk), other)} == {
        NoticeState.SENT,
        NoticeState.PENDING,
    }


def test_a_notice_goes_with_the_change_that_causes_it(platform: Evaluation) -> None:
    def fail() -> None:
        with transaction.atomic():
            owe(platform)
            raise OSError

    with pytest.raises(OSError):
        fail()
    assert not Notice.objects.exists()


def test_a_kind_that_nobody_registered_is_refused(platform: Evaluation) -> None:
    with pytest.raises(LookupError, match="No notice kind"):
        owe(platform, kind="unheard_of")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"zone": "Mars/Olympus"}, "not a known time zone"),
        ({"recipient": None}, "needs a recipient"),
        ({"recipient": None, "address": "a@x.org, b@x.org"}, "does not fit"),
        ({"subject_id": "x" * 61}, "does not fit"),
        ({"day": datetime.date.max, "zone": "Pacific/Honolulu"}, "too far away"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(
    platform: Evaluation, wrong: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        owe(platform, **{"time": datetime.time(23), **wrong})


def test_a_kind_that_forgets_a_duty_or_has_a_long_name_is_refused() -> None:
    class Forgetful(NoticeKind):
        name = "test_forgetful"

    with pytest.raises(TypeError, match="does not say: compose, holds"):
        register(Forgetful)
    Forgetful.name = "t" * 41
    with pytest.raises(TypeError, match="needs a `name`"):
        register(Forgetful)
