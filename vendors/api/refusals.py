"""Noting who was turned away at the door, for the buyer's “Can the vendor get in?”."""

import re

from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from vendors.api.authentication import BEARER
from vendors.api.throttling import NoteThrottle
from vendors.choices import RefusalReason
from vendors.services.refusals import note_refused_call

# What a token begins with, wherever in the header it stands.
PREFIX = re.compile(r"evt_[0-9a-f]{12}")


def note_refusal(request: Request, exc: Exception) -> None:
    """Note a refused call if its token can be told by its beginning.

    A known, an unknown and a revoked token are noted alike, so that the time which it
    takes tells none of them.
    """
    why = _why(request, exc)
    found = PREFIX.search(request.headers.get("Authorization", ""))
    if why is None or found is None or not NoteThrottle().allow_request(request, None):
        return
    note_refused_call(
        prefix=found[0], why=why, address=BaseThrottle().get_ident(request) or ""
    )


def _why(request: Request, exc: Exception) -> RefusalReason | None:
    """Why it was refused; None for what has nothing to do with the door."""
    if isinstance(exc, exceptions.Throttled):
        return RefusalReason.THROTTLED
    if not isinstance(
        exc, exceptions.AuthenticationFailed | exceptions.NotAuthenticated
    ):
        return None
    header = request.headers.get("Authorization", "")
    return RefusalReason.UNKNOWN if BEARER.fullmatch(header) else RefusalReason.HEADER
