"""One bad row is told on its own line and never stops the batch."""

import pytest

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.services.delivery import sweep_notices
from tests.factories import common
from tests.notices.kinds import owe, owe_many
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db


def test_a_fault_in_a_kind_waits_and_tells_on_its_row(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    bad = owe(platform, kind="test_faulty")
    owe_many(platform, 3)

    report = sweep_notices()

    assert (report.sent, report.deferred) == (3, 1)
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (NoticeState.PENDING, 1)
    assert bad.last_error == "RuntimeError: a fault with in its words"


def test_a_kind_that_an_older_process_does_not_know_waits(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    bad = owe(platform)
    Notice.objects.update(kind="of_the_next_release")

    assert sweep_notices().deferred == 1
    bad.refresh_from_db()
    assert "of_the_next_release" in bad.last_error


@pytest.mark.parametrize(
    "address", ["a@example.org, b@example.org", "a@example.org\nBcc: b@example.org"]
)
def test_an_address_that_is_none_is_dead_with_a_reason(
    platform: Evaluation, smtp_sink: Sink, address: str
) -> None:
    bad, *_ = owe_many(platform, 3)
    Notice.objects.filter(pk=bad.pk).update(address=address)

    report = sweep_notices()

    assert (report.sent, report.dead) == (2, 1)
    bad.refresh_from_db()
    assert bad.state == NoticeState.DEAD
    assert "cannot be made" in bad.last_error
    assert all("b@example.org" not in mail["To"] for mail in smtp_sink.arrived)


def test_a_person_without_an_address_is_dead_until_there_is_one(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    lina = platform.owner
    lina.email = ""
    lina.save()
    bad = owe(platform)

    assert sweep_notices().dead == 1
    bad.refresh_from_db()
    assert "Lina Lead has no mail address" in bad.last_error


def test_line_breaks_in_old_rows_are_taken_out_of_the_mail(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    owe(platform)
    Evaluation.objects.update(title="Choose\r\nBcc: rival@example.org\n\u202ea\x07b")
    common.lina()

    assert sweep_notices().sent == 1
    (mail,) = smtp_sink.arrived
    assert mail["Bcc"] is None
    assert mail["Subject"].endswith("– Choose Bcc: rival@example.org ab")
