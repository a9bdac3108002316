"""The smallest application: it says which address was asked and what was sent."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """The path, and the SHA-256 of the body."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    said = f"{environ['PATH_INFO']} {hashlib.sha256(body).hexdigest()}".encode()
    start("200 OK", [("Content-Length", str(len(said)))])
    return [said]
