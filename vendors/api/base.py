"""The base of every vendor call: the token's own invitations and nothing else."""

import json
import re
from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import Requirement
from evaltracker.rest.calls import new_calls
from evaltracker.rest.problems import problem_of
from evaltracker.rest.schemas import problems
from evaltracker.rest.views import StrictView, read_id
from vendors.api.authentication import Caller, TokenAuthentication
from vendors.api.door import remember_good, require_open_door
from vendors.api.refusals import note_refusal
from vendors.api.throttling import GuessThrottle, TokenThrottle
from vendors.models import Candidate
from vendors.selectors import asked_requirements, invitations
from vendors.services.batches import UNKNOWN
from vendors.services.idempotency import Answer, Turn, answer_once, take_turn
from vendors.services.invitations import note_first_seen
from vendors.wall import behind_the_wall

READ = problems(400, 401, 404, 406, 429, 500)
WRITE = problems(400, 401, 404, 406, 409, 413, 415, 422, 429, 500)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="The same key and body get the first answer again, for 7 days.",
)
# The calls of vendors, and where they stand.
CALLS = new_calls()
INVITATION = "invitations/<str:invitation>/"
CLAIMS = f"{INVITATION}claims/"
KEY = re.compile(r"[\x20-\x7e]{1,255}")


def canonical(data: Any) -> bytes:
    """What has to be the same when a call is repeated."""
    return json.dumps(data, sort_keys=True).encode()


class VendorView(StrictView):
    """A call by token; what belongs to others does not exist."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (IsAuthenticated,)
    throttle_classes = (TokenThrottle,)
    turn: Turn | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer within one transaction, where the database has a wall.

        What a service did is undone by its own when it refuses; what was noted of
        the call stays, since every error is an answer by then.
        """
        try:
            require_open_door(request)
        except exceptions.Throttled as refusal:
            return problem_of(refusal, self)
        taken = self.take(request, **kwargs)
        if taken is not None:
            taken["Allow"] = ", ".join(self.allowed_methods)
            return taken
        with behind_the_wall():
            return super().dispatch(request, *args, **kwargs)

    def take(self, request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        """The answer to a call that a quick way takes; most have none."""
        return None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Take the turn of a keyed call before anything else is locked."""
        super().initial(request, *args, **kwargs)
        remember_good(request.headers.get("Authorization", ""))
        key = request.headers.get("Idempotency-Key", "")
        known = request.method in self.allowed_methods
        if known and request.method not in SAFE_METHODS and KEY.fullmatch(key):
            self.turn = take_turn(
                vendor=self.caller(request).vendor,
                route=f"{request.method} {request.path}",
                key=key,
            )

    def caller(self, request: Request) -> Caller:
        """The vendor that calls; the permission let nobody else in."""
        return cast("Caller", request.user)

    def invitation(self, request: Request, invitation: str) -> Candidate:
        """The caller's own invitation; a foreign one is as absent as none."""
        found = (
            invitations(self.caller(request).vendor)
            .filter(pk=read_id(invitation))
            .first()
        )
        if found is None:
            raise NotFound
        if found.first_seen_at is None:
            note_first_seen(candidate=found, by=self.caller(request).actor)
        return found

    def asked(self, candidate: Candidate, ref: str) -> Requirement:
        """The requirement of that ref in the address, if the invitation asks it."""
        found = asked_requirements(candidate.evaluation).filter(ref=ref).first()
        if found is None:
            raise NotFound
        return found

    def meant(
        self, candidate: Candidate, ref: str, field: str = "requirement"
    ) -> Requirement:
        """The requirement of that ref in a body; else the field is wrong."""
        found = asked_requirements(candidate.evaluation).filter(ref=ref).first()
        if found is None:
            raise exceptions.ValidationError({field: [UNKNOWN]})
        return found

    def handle_exception(self, exc: Exception) -> Response:
        """Count calls without a good token by their address, and stop a flood.

        Who was turned away is noted, so that the buyer can say why.
        """
        if isinstance(
            exc, exceptions.AuthenticationFailed | exceptions.NotAuthenticated
        ):
            guesses = GuessThrottle()
            if not guesses.allow_request(self.request, self):
                exc = exceptions.Throttled(guesses.wait())
        note_refusal(self.request, exc)
        return super().handle_exception(exc)

    def once(
        self,
        request: Request,
        work: Callable[[], Response],
        body: bytes | None = None,
    ) -> Response:
        """Do `work`, or replay its first answer if the call carries a known key.

        `body` stands for the request's, where that is no JSON.
        """
        if "Idempotency-Key" not in request.headers:
            return work()
        if self.turn is None:
            raise exceptions.ParseError(
                "Idempotency-Key must be 1 to 255 printable ASCII characters."
            )

        def answer() -> Answer:
            done = work()
            text = JSONRenderer().render(done.data).decode()
            return Answer(done.status_code, text)

        if body is None:
            body = canonical(request.data)
        kept, replayed = answer_once(turn=self.turn, body=body, work=answer)
        response = Response(json.loads(kept.body), status=kept.status)
        if replayed:
            response["Idempotent-Replayed"] = "true"
        return response
