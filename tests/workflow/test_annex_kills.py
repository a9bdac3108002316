"""Workers are killed twenty times, and each is told once of a day in the annex."""

import os
import subprocess
import sys

import pytest
from django.db import connection

from evaltracker.evaluations.choices import MailRhythm
from evaltracker.evaluations.models import Notice, User
from tests.factories import stakeholders
from tests.notices.test_kills import database_url
from tests.smtp_sink import Sink
from tests.tiers import by_tier
from tests.workflow.annex_worker import OWING, SENDING
from tests.workflow.deciding import decided
from tests.workflow.test_annex_after_award import KIND, OFFSETS, looked_after, put_down

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "every",
    by_tier(
        5,
        1,
        reason="at each of twenty statements; each push kills at every fifth",
    ),
)
def test_a_day_tells_each_once_though_workers_are_killed(
    smtp_sink: Sink, every: int
) -> None:
    _, option = decided()
    keeper, owner = stakeholders.holder("it"), option.evaluation.owner
    looked_after(option, keeper)
    put_down(option)
    User.objects.update(mail_rhythm=MailRhythm.EACH)
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(connection.settings_dict),
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_sink.port}",
    }
    worker = [sys.executable, "-m", "tests.workflow.annex_worker"]
    died = subprocess.run(
        [*worker, str(option.evaluation.pk), str(every)],
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )
    killed = (OWING[::every], [0, 0], SENDING[::every], [0])
    assert died.stdout.split() == ["9" if it else "0" for each in killed for it in each]
    rows = Notice.objects.filter(kind=KIND)
    told = list(rows.values_list("recipient", "offset_days"))
    assert sorted(told) == sorted({(p.pk, o) for p in (owner, keeper) for o in OFFSETS})
    assert set(rows.values_list("state", flat=True)) == {"sent"}
    counts = smtp_sink.counts()
    assert set(rows.values_list("message_id", flat=True)) <= counts.keys()
    twice = {key for key, number in counts.items() if number > 1}
    flagged = Notice.objects.filter(maybe_repeated=True)
    assert twice <= set(flagged.values_list("message_id", flat=True))
