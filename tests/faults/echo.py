"""The smallest application: it says which address was asked and what was sent."""

import hashlib
import threading
from collections.abc import Callable
from typing import Any

FREE = threading.Event()


def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """The path, and the SHA-256 of the body; `/held` waits until `/free` was asked."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ["PATH_INFO"] == "/held":
        FREE.wait(30)
    if environ["PATH_INFO"] == "/free":
        FREE.set()
    said = f"{environ['PATH_INFO']} {hashlib.sha256(body).hexdigest()}".encode()
    start("200 OK", [("Content-Length", str(len(said)))])
    return [said]
