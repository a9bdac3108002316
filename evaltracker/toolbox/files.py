"""Files that people hand in: an allow-list by content, never by what is declared.

`read_file` looks at the bytes, unpacks nothing, and gives back what may be kept: the
cleaned name, the type by content, the digest, and a name that tells nothing.
"""

from __future__ import annotations

import hashlib
import html
import io
import os
import re
import unicodedata
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import structlog
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.http import FileResponse, HttpResponse
from django.http.multipartparser import MultiPartParser
from django.utils.translation import gettext as _

from evaltracker.errors import Invalid, NotFound, Problem, StorageFull, disk_is_full
from evaltracker.toolbox.text import read_line

# Handing out what people handed in: always as an attachment, never run.


def attachment(stored_as: str, *, name: str, content_type: str) -> HttpResponse:
    """A stored file under the name that it came with (R47).

    Raises:
        NotFound: the row is there but its file is not.
    """
    try:
        content: IO[Any] = default_storage.open(stored_as, "rb")
    except FileNotFoundError as error:
        raise NotFound from error
    return handed_out(content, name=name, content_type=content_type)


def handed_out(content: IO[Any], *, name: str, content_type: str) -> HttpResponse:
    answer: Any = FileResponse(
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
    return cast("HttpResponse", answer)


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


SIZE_LIMIT = 10 * 1024 * 1024
ENTRY_LIMIT = 1_000
UNPACKED_LIMIT = 200 * 1024 * 1024
NAME_LIMIT = 150
TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "txt": "text/plain",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
# Text that a browser or a shell would run is no report, whatever its name ends in.
_MARKUP = re.compile(rb"\s*(<[!?a-z]|#!)", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
# Endings that make a name lie: “report.php.pdf”.
_RUNS = re.compile(
    r"asp|aspx|bat|cgi|cmd|com|exe|html?|jar|js|jsp|lnk|msi|php|phtml|pl|ps1|py|rb"
    r"|scr|sh|shtml|svg|vbs|wsf|xhtml|xml"
)


class TypeNotTaken(Invalid):
    """A file of a type that is not kept (415)."""

    status = 415
    default_code = "file_type"


@dataclass(frozen=True, slots=True)
class AcceptedFile:
    name: str
    content_type: str
    content: bytes
    sha256: str
    stored_as: str

    @property
    def size(self) -> int:
        return len(self.content)


def read_file(upload: IO[bytes], name: str, *, field: str = "file") -> AcceptedFile:
    """Check an upload; reads no more than one byte over the limit.

    Raises:
        Invalid: `file_empty` or `file_too_large` as code, or as `clean_name`.
        TypeNotTaken: it is none of those that are kept.
    """
    cleaned = clean_name(name, field=field)
    content = upload.read(SIZE_LIMIT + 1)
    if len(content) > SIZE_LIMIT:
        raise Invalid(too_large(), code="file_too_large", field=field)
    if not content:
        raise Invalid(_("The file is empty."), code="file_empty", field=field)
    *inner, ending = [part.lower() for part in cleaned.split(".")[1:]] or [""]
    taken = ending in TYPES and not any(map(_RUNS.fullmatch, inner))
    kind = type_of(content, ending)
    if not taken or kind != TYPES[ending]:
        sentence = _(
            "Files of this type are not taken; hand in pdf, png, jpeg, txt, csv, xlsx "
            "or docx."
        )
        if taken:
            sentence = _(
                "The file's content does not match its name (.%(ending)s); hand in "
                "pdf, png, jpeg, txt, csv, xlsx or docx."
            ) % {"ending": ending}
        raise TypeNotTaken(sentence, field=field)
    return AcceptedFile(
        name=cleaned,
        content_type=kind,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        stored_as=f"{uuid.uuid4()}.{ending}",
    )


def too_large() -> str:
    return _("The file is over %(size)s MB.") % {"size": SIZE_LIMIT >> 20}


def clean_name(name: str, *, field: str = "file", limit: int = NAME_LIMIT) -> str:
    """The last part of a file's name, composed, on one line; else Invalid."""
    last = PurePosixPath(name.replace("\\", "/")).name
    try:
        cleaned = read_line(unicodedata.normalize("NFC", last), limit=limit)
        if not cleaned.strip("."):
            raise ValueError(_("It is blank."))
    except ValueError as error:
        sentence = _("The file's name does not fit. %(why)s") % {"why": error}
        raise Invalid(sentence, code="file_name", field=field) from error
    return cleaned


def _as_it_came(self: MultiPartParser, file_name: str) -> str | None:
    """A name in a form, with what nobody sees: Django would drop that in silence."""
    last = PurePosixPath(html.unescape(file_name).replace("\\", "/")).name
    return last.replace("\0", "\x01") or None  # NUL ends a name of a file system


MultiPartParser.sanitize_file_name = _as_it_came  # type: ignore[method-assign]


def type_of(content: bytes, ending: str = "") -> str:
    """The media type that the bytes speak of; blank if it is none that we take.

    Text has no signature, so `ending` tells a csv from a txt.
    """
    if content.startswith(b"%PDF-"):
        return TYPES["pdf"]
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return TYPES["png"]
    if content.startswith(b"\xff\xd8\xff"):
        return TYPES["jpeg"]
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if ending in ("txt", "csv") and _is_text(content):
        return TYPES[ending]
    return ""


def _is_text(content: bytes) -> bool:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeDecodeError:
            return False
    content = content.removeprefix(b"\xef\xbb\xbf")
    return not _CONTROL.search(content) and not _MARKUP.match(content)


def _office(content: bytes) -> str:
    """The kind of an office file by its table of contents; nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return ""
    names = {entry.filename for entry in entries}
    too_big = sum(entry.file_size for entry in entries) > UNPACKED_LIMIT
    if len(entries) > ENTRY_LIMIT or too_big or "[Content_Types].xml" not in names:
        return ""
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return ""
    if "xl/workbook.xml" in names:
        return TYPES["xlsx"]
    if "word/document.xml" in names:
        return TYPES["docx"]
    return ""


# A file is written aside and renamed, so that its name never stands for half of it.
# What a process leaves behind that is killed meanwhile is told by its name, HALF.

# Below MEDIA_ROOT or in a bucket; what lies elsewhere is not ours.
FOLDERS = ("attached_files", "claim_files", "evidence", "imported_files", "run_reports")
HALF = ".part"
FILE_MODE = 0o640
FOLDER_MODE = 0o750
_SAVED: ContextVar[list[str] | None] = ContextVar("saved", default=None)
logger = structlog.get_logger(__name__)


class FileStorage(Storage):
    """A disk or a bucket: a file is there whole or not at all, its name is given once,
    and the product alone hands it out."""

    def put(self, name: str, content: File[bytes]) -> bool:
        """Keep all of it under exactly this name; False if that is taken."""
        raise NotImplementedError

    def stored_files(self) -> Iterator[tuple[str, float]]:
        """What lies in the folders, and when it last changed or was put back there."""
        raise NotImplementedError

    def openness(self, name: str) -> str:
        """How too many may read or change it; blank if they may not."""
        return ""

    def digest(self, name: str) -> str:
        with self.open(name, "rb") as file:
            return hashlib.file_digest(cast("Any", file), "sha256").hexdigest()

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        raise NotImplementedError("Files are handed out by the product alone.")

    def _save(self, name: str, content: File[bytes]) -> str:
        while not self.put(name, content):
            name = self.get_alternative_name(name, "")
        if (saved := _SAVED.get()) is not None:
            saved.append(name)
        return name.replace("\\", "/")


def file_storage() -> FileStorage:
    return cast("FileStorage", default_storage)


class WholeFileStorage(FileStorage, FileSystemStorage):
    """Files below MEDIA_ROOT, of mode 0640."""

    def put(self, name: str, content: File[bytes]) -> bool:
        place = Path(self.path(name))
        if place.exists():
            return False
        try:
            for folder in (Path(self.location), place.parent):
                folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
            write_whole(place, content.chunks())
        except OSError as error:
            if not disk_is_full(error):
                raise
            logger.error("storage_full", folder=str(place.parent), error=str(error))
            raise StorageFull from error
        return True

    def stored_files(self) -> Iterator[tuple[str, float]]:
        root = Path(self.location)
        for folder in FOLDERS:
            for place, _folders, names in os.walk(root / folder):
                for file in map(Path(place).joinpath, names):
                    with suppress(FileNotFoundError):
                        status = file.lstat()
                        changed = max(status.st_mtime, status.st_ctime)
                        yield file.relative_to(root).as_posix(), changed

    def openness(self, name: str) -> str:
        mode = Path(self.path(name)).stat().st_mode & 0o777
        if mode & ~FILE_MODE:
            return f"mode {mode:04o}, not 0640"
        return ""


def write_whole(place: Path, content: Iterable[bytes]) -> None:
    """Make or replace the file at `place`: all of it, or it stays as it was."""
    aside = place.with_name(f".{place.name}.{uuid.uuid4()}{HALF}")
    try:
        # Whatever the umask, it has its mode before its first byte.
        number = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        with os.fdopen(number, "wb") as file:
            os.fchmod(number, FILE_MODE)
            for chunk in content:
                file.write(chunk)
            file.flush()
            os.fsync(number)
        aside.replace(place)
    except BaseException:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise
    number = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


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
        with suppress(OSError, Problem):
            for name in saved:
                default_storage.delete(name)
        raise
    else:
        if outer is not None:
            outer.extend(saved)
    finally:
        _SAVED.reset(here)
