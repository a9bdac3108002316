"""How many calls a token or an address may make, counted exactly.

Each count is one atomic increment, so parallel calls cannot slip through. If the cache
is down calls are let in: a deadline must not be missed for it.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)
MINUTE = 60
NOTED_A_MINUTE = 60


class MinuteThrottle(BaseThrottle):
    """At most so many calls of one name in each minute of the clock."""

    def __init__(self) -> None:
        self.left = 0.0

    def count(self, name: str, most: int) -> bool:
        """Count a call; whether it is still within the minute's number."""
        minute, self.left = divmod(time.time(), MINUTE)
        key = f"{name}:{int(minute)}"
        try:
            cache.add(key, 0, timeout=2 * MINUTE)
            return cache.incr(key) <= most
        # Whatever the cache's client raises, the vendor is not to suffer for it.
        except Exception as error:  # noqa: BLE001
            logger.warning("No throttle: the cache fails with %s", type(error).__name__)
            return True

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return max(1.0, MINUTE - self.left)


class NoteThrottle(MinuteThrottle):
    """How many refused calls are noted in a minute, of all addresses together: a flood
    of them must not fill the disk."""

    def allow_request(self, request: Request, view: APIView | None) -> bool:
        """Whether one more is noted."""
        return self.count("refused-calls-noted", NOTED_A_MINUTE)


class TokenThrottle(MinuteThrottle):
    """`VENDOR_CALLS_PER_MINUTE` of each token; rivals share no count."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether this token may call once more."""
        if request.auth is None:
            return True
        name = f"vendor-calls:{request.auth.pk}"
        return self.count(name, settings.VENDOR_CALLS_PER_MINUTE)


class GuessThrottle(MinuteThrottle):
    """`CALLS_WITHOUT_TOKEN_PER_MINUTE` of each address, forwarded ones as told by
    `NUM_PROXIES`. Calls with a good token are not counted here, so that vendors behind
    one address neither hinder nor notice each other."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether this address may call without a good token once more."""
        name = f"calls-without-token:{self.get_ident(request)}"
        return self.count(name, settings.CALLS_WITHOUT_TOKEN_PER_MINUTE)
