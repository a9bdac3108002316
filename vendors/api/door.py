"""Who is turned away before anything is looked up for them.

An address that this process has refused is remembered until its minute ends. Calls
from there are refused without a statement, unless they carry a token that may be good:
one that was good here lately, or, a limited number of times, one of a token's shape. So
a vendor behind the same address as a guesser is still let in.
"""

import time
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from vendors.api.authentication import secret_of
from vendors.counting import address_of
from vendors.wall import digest_of

MINUTE = 60
# Tokens of the right shape that are looked up for a refused address in a minute.
LOOKS = 60
KNOWN_SECONDS = 60 * 60


def memory() -> Any:
    """What this process alone remembers; it costs no round trip."""
    return caches["process"]


def close_for(request: Request | HttpRequest) -> None:
    """Remember, until the minute ends, that this address is over its limit."""
    memory().add(f"closed:{address_of(request)}", LOOKS, timeout=rest_of_minute())


def remember_good(header: str) -> None:
    """A call with the token of this header was let in, so it will be looked up even
    from a refused address."""
    if secret := secret_of(header):
        memory().set(f"good:{digest_of(secret)}", 1, timeout=KNOWN_SECONDS)


def require_open_door(request: HttpRequest) -> None:
    """Refuse a call from an address that is over its limit.

    Raises:
        Throttled: nothing was looked up for it.

    """
    closed = f"closed:{address_of(request)}"
    looks = memory().get(closed)
    if looks is None:
        return
    secret = secret_of(request.headers.get("Authorization", ""))
    if secret is not None:
        if f"good:{digest_of(secret)}" in memory():
            return
        if looks > 0:
            memory().set(closed, looks - 1, timeout=rest_of_minute())
            return
    raise Throttled(rest_of_minute())


def rest_of_minute() -> float:
    """Seconds until counts begin anew."""
    return max(1.0, MINUTE - time.time() % MINUTE)
