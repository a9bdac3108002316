"""Files that people hand in: an allow-list by content, never by what is declared.

`read_file` looks at the bytes, unpacks nothing, and gives back what may be kept: the
cleaned name, the type by content, the digest, and a name that tells nothing.
"""

import hashlib
import io
import re
import unicodedata
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from evaltracker.errors import Invalid
from evaltracker.kit.text import read_line

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
ALLOWED = "pdf, png, jpeg, txt, csv, xlsx or docx"
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
    """A file that may be kept, and how."""

    name: str
    content_type: str
    content: bytes
    sha256: str
    stored_as: str

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return len(self.content)


def read_file(
    upload: IO[bytes], name: str, *, field: str = "file", limit: int = SIZE_LIMIT
) -> AcceptedFile:
    """Check an upload; reads no more than one byte over the limit.

    Raises:
        Invalid: `file_empty`, `file_too_large` or `file_name` as code.
        TypeNotTaken: it is none of those that are kept.

    """
    try:
        cleaned = clean_name(name)
    except ValueError as error:
        raise _invalid(
            f"The file's name does not fit. {error}", "file_name", field
        ) from error
    content = upload.read(limit + 1)
    if len(content) > limit:
        size = limit // (1024 * 1024)
        raise _invalid(f"The file is over {size} MB.", "file_too_large", field)
    if not content:
        raise _invalid("The file is empty.", "file_empty", field)
    *inner, ending = [part.lower() for part in cleaned.split(".")[1:]] or [""]
    if ending not in TYPES or any(map(_RUNS.fullmatch, inner)):
        raise _wrong_type(
            f"Files of this type are not taken; hand in {ALLOWED}.", field
        )
    found = type_of(content, ending)
    if found != TYPES[ending]:
        raise _wrong_type(
            f"The file's content does not match its name (.{ending}); "
            f"hand in {ALLOWED}.",
            field,
        )
    return AcceptedFile(
        name=cleaned,
        content_type=found,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        stored_as=f"{uuid.uuid4()}.{ending}",
    )


def clean_name(name: str) -> str:
    """The last part of a file's name, composed, on one line, of at most 150 letters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    cleaned = read_line(unicodedata.normalize("NFC", last), limit=NAME_LIMIT)
    if not cleaned.strip("."):
        raise ValueError("It is blank.")
    return cleaned


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
    return TYPES["docx"] if "word/document.xml" in names else ""


def _wrong_type(sentence: str, field: str) -> TypeNotTaken:
    return TypeNotTaken(sentence, errors={field: [sentence]})


def _invalid(sentence: str, code: str, field: str) -> Invalid:
    return Invalid(sentence, errors={field: [sentence]}, code=code)
