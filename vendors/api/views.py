"""Invitations, their requirements, and claims on them."""

import datetime
from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Requirement
from evaltracker.kit.clock import database_now
from evaltracker.rest.cursors import PARAMS, page_of
from evaltracker.rest.schemas import PAGE_PARAMETERS, page
from vendors.api import examples
from vendors.api.base import (
    CALLS,
    CLAIMS,
    IDEMPOTENCY_KEY,
    INVITATION,
    READ,
    WRITE,
    VendorView,
)
from vendors.api.claim_bodies import read_claim_body
from vendors.api.claim_filters import claims_asked_for
from vendors.api.serializers import (
    ClaimInput,
    ClaimOutput,
    InvitationOutput,
    RequirementOutput,
)
from vendors.api.taking import ClaimTakingView
from vendors.models import Claim
from vendors.selectors import (
    asked_requirements,
    invitations,
    with_counts,
)
from vendors.selectors.demands import with_demands
from vendors.services.batches import Stated
from vendors.services.claims import submit_one, withdraw_claim
from vendors.services.idempotency import Answer
from vendors.services.locked_claims import LockedClaims


def show_invitation(candidate: Any, now: datetime.datetime) -> dict[str, Any]:
    """An invitation in the words of the API; `candidate` comes with its counts."""
    evaluation = candidate.evaluation
    shown = {
        "id": candidate.pk,
        "evaluation": evaluation.title,
        "buyer": evaluation.buyer,
        "candidate": candidate.name,
        "claims_open": evaluation.claims_are_open(now),
        "claims_close_at": evaluation.claims_close_at,
        "requirements": candidate.asked,
        "claims": candidate.answered,
        "test": evaluation.is_practice,
    }
    return dict(InvitationOutput(shown).data)


def show_claim(claim: Claim) -> dict[str, Any]:
    """A claim in the words of the API; `ClaimOutput` describes them."""
    return {
        "requirement": claim.requirement.ref,
        "availability": claim.availability,
        "available_from": claim.available_from,
        "environments": claim.environments,
        "holds_for": claim.holds_for and claim.holds_for["said"],
        "number": claim.number or None,
        "statement": claim.statement,
        "evidence_url": claim.evidence_url,
        "revision": claim.own_revision,
        "submitted_at": timezone.localtime(claim.submitted_at),
    }


def submit_and_show(
    locked: LockedClaims, claims: Sequence[Stated], by: Actor
) -> Answer:
    """Take a claim: 201 for a new revision, 200 for the same words again."""
    result = submit_one(locked, claims[0], by)
    text = JSONRenderer().render(show_claim(result.claim)).decode()
    return Answer(201 if result.created else 200, text)


def show_requirement(requirement: Requirement) -> dict[str, Any]:
    """A requirement in the words of the API."""
    return dict(RequirementOutput(requirement).data)


@CALLS.at("invitations/")
class InvitationsView(VendorView):
    """Everything that the vendor was invited to."""

    params: ClassVar = {"GET": PARAMS}

    @extend_schema(
        operation_id="invitations_list",
        summary="Your invitations",
        parameters=PAGE_PARAMETERS,
        responses={200: page("InvitationPage", InvitationOutput), **READ},
    )
    def get(self, request: Request) -> Response:
        """List your invitations, the oldest first."""
        now = database_now()
        return Response(
            page_of(
                request,
                with_counts(invitations(self.caller(request).vendor)),
                key=("invited_at", "pk"),
                show=lambda candidate: show_invitation(candidate, now),
            )
        )


@CALLS.at(INVITATION)
class InvitationView(VendorView):
    """One invitation, as its vendor sees it."""

    @extend_schema(
        operation_id="invitations_read",
        summary="One invitation",
        responses={200: InvitationOutput, **READ},
    )
    def get(self, request: Request, invitation: str) -> Response:
        """Read one of your invitations."""
        own = self.invitation(request, invitation)
        counted = with_counts(invitations(self.caller(request).vendor)).get(pk=own.pk)
        return Response(show_invitation(counted, database_now()))


@CALLS.at(f"{INVITATION}requirements/")
class RequirementsView(VendorView):
    """What an invitation asks."""

    params: ClassVar = {"GET": PARAMS}

    @extend_schema(
        operation_id="requirements_list",
        summary="What is asked",
        parameters=PAGE_PARAMETERS,
        responses={200: page("RequirementPage", RequirementOutput), **READ},
    )
    def get(self, request: Request, invitation: str) -> Response:
        """List the requirements to answer, by category."""
        candidate = self.invitation(request, invitation)
        return Response(
            page_of(
                request,
                with_demands(asked_requirements(candidate.evaluation)),
                key=("category__position", "position", "ref"),
                show=show_requirement,
            )
        )


@CALLS.at(CLAIMS)
class ClaimsView(ClaimTakingView):
    """The vendor's own claims on an invitation."""

    params: ClassVar = {"GET": PARAMS | {"history", "to_confirm"}}

    @extend_schema(
        operation_id="claims_list",
        summary="Your claims, current or all revisions",
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter(
                "history",
                {"type": "string", "enum": ["0", "1"]},
                description="1: every revision, withdrawals too.",
            ),
            OpenApiParameter(
                "to_confirm",
                {"type": "string", "enum": ["0", "1"]},
                description="1: only those whose requirement has changed since.",
            ),
        ],
        responses={200: page("ClaimPage", ClaimOutput), **READ},
    )
    def get(self, request: Request, invitation: str) -> Response:
        """List your current claims, or all revisions of them."""
        candidate = self.invitation(request, invitation)
        rows = claims_asked_for(candidate, request.query_params)
        key = ("requirement__position", "requirement__ref", "own_revision")
        return Response(page_of(request, rows, key=key, show=show_claim))

    @extend_schema(
        operation_id="claims_submit",
        summary="Answer a requirement",
        parameters=[IDEMPOTENCY_KEY],
        request=ClaimInput,
        responses={201: ClaimOutput, 200: ClaimOutput, **WRITE},
        examples=examples.SUBMIT,
    )
    def post(self, request: Request, invitation: str) -> HttpResponse:
        """Answer a requirement: 201 a new revision, 200 the same words again."""
        return self.take(
            request, invitation, read=read_claim_body, submit=submit_and_show
        )


@CALLS.at(f"{CLAIMS}<path:ref>/")
class ClaimView(VendorView):
    """The own claim on one requirement."""

    @extend_schema(
        operation_id="claims_withdraw",
        summary="Withdraw a claim",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: ClaimOutput, **WRITE},
    )
    def delete(self, request: Request, invitation: str, ref: str) -> HttpResponse:
        """Withdraw a claim: a revision that says so; its history stays."""
        candidate = self.invitation(request, invitation)
        requirement = self.asked(candidate, ref)
        return self.once(
            request,
            lambda: Response(
                show_claim(
                    withdraw_claim(
                        candidate=candidate,
                        requirement=requirement,
                        by=self.caller(request).actor,
                    )
                )
            ),
        )
