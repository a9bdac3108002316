"""The base of every call by a person's program: their token, and nothing else."""

import re
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from evaltracker.accounts.services import (
    end_leaked_token,
    find_personal_token,
    note_use_of_token,
)
from evaltracker.evaluations.journal import Actor, actor_of
from evaltracker.evaluations.models import Evaluation, PersonalToken, User
from evaltracker.pages.workspace import find_evaluation
from evaltracker.toolbox.rest.views import StrictView, problems
from trials.run_api import RunTokenGuard, secrets_in_address
from vendors.api.access import NO_TOKEN, GuessThrottle, MinuteThrottle, secret_of

SECRET = re.compile(r"evp_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")
READ = problems(400, 401, 403, 404, 406, 429, 500)


class StaffToken(BaseAuthentication):
    """`Authorization: Bearer <personal token>`; cookies and sessions count for nothing.

    The person that it gives is of this call alone: an operator's sees what they own or
    have a part in, and one bound to an evaluation sees that one.
    """

    def authenticate(self, request: Request) -> tuple[User, PersonalToken] | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        secret = secret_of(header, SECRET)
        if secret:
            token = find_personal_token(secret)
        else:
            token = None
        if token is None:
            raise AuthenticationFailed
        note_use_of_token(token=token)
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="evaltracker"'


class TokenGuard(RunTokenGuard):
    """Ends personal tokens, too, that stand in an address."""

    def end_leaked(self, request: HttpRequest) -> bool:
        secrets = secrets_in_address(request, SECRET)
        for secret in secrets:
            end_leaked_token(secret=secret)
        return super().end_leaked(request) or bool(secrets)


class StaffThrottle(MinuteThrottle):
    """`STAFF_CALLS_PER_MINUTE` of each token."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        if request.auth is None:
            return True
        return self.count(
            f"staff-calls:{request.auth.pk}", settings.STAFF_CALLS_PER_MINUTE, request
        )


class StaffView(StrictView):
    """A call by a person's program; what they may not see does not exist."""

    authentication_classes = (StaffToken,)
    permission_classes = (IsAuthenticated,)
    throttle_classes = (StaffThrottle,)
    tags_reads = True

    def person(self, request: Request) -> User:
        return cast("User", request.user)

    def token(self, request: Request) -> PersonalToken:
        return cast("PersonalToken", request.auth)

    def actor(self, request: Request) -> Actor:
        """As the journal names who acts: “Dana Weber by token “CI””."""
        return actor_of(self.person(request))

    def evaluation(self, request: Request, slug: str) -> Evaluation:
        """The evaluation, if the person may see it.

        Raises:
            NotFound: it is not there, or not there for them.
        """
        return find_evaluation(self.person(request), slug)

    def handle_exception(self, exc: Exception) -> Response:
        """Count calls without a good token by their address, and stop a flood."""
        if isinstance(exc, NO_TOKEN):
            guesses = GuessThrottle()
            if not guesses.allow_request(self.request, self):
                exc = exceptions.Throttled(guesses.wait())
        return super().handle_exception(exc)
