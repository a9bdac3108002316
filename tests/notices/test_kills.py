"""Real processes, killed in the middle: nothing is lost, every repeat is flagged."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from evaltracker.evaluations.choices import NOTICE_OPEN, NoticeState
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.services.leases import LEASE
from tests.notices.kinds import owe_many
from tests.smtp_sink import Sink

NOTICES, KILLS = 60, 4


def start_sweep(port: int) -> subprocess.Popen[bytes]:
    """`send_notices` against this test's database and mail server."""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(connection.settings_dict),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    return subprocess.Popen([sys.executable, "-m", "tests.notices.sweeper"], env=env)


def database_url(settings: dict[str, Any]) -> str:
    """Where the test database is, for another process."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    # Only the name differs from where this run connects to.
    elsewhere, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return f"{elsewhere}/{settings['NAME']}"


def let_leases_lapse() -> None:
    """As if a minute had passed."""
    Notice.objects.filter(state__in=NOTICE_OPEN, lease_until__isnull=False).update(
        lease_until=Now() - LEASE
    )


@pytest.mark.nightly(
    reason="a sweep is killed under the same oracle in each push",
    short="tests/faults/notices/test_notice_faults.py"
    "::test_a_killed_sweep_and_a_crashed_database_lose_nothing",
)
@pytest.mark.django_db(transaction=True)
def test_sweeps_that_are_killed_lose_nothing_and_repeat_nothing_unflagged(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    owed = {notice.message_id for notice in owe_many(platform, NOTICES)}
    # Kept, but not yet said so: most kills hit the instant that cannot be closed.
    smtp_sink.slowness = 0.05
    for _ in range(KILLS):
        process = start_sweep(smtp_sink.port)
        assert smtp_sink.wait_for(len(smtp_sink.arrived) + 7)
        process.kill()
        process.wait()
        let_leases_lapse()
    smtp_sink.slowness = 0
    assert start_sweep(smtp_sink.port).wait(60) == 0

    counts = smtp_sink.counts()
    repeated = {message_id for message_id, number in counts.items() if number > 1}
    flagged = Notice.objects.filter(maybe_repeated=True)
    assert set(counts) == owed
    assert set(Notice.objects.values_list("state", flat=True)) == {NoticeState.SENT}
    assert repeated <= set(flagged.values_list("message_id", flat=True))
    assert repeated, "no kill hit the instant this test is about"
    assert counts.total() - NOTICES <= KILLS
