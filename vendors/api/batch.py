"""Many claims in one call."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from evaltracker.evaluations.journal import Actor
from evaltracker.rest.parsers import StrictJSONParser
from vendors.api import examples
from vendors.api.base import CALLS, CLAIMS, IDEMPOTENCY_KEY, WRITE
from vendors.api.claim_bodies import read_batch_body
from vendors.api.serializers import ClaimInput
from vendors.api.taking import ClaimTakingView
from vendors.services.batches import MOST, Stated, submit_many
from vendors.services.idempotency import Answer
from vendors.services.locked_claims import LockedClaims


class BatchParser(StrictJSONParser):
    """The same strictness for a bigger body."""

    limit = 2 * 1024 * 1024


class BatchInput(serializers.Serializer[Any]):
    """Answers to several requirements."""

    # For the description; `read_batch_body` reads.
    claims = serializers.ListField(child=ClaimInput(), min_length=1, max_length=MOST)


class BatchOutput(serializers.Serializer[Any]):
    """How many claims became a new revision, and how many said the same again."""

    created = serializers.IntegerField(min_value=0, max_value=MOST)
    unchanged = serializers.IntegerField(min_value=0, max_value=MOST)


@CALLS.at(f"{CLAIMS}batch/")
class BatchView(ClaimTakingView):
    """Up to 1,000 claims in one call."""

    parser_classes = (BatchParser,)

    @extend_schema(
        operation_id="claims_submit_batch",
        summary="Answer up to 1,000 requirements",
        parameters=[IDEMPOTENCY_KEY],
        request=BatchInput,
        responses={200: BatchOutput, **WRITE},
        examples=examples.BATCH,
    )
    def post(self, request: Request, invitation: str) -> HttpResponse:
        """Answer up to 1,000 requirements, all or none of them.

        Errors name the item: `#/claims/3/statement`. The body may have 2 MB.
        """
        return self.take(
            request, invitation, read=read_batch_body, submit=submit_and_count
        )


def submit_and_count(
    locked: LockedClaims, claims: Sequence[Stated], by: Actor
) -> Answer:
    """Take a batch, and say what became of it in the words of the API."""
    found = submit_many(locked, claims, by)
    counts = {"created": len(found.new), "unchanged": found.unchanged}
    return Answer(200, JSONRenderer().render(counts).decode())
