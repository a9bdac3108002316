"""Looking into an .xlsx before anything unpacks it: what it is, and how big."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from evaltracker.toolbox.tabular import limits
from evaltracker.toolbox.tabular.cells import Unreadable
from evaltracker.toolbox.tabular.separated import ODS, XLSM, XLSX, Kind, other

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


# The parts of an .xlsx and how they hang together, read without trusting them.

type Start = Callable[[str, dict[str, str]], None]


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """By sheet name, the archive's part that holds its cells."""
    ids: dict[str, str] = {}

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            link = next(
                (value for key, value in attributes.items() if key.endswith(":id")), ""
            )
            ids[attributes.get("name", "")] = link

    parse(archive, "xl/workbook.xml", sheet)
    targets = {
        link: target for link, _, target in relations_of(archive, "xl/workbook.xml")
    }
    names = set(archive.namelist())
    parts = {name: targets.get(link, "") for name, link in ids.items()}
    return {
        name: part
        for name, part in parts.items()
        if part in names and part.endswith(".xml")
    }


def relations_of(archive: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    """What a part points at: id, type and the other part."""
    folder, _, name = part.rpartition("/")
    found: list[tuple[str, str, str]] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            target = posixpath.join(f"/{folder}", attributes.get("Target", ""))
            found.append(
                (
                    attributes.get("Id", ""),
                    attributes.get("Type", ""),
                    posixpath.normpath(target)[1:],
                )
            )

    links = f"{folder}/_rels/{name}.rels"
    if part == "xl/workbook.xml" or links in archive.namelist():
        parse(archive, links, relation)
    return found


def parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Start,
    end: Callable[[str], None] | None = None,
    data: Callable[[str], None] | None = None,
) -> None:
    """Feed one part to the handlers; a document type, and so an entity, is refused."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if data is not None:
        parser.CharacterDataHandler = data

    def refuse(*_: object) -> None:
        raise Unreadable(DAMAGED)

    parser.StartDoctypeDeclHandler = refuse
    try:
        with archive.open(part) as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unreadable(DAMAGED) from error
