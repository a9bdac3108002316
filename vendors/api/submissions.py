"""Handing the answer in, and reading the receipt."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.errors import NotFound
from evaltracker.rest.views import StrictSerializer
from vendors.api import examples
from vendors.api.base import CALLS, IDEMPOTENCY_KEY, INVITATION, READ, WRITE, VendorView
from vendors.models import Submission
from vendors.receipts import is_receipt_of
from vendors.selectors import last_submission, own_claims
from vendors.services.submissions import hand_in


class NothingInput(StrictSerializer):
    """A body without a field; it may be left out."""


class ReceiptOutput(serializers.Serializer[Any]):
    """The receipt of an answer that was handed in."""

    number = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    claims = serializers.IntegerField(help_text="How many claims it covers.")
    sha256 = serializers.CharField(
        help_text="Over those claims; the guide shows how to verify it."
    )
    up_to_date = serializers.BooleanField(
        help_text="Whether your claims are still the ones that it covers."
    )


def show_receipt(submission: Submission) -> dict[str, Any]:
    """A receipt in the words of the API."""
    shown = {
        "number": submission.number,
        "submitted_at": submission.submitted_at,
        "claims": submission.claims,
        "sha256": submission.sha256,
        "up_to_date": is_receipt_of(
            submission.sha256, own_claims(submission.candidate)
        ),
    }
    return dict(ReceiptOutput(shown).data)


@CALLS.at(f"{INVITATION}submission/")
class SubmissionView(VendorView):
    """The vendor's “this is our answer”."""

    @extend_schema(
        operation_id="submission_read",
        summary="Your last receipt",
        responses={200: ReceiptOutput, **READ},
        examples=[examples.response_example(examples.RECEIPT)],
    )
    def get(self, request: Request, invitation: str) -> Response:
        """Read your last receipt; 404 until you hand in."""
        found = last_submission(self.invitation(request, invitation))
        if found is None:
            raise NotFound
        return Response(show_receipt(found))

    @extend_schema(
        operation_id="submission_hand_in",
        summary="Hand your answer in",
        parameters=[IDEMPOTENCY_KEY],
        request=NothingInput,
        responses={201: ReceiptOutput, 200: ReceiptOutput, **WRITE},
        examples=[examples.response_example(examples.RECEIPT, 200, 201)],
    )
    def post(self, request: Request, invitation: str) -> HttpResponse:
        """Hand your current claims in: 201 a receipt, 200 the one you have of them.

        Claims may still change until they close; then hand in again.
        """
        candidate = self.invitation(request, invitation)
        NothingInput(data=request.data).is_valid(raise_exception=True)

        def submit() -> Response:
            before = last_submission(candidate)
            receipt = hand_in(candidate=candidate, by=self.caller(request).actor)
            status = 200 if before == receipt else 201
            return Response(show_receipt(receipt), status=status)

        return self.once(request, submit)
