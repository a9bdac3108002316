"""Invitations, their requirements, claims by body and by sheet, and receipts."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from msgspec import UNSET
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.errors import Invalid, NotFound, require_row
from evaltracker.evaluations.choices import SupportWanted
from evaltracker.evaluations.journal import Actor
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.files import TYPES, attachment, download
from evaltracker.toolbox.rest.problems import StrictJSONParser
from evaltracker.toolbox.rest.views import (
    PARAMS,
    UNKNOWN_FIELD,
    WRITE_DAY,
    StrictCharField,
    StrictSerializer,
    UploadParser,
    one_file,
    page_of,
    read_day,
    read_id,
)
from vendors.answers import is_receipt_of
from vendors.api.access import (
    IDEMPOTENCY_KEY,
    READ,
    WRITE,
    ClaimTakingView,
    VendorView,
    lists,
)
from vendors.api.schema import (
    ClaimInput,
    ClaimOutput,
    EffortField,
    HoldsForField,
    InvitationOutput,
    NumberField,
    RequirementOutput,
    UploadField,
    examples,
    reads,
    writes,
)
from vendors.models import Candidate, Claim, ClaimFile, Submission, SupportStatement
from vendors.selectors.candidates import asked_requirements, with_demands
from vendors.selectors.claims import (
    handed_in_answers,
    last_submission,
    own_claims,
    own_claims_to_confirm,
    own_files,
    own_history,
    with_counts,
)
from vendors.selectors.dialogue import file_for
from vendors.selectors.progress import progress_of
from vendors.services.claims import (
    MOST,
    MOST_OF_SUPPORT,
    LockedClaims,
    SubmittedAnswer,
    state_support,
    submit_many,
    submit_one,
    withdraw_claim,
)
from vendors.services.drafts import (
    SheetResult,
    answer_sheet,
    attach_file,
    hand_in,
    submit_sheet,
)
from vendors.services.idempotency import StoredAnswer

# How claims are read from a body, one or many; a serializer for each would cost more
# than all of the database's work. Here is the shape, the rules are
# `vendors.candidates`'.

FIELDS = frozenset(ClaimInput().fields)
TEXTS = tuple(name for name, field in ClaimInput().fields.items() if field.required)
NO_TEXT = "It must be a string."


def read_claim_body(body: Any) -> Sequence[SubmittedAnswer]:
    claim = _read_item(body, "The body must be a JSON object.")
    if claim.faults:
        field, sentence = next(iter(claim.faults.items()))
        errors = {name: [text] for name, text in claim.faults.items()}
        raise Invalid(f"{field}: {sentence}".lstrip(": "), errors=errors)
    return [claim]


def read_batch_body(body: Any) -> Sequence[SubmittedAnswer]:
    if not isinstance(body, dict):
        raise _invalid("", "The body must be a JSON object.")
    for name in body.keys() - {"claims"}:
        raise _invalid(name[:100], UNKNOWN_FIELD)
    items = body.get("claims")
    if not isinstance(items, list):
        raise _invalid("claims", "It must be a list of claims.")
    if not 1 <= len(items) <= MOST:
        raise _invalid("claims", f"It must hold 1 to {MOST:,} claims.")
    # What is wrong with their shape is told with all else.
    return [_read_item(item, "It must be a JSON object.") for item in items]


def _invalid(field: str, sentence: str) -> Invalid:
    if field:
        detail = f"{field}: {sentence}"
    else:
        detail = sentence
    return Invalid(detail, errors={field: [sentence]})


def _read_item(item: Any, no_object: str) -> SubmittedAnswer:
    if not isinstance(item, dict):
        return SubmittedAnswer("", "", "", faults={"": no_object})
    faults = {name[:100]: UNKNOWN_FIELD for name in item.keys() - FIELDS}
    texts = {name: item.get(name, "") for name in (*TEXTS, "evidence_url")}
    faults |= {name: NO_TEXT for name, text in texts.items() if type(text) is not str}
    faults |= {name: "This field is required." for name in TEXTS if name not in item}
    places = item.get("environments", [])
    if not isinstance(places, list):
        faults["environments"] = "It must be a list of strings."
        places = []
    for index, place in enumerate(places):
        if not isinstance(place, str):
            faults[f"environments.{index}"] = NO_TEXT
    number = item.get("number")
    if number == {}:
        faults["number"] = "Say the number, such as 12; null of none."
    effort = item.get("effort", UNSET)
    if isinstance(effort, dict):
        unknown = effort.keys() - {"how", "days", "by"}
        faults |= {f"effort.{name[:100]}": UNKNOWN_FIELD for name in unknown}
    day = read_day(item.get("available_from"))
    if day is None and item.get("available_from") is not None:
        faults["available_from"] = WRITE_DAY
    return SubmittedAnswer(
        **{name: "" if name in faults else text for name, text in texts.items()},
        available_from=day,
        environments=[place for place in places if isinstance(place, str)],
        holds_for=item.get("holds_for"),
        number=None if number == {} else number,
        effort=effort,
        faults=faults,
    )


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


class BatchView(ClaimTakingView):
    """Up to 1,000 claims in one call."""

    parser_classes = (BatchParser,)

    @extend_schema(
        operation_id="claims_submit_batch",
        summary="Answer up to 1,000 requirements",
        parameters=[IDEMPOTENCY_KEY],
        request=BatchInput,
        responses={200: BatchOutput, **WRITE},
        examples=examples("batch_answer", body="batch_body"),
    )
    def post(self, request: Request, invitation: str) -> HttpResponse:
        """Answer up to 1,000 requirements, all or none of them.

        Errors name the item: `#/claims/3/statement`. The body may have 2 MB.
        """
        return self.take(
            request, invitation, read=read_batch_body, submit=submit_and_count
        )


def submit_and_count(
    locked: LockedClaims, claims: Sequence[SubmittedAnswer], by: Actor
) -> StoredAnswer:
    comparison = submit_many(locked, claims, by)
    counts = {"created": len(comparison.new), "unchanged": comparison.unchanged}
    return StoredAnswer(200, JSONRenderer().render(counts).decode())


def one_of(name: str, choices: Iterable[str], description: str) -> OpenApiParameter:
    kind = {"type": "string", "enum": list(choices)}
    return OpenApiParameter(name, kind, description=description)


SWITCHES = {"history": own_history, "to_confirm": own_claims_to_confirm}


def claims_asked_for(candidate: Candidate, given: QueryDict) -> QuerySet[Claim]:
    wrong = [name for name in SWITCHES if given.get(name, "0") not in ("0", "1")]
    if wrong:
        raise ValidationError({name: ["It must be 0 or 1."] for name in wrong})
    on = [name for name in SWITCHES if given.get(name) == "1"]
    if len(on) > 1:
        raise ValidationError({on[1]: [f"Not together with {on[0]}."]})
    if on:
        return SWITCHES[on[0]](candidate)
    return own_claims(candidate)


class UploadInput(serializers.Serializer[Any]):
    """A file, as a form."""

    # For the description; the parser and the service read.
    file = UploadField(
        help_text="pdf, png, jpeg, txt, csv, xlsx or docx by content, at most 10 MB."
    )


class FileOutput(serializers.Serializer[Any]):
    """A file that is kept as proof of a claim."""

    id = serializers.UUIDField()
    requirement = serializers.CharField(source="claim.requirement.ref")
    revision = serializers.IntegerField(
        source="own_revision", help_text="Of the claim that it is proof of."
    )
    name = serializers.CharField()
    content_type = serializers.CharField(help_text="By content, not as declared.")
    size = serializers.IntegerField(help_text="In bytes.")
    sha256 = serializers.CharField()
    uploaded_at = serializers.DateTimeField()


show_file = FileOutput().to_representation


def digest_of(upload: UploadedFile[bytes]) -> bytes:
    """What tells this upload from others; ten megabytes are not copied for it."""
    content = hashlib.sha256()
    for chunk in upload.chunks():
        content.update(chunk)
    upload.seek(0)
    return content.digest() + (upload.name or "").encode()


class FilesView(VendorView):
    """The files of the own claim on one requirement."""

    parser_classes = (UploadParser,)
    params: ClassVar = {"GET": PARAMS}

    @lists("files_list", "Files of a claim", FileOutput)
    def get(self, request: Request, invitation: str, ref: str) -> Response:
        """List the files of all revisions of your claim on a requirement."""
        candidate = self.invitation(request, invitation)
        requirement = self.requirement(candidate, ref)
        rows = own_files(candidate).filter(claim__requirement=requirement)
        key = ("uploaded_at", "pk")
        return Response(page_of(request, rows, key=key, show=show_file))

    @writes(
        *({"multipart/form-data": UploadInput}, FileOutput, "file", "", 507),
        operation_id="files_attach",
        summary="Attach a file to a claim",
    )
    def post(self, request: Request, invitation: str, ref: str) -> HttpResponse:
        """Attach proof to your claim: 201 it is kept, 200 it was kept already.

        At most 10 MB a file, and 20 files and 200 MB an invitation. Nobody but you
        and the buyer's people can read it.
        """
        candidate = self.invitation(request, invitation)
        requirement = self.requirement(candidate, ref)
        upload = one_file(request)

        def attach() -> tuple[ClaimFile, bool]:
            result = attach_file(
                candidate=candidate,
                requirement=requirement,
                file=upload.open(),
                name=upload.name or "",
                by=self.caller(request).actor,
            )
            return result.file, result.created

        return self.made(request, attach, show_file, digest_of(upload))


class AnyType(JSONRenderer):
    """Whatever is accepted: the file has its own type, problems are JSON."""

    media_type = "*/*"


class FileView(VendorView):
    """One file of a claim of one's own, or of what this is about."""

    renderer_classes = (AnyType,)

    @extend_schema(
        operation_id="files_read",
        summary="Download a file",
        responses={
            **{
                (200, kind): OpenApiTypes.BINARY for kind in sorted(set(TYPES.values()))
            },
            **READ,
        },
    )
    def get(self, request: Request, invitation: str, file: str) -> HttpResponse:
        """Read a file of yours or of the buyer's, as an attachment of its type."""
        candidate = self.invitation(request, invitation)
        stored = require_row(file_for(candidate, read_id(file)))
        kind = stored.content_type
        return attachment(stored.stored_as, name=stored.name, content_type=kind)


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
    claims = own_claims(submission.candidate)
    up_to_date = is_receipt_of(submission.sha256, claims)
    return dict(ReceiptOutput({**vars(submission), "up_to_date": up_to_date}).data)


