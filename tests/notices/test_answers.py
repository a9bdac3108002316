"""What the mail server says decides: later, never, or nobody knows."""

import socket

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from pytest_django import Settings

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices import mail as smtp
from evaltracker.notices.services.delivery import BACKOFF, sweep_notices
from evaltracker.toolbox.days import database_now
from tests.notices.kinds import owe, owe_many
from tests.smtp_sink import Sink, mailer_to

pytestmark = pytest.mark.django_db
READER = "reader0@example.org"


def make_due(notice: Notice) -> None:
    """As if the waiting were over."""
    Notice.objects.filter(pk=notice.pk).update(next_try_at=Now())


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_our_own_address_refused_kills_no_notice",
)
def test_later_is_tried_again_after_1_5_15_60_minutes_then_hourly_for_a_day(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    (notice,) = owe_many(platform, 1)
    smtp_sink.answers[READER] = ["451 Busy"]
    waited = []
    for _ in BACKOFF:
        make_due(notice)
        assert sweep_notices().deferred == 1
        notice.refresh_from_db()
        assert notice.state == NoticeState.PENDING
        assert notice.last_error == "451 Busy"
        assert not notice.maybe_repeated
        waited.append(round((notice.next_try_at - database_now()).total_seconds() / 60))
    make_due(notice)

    assert sweep_notices().dead == 1
    assert waited == [1, 5, 15, 60, *[60] * 24]


def test_later_and_then_accepted_arrives_with_the_same_message_id(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    (notice,) = owe_many(platform, 1)
    smtp_sink.answers[READER] = ["451 Busy", "250 OK"]
    sweep_notices()
    make_due(notice)

    assert sweep_notices().sent == 1
    assert smtp_sink.counts() == {notice.message_id: 1}


@pytest.mark.parametrize("where", ["answers", "verdicts"])
def test_never_is_dead_at_once_and_the_batch_goes_on(
    platform: Evaluation, smtp_sink: Sink, where: str
) -> None:
    notices = owe_many(platform, 5)
    getattr(smtp_sink, where)[READER] = ["550 No such person"]

    report = sweep_notices()

    assert (report.sent, report.dead) == (4, 1)
    notices[0].refresh_from_db()
    assert notices[0].state == NoticeState.DEAD
    assert notices[0].last_error == "550 No such person"


def test_a_tarpit_is_cut_off_and_flagged_as_it_may_have_taken_the_mail(
    platform: Evaluation, smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "MAIL_SECONDS", 0.5)
    notices = owe_many(platform, 3)
    smtp_sink.tarpits.add(READER)

    report = sweep_notices()

    assert (report.sent, report.deferred) == (2, 1)
    notices[0].refresh_from_db()
    assert notices[0].maybe_repeated
    assert notices[0].state == NoticeState.PENDING


def test_a_letter_that_may_have_arrived_waits_for_a_person(
    platform: Evaluation, smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "MAIL_SECONDS", 0.5)
    (notice,) = owe_many(platform, 1, kind="test_letter")
    smtp_sink.tarpits.add(READER)

    assert sweep_notices().uncertain == 1
    notice.refresh_from_db()
    assert notice.state == NoticeState.UNCERTAIN


def test_while_the_mail_server_is_away_nothing_is_lost_and_no_try_is_counted(
    platform: Evaluation, settings: Settings
) -> None:
    notices = owe_many(platform, 3)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.MAILERS = {"default": mailer_to(free.getsockname()[1])}

        with pytest.raises(CommandError, match=r"cannot be reached.*Nothing is lost"):
            call_command("send_notices")

    for notice in notices:
        notice.refresh_from_db()
        assert (notice.state, notice.attempts) == (NoticeState.PENDING, 0)
        assert notice.next_try_at == notice.due_at
        assert "cannot be reached" in notice.last_error


def test_our_own_address_refused_kills_no_notice(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    notice = owe(platform)
    smtp_sink.sender_answer = "550 Who are you?"

    assert sweep_notices().deferred == 1

    notice.refresh_from_db()
    assert notice.state == NoticeState.PENDING
    assert notice.last_error == "550 Who are you?"


def test_of_a_server_that_does_all_it_should_not_each_mail_comes_once(
    platform: Evaluation, smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T7, small: away, then one tarpit, one refused, one bad address, some put off."""
    monkeypatch.setattr(smtp, "MAIL_SECONDS", 0.5)
    notices = owe_many(platform, 12)
    stuck, refused, bad, *others = notices
    bad.address = "a@example.org\nBcc: b@c.d"
    bad.save()
    smtp_sink.tarpits.add(stuck.address)
    smtp_sink.answers[refused.address] = ["550 No such box"]
    for put_off in others[:3]:
        smtp_sink.verdicts[put_off.address] = ["451 Busy", "250 OK"]

    with monkeypatch.context() as away, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = mailer_to(free.getsockname()[1])
        away.setattr("django.conf.settings.MAILERS", {"default": nowhere})
        with pytest.raises(CommandError, match="Nothing is lost"):
            call_command("send_notices")
    assert not Notice.objects.filter(attempts__gt=0).exists()
    sweep_notices()
    smtp_sink.tarpits.clear()
    Notice.objects.filter(state=NoticeState.PENDING).update(next_try_at=Now())
    sweep_notices()

    dead = Notice.objects.filter(state=NoticeState.DEAD)
    assert {notice.pk for notice in dead} == {refused.pk, bad.pk}
    assert all(notice.last_error for notice in dead)
    assert smtp_sink.counts() == {notice.message_id: 1 for notice in (stuck, *others)}
