"""The base of every vendor call: the token's own invitations and nothing else."""

import json
import re
from collections.abc import Callable
from typing import Any, cast

from django.http import HttpResponse
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
    # Whether the call takes the turn of its key when it looks at what stands.
    takes_turn_itself = False

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer within one transaction, where the database has a wall.

        What a service did is undone by its own when it refuses; what was noted of
        the call stays, since every error is an answer by then.
        """
        try:
            require_open_door(request)
        except exceptions.Throttled as refusal:
            return problem_of(refusal, self)
        with behind_the_wall():
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Take the turn of a keyed call before anything else is locked."""
        super().initial(request, *args, **kwargs)
        remember_good(request.headers.get("Authorization", ""))
        known = request.method in self.allowed_methods
        if known and request.method not in SAFE_METHODS and not self.takes_turn_itself:
            self.take_turn(request)

    def take_turn(self, request: Request) -> None:
        """Wait until no other call with this key runs, if there is a key."""
        key = request.headers.get("Idempotency-Key", "")
        if KEY.fullmatch(key):
            route = f"{request.method} {request.path}"
            take_turn(vendor=self.caller(request).vendor, route=route, key=key)

    def keyed(self, request: Request) -> Turn | None:
        """The turn of a call with a key; None for one without.

        Raises:
            ParseError: the key is none.

        """
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return None
        if not KEY.fullmatch(key):
            raise exceptions.ParseError(
                "Idempotency-Key must be 1 to 255 printable ASCII characters."
            )
        vendor = self.caller(request).vendor.pk
        return Turn(vendor, f"{request.method} {request.path}", key)

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
    ) -> HttpResponse:
        """Do `work`, or replay its first answer if the call carries a known key.

        `body` stands for the request's, where that is no JSON.
        """
        turn = self.keyed(request)
        if turn is None:
            return work()

        def answer() -> Answer:
            done = work()
            text = JSONRenderer().render(done.data).decode()
            return Answer(done.status_code, text)

        if body is None:
            body = canonical(request.data)
        kept, replayed = answer_once(turn=turn, body=body, work=answer)
        return self.answered(kept, replayed=replayed)

    def answered(self, answer: Answer, *, replayed: bool) -> HttpResponse:
        """The response that says `answer`."""
        response = HttpResponse(
            answer.body, status=answer.status, content_type="application/json"
        )
        if replayed:
            response["Idempotent-Replayed"] = "true"
        return response
