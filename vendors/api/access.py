"""The base of every vendor call: the token's own invitations and nothing else.

It imports no views, so that it can be a default.
"""

import json
import math
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, cast
from urllib.parse import unquote
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    ParseError,
    Throttled,
    ValidationError,
)
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from evaltracker.errors import Invalid, NotFound, require_row
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Requirement
from evaltracker.toolbox.rest.problems import problem_of
from evaltracker.toolbox.rest.views import (
    PAGE_PARAMETERS,
    StrictView,
    page,
    problems,
    read_id,
)
from evaltracker.toolbox.secrets import digest_of
from vendors.choices import RefusalReason
from vendors.models import Candidate, InvitationLink, Vendor, VendorToken
from vendors.rate_limits import address_of, count_up
from vendors.row_visibility import behind_the_wall, show_tokens, show_vendor
from vendors.selectors.access import (
    SECRET,
    find_tokens,
    live_link,
    reader_of,
    recognise,
)
from vendors.selectors.candidates import asked_requirements, invitations
from vendors.services.access import (
    actor_by_token,
    end_token,
    note_first_seen,
    note_refused_call,
    note_use,
)
from vendors.services.claims import (
    UNKNOWN,
    LockedClaims,
    NeverSeen,
    SubmittedAnswer,
    answer_claims,
)
from vendors.services.idempotency import KeyLock, StoredAnswer, answer_once, take_turn

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
        self.reader = reader_of(token)

    def invitations(self) -> QuerySet[Candidate]:
        """Its vendor's; by a contact's own token those that the contact gets into."""
        rows = invitations(self.vendor)
        if self.token.contact_id is None:
            return rows
        links = InvitationLink.objects.filter(live_link(), contact=self.token.contact)
        return rows.filter(pk__in=links.values("candidate"))


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; cookies and sessions count for nothing."""

    def authenticate(self, request: Request) -> tuple[Caller, VendorToken] | None:
        refuse_leaked_token(request)
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        secret = secret_of(header)
        if secret:
            token = recognise(secret)
        else:
            token = None
        if token is None:
            raise AuthenticationFailed
        note_use(token=token)
        return Caller(token), token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="evaltracker"'


def secret_of(header: str, shape: re.Pattern[str] = SECRET) -> str | None:
    """The token of that shape in an Authorization header, if there is one."""
    match = BEARER.fullmatch(header)
    if match and shape.fullmatch(match[1]):
        return match[1]
    return None


def refuse_leaked_token(request: Request) -> None:
    """End a token that stands in an address: logs and histories have it now.

    One look finds it, whatever else stands there.
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


# Who is turned away before anything is looked up for them.
#
# An address that this process has refused is remembered until its minute ends. Calls
# from there are refused without a statement, unless they carry a token that may be
# good: one that was good here lately, or, a limited number of times, one of a token's
# shape. So a vendor behind the same address as a guesser is still let in.

MINUTE = 60
# Tokens of the right shape that are looked up for a refused address in a minute.
LOOKS = 60
KNOWN_SECONDS = 60 * 60


def memory() -> Any:
    """What this process alone remembers; it costs no round trip."""
    return caches["process"]


def remember_good(header: str) -> None:
    """A call with the token of this header was let in, so it will be looked up even
    from a refused address."""
    if secret := secret_of(header):
        memory().set(f"good:{digest_of(secret)}", 1, timeout=KNOWN_SECONDS)


def require_open_door(request: HttpRequest) -> None:
    """Refuse a call from an address over its limit, before anything is looked up."""
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
    tell_limit(request, "address", settings.CALLS_WITHOUT_TOKEN_PER_MINUTE, 0)
    raise Throttled(rest_of_minute())


def rest_of_minute() -> float:
    return max(1.0, MINUTE - time.time() % MINUTE)


# How many calls a token or an address may make, counted exactly.
#
# Each count is one atomic increment, so parallel calls cannot slip through; counting.py
# says who counts while Redis is away.

NOTED_A_MINUTE = 60
type AnyRequest = Request | HttpRequest
_LIMIT = "evaltracker.rate_limit"


def tell_limit(request: AnyRequest, per: str, most: int, left: int) -> None:
    """Note what `RateLimitMiddleware` says of the limit that a call counts in."""
    wait = math.ceil(rest_of_minute())
    request.META[_LIMIT] = {
        "RateLimit-Policy": f'"{per}";q={most};w={MINUTE}',
        "RateLimit": f'"{per}";r={max(0, left)};t={wait}',
    }


