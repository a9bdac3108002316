"""Multipart bodies: one file, of a size that is told beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from rest_framework.exceptions import UnsupportedMediaType, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from evaltracker.kit.files import SIZE_LIMIT
from evaltracker.rest.parsers import CHARSET, UTF8
from evaltracker.rest.problems import TooLarge
from evaltracker.rest.views import UNKNOWN_FIELD

# What boundaries and headers of parts may take beside the file itself.
AROUND = 64 * 1024
TOO_LARGE = f"The file is over the limit of {SIZE_LIMIT:,} bytes."


class UploadParser(MultiPartParser):
    """multipart/form-data in UTF-8 around a file of at most 10 MB."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The fields and files, after looking at the length that is told."""
        given = CHARSET.search(media_type or "")
        if given and given[1].lower() not in UTF8:
            raise UnsupportedMediaType(media_type or "", "The body must be UTF-8.")
        request = (parser_context or {})["request"]
        # The server reads no more than this, so it cannot lie to us.
        if int(request.META.get("CONTENT_LENGTH") or 0) > SIZE_LIMIT + AROUND:
            raise TooLarge(TOO_LARGE)
        return super().parse(stream, media_type, dict(parser_context or {}))


def one_file(request: Request) -> UploadedFile[bytes]:
    """The one file of the body, in the field `file`; nothing else may be there."""
    errors = {name[:100]: [UNKNOWN_FIELD] for name in request.data if name != "file"}
    files = request.FILES.getlist("file")
    if not errors and len(files) != 1:
        errors = {"file": ["Send one file in this field."]}
    if errors:
        raise ValidationError(errors)
    found: UploadedFile[bytes] = files[0]
    if (found.size or 0) > SIZE_LIMIT:
        raise TooLarge(TOO_LARGE)
    return found
