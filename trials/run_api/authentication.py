"""Who posts runs: a program of ours by the run token of one trial."""

from typing import ClassVar
from urllib.parse import unquote

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from trials.models import RunToken
from trials.selectors.run_tokens import SECRET, find_run_tokens
from trials.services.run_tokens import end_leaked_token
from vendors.api.authentication import BEARER


class Program:
    """The program at the other end; stands where the framework wants a user."""

    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    pk: ClassVar[None] = None


class RunTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <run token>`; cookies and sessions count for nothing."""

    def authenticate(self, request: Request) -> tuple[Program, RunToken] | None:
        """The token, alive or not; the service says why one has ended."""
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        secret = run_secret_of(header)
        token = find_run_tokens([secret]).first() if secret else None
        if token is None:
            raise AuthenticationFailed
        return Program(), token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="evaltracker runs"'


def run_secret_of(header: str) -> str | None:
    """The run token in an Authorization header, if it has the shape of one."""
    given = BEARER.fullmatch(header)
    return given[1] if given and SECRET.fullmatch(given[1]) else None


def end_tokens_in_address(request: HttpRequest) -> bool:
    """End the run tokens that stand in the address; whether one has their shape."""
    secrets = set(SECRET.findall(unquote(request.get_full_path())))
    if not secrets:
        return False
    for token in find_run_tokens(secrets).filter(revoked_at=None):
        end_leaked_token(token=token)
    return True
