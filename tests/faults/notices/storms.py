"""T1 to T4: workers, broker or database die while mail goes out.

Each storm owes its notices, lets its faults happen while they leave, then lets the
rest go in peace, and counts exactly what arrived.
"""

from __future__ import annotations

import random
import signal
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import Error, connection

from tests.faults.living.database import WAYS
from tests.faults.notices.world import world
from tests.waiting import comes, until

if TYPE_CHECKING:
    from tests.faults.notices.owing import Outcome
    from tests.faults.notices.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """How much is owed, and what goes wrong."""

    owed: int
    # So many times a worker is killed, or asked to stop, one each so many seconds.
    blows: int
    every: float = 2.0
    graceful: bool = False
    held: bool = False
    redis_deaths: int = 3
    # The database is hit instead of the workers, which live through all of it.
    crashes: bool = False
    freeze: bool = True
    # Seconds that the mail server waits with its answer: most kills hit that instant.
    pause: float = 0.004
    peace: float = 240.0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it."""

    outcome: Outcome
    blows: int
    seconds: float
    ended: bool
    # Whether a worker that should have lived on did not.
    replaced: bool

    def __str__(self) -> str:
        return f"{self.outcome}; {self.blows} blows, {self.seconds:.0f} s"


def blow(storm: Storm) -> Result:
    """Let it happen."""
    with world() as here:
        from tests.factories import common
        from tests.faults.notices.owing import outcome, owe_letters, owe_overdue

        if storm.held:
            owe_letters(common.evaluation(), storm.owed, "test_letter")
        else:
            owe_overdue(storm.owed, people=50, places=5)
        connection.close()
        began = time.monotonic()
        here.start_mail("--pause", str(storm.pause))
        _start(here)
        first = [worker.family() for worker in here.workers]
        blows = _rage(storm, here)
        ended = comes(_all_ended, storm.peace)
        now = [worker.family() for worker in here.workers]
        for process in (*here.beats, *here.workers):
            process.kill()
        seconds = time.monotonic() - began
        replaced = storm.crashes and now != first
        return Result(outcome(here.arrived), blows, seconds, ended, replaced)


def _start(here: World) -> None:
    """Two of each, and come back when both workers have their children."""
    here.redis = here.start_redis()
    for _ in range(2):
        here.start_worker()
        here.start_beat()
    until(partial(_has_grown, here.arrived, 0), 60, what="mail leaves")
    until(
        lambda: all(len(worker.family()) > 2 for worker in here.workers),
        60,
        what="both workers have their children",
    )


def _rage(storm: Storm, here: World) -> int:
    """All the faults; how many processes were hit while mail was going out."""
    frozen = None
    hit, size = 0, 0
    for number in range(storm.blows):
        # Mail flows again, so the blow hits somebody who is sending, or none is left.
        comes(partial(_has_grown, here.arrived, size), 60)
        time.sleep(random.uniform(0, storm.every))
        size = here.arrived.stat().st_size
        if not _something_is_open():
            break
        hit += 1
        if storm.freeze and number == 1:
            # Longer than its lease; it wakes up when the storm is over.
            frozen = here.workers.pop(0)
            frozen.signal(signal.SIGSTOP)
            here.start_worker()
            continue
        if number % max(1, storm.blows // (storm.redis_deaths + 1)) == 1:
            here.redis.kill()
            here.redis.start()
        if storm.crashes:
            here.crash_postgres(list(WAYS)[number % len(WAYS)])
            continue
        # Whoever has run longest; the other has hardly begun.
        worker = here.workers.pop(0)
        worker.stop() if storm.graceful else worker.kill()
        worker.start()
        here.workers.append(worker)
    if frozen is not None:
        frozen.signal(signal.SIGCONT)
    return hit


def _has_grown(file: Path, size: int) -> bool:
    return file.stat().st_size > size


def _something_is_open() -> bool:
    from evaltracker.evaluations.choices import NOTICE_OPEN
    from evaltracker.evaluations.models import Notice

    try:
        return Notice.objects.filter(state__in=NOTICE_OPEN).exists()
    except Error:
        connection.close()  # it is just being crashed
        return True


def _all_ended() -> bool:
    return not _something_is_open()
