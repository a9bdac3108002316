"""What a file really is, and how much of one is opened: told before it is read."""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

from xlsxwriter.utility import xl_col_to_name

from evaltracker.errors import Invalid, number
from evaltracker.errors import gettext as _

# How much a file may hold; generous for a questionnaire, small for a machine.
MOST_FILE_BYTES = 10 * 1024 * 1024
MOST_UNPACKED_BYTES = 200 * 1024 * 1024
MOST_ARCHIVE_ENTRIES = 1_000
# Under a row of names.
MOST_ROWS = 50_000
MOST_COLUMNS = 500
# One cell far to the right and one far down make every cell between them: a sheet's
# used range is allocated as a whole.
MOST_AREA = 4_000_000
MOST_CELL_CHARACTERS = 32_767
MOST_SHEETS = 100
# Some ten thousand rows: what a machine reads and compares in about a second.
LARGE_TEXT = 1_500_000
LARGE_UNPACKED = 4_000_000

KINDS: dict[str, Any] = json.loads(
    Path(__file__).with_name("file_kinds.json").read_text(encoding="utf-8")
)
SENTENCES: dict[str, str] = KINDS["sentences"]


class Unreadable(Invalid):
    """It cannot be read as a table; the sentence says where, and how to mend it."""

    default_code = "unreadable"

    def __init__(
        self,
        name: str,
        *,
        sheet: str = "",
        row: int = 0,
        column: str = "",
        **details: Any,
    ) -> None:
        """`name` is that of a sentence in file_kinds.json, or a sentence of its own."""
        for detail, value in details.items():
            if isinstance(value, int):
                details[detail] = number(value)
            elif value:
                details[detail] = _(value)
        place = {"sheet": sheet, "row": row, "column": column}
        at = KINDS["places"][" ".join(part for part in place if place[part])]
        why = _(SENTENCES.get(name, name))
        if details:
            why = why % details
        super().__init__(_(at) % {**place, "why": why}, field="file")


def column_letter(index: int) -> str:
    return str(xl_col_to_name(index))


class FileKind(NamedTuple):
    """What a content is: “text”, “md”, an ending of workbooks, or “other”."""

    code: str
    label: str


OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
MACROS = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
MARKDOWN_RULE = re.compile(
    r"^ {0,3}\|?[ \t]*+:?-{2,}:?[ \t]*+\|[ \t|:\-]*$", re.MULTILINE
)
HTML = re.compile(r"(?i)<(!doctype\s+html|html|head|body|table|div|meta)\b")
YAML = re.compile(r"%YAML|---\s*(#|\n|$)")
YAML_LINE = re.compile(r"\s*(- )?[A-Za-z_][\w ./\-]{0,60}:( |$)")


def read_kind(code: str) -> FileKind:
    return FileKind(code, KINDS["labels"][code])


def other_kind(name: str) -> FileKind:
    return FileKind("other", KINDS["other_labels"][name])


def kind_of(content: bytes) -> FileKind:
    """What a content is by its bytes, whatever it is called.

    Raises:
        Unreadable: damaged, encrypted, or bigger unpacked than anything honest.
    """
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return _kind_of_archive(archive)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise Unreadable("damaged") from error
        except (NotImplementedError, RuntimeError) as error:
            raise Unreadable("encrypted") from error
    # Some could also start a word of somebody's table; only with NULs are they proof.
    for start, label in (KINDS["signatures"] | KINDS["weak_signatures"]).items():
        is_proof = start not in KINDS["weak_signatures"] or b"\x00" in content[:2000]
        if content.startswith(start.encode("latin-1")) and is_proof:
            return FileKind("other", label)
    if not content.startswith(bytes.fromhex("D0CF11E0A1B11AE1")):
        return read_kind("text")
    names = ("EncryptedPackage", "WordDocument", "Workbook", "Book")
    name = next((name for name in names if name.encode("utf-16-le") in content), "")
    if name == "EncryptedPackage":
        raise Unreadable("protected")
    if name == "WordDocument":
        return other_kind("doc")
    if name:
        return read_kind("xls")
    return other_kind("office")


