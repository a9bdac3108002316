"""A worker that dies between a post and its mark loses no event and repeats its id."""

import os
import signal
import threading
from collections import defaultdict

import pytest
from django.db import connections, transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.kinds import TYPES
from evaltracker.notices.services.delivery import do_chores, sweep_notices
from evaltracker.notices.services.webhooks import add_webhook, new_webhook_secret
from tests.notices.receiver import Receiver, receiving
from tests.notices.test_kills import let_leases_lapse

EVENTS, KILLS = 6, 20


def sweep_and_be_killed(receiver: Receiver) -> None:
    """A process of its own sweeps, and is killed before the receiver answers it."""
    known, victim = threading.Event(), [0]

    def kill() -> None:
        known.wait()
        os.kill(victim[0], signal.SIGKILL)

    receiver.pause = kill
    connections.close_all()
    victim[0] = os.fork()
    if not victim[0]:
        try:
            sweep_notices()
        finally:
            os._exit(1)
    known.set()
    _, status = os.waitpid(victim[0], 0)
    assert os.WIFSIGNALED(status)


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_no_event_is_lost_and_each_keeps_its_id(platform: Evaluation) -> None:
    with receiving() as receiver:
        add_webhook(
            evaluation=platform,
            url=receiver.url,
            types=[*TYPES],
            secret=new_webhook_secret(),
            by=platform.owner,
        )
        with transaction.atomic():
            for _ in range(EVENTS):
                journal.record(platform, "claim.submitted", platform, platform.owner)
        do_chores()
        for _ in range(KILLS):
            sweep_and_be_killed(receiver)
            let_leases_lapse()
        receiver.pause = lambda: None
        sweep_notices()
    ids = defaultdict(set)
    for name, event in zip(receiver.ids, receiver.events, strict=True):
        ids[event["number"]].add(name)
    assert len(receiver.heard) == KILLS + EVENTS
    assert len(ids) == EVENTS
    assert all(len(names) == 1 for names in ids.values())
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}
