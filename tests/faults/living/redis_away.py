"""T47: Redis is stopped, paused or emptied under processes that live on.

In full `python -m tests.faults.notices.run T47`; what it asks of vendors' limits runs
with every push (`tests/vendors/api/test_counting.py`).
"""

import signal
import time
from functools import partial
from statistics import median

from redis import Redis

from tests.faults.living.installation import Installation, installation
from tests.faults.living.restarts import Judged, all_ended, judged
from tests.faults.living.traffic import Seen, market, traffic
from tests.waiting import comes, until

# Seconds that it is away; an emptied one is there at once.
WAYS = {"stopped": 45.0, "paused": 60.0, "emptied": 0.0}
TICK = 30
SLOWER_BY = 0.3
# So few that each vendor meets its limit in each minute, in each of two processes.
CALLS_A_MINUTE = 30
ANSWERS = 30
PATIENCE = 300.0


def redis_away(owed: int) -> Judged:
    """Each way, with so many notices owed and people and vendors at work."""
    with installation(tick=TICK, calls_a_minute=CALLS_A_MINUTE) as here:
        from tests.faults.notices.owing import outcome, owe_overdue

        given = market()
        here.start_all()
        told, wrong = [], []
        with traffic(here, given) as seen:
            began = time.monotonic()
            until(partial(_pages_were_read, seen, began), PATIENCE)
            calm = _page_seconds(seen, began)
            before = here.pids()
            for number, (way, seconds) in enumerate(WAYS.items()):
                began = time.monotonic()
                refused, taken = _counts(seen)
                _take_away(here, way)
                owe_overdue(owed, people=50, places=5, first=number)
                until(partial(_is_over, seen, began, seconds), PATIENCE)
                slower = _page_seconds(seen, began) - calm
                refused, taken = (
                    now - old
                    for now, old in zip(_counts(seen), (refused, taken), strict=True)
                )
                _bring_back(here, way)
                late, ended = _all_sent(here)
                told.append(
                    f"{way}: pages {1000 * slower:+.0f} ms, {taken} claims taken and "
                    f"{refused} calls refused, all sent {late:.0f} s after its return"
                )
                if slower > SLOWER_BY or late > 2 * TICK or not ended:
                    wrong.append(f"slow or late while {way}")
                if seconds and not (refused and taken):
                    wrong.append(f"no claims or no limit while {way}")
        wrong += judged(here, seen, given, before, replaceable=("redis",))
        figures = f"{outcome(here.arrived)}; {seen}; {'; '.join(told)}"
    return figures, wrong


def _take_away(here: Installation, way: str) -> None:
    redis = here.processes["redis"]
    if way == "stopped":
        redis.kill()
    elif way == "paused":
        redis.signal(signal.SIGSTOP)
    else:
        with Redis(port=here.redis_port) as client:
            client.flushall()
            client.script_flush()


def _bring_back(here: Installation, way: str) -> None:
    redis = here.processes["redis"]
    if way == "stopped":
        redis.start()
    elif way == "paused":
        redis.signal(signal.SIGCONT)


def _all_sent(here: Installation) -> tuple[float, bool]:
    """Seconds until nothing is owed any more, and whether that came to be."""
    began = time.monotonic()
    ended = comes(all_ended, PATIENCE)
    return time.monotonic() - began, ended


def _pages(seen: Seen, since: float) -> list[float]:
    return [took for who, at, took in seen.seconds if who == "people" and at > since]


def _pages_were_read(seen: Seen, since: float) -> bool:
    return len(_pages(seen, since)) >= ANSWERS


def _page_seconds(seen: Seen, since: float) -> float:
    return median(_pages(seen, since))


def _is_over(seen: Seen, began: float, seconds: float) -> bool:
    return time.monotonic() - began > seconds and _pages_were_read(seen, began)


def _counts(seen: Seen) -> tuple[int, int]:
    return seen.statuses["vendors"][429], len(seen.acknowledged)
