"""One count over all processes, in Redis; while that is away, one in each process.

A deadline must not be missed because Redis is away, and nobody may call without limits
meanwhile. So each process goes on with counts of its own: a limit then holds for each
of them, not for all together. Nobody waits for a Redis that has just failed to answer.
"""

import logging
import threading
import time
from collections import Counter
from functools import cache as once
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from redis import ConnectionError as RedisConnectionError
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)
ALIAS = "throttle"
KEPT_SECONDS = 120
# Redis answers in a millisecond; a call waits so long once in so many seconds.
PATIENCE = 0.2
PAUSE = 5.0
# Beyond so many names in a minute all others share one count.
MOST_NAMES = 50_000
OTHERS = "others"
COUNT_UP = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""


class LocalCounts:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def count_up(self, name: str, minute: int) -> int:
        with self._lock:
            if minute != self._minute:
                self._counts.clear()
                self._minute = minute
            if name not in self._counts and len(self._counts) >= MOST_NAMES:
                name = OTHERS
            self._counts[name] += 1
            return self._counts[name]

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()


class Breaker:
    """Lets everybody try until somebody fails; from then on one in each pause."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.is_open = False
        self._next_try = 0.0

    def may_try(self) -> bool:
        if not self.is_open:
            return True
        with self._lock:
            if time.monotonic() < self._next_try:
                return False
            self._next_try = time.monotonic() + PAUSE
            return True

    def report(self, error: Exception | None) -> None:
        with self._lock:
            was_open = self.is_open
            self.is_open = error is not None
            self._next_try = time.monotonic() + PAUSE
        if self.is_open and not was_open:
            logger.warning("Counting in each process: %s", type(error).__name__)
        elif was_open and not self.is_open:
            logger.warning("Counting over all processes again")


local = LocalCounts()
breaker = Breaker()


def count_up(name: str, minute: int) -> int:
    """One more of `name` in that minute; how many there are."""
    cache_settings: dict[str, Any] = settings.CACHES[ALIAS]
    if not cache_settings["BACKEND"].endswith("RedisCache") or not breaker.may_try():
        return local.count_up(name, minute)
    key = caches[ALIAS].make_key(f"{name}:{minute}")
    try:
        # One round trip, where the cache's own way takes three.
        count = int(
            _counting(cache_settings["LOCATION"])(keys=[key], args=[KEPT_SECONDS])
        )
    except (RedisError, OSError) as error:
        breaker.report(error)
        return local.count_up(name, minute)
    if breaker.is_open:
        breaker.report(None)
    return count


def address_of(request: Request | HttpRequest) -> str:
    return BaseThrottle().get_ident(request) or ""  # type: ignore[arg-type]


def forget_counts() -> None:
    if not breaker.is_open:
        caches[ALIAS].clear()
    breaker.is_open = False
    local.clear()
    caches["process"].clear()


@once
def _counting(location: str) -> Script:
    # A connection that Redis has closed meanwhile is made anew, but no time-out is
    # waited for twice.
    again = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
    client = Redis.from_url(
        location, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=again
    )
    return client.register_script(COUNT_UP)
