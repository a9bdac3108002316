"""The files that rows name, and those that lie there: each is compared with the other.

Which tables name files is said where they are registered to travel (`Part.stored`).
"""

import datetime
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

from evaltracker.kit.storage import FILE_MODE, FOLDERS, HALF
from evaltracker.portable.registry import Part, parts

AT_ONCE = 500
# Longer than any transaction: until then a row that names the file may still come.
GRACE = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of an evaluation: where it lies, and the digest of what it has to hold."""

    evaluation: str
    name: str
    stored_as: str
    sha256: str

    @property
    def fault(self) -> str:
        """What is wrong with it; blank if it is what was handed in."""
        try:
            with default_storage.open(self.stored_as, "rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                mode = os.fstat(file.fileno()).st_mode & 0o777
        except FileNotFoundError:
            return "is missing"
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        if digest != self.sha256:
            return "is not the file that was handed in"
        if mode & ~FILE_MODE:
            return f"may be read or changed by too many: mode {mode:04o}, not 0640"
        return ""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file that no row names: half of one, or of a transaction that did not end."""

    stored_as: str
    is_half: bool
    age: datetime.timedelta


def kept_files(slug: str = "") -> Iterator[KeptFile]:
    """Every file that a row names, of one evaluation or of all."""
    for part in parts():
        if part.stored is None:
            continue
        place, digest = part.stored
        path = f"{part.model.evaluation_path}__slug"  # type: ignore[attr-defined]
        rows = _naming(part, place).order_by(path, "pk")
        chosen = rows.filter(**{path: slug}) if slug else rows
        columns = (path, _original_name(part), place, digest)
        for row in chosen.values_list(*columns).iterator(chunk_size=AT_ONCE):
            yield KeptFile(*row)


def leftovers() -> list[Leftover]:
    """The files that no row of any evaluation names, whatever their age.

    The folders are read before the rows, so a file whose row came meanwhile is none.
    """
    lying = dict(_lying())
    for part in parts():
        if part.stored is not None:
            place, _ = part.stored
            names = _naming(part, place).values_list(place, flat=True)
            for name in names.iterator(chunk_size=AT_ONCE):
                lying.pop(name, None)
    now = time.time()
    return [
        Leftover(name, name.endswith(HALF), datetime.timedelta(seconds=now - changed))
        for name, changed in sorted(lying.items())
    ]


def _naming(part: Part, place: str) -> Any:
    manager: Any = part.model._default_manager
    return manager.exclude(**{place: ""})


def _original_name(part: Part) -> str:
    columns = {field.name for field in part.fields}
    return "file_name" if "file_name" in columns else "name"


def _lying() -> Iterator[tuple[str, float]]:
    """What lies in the folders for files, and when it last changed there.

    A file that was put back from a backup has changed when it was put back.
    """
    root = Path(default_storage.path(""))
    for folder in FOLDERS:
        for place, _, names in os.walk(root / folder):
            for name in names:
                file = Path(place) / name
                try:
                    status = file.lstat()
                except FileNotFoundError:
                    continue
                changed = max(status.st_mtime, status.st_ctime)
                yield file.relative_to(root).as_posix(), changed
