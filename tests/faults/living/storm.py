"""T48: everything is killed at random for a while, and started again.

By command: `python -m tests.faults.notices.run T48`, or all by `./dev bench faults`.
What is hit, how and when comes from a seed, `SEED`.
"""

import datetime
import os
import random
import time
from collections import Counter
from random import Random

from tests.faults.living import database
from tests.faults.living.installation import Installation, installation
from tests.faults.living.restarts import Judged, all_ended, judged
from tests.faults.living.traffic import market, traffic
from tests.waiting import comes

VICTIMS = ("db", "redis", "web", "worker", "beat", "vendor-api")
LONGEST_CALM, LONGEST_ABSENCE = 4.0, 2.0
PATIENCE = 300.0


def storm(owed: int, seconds: float) -> Judged:
    """So many notices fall due while it rages."""
    seed = int(os.environ.get("SEED", "48"))
    with installation(tick=2, lease=6) as here:
        from tests.faults.notices.owing import outcome, owe_overdue

        given = market()
        here.start_all()
        owe_overdue(owed, people=50, places=5)
        _spread(seconds)
        began = time.monotonic()
        with traffic(here, given) as seen:
            hits = _rage(here, random.Random(seed), began + seconds)
            raged = time.monotonic() - began
            ready = comes(here.is_ready, PATIENCE)
            ended = comes(all_ended, PATIENCE)
        all_in = time.monotonic() - began
        wrong = [] if ready and ended else ["not all ended"]
        wrong += judged(here, seen, given)
        figures = (
            f"{outcome(here.arrived)}; {seen}; {hits.total()} kills in {raged:.0f} s "
            f"({dict(hits)}), seed {seed}, all well after {all_in:.0f} s"
        )
    return figures, wrong


def _spread(seconds: float) -> None:
    """Let what is owed fall due bit by bit."""
    from django.db.models.functions import Now

    from evaltracker.evaluations.models import Notice

    keys = list(Notice.objects.values_list("pk", flat=True))
    steps = max(1, int(seconds))
    for step in range(steps):
        later = Now() + datetime.timedelta(seconds=step)
        Notice.objects.filter(pk__in=keys[step::steps]).update(next_try_at=later)


def _rage(here: Installation, chance: Random, ends: float) -> Counter[str]:
    """One after the other, as a supervisor that starts what has ended."""
    assert here.database is not None
    hits: Counter[str] = Counter()
    while time.monotonic() < ends:
        time.sleep(chance.uniform(0, LONGEST_CALM))
        victim = chance.choice(VICTIMS)
        way = chance.choice(list(database.WAYS))
        absence = chance.uniform(0, LONGEST_ABSENCE)
        hits[victim] += 1
        if victim == "db":
            here.database.stop(way)
            time.sleep(absence)
            here.database.start()
            continue
        here.processes[victim].kill()
        time.sleep(absence)
        here.processes[victim].start()
    return hits
