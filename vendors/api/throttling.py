"""How many calls a token or an address may make, counted exactly.

Each count is one atomic increment, so parallel calls cannot slip through; counting.py
says who counts while Redis is away.
"""

import time

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from vendors.api.door import MINUTE, close_for
from vendors.counting import address_of, count_up

NOTED_A_MINUTE = 60


class MinuteThrottle(BaseThrottle):
    """At most so many calls of one name in each minute of the clock."""

    def __init__(self) -> None:
        self.left = 0.0

    def count(self, name: str, most: int) -> bool:
        """Count a call; whether it is still within the minute's number."""
        minute, self.left = divmod(time.time(), MINUTE)
        return count_up(name, int(minute)) <= most

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return max(1.0, MINUTE - self.left)


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
        name = f"calls-without-token:{address_of(request)}"
        allowed = self.count(name, settings.CALLS_WITHOUT_TOKEN_PER_MINUTE)
        if not allowed:
            close_for(request)
        return allowed


class NoteThrottle(MinuteThrottle):
    """How many refused calls are noted in a minute, of all addresses together: a flood
    of them must not fill the disk."""

    def allow_request(self, request: Request, view: APIView | None) -> bool:
        """Whether one more is noted."""
        return self.count("refused-calls-noted", NOTED_A_MINUTE)
