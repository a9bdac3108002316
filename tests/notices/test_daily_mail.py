"""What blocks nobody else travels in one mail on the morning of a working day."""

import datetime
from typing import Any, ClassVar

import pytest
from django.db.models.functions import Now

from evaltracker.evaluations.choices import MailRhythm, NoticeState
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.kinds import DAILY_MAIL, register
from evaltracker.notices.services.delivery import sweep_notices
from evaltracker.notices.services.digests import change_preferences, leaving
from evaltracker.notices.services.scheduling import cancel_notices, resend_notice
from evaltracker.toolbox.days import database_now, next_morning
from tests.notices.kinds import Reminder, owe
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db


@register
class CanWait(Reminder):
    """Nobody else is blocked by it."""

    name: ClassVar[str] = "test_can_wait"
    can_wait: ClassVar[bool] = True


def owe_some(where: Evaluation, number: int = 3, **more: Any) -> list[Notice]:
    return [
        owe(where, kind="test_can_wait", occurrence=n, **more) for n in range(number)
    ]


def states() -> list[str]:
    rows = Notice.objects.exclude(kind=DAILY_MAIL).order_by("occurrence")
    return list(rows.values_list("state", flat=True))


def let_morning_come() -> None:
    """As if the night were over."""
    Notice.objects.filter(kind=DAILY_MAIL).update(next_try_at=Now())


def test_what_can_wait_goes_out_in_one_mail_in_the_morning(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    owe_some(platform)
    owe(platform)

    assert sweep_notices().sent == 1  # the one that cannot wait
    daily = Notice.objects.get(kind=DAILY_MAIL)
    assert daily.due_at == next_morning(database_now(), platform.owner.time_zone)
    let_morning_come()
    assert sweep_notices().sent == 1

    mail = smtp_sink.arrived[-1]
    assert mail["Message-ID"] == daily.message_id
    assert "3 things for you" in str(mail["Subject"])
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert text.count("Choose an ML platform") == 3
    assert states() == [NoticeState.SENT] * 3 + [NoticeState.SENT]


def test_a_single_one_is_sent_as_it_is(platform: Evaluation, smtp_sink: Sink) -> None:
    owe_some(platform, 1)
    sweep_notices()
    let_morning_come()

    assert sweep_notices().sent == 1
    assert "A trial milestone is due" in str(smtp_sink.arrived[0]["Subject"])


def test_who_wants_each_by_itself_gets_each_at_once(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    User.objects.update(mail_rhythm=MailRhythm.EACH)
    owe_some(platform)

    assert sweep_notices().sent == 3
    assert not Notice.objects.filter(kind=DAILY_MAIL).exists()


def test_what_no_longer_holds_is_left_out_and_says_why(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    owe_some(platform, 2)
    owe(platform, kind="test_can_wait", subject_id="other", occurrence=9)
    sweep_notices()
    cancel_notices(kind="test_can_wait", subject_id="other", because="Called off.")
    let_morning_come()

    assert sweep_notices().sent == 1
    assert "2 things" in str(smtp_sink.arrived[0]["Subject"])
    assert states() == [NoticeState.SENT] * 2 + [NoticeState.SUPPRESSED]


def test_a_daily_mail_of_which_nothing_holds_does_not_leave(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    owe_some(platform)
    sweep_notices()
    platform.owner.is_active = False
    platform.owner.save()
    let_morning_come()

    assert sweep_notices().sent == 0
    assert not smtp_sink.arrived


def test_a_refused_daily_mail_is_dead_for_each_and_each_is_sent_again_by_hand(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    notices = owe_some(platform, 2)
    sweep_notices()
    smtp_sink.answers["lina@example.com"] = ["550 No such box", "250 OK"]
    let_morning_come()
    assert sweep_notices().dead == 1
    assert states() == [NoticeState.DEAD] * 2

    resend_notice(notice=notices[0], reason="Box is back.", by=platform.owner)
    assert sweep_notices().sent == 1
    assert states() == [NoticeState.SENT, NoticeState.DEAD]


def test_a_repeat_of_a_daily_mail_is_flagged_on_each_with_the_same_message_id(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    owe_some(platform, 2)
    sweep_notices()
    let_morning_come()
    Notice.objects.filter(kind=DAILY_MAIL).update(
        state=NoticeState.HANDING,
        lease_until=Now() - datetime.timedelta(minutes=5),
        attempts=1,
    )

    assert sweep_notices().sent == 1
    assert smtp_sink.counts().total() == 1
    carried = Notice.objects.exclude(kind=DAILY_MAIL)
    assert set(carried.values_list("state", "maybe_repeated")) == {
        (NoticeState.SENT, True)
    }


def test_a_change_of_mind_places_what_waits_anew(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    owe_some(platform, 2)
    sweep_notices()
    assert Notice.objects.filter(state="pending", digest__isnull=False).count() == 2

    change_preferences(by=platform.owner, values={"mail_rhythm": "each"})
    assert sweep_notices().sent == 2


def test_a_date_before_which_no_morning_comes_leaves_by_itself_when_due(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    soon = (database_now() + datetime.timedelta(minutes=1)).replace(microsecond=0)
    notice = owe(
        platform,
        kind="test_can_wait",
        day=soon.date(),
        time=soon.time(),
        zone="UTC",
    )
    sweep_notices()
    notice.refresh_from_db()

    assert (notice.placed, notice.digest, notice.next_try_at) == (True, None, soon)
    Notice.objects.update(next_try_at=Now(), due_at=Now())
    assert sweep_notices().sent == 1


@pytest.mark.parametrize(
    ("due", "leaves"),
    [
        # A Saturday afternoon in Berlin is told on Friday morning, a Friday at once.
        ("2026-11-28T16:00:00+00:00", "2026-11-27T08:00:00+00:00"),
        ("2026-11-27T16:00:00+00:00", "2026-11-27T16:00:00+00:00"),
        # That Friday morning is over.
        ("2026-11-22T16:00:00+00:00", "2026-11-22T16:00:00+00:00"),
    ],
)
def test_each_by_itself_comes_on_a_working_day(due: str, leaves: str) -> None:
    reader = User(time_zone="Europe/Berlin", country="DE")
    now = datetime.datetime.fromisoformat("2026-11-21T12:00:00+00:00")
    at = leaving(datetime.datetime.fromisoformat(due), now, reader)
    assert at == datetime.datetime.fromisoformat(leaves)
