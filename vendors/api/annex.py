"""The annex of promises: read, confirmed, or objected to line by line."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.errors import Stale, require_row
from evaltracker.toolbox.rest.views import StrictSerializer, Text, problems
from evaltracker.toolbox.text import LINE_LIMIT, TEXT_LIMIT
from vendors.api.access import IDEMPOTENCY_KEY, READ, WRITE, VendorView
from vendors.api.schema import examples
from vendors.selectors.annex import annex_for
from vendors.services.annex import confirm_annex, object_to_annex

CHANGES = {**problems(403), **WRITE}


class ConfirmationInput(StrictSerializer):
    """That you confirm a version, word for word."""

    sha256 = Text(max_length=64, help_text="Of the version that you have read.")
    name = Text(max_length=LINE_LIMIT, help_text="Who confirms it.")


class ConfirmationOutput(serializers.Serializer[Any]):
    """The receipt for a version."""

    version = serializers.IntegerField(source="document.version")
    sha256 = serializers.CharField(source="document.sha256")
    name = serializers.CharField()
    confirmed_at = serializers.DateTimeField()
    confirmed_by = serializers.CharField()


class ObjectionInput(StrictSerializer):
    """What is not right in a line."""

    line = Text(max_length=10, help_text="Its number, such as P4.")
    words = Text(max_length=TEXT_LIMIT)


class ObjectionOutput(serializers.Serializer[Any]):
    """An objection of yours to this version."""

    line = serializers.CharField()
    words = serializers.CharField()
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField()


class AnnexOutput(serializers.Serializer[Any]):
    """The newest version."""

    version = serializers.IntegerField(source="document.version")
    published_at = serializers.DateTimeField(source="document.published_at")
    text = serializers.CharField()
    sha256 = serializers.CharField(
        source="document.sha256", help_text="Of the whole text, in UTF-8."
    )
    withheld = serializers.BooleanField(
        help_text="True: the costs are left out, as this token may not read your "
        "prices. No token that the buyer issued may."
    )
    objections = ObjectionOutput(many=True)
    receipt = ConfirmationOutput(source="document.receipts.first", allow_null=True)


class AnnexView(VendorView):
    """What you promised, as it is to stand in the contract."""

    @extend_schema(
        operation_id="annex_read",
        summary="The annex of promises",
        responses={200: AnnexOutput, **READ},
        examples=examples("annex"),
    )
    def get(self, request: Request, invitation: str) -> Response:
        """Read the newest version. It is there once the buyer has put one forward."""
        candidate = self.invitation(request, invitation)
        annex = require_row(annex_for(candidate, self.caller(request).reader))
        return Response(AnnexOutput(annex).data)


class AnnexConfirmationView(VendorView):
    """Your word that the annex is right."""

    @extend_schema(
        operation_id="annex_confirm",
        summary="Confirm the annex",
        parameters=[IDEMPOTENCY_KEY],
        request=ConfirmationInput,
        responses={201: ConfirmationOutput, 200: ConfirmationOutput, **CHANGES},
        examples=examples("confirmation_answer", 200, 201, body="confirmation"),
    )
    def post(self, request: Request, invitation: str) -> HttpResponse:
        """Confirm the version of that SHA-256, with a token of your own.

        200: it is confirmed already. 409: there is a newer version; `errors` holds the
        lines that differ.
        """
        candidate, caller = self.invitation(request, invitation), self.caller(request)
        body = ConfirmationInput(data=request.data)
        body.is_valid(raise_exception=True)
        said = {**body.validated_data, "reader": caller.reader, "by": caller.actor}

        def confirm() -> Response:
            receipt, new = confirm_annex(candidate=candidate, **said)
            shown = ConfirmationOutput(receipt).data
            return Response(shown, status=201 if new else 200)

        return self.once(request, confirm)

    def handle_exception(self, exc: Exception) -> Response:
        answer = super().handle_exception(exc)
        if isinstance(exc, Stale):
            lines = exc.difference.splitlines()
            answer.data["errors"] = [
                {"pointer": "#/sha256", "detail": line} for line in lines
            ]
        return answer


class AnnexObjectionsView(VendorView):
    """What is not right in the annex."""

    @extend_schema(
        operation_id="annex_object",
        summary="Object to a line of the annex",
        parameters=[IDEMPOTENCY_KEY],
        request=ObjectionInput,
        responses={201: ObjectionOutput, 200: ObjectionOutput, **CHANGES},
        examples=examples("objection_answer", 200, 201, body="objection"),
    )
    def post(self, request: Request, invitation: str) -> HttpResponse:
        """Say what is not right in a line of the newest version, until it is confirmed.

        Send it with a token of your own. 200: you have said the same already.
        """
        candidate, caller = self.invitation(request, invitation), self.caller(request)
        body = ObjectionInput(data=request.data)
        body.is_valid(raise_exception=True)
        said = {**body.validated_data, "reader": caller.reader, "by": caller.actor}

        def take() -> Response:
            objection, new = object_to_annex(candidate=candidate, **said)
            shown = ObjectionOutput(objection).data
            return Response(shown, status=201 if new else 200)

        return self.once(request, take)
