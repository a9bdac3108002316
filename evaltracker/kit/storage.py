"""Where files that people hand in are kept: whole or not at all, and for few to read.

A file is written aside and renamed, so that its name never stands for half of it.
What a process leaves behind that is killed meanwhile is told by its name, HALF.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

import structlog
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage

from evaltracker.errors import StorageFull, disk_is_full

# Below MEDIA_ROOT; what lies elsewhere is not ours.
FOLDERS = (
    "attached_files",
    "claim_files",
    "evidence",
    "imported_files",
    "run_reports",
)
HALF = ".part"
FILE_MODE, FOLDER_MODE = 0o640, 0o750
_SAVED: ContextVar[list[str] | None] = ContextVar("saved", default=None)
logger = structlog.get_logger(__name__)


class WholeFileStorage(FileSystemStorage):
    """Files below MEDIA_ROOT that are there whole, with mode 0640, or are not there."""

    def _save(self, name: str, content: File[bytes]) -> str:
        """Write `content` aside, bring it to the disk, then give it its name.

        Raises:
            StorageFull: nothing is kept of it.

        """
        place = Path(self.path(name))
        try:
            _make_folder(place.parent, Path(self.location))
            write_whole(place, content.chunks())
        except OSError as error:
            if not disk_is_full(error):
                raise
            logger.error("storage_full", folder=str(place.parent), error=str(error))
            raise StorageFull from error
        saved = _SAVED.get()
        if saved is not None:
            saved.append(name)
        return name.replace("\\", "/")


def write_whole(place: Path, content: Iterable[bytes]) -> None:
    """Make or replace the file at `place`: all of it, or it stays as it was."""
    aside = place.with_name(f".{place.name}.{uuid.uuid4()}{HALF}")
    try:
        _write(aside, content)
        aside.replace(place)
    except BaseException:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise
    _flush_folder(place.parent)


@contextmanager
def files_of_rows() -> Iterator[None]:
    """Remove the files that were saved within if it raises: their rows do not stand.

    To be used *inside* the transaction. Of a commit that fails nobody can say whether
    the rows stand, so then a file waits for the chore, which asks the database.
    """
    saved: list[str] = []
    outer = _SAVED.get()
    here = _SAVED.set(saved)
    try:
        yield
    except BaseException:
        for name in saved:
            with suppress(OSError):
                default_storage.delete(name)
        raise
    else:
        if outer is not None:
            outer.extend(saved)
    finally:
        _SAVED.reset(here)


def _make_folder(folder: Path, root: Path) -> None:
    """Make a folder and those above it up to `root`, with the mode for folders."""
    if folder.is_dir():
        return
    if folder != root:
        _make_folder(folder.parent, root)
    with suppress(FileExistsError):
        folder.mkdir(mode=FOLDER_MODE, parents=folder == root)


def _write(aside: Path, content: Iterable[bytes]) -> None:
    """Write a new file; whatever the umask, it has its mode before its first byte."""
    number = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(number, "wb") as file:
        os.fchmod(number, FILE_MODE)
        for chunk in content:
            file.write(chunk)
        file.flush()
        os.fsync(number)


def _flush_folder(folder: Path) -> None:
    """Bring the new name to the disk, too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