class RateLimitMiddleware:
    """Says with every answer of an API how many calls are left in this minute; what no
    view has counted counts by address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if request.path_info.startswith("/api/"):
            if _LIMIT not in request.META:
                GuessThrottle().allow_request(request, None)
            for name, value in request.META[_LIMIT].items():
                answer.headers[name] = value
        return answer


class MinuteThrottle(BaseThrottle):
    """At most so many calls of one name in each minute of the clock."""

    def __init__(self) -> None:
        self.left = 0.0

    def count(
        self,
        name: str,
        most: int,
        request: AnyRequest | None = None,
        per: str = "token",
    ) -> bool:
        """Whether one more is within the limit; `request` is told what is left."""
        minute, self.left = divmod(time.time(), MINUTE)
        count = count_up(name, int(minute))
        if request is not None:
            tell_limit(request, per, most, most - count)
        return count <= most

    def wait(self) -> float:
        return max(1.0, MINUTE - self.left)


class TokenThrottle(MinuteThrottle):
    """`VENDOR_CALLS_PER_MINUTE` of each token; rivals share no count."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        if request.auth is None:
            return True
        name = f"vendor-calls:{request.auth.pk}"
        return self.count(name, settings.VENDOR_CALLS_PER_MINUTE, request)


class GuessThrottle(MinuteThrottle):
    """`CALLS_WITHOUT_TOKEN_PER_MINUTE` of each address, forwarded ones as told by
    `NUM_PROXIES`. Calls with a good token are not counted here, so that vendors behind
    one address neither hinder nor notice each other."""

    def allow_request(self, request: AnyRequest, view: APIView | None) -> bool:
        name = f"calls-without-token:{address_of(request)}"
        most = settings.CALLS_WITHOUT_TOKEN_PER_MINUTE
        allowed = self.count(name, most, request, "address")
        if not allowed:
            key = f"closed:{address_of(request)}"
            memory().add(key, LOOKS, timeout=rest_of_minute())
        return allowed


class NoteThrottle(MinuteThrottle):
    """How many refused calls are noted in a minute, of all addresses together: a flood
    of them must not fill the disk."""

    def allow_request(self, request: Request, view: APIView | None) -> bool:
        return self.count("refused-calls-noted", NOTED_A_MINUTE)


# What a token begins with, wherever in the header it stands.
PREFIX = re.compile(r"evt_[0-9a-f]{12}")
NO_TOKEN = (exceptions.AuthenticationFailed, exceptions.NotAuthenticated)


def note_refusal(request: Request, exc: Exception) -> None:
    """Note a refused call if its token can be told by its beginning.

    A known, an unknown and a revoked token are noted alike, so that the time which it
    takes tells none of them.
    """
    header = request.headers.get("Authorization", "")
    if isinstance(exc, exceptions.Throttled):
        why = RefusalReason.THROTTLED
    elif isinstance(exc, NO_TOKEN):
        known = BEARER.fullmatch(header)
        if known:
            why = RefusalReason.UNKNOWN
        else:
            why = RefusalReason.HEADER
    else:
        # It has nothing to do with the door.
        return
    prefix = PREFIX.search(header)
    if prefix and NoteThrottle().allow_request(request, None):
        address = BaseThrottle().get_ident(request) or ""
        note_refused_call(prefix=prefix[0], why=why, address=address)


READ = problems(400, 401, 404, 406, 429, 500)
WRITE = problems(400, 401, 404, 406, 409, 413, 415, 422, 429, 500)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="The same key and body get the first answer again, for 7 days.",
)
INVITATION = "invitations/<str:invitation>/"


def lists[F: Callable[..., Any]](
    operation: str, summary: str, of: type[Serializer[Any]], *more: OpenApiParameter
) -> Callable[[F], F]:
    """Describe a call that gives pages of what `of` shows, named after it."""
    shown = page(f"{of.__name__.removesuffix('Output')}Page", of)
    return extend_schema(
        operation_id=operation,
        summary=summary,
        parameters=[*PAGE_PARAMETERS, *more],
        responses={200: shown, **READ},
    )


KEY = re.compile(r"[\x20-\x7e]{1,255}")


def canonical(data: Any) -> bytes:
    """What has to be the same when a call is repeated."""
    return json.dumps(data, sort_keys=True).encode()