class SubmissionView(VendorView):
    """The vendor's “this is our answer”."""

    @reads("submission_read", "Your last receipt", ReceiptOutput, "receipt")
    def get(self, request: Request, invitation: str) -> Response:
        """Read your last receipt; 404 until you hand in."""
        submission = last_submission(self.invitation(request, invitation))
        return Response(show_receipt(require_row(submission)))

    @writes(
        *(NothingInput, ReceiptOutput, "receipt"),
        operation_id="submission_hand_in",
        summary="Hand your answer in",
    )
    def post(self, request: Request, invitation: str) -> HttpResponse:
        """Hand your current claims in: 201 a receipt, 200 the one you have of them.

        Claims may still change until they close; then hand in again.
        """
        candidate = self.invitation(request, invitation)
        self.read_body(request, NothingInput)

        def submit() -> tuple[Submission, bool]:
            before = last_submission(candidate)
            receipt = hand_in(candidate=candidate, by=self.caller(request).actor)
            return receipt, receipt != before

        return self.made(request, submit, show_receipt)


def show_invitation(candidate: Any, now: datetime.datetime, **more: Any) -> Any:
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
        "asks_effort": evaluation.asks_effort,
        "test": evaluation.is_practice,
    }
    return dict(InvitationOutput(shown | more).data)


