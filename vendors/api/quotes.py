"""A vendor's own prices: read and replaced as one."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.kit.clock import database_now
from vendors.api import examples
from vendors.api.base import CALLS, IDEMPOTENCY_KEY, INVITATION, READ, WRITE, VendorView
from vendors.api.quote_bodies import QuoteInput, QuoteOutput, line_of
from vendors.models import Candidate, Quote
from vendors.selectors.quotes import is_sealed, not_quoted, standing_quote
from vendors.services.quotes import hand_in_quote, withdraw_quote


def show_quote(candidate: Candidate, quote: Quote | None) -> dict[str, Any]:
    """A quote in the words of the API, and what it leaves open."""
    shown: dict[str, Any] = {
        "revision": 0,
        "handed_in_at": None,
        "handed_in_by": "",
        "currency": "",
        "valid_until": None,
        "lines": [],
    }
    if quote is not None:
        shown = {name: getattr(quote, name) for name in shown}
    shown |= {
        "not_quoted": not_quoted(candidate, quote),
        "buyer_currency": candidate.evaluation.currency,
        "sealed": is_sealed(candidate.evaluation, database_now()),
    }
    return dict(QuoteOutput(shown).data)


@CALLS.at(f"{INVITATION}quote/")
class QuoteView(VendorView):
    """The vendor's own prices, which no rival and nobody of the buyer reads."""

    @extend_schema(
        operation_id="quote_read",
        summary="Your quote",
        responses={200: QuoteOutput, **READ},
        examples=[examples.response_example(examples.QUOTE_ANSWER)],
    )
    def get(self, request: Request, invitation: str) -> Response:
        """Read your prices as they stand, and what is not quoted yet."""
        candidate = self.invitation(request, invitation)
        return Response(show_quote(candidate, standing_quote(candidate)))

    @extend_schema(
        operation_id="quote_hand_in",
        summary="Quote your prices",
        parameters=[IDEMPOTENCY_KEY],
        request=QuoteInput,
        responses={201: QuoteOutput, 200: QuoteOutput, **WRITE},
        examples=[
            examples.request_example(examples.QUOTE),
            examples.response_example(examples.QUOTE_ANSWER, 200, 201),
        ],
    )
    def put(self, request: Request, invitation: str) -> HttpResponse:
        """Quote all prices: 201 a new revision, 200 the same prices again.

        They may change until claims close. Amounts are strings, so that none is
        rounded. A line for a kind says all that you charge for it.
        """
        candidate = self.invitation(request, invitation)
        body = QuoteInput(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data

        def put() -> Response:
            result = hand_in_quote(
                candidate=candidate,
                currency=given["currency"],
                valid_until=given["valid_until"],
                lines=[line_of(line) for line in given["lines"]],
                by=self.caller(request).actor,
            )
            shown = show_quote(candidate, result.quote)
            return Response(shown, status=201 if result.created else 200)

        return self.once(request, put)

    @extend_schema(
        operation_id="quote_withdraw",
        summary="Withdraw your prices",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: QuoteOutput, **WRITE},
    )
    def delete(self, request: Request, invitation: str) -> HttpResponse:
        """Withdraw all prices: none stand until you quote again. Earlier revisions
        stay on record, as sealed as before."""
        candidate = self.invitation(request, invitation)

        def withdraw() -> Response:
            withdraw_quote(candidate=candidate, by=self.caller(request).actor)
            return Response(show_quote(candidate, None))

        return self.once(request, withdraw)
