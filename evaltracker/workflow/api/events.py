"""The feed of events of one purchase, for people's programs."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.notices.events import events_after, events_for
from evaltracker.notices.kinds import TYPES
from evaltracker.toolbox.rest.views import PAGE_PARAMETERS, limit_of
from evaltracker.workflow.api.base import READ, StaffView

NUMBER = re.compile(r"[0-9]{1,9}")


class SubjectOutput(serializers.Serializer[Any]):
    """The row that an event is about."""

    kind = serializers.CharField()
    id = serializers.CharField()


class EventOutput(serializers.Serializer[Any]):
    """Something that happened. It holds nobody's words, names, prices or scores."""

    id = serializers.UUIDField(help_text="The same here and in each try of a webhook.")
    type = serializers.ChoiceField(choices=[(name, name) for name in TYPES])
    at = serializers.DateTimeField()
    number = serializers.IntegerField(help_text="In the journal of the purchase.")
    evaluation = serializers.CharField(help_text="The slug of the purchase.")
    subject = SubjectOutput(allow_null=True, help_text="Null while you may not see it.")
    by = serializers.ChoiceField(
        choices=[(who, who) for who in ("person", "vendor", "token", "system")]
    )
    link = serializers.CharField(help_text="The page that shows it.")
    text = serializers.CharField(help_text="One fixed sentence of each type.")


class EventsOutput(serializers.Serializer[Any]):
    """Events in their order."""

    results = EventOutput(many=True)


def read_events(
    person: User, evaluation: Evaluation, params: Mapping[str, str]
) -> dict[str, Any]:
    """Up to `limit` events above the number `after`, ascending.

    Raises:
        ValidationError: `after` or `limit` is no such number.
    """
    after = params.get("after", "0")
    if not NUMBER.fullmatch(after):
        raise ValidationError({"after": ["It must be a whole number."]})
    entries = events_after(evaluation, int(after))[: limit_of(params)]
    return {"results": events_for(person, evaluation, list(entries))}


class EventsView(StaffView):
    """The events of one purchase."""

    params: ClassVar = {"GET": frozenset({"after", "limit"})}

    @extend_schema(
        operation_id="staff_events_list",
        summary="What happened in the evaluation",
        parameters=[
            OpenApiParameter(
                "after",
                {"type": "integer", "minimum": 0, "default": 0},
                description="The number of the last event that you have.",
            ),
            PAGE_PARAMETERS[0],
        ],
        responses={200: EventsOutput, **READ},
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """List events in their order, above the number that you give.

        Nothing appears below what you have read. The answer has an ETag: send it back
        as If-None-Match, and the answer is 304 while nothing is new.
        """
        evaluation = self.evaluation(request, slug)
        found = read_events(self.person(request), evaluation, request.query_params)
        content = json.dumps(found, ensure_ascii=False).encode()
        tag = f'"{hashlib.sha256(content).hexdigest()[:40]}"'
        response = get_conditional_response(request._request, etag=tag) or HttpResponse(
            content, content_type="application/json"
        )
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = "private, no-cache"
        return response