show_claim = ClaimOutput().to_representation
show_requirement = RequirementOutput().to_representation


def submit_and_show(
    locked: LockedClaims, claims: Sequence[SubmittedAnswer], by: Actor
) -> StoredAnswer:
    result = submit_one(locked, claims[0], by)
    text = JSONRenderer().render(show_claim(result.claim)).decode()
    return StoredAnswer(201 if result.created else 200, text)


class InvitationsView(VendorView):
    """Everything that the vendor was invited to."""

    params: ClassVar = {"GET": PARAMS}

    @lists("invitations_list", "Your invitations", InvitationOutput)
    def get(self, request: Request) -> Response:
        """List your invitations, the oldest first."""
        now = database_now()
        return Response(
            page_of(
                request,
                with_counts(self.caller(request).invitations()),
                key=("invited_at", "pk"),
                show=lambda candidate: show_invitation(candidate, now),
            )
        )


class InvitationView(VendorView):
    """One invitation, as its vendor sees it."""

    @reads("invitations_read", "One invitation", InvitationOutput)
    def get(self, request: Request, invitation: str) -> Response:
        """Read one of your invitations."""
        candidate: Any = self.invitation(request, invitation)
        answers = handed_in_answers(candidate)
        candidate.asked = len(answers.rows)
        candidate.answered = sum(row.claim is not None for row in answers.rows)
        progress = progress_of(candidate, answers)
        return Response(show_invitation(candidate, database_now(), progress=progress))


