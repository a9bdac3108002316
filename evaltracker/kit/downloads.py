"""Handing out what people handed in: always as an attachment, never run."""

from typing import IO, Any

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse

from evaltracker.errors import NotFound


def attachment(stored_as: str, *, name: str, content_type: str) -> FileResponse:
    """A stored file under the name that it came with (R47).

    Raises:
        NotFound: the row is there but its file is not.

    """
    try:
        content: IO[Any] = default_storage.open(stored_as, "rb")
    except FileNotFoundError as error:
        raise NotFound from error
    return handed_out(content, name=name, content_type=content_type)


def handed_out(content: IO[Any], *, name: str, content_type: str) -> FileResponse:
    """Bytes that somebody handed in, under the name that they came with."""
    return FileResponse(
        content,
        as_attachment=True,
        filename=name,
        content_type=content_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
            "Cache-Control": "no-store",
        },
    )


def download(
    content: bytes, *, name: str, content_type: str, cache: str = "no-store"
) -> HttpResponse:
    """A file that no browser shows inside our pages; `name` is made of our own words.

    `cache` is who may keep it, as Cache-Control says it; blank leaves that to whoever
    answers.
    """
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    if cache:
        headers["Cache-Control"] = cache
    return HttpResponse(content, content_type=content_type, headers=headers)
