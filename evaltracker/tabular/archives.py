"""Looking into an .xlsx before anything unpacks it: what it is, and how big."""

import io
import zipfile
import zlib

from evaltracker.tabular import limits
from evaltracker.tabular.shapes import Unreadable
from evaltracker.tabular.sniffing import ODS, XLSM, XLSX, Kind, other

CHUNK = 1024 * 1024
INSIDE: tuple[tuple[str, str], ...] = (
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("Index/Document.iwa", "an Apple Numbers or Pages file"),
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
)
SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.text": "an OpenDocument text",
}
TYPES = "[Content_Types].xml"
MACROS = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
DAMAGED = (
    "The workbook is damaged and cannot be opened. Open it in your spreadsheet "
    "program, save it again as .xlsx and import that file."
)


def kind_of_archive(content: bytes) -> Kind:
    """What a zip archive really is.

    Raises:
        Unreadable: damaged, encrypted, or bigger unpacked than anything honest.

    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return look_inside(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise Unreadable(DAMAGED) from error
    except (NotImplementedError, RuntimeError) as error:
        raise Unreadable(
            "The archive is encrypted or packed in an unknown way. Save the table "
            "without a password as .xlsx and import that file."
        ) from error


def look_inside(archive: zipfile.ZipFile) -> Kind:
    """The kind of an opened archive, its honest size checked."""
    check_size(archive)
    names = {name.lstrip("/") for name in archive.namelist()}
    for name, words in INSIDE:
        if name in names:
            return other(words)
    if "mimetype" in names:
        declared = archive.read("mimetype").strip()
        if declared == SPREADSHEET:
            return ODS
        return other(OPEN_DOCUMENTS.get(declared, "an OpenDocument file"))
    if any(name.lower() == "xl/workbook.xml" for name in names):
        return XLSM if has_macros(archive, names) else XLSX
    return other("a zip archive")


def has_macros(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """Whether the workbook is of the kind that macros are kept in."""
    types = archive.read(TYPES) if TYPES in names else b""
    return "xl/vbaProject.bin" in names or MACROS in types


def check_size(archive: zipfile.ZipFile) -> None:
    """Unpack everything into nothing, and stop where it gets too much.

    The sizes that an archive declares may lie, so they are not believed.
    """
    entries = archive.infolist()
    if len(entries) > limits.ARCHIVE_ENTRIES:
        raise Unreadable(
            f"The workbook is made of {len(entries):,} parts; at most "
            f"{limits.ARCHIVE_ENTRIES:,} are opened. Copy the sheet into a new "
            "workbook and import that."
        )
    left = limits.UNPACKED_BYTES
    for entry in entries:
        declared, entry.file_size = entry.file_size, limits.UNPACKED_BYTES + 1
        with archive.open(entry) as stream:
            before = left
            while chunk := stream.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise Unreadable(
                        "The workbook unpacks to more than "
                        f"{limits.megabytes(limits.UNPACKED_BYTES)}, which no "
                        "questionnaire needs. Copy the filled rows into a new "
                        "workbook, without pictures, and import that."
                    )
        entry.file_size = declared
        if before - left != declared:
            raise Unreadable(DAMAGED)
