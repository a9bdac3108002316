"""A sweep sends what is due and what still holds, and says what became of the rest."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.services.delivery import sweep_notices
from evaltracker.notices.services.scheduling import cancel_notices
from evaltracker.requirements.services.requirements import retire_requirement
from tests.factories import common
from tests.notices.kinds import owe, owe_many
from tests.smtp_sink import Sink

pytestmark = [pytest.mark.smoke, pytest.mark.django_db]


def test_a_due_notice_arrives_once(platform: Evaluation, smtp_sink: Sink) -> None:
    notice = owe(platform)

    first, second = sweep_notices(), sweep_notices()

    assert (first.sent, second.sent) == (1, 0)
    (mail,) = smtp_sink.arrived
    assert mail["To"] == "lina@example.com"
    assert mail["Message-ID"] == notice.message_id
    notice.refresh_from_db()
    assert notice.state == NoticeState.SENT
    assert notice.sent_at is not None
    assert not notice.maybe_repeated
    assert notice.lease_token is None


def test_what_is_due_tomorrow_waits(platform: Evaluation, smtp_sink: Sink) -> None:
    owe(platform, day=timezone.now().date() + datetime.timedelta(days=2))

    assert sweep_notices().sent == 0
    assert not smtp_sink.arrived


def test_a_batch_shares_one_connection(platform: Evaluation, smtp_sink: Sink) -> None:
    owe_many(platform, 15)

    assert sweep_notices().sent == 15
    assert smtp_sink.sessions == 1


def test_limit_bounds_how_many_are_taken(platform: Evaluation, smtp_sink: Sink) -> None:
    owe_many(platform, 5)

    assert sweep_notices(limit=3).sent == 3
    assert Notice.objects.filter(state=NoticeState.PENDING).count() == 2


@pytest.mark.postgres
def test_limit_holds_however_the_database_goes_about_it(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    owe_many(platform, 5)
    with connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
            cursor.execute(f"SET LOCAL enable_{way} = off")

    assert sweep_notices(limit=3).sent == 3


def test_a_notice_about_what_was_called_off_is_suppressed(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    requirement = common.requirement(platform)
    notice = owe(platform, subject_id=requirement.pk)
    retire_requirement(requirement=requirement, reason="Not needed.", by=platform.owner)

    assert sweep_notices().suppressed == 1

    notice.refresh_from_db()
    assert notice.state == NoticeState.SUPPRESSED
    assert notice.suppressed_because == "The requirement was retired."
    assert not smtp_sink.arrived


def test_cancelled_notices_are_not_sent_and_say_why(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    notice = owe(platform)

    stopped = cancel_notices(
        kind=notice.kind, subject_id=platform.pk, because="The milestone was cancelled."
    )

    assert (stopped, sweep_notices().sent) == (1, 0)
    notice.refresh_from_db()
    assert notice.suppressed_because == "The milestone was cancelled."
    assert not smtp_sink.arrived


def test_who_may_no_longer_see_the_evaluation_gets_nothing(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    noor = common.noor()
    platform.readers.add(noor)
    notice = owe(platform, recipient=noor)
    platform.readers.remove(noor)

    assert sweep_notices().suppressed == 1
    notice.refresh_from_db()
    assert "may no longer see" in notice.suppressed_because
    assert not smtp_sink.arrived


def test_who_has_left_gets_nothing(platform: Evaluation, smtp_sink: Sink) -> None:
    noor = common.noor()
    platform.readers.add(noor)
    notice = owe(platform, recipient=noor)
    noor.is_active = False
    noor.save()

    assert sweep_notices().suppressed == 1
    notice.refresh_from_db()
    assert "no longer signs in" in notice.suppressed_because


@pytest.mark.django_db(transaction=True)
def test_a_sweep_inside_a_transaction_is_refused(platform: Evaluation) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        sweep_notices()


def test_the_command_counts_what_it_did(
    platform: Evaluation, smtp_sink: Sink, capsys: pytest.CaptureFixture[str]
) -> None:
    owe(platform)

    call_command("send_notices")

    expected = "1 sent, 0 suppressed, 0 deferred, 0 dead, 0 uncertain\n"
    assert capsys.readouterr().out == expected


def test_the_command_refuses_a_limit_of_nothing() -> None:
    with pytest.raises(CommandError, match="at least 1"):
        call_command("send_notices", "--limit", "0")
