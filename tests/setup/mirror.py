"""An application that answers with what reached it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """Its name, the headers and the length of the body."""
    length = len(environ["wsgi.input"].read())
    headers = {name: str(environ[name]) for name in environ if name.startswith("HTTP_")}
    said = {"name": os.environ["MIRROR_NAME"], "headers": headers, "length": length}
    start("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(said).encode()]
