"""How many calls a token may make: counted exactly, each vendor for itself."""

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


class TokenThrottle(BaseThrottle):
    """At most `VENDOR_CALLS_PER_MINUTE` calls in each minute of the clock.

    The count is one atomic increment, so parallel calls cannot slip through. If the
    cache is down calls are let in: a deadline must not be missed for it.
    """

    def __init__(self) -> None:
        self.left = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether this call is still within the minute's number."""
        if request.auth is None:
            return True
        minute, self.left = divmod(time.time(), MINUTE)
        key = f"vendor-calls:{request.auth.pk}:{int(minute)}"
        try:
            cache.add(key, 0, timeout=2 * MINUTE)
            return cache.incr(key) <= settings.VENDOR_CALLS_PER_MINUTE
        # Whatever the cache's client raises, the vendor is not to suffer for it.
        except Exception as error:  # noqa: BLE001
            logger.warning("No throttle: the cache fails with %s", type(error).__name__)
            return True

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return max(1.0, MINUTE - self.left)
