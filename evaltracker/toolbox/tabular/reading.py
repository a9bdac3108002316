"""The one way in: a file's bytes and name become a workbook, or a sentence."""

import hashlib
from dataclasses import replace
from pathlib import Path

from evaltracker.toolbox.tabular import limits
from evaltracker.toolbox.tabular.archives import kind_of_archive
from evaltracker.toolbox.tabular.books import kind_of_ole, read_book, read_old_book
from evaltracker.toolbox.tabular.cells import Sheet, Unreadable, Workbook
from evaltracker.toolbox.tabular.open_books import read_open_book
from evaltracker.toolbox.tabular.separated import (
    BOOK_NAMES,
    MARKDOWN,
    MARKDOWN_NAMES,
    OTHER_NAMES,
    TEXT_NAMES,
    Kind,
    decode,
    extension_of,
    kind_of_bytes,
    kind_of_text,
    read_markdown,
    read_separated,
)

READ_NAMES = TEXT_NAMES | MARKDOWN_NAMES | BOOK_NAMES
MARKDOWN_ONLY = MARKDOWN_NAMES - TEXT_NAMES
SAVE_AS = (
    "Copy its table into a spreadsheet, save it as CSV or .xlsx and import that file."
)


def read_table(source: Path | bytes, filename: str = "") -> Workbook:
    """Read a CSV, .xlsx, .xlsm, .xls, .ods or Markdown file.

    Blank rows are dropped and the others keep the numbers that the user's
    spreadsheet shows; every cell is text.

    Raises:
        Unreadable: with a sentence that says what is wrong, where, and how to mend it.

    """
    if isinstance(source, Path):
        filename = filename or source.name
        source = read_bytes(source)
    if len(source) > limits.FILE_BYTES:
        raise Unreadable(
            f"The file is {limits.megabytes(len(source))} big; at most "
            f"{limits.megabytes(limits.FILE_BYTES)} are read. Delete pictures and "
            "sheets that are not needed, or split it."
        )
    if not source.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise Unreadable(
            "The file is empty. Check that it was saved, and import it again."
        )
    kind = look(source)
    if kind.code == "text":
        book = read_text(source, filename)
    else:
        refuse_other(kind, filename)
        book = finished(filename, kind.code, *read_workbook(source, kind.code))
    return replace(book, sha256=hashlib.sha256(source).hexdigest())


def read_bytes(path: Path) -> bytes:
    """The content of a file on disk, at most one byte over the limit."""
    try:
        with path.open("rb") as file:
            return file.read(limits.FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise Unreadable(f"There is no file “{path}”. Check its name.") from error
    except IsADirectoryError as error:
        raise Unreadable(f"“{path}” is a folder. Name one file in it.") from error
    except PermissionError as error:
        raise Unreadable(
            f"“{path}” may not be read by this user. Change its permissions."
        ) from error
    except OSError as error:
        raise Unreadable(f"“{path}” cannot be read: {error.strerror}.") from error


def look(content: bytes) -> Kind:
    kind = kind_of_bytes(content)
    if kind.code == "zip":
        return kind_of_archive(content)
    if kind.code == "xls":
        return kind_of_ole(content)
    return kind


def read_workbook(content: bytes, code: str) -> tuple[list[Sheet], list[str]]:
    """The sheets of a workbook of that kind, and remarks."""
    match code:
        case "xls":
            return read_old_book(content), []
        case "ods":
            return read_open_book(content), []
        case "xlsm":
            return read_book(content, code), ["The workbook's macros were not run."]
    return read_book(content, code), []


def read_text(content: bytes, filename: str) -> Workbook:
    """A workbook from separated text, or from the tables of a Markdown text."""
    text, remarks = decode(content)
    kind = kind_of_text(text)
    if extension_of(filename) in MARKDOWN_ONLY and kind.code == "text":
        kind = MARKDOWN
    refuse_other(kind, filename)
    if kind.code == "md":
        sheets, more = read_markdown(text)
        return finished(filename, kind.code, sheets, [*remarks, *more])
    sheet, more = read_separated(text)
    return finished(filename, "csv", [sheet], [*remarks, *more])


def refuse_other(kind: Kind, filename: str) -> None:
    """Refuse what is no table, and what is another thing than its name says."""
    end = extension_of(filename)
    if kind.code == "other":
        named = f", although its name ends in .{end}" if is_misnamed(kind, end) else ""
        raise Unreadable(f"This is {kind.words}{named}. {SAVE_AS}")
    if end in OTHER_NAMES:
        if kind.code == "text":
            raise Unreadable(f"This is {OTHER_NAMES[end]}. {SAVE_AS}")
        raise Unreadable(
            f"Its name says that this is {OTHER_NAMES[end]}, but it is {kind.words}. "
            f"Rename it to end in .{kind.code} and import it again."
        )
    if end in READ_NAMES and kind.code not in kinds_called(end):
        ending = "csv" if kind.code == "text" else kind.code
        raise Unreadable(
            f"The name of the file ends in .{end}, but it is {kind.words}. Rename it "
            f"to end in .{ending}, or save it again as what it is called."
        )


def kinds_called(end: str) -> set[str]:
    """The kinds that may have this ending: a .txt may hold either sort of table."""
    if end in BOOK_NAMES:
        return {end}
    found = {"text"} if end in TEXT_NAMES else set()
    return found | ({"md"} if end in MARKDOWN_NAMES else set())


def is_misnamed(kind: Kind, end: str) -> bool:
    """Whether the name promises something else than `kind`."""
    return end in READ_NAMES or (
        end in OTHER_NAMES and OTHER_NAMES[end] not in kind.words
    )


def finished(
    filename: str, kind: str, sheets: list[Sheet], remarks: list[str]
) -> Workbook:
    """The workbook, unless nothing in it can be seen."""
    if all(sheet.hidden or sheet.is_blank for sheet in sheets):
        raise Unreadable(
            "The file has only blank rows"
            + (" on the sheets that are not hidden" if len(sheets) > 1 else "")
            + ". Fill in the table, save it, and import it again."
        )
    hidden = [f"“{sheet.name}”" for sheet in sheets if sheet.hidden]
    if hidden:
        words = "Hidden sheets were" if len(hidden) > 1 else "The hidden sheet was"
        remarks = [*remarks, f"{words} not read: {', '.join(hidden)}."]
    seen = [sheet for sheet in sheets if not sheet.hidden]
    for sheet in seen:
        where = f"Sheet “{sheet.name}”: " if len(seen) > 1 else ""
        remarks = [*remarks, *(f"{where}{it}" for it in sheet.marks.sentences)]
    return Workbook(filename, kind, tuple(sheets), tuple(remarks))
