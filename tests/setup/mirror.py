"""An application that answers with what reached it."""

import json
import os
from collections.abc import Callable
from typing import Any


def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """Its name, the headers and the length of the body."""
    length = len(environ["wsgi.input"].read())
    headers = {name: str(environ[name]) for name in environ if name.startswith("HTTP_")}
    said = {"name": os.environ["MIRROR_NAME"], "headers": headers, "length": length}
    start("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(said).encode()]
