"""The answer sheet: the same answers for people who work in a spreadsheet."""

import hashlib
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.toolbox.files import TYPES
from evaltracker.toolbox.rest.views import UploadParser, one_file
from evaltracker.toolbox.tabular.days import DayOrder
from vendors.api import schema as examples
from vendors.api.door import CALLS, IDEMPOTENCY_KEY, INVITATION, READ, WRITE, VendorView
from vendors.api.schema import HoldsForField, NumberField, UploadField
from vendors.services.batches import NewWords
from vendors.services.sheets import SheetResult, answer_sheet, submit_sheet

XLSX = TYPES["xlsx"]


class SheetRenderer(JSONRenderer):
    """Lets a spreadsheet be asked for; problems are JSON even then."""

    media_type = XLSX


class SheetInput(serializers.Serializer[Any]):
    """A filled answer sheet, as a form."""

    # For the description; the parser and the service read.
    file = UploadField(help_text="The filled answer sheet, at most 10 MB.")


class WordsOutput(serializers.Serializer[Any]):
    """The words of a claim."""

    availability = serializers.CharField()
    available_from = serializers.DateField(allow_null=True)
    environments = serializers.ListField(child=serializers.CharField())
    holds_for = HoldsForField(source="holds_for.said", allow_null=True)
    number = NumberField(allow_null=True)
    statement = serializers.CharField(allow_blank=True)
    evidence_url = serializers.CharField(allow_blank=True)


class ChangeOutput(serializers.Serializer[Any]):
    """One answer that is or would be new."""

    requirement = serializers.CharField()
    row = serializers.IntegerField()
    before = WordsOutput(allow_null=True, help_text="Null: not answered before.")
    after = WordsOutput()


class SheetOutput(serializers.Serializer[Any]):
    """What the sheet changed, or would change."""

    dry_run = serializers.BooleanField()
    created = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    changes = ChangeOutput(many=True)


def show_change(change: NewWords, row: int) -> dict[str, Any]:
    """A change in the words of the API."""
    shown = {
        "requirement": change.requirement.ref,
        "row": row,
        "before": change.former,
        "after": change.words,
    }
    return dict(ChangeOutput(shown).data)


def show_result(result: SheetResult, *, dry_run: bool) -> dict[str, Any]:
    """The outcome in the words of the API."""
    return {
        "dry_run": dry_run,
        "created": len(result.found.new),
        "unchanged": result.found.unchanged,
        "changes": [
            show_change(words, result.rows[words.requirement.ref])
            for words in result.found.new
        ],
    }


@CALLS.at(f"{INVITATION}answer-sheet/")
class AnswerSheetView(VendorView):
    """The requirements and the vendor's answers as a spreadsheet."""

    parser_classes = (UploadParser,)
    params: ClassVar = {"POST": frozenset({"dry_run", "date_order"})}

    def get_renderers(self) -> list[BaseRenderer]:
        """A spreadsheet may be asked for where one is given."""
        if self.request.method == "POST":
            return [JSONRenderer()]
        return [SheetRenderer(), JSONRenderer()]

    @extend_schema(
        operation_id="answer_sheet_read",
        summary="The answer sheet (.xlsx)",
        responses={(200, XLSX): OpenApiTypes.BINARY, **READ},
    )
    def get(self, request: Request, invitation: str) -> HttpResponse:
        """Get a spreadsheet of the requirements and your answers, to fill in."""
        candidate = self.invitation(request, invitation)
        response = HttpResponse(answer_sheet(candidate), content_type=XLSX)
        response["Content-Disposition"] = 'attachment; filename="answers.xlsx"'
        response["X-Content-Type-Options"] = "nosniff"
        return response

    @extend_schema(
        operation_id="answer_sheet_submit",
        summary="Send the filled answer sheet back",
        parameters=[
            IDEMPOTENCY_KEY,
            OpenApiParameter(
                "dry_run",
                {"type": "string", "enum": ["0", "1"]},
                description="1: tell what would change, and change nothing.",
            ),
            OpenApiParameter(
                "date_order",
                {"type": "string", "enum": [*DayOrder]},
                description="Which number of a day such as 03/04/2030 comes first, "
                "where no day of the column tells it.",
            ),
        ],
        request={"multipart/form-data": SheetInput},
        responses={200: SheetOutput, **WRITE},
        examples=[examples.response_example(examples.SHEET)],
    )
    def post(self, request: Request, invitation: str) -> HttpResponse:
        """Send the filled sheet back: all rows are taken or none.

        Errors name the cell: `#/Answers/F7`. Rows without an answer change nothing.
        """
        candidate = self.invitation(request, invitation)
        dry_run = request.query_params.get("dry_run", "0")
        if dry_run not in ("0", "1"):
            raise ValidationError({"dry_run": ["It must be 0 or 1."]})
        said = request.query_params.get("date_order")
        if said not in (None, *DayOrder):
            raise ValidationError({"date_order": ["It must be day or month."]})
        order = DayOrder(said) if said else None
        upload = one_file(request)
        content = upload.read()

        def submit() -> Response:
            result = submit_sheet(
                candidate=candidate,
                content=content,
                filename=upload.name or "",
                by=self.caller(request).actor,
                dry_run=dry_run == "1",
                order=order,
            )
            return Response(show_result(result, dry_run=dry_run == "1"))

        digest = hashlib.sha256(content).hexdigest()
        return self.once(request, submit, body=f"{dry_run} {order} {digest}".encode())
