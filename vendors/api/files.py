"""Files as proof of claims: attached, listed, and read back."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.errors import NotFound
from evaltracker.kit.downloads import attachment
from evaltracker.kit.files import TYPES
from evaltracker.rest.cursors import PARAMS, page_of
from evaltracker.rest.schemas import PAGE_PARAMETERS, page, problems
from evaltracker.rest.uploads import UploadParser, one_file
from evaltracker.rest.views import read_id
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
from vendors.api.shapes import UploadField
from vendors.models import ClaimFile
from vendors.selectors import own_files
from vendors.services.files import attach_file


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


def show_file(file: ClaimFile) -> dict[str, Any]:
    """A file in the words of the API."""
    return dict(FileOutput(file).data)


def digest_of(upload: UploadedFile[bytes]) -> bytes:
    """What tells this upload from others; ten megabytes are not copied for it."""
    content = hashlib.sha256()
    for chunk in upload.chunks():
        content.update(chunk)
    upload.seek(0)
    return content.digest() + (upload.name or "").encode()


@CALLS.at(f"{CLAIMS}<path:ref>/files/")
class FilesView(VendorView):
    """The files of the own claim on one requirement."""

    parser_classes = (UploadParser,)
    params: ClassVar = {"GET": PARAMS}

    @extend_schema(
        operation_id="files_list",
        summary="Files of a claim",
        parameters=PAGE_PARAMETERS,
        responses={200: page("FilePage", FileOutput), **READ},
    )
    def get(self, request: Request, invitation: str, ref: str) -> Response:
        """List the files of all revisions of your claim on a requirement."""
        candidate = self.invitation(request, invitation)
        requirement = self.asked(candidate, ref)
        rows = own_files(candidate).filter(claim__requirement=requirement)
        key = ("uploaded_at", "pk")
        return Response(page_of(request, rows, key=key, show=show_file))

    @extend_schema(
        operation_id="files_attach",
        summary="Attach a file to a claim",
        parameters=[IDEMPOTENCY_KEY],
        request={"multipart/form-data": UploadInput},
        responses={201: FileOutput, 200: FileOutput, **WRITE, **problems(507)},
        examples=[examples.response_example(examples.FILE, 200, 201)],
    )
    def post(self, request: Request, invitation: str, ref: str) -> HttpResponse:
        """Attach proof to your claim: 201 it is kept, 200 it was kept already.

        At most 10 MB a file, and 20 files and 200 MB an invitation. Nobody but you
        and the buyer's people can read it.
        """
        candidate = self.invitation(request, invitation)
        requirement = self.asked(candidate, ref)
        upload = one_file(request)
        body = digest_of(upload)

        def attach() -> Response:
            result = attach_file(
                candidate=candidate,
                requirement=requirement,
                file=upload.open(),
                name=upload.name or "",
                by=self.caller(request).actor,
            )
            status = 201 if result.created else 200
            return Response(show_file(result.file), status=status)

        return self.once(request, attach, body=body)


class AnyType(JSONRenderer):
    """Whatever is accepted: the file has its own type, problems are JSON."""

    media_type = "*/*"


@CALLS.at(f"{INVITATION}files/<str:file>/")
class FileView(VendorView):
    """One file of a claim of one's own."""

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
    def get(self, request: Request, invitation: str, file: str) -> FileResponse:
        """Read a file of yours back, as an attachment of the type that it is."""
        candidate = self.invitation(request, invitation)
        found = own_files(candidate).filter(pk=read_id(file)).first()
        if found is None:
            raise NotFound
        return attachment(
            found.stored_as, name=found.name, content_type=found.content_type
        )
