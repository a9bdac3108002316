"""Reported files that come back with an exported evaluation."""

import hashlib
import uuid
from pathlib import PurePosixPath
from typing import IO

from evaltracker.errors import Invalid
from evaltracker.kit.files import AcceptedFile
from trials.run_formats import SIZE_LIMIT

# The names under which they are kept; nobody else names them.
NAMES = {"runs.json": "application/json", "runs.xml": "application/xml"}


def read_kept_report(upload: IO[bytes], name: str) -> AcceptedFile:
    """A file as a program reported it, to be kept and handed out, never to be read.

    Raises:
        Invalid: it is too large, or has another name than we give.

    """
    content = upload.read(SIZE_LIMIT + 1)
    if name not in NAMES or len(content) > SIZE_LIMIT:
        raise Invalid("This is no report of runs, named runs.json or runs.xml.")
    return AcceptedFile(
        name=name,
        content_type=NAMES[name],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        stored_as=f"{uuid.uuid4()}{PurePosixPath(name).suffix}",
    )
