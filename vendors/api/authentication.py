"""Who calls: a vendor by its token. Imports no views, so that it can be a default."""

import re
from typing import ClassVar
from urllib.parse import unquote

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    AuthenticationFailed,
    ParseError,
    ValidationError,
)
from rest_framework.request import Request

from evaltracker.evaluations.journal import Actor
from vendors.models import Vendor, VendorToken
from vendors.selectors import SECRET, find_tokens, recognise
from vendors.services.tokens import actor_by_token, end_token, note_use
from vendors.wall import show_tokens, show_vendor

BEARER = re.compile(r"Bearer +([^\s]+) *", re.IGNORECASE)
# No call knows as many; more are not even read.
MOST_PARAMETERS = 20


class Caller:
    """A vendor at the other end; stands where the framework wants a user."""

    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    pk: ClassVar[None] = None

    def __init__(self, token: VendorToken) -> None:
        self.token = token
        self.vendor: Vendor = token.vendor
        self.actor = actor_by_token(token.vendor.name, token.prefix)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; cookies and sessions count for nothing."""

    def authenticate(self, request: Request) -> tuple[Caller, VendorToken] | None:
        """The caller; None without a header, and then nothing is answered either."""
        refuse_leaked_token(request)
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        secret = secret_of(header)
        token = recognise(secret) if secret else None
        if token is None:
            raise AuthenticationFailed
        note_use(token=token)
        return Caller(token), token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="evaltracker"'


def secret_of(header: str) -> str | None:
    """The token in an Authorization header, if it has the shape of one."""
    given = BEARER.fullmatch(header)
    return given[1] if given and SECRET.fullmatch(given[1]) else None


def refuse_leaked_token(request: Request) -> None:
    """End a token that stands in an address: logs and histories have it now.

    One look finds it, whatever else stands there.

    Raises:
        ValidationError: the token is ended; those whose it is are told by mail.
        ParseError: there are more parameters than any call knows.

    """
    query = request.META.get("QUERY_STRING", "")
    secrets = set(SECRET.findall(unquote(query)))
    if secrets:
        show_tokens(secrets)
        leaked = list(find_tokens(secrets))
        for token in leaked:
            show_vendor(token.vendor_id)
            end_token(
                token=token,
                by=Actor(name="evaltracker"),
                reason="It was sent in a URL, which logs keep.",
                leaked=True,
            )
        if leaked:
            raise ValidationError(
                {"query": ["A token in a URL is not secret; it was revoked."]}
            )
    if query.count("&") >= MOST_PARAMETERS:
        raise ParseError(
            f"The URL has more than {MOST_PARAMETERS} parameters; remove those that "
            "this call does not use."
        )