def turn_of(
    request: Request, caller: UUID, column: str = "vendor_id"
) -> KeyLock | None:
    """The turn of a call that carries an `Idempotency-Key`."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise exceptions.ParseError(
            "Idempotency-Key must be 1 to 255 printable ASCII characters."
        )
    return KeyLock(caller, f"{request.method} {request.path}", key, column)


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
        with suppress(exceptions.ParseError):
            if turn := self.keyed(request):
                take_turn(turn)

    def keyed(self, request: Request) -> KeyLock | None:
        return turn_of(request, self.caller(request).vendor.pk)

    def caller(self, request: Request) -> Caller:
        return cast("Caller", request.user)

    def invitation(self, request: Request, invitation: str) -> Candidate:
        """The caller's own invitation; a foreign one is as absent as none."""
        rows = self.caller(request).invitations()
        candidate = require_row(rows.filter(pk=read_id(invitation)).first())
        if candidate.first_seen_at is None:
            note_first_seen(candidate=candidate, by=self.caller(request).actor)
        return candidate

    def requirement(self, candidate: Candidate, ref: str) -> Requirement:
        """The requirement of that ref in the address, if the invitation asks it."""
        requirements = asked_requirements(candidate.evaluation)
        return require_row(requirements.filter(ref=ref).first())

    def meant(self, candidate: Candidate, ref: str) -> Requirement:
        """The requirement of that ref in a body; else the field is wrong."""
        try:
            return self.requirement(candidate, ref)
        except NotFound as error:
            raise ValidationError({"requirement": [UNKNOWN]}) from error

    def handle_exception(self, exc: Exception) -> Response:
        """Count calls without a good token by their address, and stop a flood.

        Who was turned away is noted, so that the buyer can say why.
        """
        if isinstance(exc, NO_TOKEN):
            guesses = GuessThrottle()
            if not guesses.allow_request(self.request, self):
                exc = exceptions.Throttled(guesses.wait())
        note_refusal(self.request, exc)
        return super().handle_exception(exc)

    def work_once(
        self, request: Request, work: Callable[[], Response], body: bytes | None = None
    ) -> HttpResponse:
        """Do `work`, or replay its first answer if the call carries a known key.

        `body` stands for the request's, where that is no JSON.
        """
        turn = self.keyed(request)
        if turn is None:
            return work()

        def answer() -> StoredAnswer:
            done = work()
            text = JSONRenderer().render(done.data).decode()
            return StoredAnswer(done.status_code, text)

        if body is None:
            body = canonical(request.data)
        stored, replayed = answer_once(turn=turn, body=body, work=answer)
        return self.answered(stored, replayed=replayed)

    def made(
        self,
        request: Request,
        work: Callable[[], tuple[Any, bool]],
        show: Callable[[Any], Any],
        body: bytes | None = None,
    ) -> HttpResponse:
        """Show what `work` gives, once: 201 if that is new, else 200."""

        def answer() -> Response:
            row, is_new = work()
            return Response(show(row), status=201 if is_new else 200)

        return self.work_once(request, answer, body)

    def read_body(
        self, request: Request, body: type[Serializer[Any]]
    ) -> dict[str, Any]:
        """What the body of a call says; else Invalid."""
        given = body(data=request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def answered(self, answer: StoredAnswer, *, replayed: bool) -> HttpResponse:
        response = HttpResponse(
            answer.body, status=answer.status, content_type="application/json"
        )
        if replayed:
            response["Idempotent-Replayed"] = "true"
        return response


class ClaimTakingView(VendorView):
    """A call that may bring claims: its turn comes with the look at what stands."""

    takes_turn_itself = True

    def take(
        self,
        request: Request,
        invitation: str,
        *,
        read: Callable[[Any], Sequence[SubmittedAnswer]],
        submit: Callable[
            [LockedClaims, Sequence[SubmittedAnswer], Actor], StoredAnswer
        ],
    ) -> HttpResponse:
        try:
            claims = read(request.data)
            turn = self.keyed(request)
        except (APIException, Invalid):
            # What is not theirs is not there, whatever is wrong with the body.
            self.invitation(request, invitation)
            raise
        caller = self.caller(request)
        if caller.token.contact_id:
            self.invitation(request, invitation)
        answer_call = partial(
            answer_claims,
            invitation=read_id(invitation),
            vendor=caller.vendor.pk,
            refs={claim.requirement for claim in claims},
            work=lambda locked: submit(locked, claims, caller.actor),
            turn=turn,
            body=canonical(request.data) if turn else b"",
        )
        try:
            answer, replayed = answer_call()
        except NeverSeen:
            self.take_turn(request)
            self.invitation(request, invitation)
            answer, replayed = answer_call()
        return self.answered(answer, replayed=replayed)