class RequirementsView(VendorView):
    """What an invitation asks."""

    params: ClassVar = {"GET": PARAMS}

    @lists("requirements_list", "What is asked", RequirementOutput)
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


class ClaimsView(ClaimTakingView):
    """The vendor's own claims on an invitation."""

    params: ClassVar = {"GET": PARAMS | {"history", "to_confirm"}}

    @lists(
        "claims_list",
        "Your claims, current or all revisions",
        ClaimOutput,
        one_of("history", "01", "1: every revision, withdrawals too."),
        one_of(
            "to_confirm", "01", "1: only those whose requirement has changed since."
        ),
    )
    def get(self, request: Request, invitation: str) -> Response:
        """List your current claims, or all revisions of them."""
        candidate = self.invitation(request, invitation)
        rows = claims_asked_for(candidate, request.query_params)
        key = ("requirement__position", "requirement__ref", "own_revision")
        return Response(page_of(request, rows, key=key, show=show_claim))

    @writes(
        *(ClaimInput, ClaimOutput, "claim_answer", "claim"),
        operation_id="claims_submit",
        summary="Answer a requirement",
    )
    def post(self, request: Request, invitation: str) -> HttpResponse:
        """Answer a requirement: 201 a new revision, 200 the same words again."""
        return self.take(
            request, invitation, read=read_claim_body, submit=submit_and_show
        )


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
        about: dict[str, Any] = {"requirement": self.requirement(candidate, ref)}
        about |= {"candidate": candidate, "by": self.caller(request).actor}

        def withdraw() -> tuple[Claim, bool]:
            return withdraw_claim(**about), False

        return self.made(request, withdraw, show_claim)


XLSX = TYPES["xlsx"]
BYTES = "application/octet-stream"


class SheetRenderer(JSONRenderer):
    """Lets a spreadsheet be asked for; problems are JSON even then."""

    media_type = XLSX


class BytesRenderer(SheetRenderer):
    """The same, for who reads any file as bytes."""

    media_type = BYTES


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
    effort = EffortField(help_text="Left out where it stays.")


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


def show_result(result: SheetResult, *, dry_run: bool) -> dict[str, Any]:
    changes = [
        {
            "requirement": new.requirement.ref,
            "row": result.rows[new.requirement.ref],
            "before": new.former,
            "after": new.words,
        }
        for new in result.found.new
    ]
    shown = {
        "dry_run": dry_run,
        "created": len(changes),
        "unchanged": result.found.unchanged,
        "changes": changes,
    }
    return dict(SheetOutput(shown).data)


