"""A ceiling on guesses of one account over all addresses, which locks nobody out.

A lock would let anybody keep the owner out. So beyond the ceiling a guess is looked at
only if the one before it was long enough ago, and a browser in which the owner has
signed in before (devices.py) does not wait. Names that nobody has are counted alike, so
that neither the answer nor its time tells them apart. `lockout.py` lets guesses of one
account queue up, so the count is exact.
"""

import hashlib
import time

from django.core.cache import cache
from django.http import HttpRequest

from evaltracker.accounts.devices import is_known
from evaltracker.evaluations.models import User
from evaltracker.notices.services.account_mail import owe_warning

CEILING = 20
AN_HOUR = 60 * 60
# Seconds between one guess and the next beyond the ceiling: 32 guesses in an hour.
WAITS = (30, 60, 120, 240, 300)


def must_wait(request: HttpRequest, name: str, person: User | None) -> bool:
    """Whether an attempt for `name` comes too soon to be looked at."""
    if person is not None and is_known(request, person):
        return False
    before = _guesses(name)
    beyond = len(before) - CEILING
    if beyond < 0:
        return False
    return time.time() - before[-1] < WAITS[min(beyond, len(WAITS) - 1)]


def note_guess(name: str, person: User | None) -> None:
    """Count a wrong password; the owner hears of it when there are too many."""
    guesses = [*_guesses(name), time.time()]
    cache.set(_key(name), guesses, AN_HOUR)
    if len(guesses) >= CEILING and person is not None:
        owe_warning(kind="account_guessed", person=person)


def _guesses(name: str) -> list[float]:
    """When the wrong passwords of the last hour were given, in order."""
    since = time.time() - AN_HOUR
    return [at for at in cache.get(_key(name), []) if at > since]


def _key(name: str) -> str:
    """Not the name itself: people also type there what nobody should keep."""
    return f"guesses:{hashlib.sha256(name.encode()).hexdigest()}"
