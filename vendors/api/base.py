"""The base of every vendor call: the token's own invitations and nothing else."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

from rest_framework import exceptions
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from evaltracker.errors import NotFound
from evaltracker.evaluations.api.views import StrictView, read_id
from vendors.api.authentication import TokenAuthentication
from vendors.api.throttling import TokenThrottle
from vendors.selectors import invitations
from vendors.services.idempotency import Answer, answer_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.request import Request

    from vendors.api.authentication import Caller
    from vendors.models import Candidate

KEY = re.compile(r"[\x20-\x7e]{1,255}")


class VendorView(StrictView):
    """A call by token; what belongs to others does not exist."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (IsAuthenticated,)
    throttle_classes = (TokenThrottle,)

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
        return found

    def once(self, request: Request, work: Callable[[], Response]) -> Response:
        """Do `work`, or replay its first answer if the call carries a known key."""
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return work()
        if not KEY.fullmatch(key):
            raise exceptions.ParseError(
                "Idempotency-Key must be 1 to 255 printable ASCII characters."
            )

        def answer() -> Answer:
            done = work()
            text = JSONRenderer().render(done.data).decode()
            return Answer(done.status_code, text)

        given: Any = request.data
        kept, replayed = answer_once(
            vendor=self.caller(request).vendor,
            route=f"{request.method} {request.path}",
            key=key,
            body=json.dumps(given, sort_keys=True).encode(),
            work=answer,
        )
        response = Response(json.loads(kept.body), status=kept.status)
        if replayed:
            response["Idempotent-Replayed"] = "true"
        return response