def _kind_of_archive(archive: zipfile.ZipFile) -> FileKind:
    _check_size(archive)
    parts = {name.lstrip("/") for name in archive.namelist()}
    for part, label in KINDS["archives"].items():
        if part in parts:
            return FileKind("other", label)
    if "mimetype" in parts:
        declared = archive.read("mimetype").strip().removeprefix(OPEN_DOCUMENT)
        if declared == b"spreadsheet":
            return read_kind("ods")
        return other_kind("odt" if declared == b"text" else "odf")
    if not any(part.lower() == "xl/workbook.xml" for part in parts):
        return other_kind("zip")
    types = "[Content_Types].xml"
    is_active = types in parts and MACROS in archive.read(types)
    return read_kind("xlsm" if is_active or "xl/vbaProject.bin" in parts else "xlsx")


def _check_size(archive: zipfile.ZipFile) -> None:
    """Unpack everything into nothing: the sizes that an archive declares may lie."""
    entries = archive.infolist()
    left = MOST_UNPACKED_BYTES
    if len(entries) > MOST_ARCHIVE_ENTRIES:
        raise Unreadable("parts", count=len(entries), most=MOST_ARCHIVE_ENTRIES)
    for entry in entries:
        declared = entry.file_size
        entry.file_size = MOST_UNPACKED_BYTES + 1
        before = left
        with archive.open(entry) as stream:
            while left >= 0 and (chunk := stream.read(1024 * 1024)):
                left -= len(chunk)
        if left < 0:
            raise Unreadable("unpacked")
        entry.file_size = declared
        if before - left != declared:
            raise Unreadable("damaged")


def kind_of_text(text: str, filename: str) -> FileKind:
    """Whether a text is a table at all, or another well-known kind of text."""
    start = text.lstrip("\ufeff \t\r\n")
    head = start[:4000]
    if MARKDOWN_RULE.search(head):
        return read_kind("md")
    lines = [line for line in head.splitlines()[:40] if line.strip()]
    is_table = any(mark in line for line in lines[:3] for mark in ",;\t")
    if is_table:
        keyed = 0
    else:
        keyed = sum(1 for line in lines if YAML_LINE.match(line))
    for is_so, name in (
        (HTML.match(head), "html"),
        (head.startswith("<?xml"), "xml"),
        (head.startswith("BEGIN:VCALENDAR"), "ics"),
        (_is_json(start), "json"),
        (YAML.match(head) or keyed >= max(3, len(lines) // 2 + 1), "yaml"),
    ):
        if is_so:
            return other_kind(name)
    is_named_so = filename.lower().endswith((".md", ".markdown"))
    return read_kind("md" if is_named_so else "text")


def _is_json(text: str) -> bool:
    try:
        return text[:1] in ("{", "[") and json.loads(text) is not None
    except RecursionError:
        return True
    except ValueError:
        # Object notation with comments is still nobody's table.
        return bool(re.match(r'\{\s*("|//|/\*)', text))


def check_kind(kind: FileKind, filename: str) -> None:
    """Refuse what is no table, and what is another thing than its name says."""
    stem, _dot, end = filename.rpartition(".")
    end = end.lower() if stem else ""
    named = KINDS["other_names"].get(end, "")
    if kind.code == "text":
        ending = "csv"
    else:
        ending = kind.code
    is_misnamed = end in KINDS["read"] or (named and named not in kind.label)
    if kind.code == "other":
        if is_misnamed:
            why = "misnamed kind"
        else:
            why = "other kind"
        raise Unreadable(why, kind=kind.label, end=end)
    if named and kind.code == "text":
        raise Unreadable("other kind", kind=named)
    if named or kind.code not in KINDS["read"].get(end, [kind.code]):
        why = "other name" if named else "other end"
        details = {"named": named, "kind": kind.label, "end": end, "ending": ending}
        raise Unreadable(why, **details)


def is_large(content: bytes) -> bool:
    """Whether reading it would hold up a page; what is too big is refused at once."""
    if len(content) > MOST_FILE_BYTES or not content.startswith(b"PK"):
        return LARGE_TEXT < len(content) <= MOST_FILE_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            return unpacked > LARGE_UNPACKED
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], Any],
    end: Callable[[str], Any] | None = None,
    data: Callable[[str], Any] | None = None,
) -> None:
    """Feed a part to handlers; a document type, and so an entity, is refused."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data

    def refuse(*_: object) -> None:
        raise Unreadable("damaged")

    parser.StartDoctypeDeclHandler = refuse
    try:
        with archive.open(part) as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unreadable("damaged") from error
