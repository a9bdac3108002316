"""The smallest application: it says which address was asked and what was sent."""

import hashlib
from collections.abc import Callable
from typing import Any


def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """The path and the SHA-256 of the body, or, at `/large`, 400 kB."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    said = f"{environ['PATH_INFO']} {hashlib.sha256(body).hexdigest()}".encode()
    if environ["PATH_INFO"] == "/large":
        said = b"x" * 400_000
    start("200 OK", [("Content-Length", str(len(said)))])
    return [said]
