"""Files that a page hands out."""

from __future__ import annotations

from django.http import HttpResponse


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
