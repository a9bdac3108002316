"""How a call with claims is answered, whether it has one or many."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from evaltracker.errors import Invalid
from evaltracker.evaluations.journal import Actor
from evaltracker.rest.views import read_id
from vendors.api.base import VendorView, canonical
from vendors.services.batches import Stated
from vendors.services.claim_calls import NeverSeen, answer_claims
from vendors.services.idempotency import Answer
from vendors.services.locked_claims import LockedClaims


class ClaimTakingView(VendorView):
    """A call that may bring claims: its turn comes with the look at what stands."""

    takes_turn_itself = True

    def take(
        self,
        request: Request,
        invitation: str,
        *,
        read: Callable[[Any], Sequence[Stated]],
        submit: Callable[[LockedClaims, Sequence[Stated], Actor], Answer],
    ) -> HttpResponse:
        """The answer of `submit` to the claims of the body."""
        try:
            claims = read(request.data)
            turn = self.keyed(request)
        except (APIException, Invalid):
            # What is not theirs is not there, whatever is wrong with the body.
            self.invitation(request, invitation)
            raise
        caller = self.caller(request)
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