class AnswerSheetView(VendorView):
    """The requirements and the vendor's answers as a spreadsheet."""

    parser_classes = (UploadParser,)
    params: ClassVar = {"POST": frozenset({"dry_run", "date_order"})}

    def get_renderers(self) -> list[BaseRenderer]:
        if self.request.method == "POST":
            return [JSONRenderer()]
        return [SheetRenderer(), BytesRenderer(), JSONRenderer()]

    @extend_schema(
        operation_id="answer_sheet_read",
        summary="The answer sheet (.xlsx)",
        responses={
            **dict.fromkeys([(200, XLSX), (200, BYTES)], OpenApiTypes.BINARY),
            **READ,
        },
    )
    def get(self, request: Request, invitation: str) -> HttpResponse:
        """Get a spreadsheet of the requirements and your answers, to fill in."""
        candidate = self.invitation(request, invitation)
        content = answer_sheet(candidate)
        wanted: Any = request.accepted_renderer
        if wanted.media_type == BYTES:
            kind = BYTES
        else:
            kind = XLSX
        return download(content, name="answers.xlsx", content_type=kind, cache="")

    @extend_schema(
        operation_id="answer_sheet_submit",
        summary="Send the filled answer sheet back",
        parameters=[
            IDEMPOTENCY_KEY,
            one_of("dry_run", "01", "1: tell what would change, and change nothing."),
            one_of(
                "date_order",
                ("day", "month"),
                "Which number of a day such as 03/04/2030 comes first, "
                "where no day of the column tells it.",
            ),
        ],
        request={"multipart/form-data": SheetInput},
        responses={200: SheetOutput, **WRITE},
        examples=examples("sheet"),
    )
    def post(self, request: Request, invitation: str) -> HttpResponse:
        """Send the filled sheet back: all rows are taken or none.

        Errors name the cell: `#/Answers/F7`. Rows without an answer change nothing.
        """
        candidate = self.invitation(request, invitation)
        dry_run = request.query_params.get("dry_run", "0")
        if dry_run not in ("0", "1"):
            raise ValidationError({"dry_run": ["It must be 0 or 1."]})
        day_order = request.query_params.get("date_order", "")
        if day_order not in ("", "day", "month"):
            raise ValidationError({"date_order": ["It must be day or month."]})
        upload = one_file(request)
        content = upload.read()

        def submit() -> Response:
            result = submit_sheet(
                candidate=candidate,
                content=content,
                filename=upload.name or "",
                by=self.caller(request).actor,
                dry_run=dry_run == "1",
                order=day_order,
            )
            return Response(show_result(result, dry_run=dry_run == "1"))

        digest = hashlib.sha256(content).hexdigest()
        return self.work_once(
            request, submit, body=f"{dry_run} {day_order or None} {digest}".encode()
        )


class SupportInput(StrictSerializer):
    """Which support comes with your offer, and what it includes."""

    kind = serializers.ChoiceField(choices=SupportWanted.choices)
    text = StrictCharField(max_length=MOST_OF_SUPPORT, default="", allow_blank=True)


class SupportOutput(serializers.Serializer[Any]):
    """The support that you stated last."""

    revision = serializers.IntegerField(help_text="0: you have stated none.")
    kind = serializers.ChoiceField(choices=SupportWanted.choices, allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    stated_at = serializers.DateTimeField(allow_null=True)
    stated_by = serializers.CharField(allow_blank=True)


class SupportView(VendorView):
    """The support that comes with the vendor's offer."""

    @reads("support_read", "Your support", SupportOutput, "support_answer")
    def get(self, request: Request, invitation: str) -> Response:
        """Read what you stated last. Where no support is asked for, it is not there."""
        candidate = self.invitation(request, invitation)
        if not candidate.evaluation.support_wanted:
            raise NotFound
        stands = candidate.support_stated or SupportStatement(revision=0)
        return Response(SupportOutput(stands).data)

    @writes(
        *(SupportInput, SupportOutput, "support_answer", "support"),
        operation_id="support_state",
        summary="State your support",
    )
    def put(self, request: Request, invitation: str) -> HttpResponse:
        """State it while claims are open: 201 a new revision, 200 the same again."""
        candidate = self.invitation(request, invitation)
        caller = self.caller(request)
        values = self.read_body(request, SupportInput)

        def put() -> tuple[SupportStatement, bool]:
            former = candidate.support_stated
            row = state_support(candidate=candidate, by=caller.actor, **values)
            return row, row != former

        return self.made(request, put, SupportOutput().to_representation)
