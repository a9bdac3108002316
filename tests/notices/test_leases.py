"""A sweep that dies or freezes loses nothing; what may be repeated is flagged."""

import uuid

import pytest
from django.db.models.functions import Now

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.mail import MailConnection
from evaltracker.notices.services.delivery import Batch, SweepReport, sweep_notices
from evaltracker.notices.services.leases import LEASE
from evaltracker.notices.services.scheduling import cancel_notices
from tests.notices.kinds import owe
from tests.smtp_sink import Sink

pytestmark = [pytest.mark.smoke, pytest.mark.django_db]


def left_in(notice: Notice, state: NoticeState, *, lapsed: bool) -> Notice:
    """As a sweep leaves it that stopped there, its lease run out or not."""
    lease = Now() - LEASE if lapsed else Now() + LEASE
    Notice.objects.filter(pk=notice.pk).update(
        state=state, lease_until=lease, lease_token=uuid.uuid4()
    )
    notice.refresh_from_db()
    return notice


def resume(notice: Notice) -> SweepReport:
    """What a sweep does that wakes up with `notice` in hand."""
    report = SweepReport()
    with MailConnection() as line:
        Batch([notice], line, report).send()
    return report


@pytest.mark.parametrize("state", [NoticeState.CLAIMED, NoticeState.HANDING])
def test_what_another_sweep_holds_is_left_alone(
    platform: Evaluation, smtp_sink: Sink, state: NoticeState
) -> None:
    left_in(owe(platform), state, lapsed=False)

    assert sweep_notices() == SweepReport()
    assert not smtp_sink.arrived


def test_a_lapsed_claim_goes_out_flagged_as_its_marks_may_be_lost(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    notice = left_in(owe(platform), NoticeState.CLAIMED, lapsed=True)

    assert sweep_notices().sent == 1
    assert smtp_sink.counts() == {notice.message_id: 1}
    notice.refresh_from_db()
    assert notice.maybe_repeated


def test_a_lapsed_claim_of_a_held_kind_is_free_again_for_its_marks_are_not_lost(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    notice = left_in(
        owe(platform, kind="test_letter"), NoticeState.CLAIMED, lapsed=True
    )

    assert sweep_notices().sent == 1
    notice.refresh_from_db()
    assert not notice.maybe_repeated


def test_a_lapsed_handing_goes_out_again_flagged_with_the_same_message_id(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    notice = left_in(owe(platform), NoticeState.HANDING, lapsed=True)

    assert sweep_notices().sent == 1
    assert smtp_sink.counts() == {notice.message_id: 1}
    notice.refresh_from_db()
    assert notice.maybe_repeated


def test_a_lapsed_handing_that_no_longer_holds_stays_unsent(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    notice = left_in(owe(platform), NoticeState.HANDING, lapsed=True)
    platform.owner.is_active = False
    platform.owner.save()

    assert sweep_notices().suppressed == 1
    notice.refresh_from_db()
    assert notice.maybe_repeated


def test_a_lapsed_handing_of_a_held_kind_waits_for_a_person(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    notice = left_in(
        owe(platform, kind="test_letter"), NoticeState.HANDING, lapsed=True
    )

    assert sweep_notices() == SweepReport(uncertain=1)
    assert sweep_notices() == SweepReport()
    notice.refresh_from_db()
    assert (notice.state, notice.maybe_repeated) == (NoticeState.UNCERTAIN, True)
    assert notice.lease_token is None
    assert not smtp_sink.arrived


def test_a_sweep_that_wakes_up_after_its_lease_sends_nothing(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    notice = left_in(owe(platform), NoticeState.CLAIMED, lapsed=True)

    assert resume(notice) == SweepReport()
    assert not smtp_sink.arrived


def test_a_sweep_whose_row_was_taken_over_sends_and_marks_nothing(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    frozen = left_in(owe(platform), NoticeState.CLAIMED, lapsed=True)
    assert sweep_notices().sent == 1

    assert resume(frozen) == SweepReport()
    assert len(smtp_sink.arrived) == 1


def test_a_notice_that_is_cancelled_while_it_is_claimed_does_not_leave(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    notice = left_in(owe(platform), NoticeState.CLAIMED, lapsed=False)
    cancel_notices(kind=notice.kind, subject_id=platform.pk, because="Called off.")

    assert resume(notice) == SweepReport()
    notice.refresh_from_db()
    assert notice.state == NoticeState.SUPPRESSED
    assert not smtp_sink.arrived
