"""Many claims in one call, read lightly: a serializer per claim costs more than all
of the database's work. The rules are the service's; here is only the shape."""

import datetime
import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.errors import Invalid
from evaltracker.rest.parsers import StrictJSONParser
from evaltracker.rest.views import UNKNOWN_FIELD
from vendors.api import examples
from vendors.api.base import CALLS, CLAIMS, IDEMPOTENCY_KEY, WRITE, VendorView
from vendors.api.intake import BatchBody, quickly
from vendors.api.serializers import ClaimInput
from vendors.services.batches import MOST, Comparison, Stated, submit_claims
from vendors.services.idempotency import Answer
from vendors.services.intake import Call, LetIn, take_claims

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
TEXTS = ("requirement", "availability", "statement")
FIELDS = frozenset({*TEXTS, "available_from", "environments", "evidence_url"})


class BatchParser(StrictJSONParser):
    """The same strictness for a bigger body."""

    limit = 2 * 1024 * 1024


class BatchInput(serializers.Serializer[Any]):
    """For the description; `read_batch` reads."""

    claims = serializers.ListField(child=ClaimInput(), min_length=1, max_length=MOST)


class BatchOutput(serializers.Serializer[Any]):
    """How many claims became a new revision, and how many said the same again."""

    created = serializers.IntegerField(min_value=0, max_value=MOST)
    unchanged = serializers.IntegerField(min_value=0, max_value=MOST)


@CALLS.at(f"{CLAIMS}batch/")
class BatchView(VendorView):
    """Up to 1,000 claims in one call."""

    parser_classes = (BatchParser,)

    def take(self, request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        """A batch in which nothing is odd."""

        def submit(call: Call, body: BatchBody, let_in: LetIn) -> Answer | None:
            return take_claims(
                call=call, claims=body.claims, let_in=let_in, show=show_comparison
            )

        limit = BatchParser.limit
        return quickly(request, kwargs["invitation"], BatchBody, submit, limit)

    @extend_schema(
        operation_id="claims_submit_batch",
        summary="Answer up to 1,000 requirements",
        parameters=[IDEMPOTENCY_KEY],
        request=BatchInput,
        responses={200: BatchOutput, **WRITE},
        examples=examples.BATCH,
    )
    def post(self, request: Request, invitation: str) -> Response:
        """Answer up to 1,000 requirements, all or none of them.

        Errors name the item: `#/claims/3/statement`. The body may have 2 MB.
        """
        candidate = self.invitation(request, invitation)
        claims = read_batch(request.data)

        def submit() -> Response:
            found = submit_claims(
                candidate=candidate, claims=claims, by=self.caller(request).actor
            )
            return Response(counts(found))

        return self.once(request, submit)


def counts(found: Comparison) -> dict[str, int]:
    """A batch's result in the words of the API."""
    return {"created": len(found.new), "unchanged": found.unchanged}


def show_comparison(found: Comparison) -> Answer:
    """What a batch is answered with."""
    return Answer(200, JSONRenderer().render(counts(found)).decode())


def read_batch(body: Any) -> list[Stated]:
    """The claims of a body, or everything about their shape that is wrong."""
    if not isinstance(body, dict):
        raise ValidationError("The body must be a JSON object.")
    if unknown := body.keys() - {"claims"}:
        raise ValidationError({name[:100]: [UNKNOWN_FIELD] for name in unknown})
    items = body.get("claims")
    if not isinstance(items, list):
        raise ValidationError({"claims": ["It must be a list of claims."]})
    if not 1 <= len(items) <= MOST:
        raise ValidationError({"claims": [f"It must hold 1 to {MOST:,} claims."]})
    errors: dict[str, list[str]] = {}
    claims = [read_item(item, f"claims.{at}", errors) for at, item in enumerate(items)]
    if errors:
        raise Invalid("The batch has not the right shape.", errors=errors)
    return claims


def read_item(item: Any, at: str, errors: dict[str, list[str]]) -> Stated:
    """One claim; what is wrong with its shape goes into `errors`."""
    if not isinstance(item, dict):
        errors[at] = ["It must be a JSON object."]
        item = dict.fromkeys(TEXTS, "")
    for name in item.keys() - FIELDS:
        errors[f"{at}.{name[:100]}"] = [UNKNOWN_FIELD]
    for name in TEXTS:
        if name not in item:
            errors[f"{at}.{name}"] = ["This field is required."]
        elif not isinstance(item[name], str):
            errors[f"{at}.{name}"] = ["It must be a string."]
    link = item.get("evidence_url", "")
    if not isinstance(link, str):
        errors[f"{at}.evidence_url"] = ["It must be a string."]
    places = item.get("environments", [])
    if not isinstance(places, list) or not all(
        isinstance(place, str) for place in places
    ):
        errors[f"{at}.environments"] = ["It must be a list of strings."]
    return Stated(
        requirement=item.get("requirement", ""),
        availability=item.get("availability", ""),
        statement=item.get("statement", ""),
        available_from=read_day(item.get("available_from"), at, errors),
        environments=places,
        evidence_url=link,
    )


def read_day(value: Any, at: str, errors: dict[str, list[str]]) -> datetime.date | None:
    """A calendar day as YYYY-MM-DD, or none."""
    if value is None:
        return None
    try:
        if isinstance(value, str) and DAY.fullmatch(value):
            return datetime.date.fromisoformat(value)
    except ValueError:
        pass
    errors[f"{at}.available_from"] = ["Write the day as YYYY-MM-DD."]
    return None
