"""Any number of sweeps may run at once: each notice leaves once."""

import threading

import pytest
from django.db import connection

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.services.delivery import SweepReport, sweep_notices
from tests.notices.kinds import owe_many
from tests.smtp_sink import Sink

SWEEPS = 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/notices/test_leases.py"
    "::test_a_lapsed_handing_goes_out_again_flagged_with_the_same_messa"
    "ge_id",
)
def test_sweeps_in_parallel_send_each_notice_once(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    notices = owe_many(platform, 150)
    smtp_sink.slowness = 0.005
    start = threading.Barrier(SWEEPS)
    reports: list[SweepReport] = []

    def run() -> None:
        try:
            start.wait(60)
            reports.append(sweep_notices())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(SWEEPS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sum(report.sent for report in reports) == len(notices)
    # It was shared work, not one sweep's while the others waited.
    assert sum(report.sent > 0 for report in reports) > 1
    assert smtp_sink.counts() == {notice.message_id: 1 for notice in notices}
    assert set(Notice.objects.values_list("state", "maybe_repeated")) == {
        (NoticeState.SENT, False)
    }
