"""Guessing a password: counted exactly, however many processes are asked at once.

Axes counts failures, asks before a password is looked at and forgets them on success.
What it lacks is an order: guesses that arrive together would all be counted before the
first has failed. Here guesses of one account queue up, from whatever address.
"""

import hashlib
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from rest_framework.throttling import BaseThrottle

from evaltracker.accounts.slowing import must_wait
from evaltracker.evaluations.selectors import person_meant


class OneAtATime(AxesDatabaseHandler):  # type: ignore[misc]  # untyped library
    """Axes' handler with an order among the guesses of one account."""

    def is_locked(
        self, request: Any, credentials: dict[str, Any] | None = None
    ) -> bool:
        """Wait for the guess before, then count: of this address, then of all.

        The lock lasts until the request's transaction ends, so after the failure is
        written. SQLite has one writer at a time and needs none.
        """
        if connection.vendor == "postgresql" and connection.in_atomic_block:
            who = account_meant(request, credentials)
            digest = hashlib.sha256(who.encode()).digest()
            key = int.from_bytes(digest[:8], signed=True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
        if super().is_locked(request, credentials):
            return True
        name = account_meant(request, credentials)
        request.guess_slowed = must_wait(request, name, person_meant(name))
        return bool(request.guess_slowed)


def account_meant(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """One name per account: other spellings must not win other attempts."""
    typed = str((credentials or {}).get("username") or "")
    person = person_meant(typed)
    return person.get_username() if person else typed.strip().lower()[:255]


def client_address(request: HttpRequest) -> str:
    """Whence a request comes; of forwarding headers only our own proxies' count."""
    request_like: Any = request
    address: str = BaseThrottle().get_ident(request_like)
    return address


def same_answer(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any]
) -> HttpResponse:
    """Locked reads like wrong: the page says to everybody how long a lock lasts."""
    return response
