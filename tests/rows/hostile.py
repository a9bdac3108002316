"""Files made to fill the memory, to take for ever, or to be something else."""

import io
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from evaltracker.rows.guards import MOST_FILE_BYTES, MOST_UNPACKED_BYTES, Unreadable
from evaltracker.rows.sources import as_copied, read_table
from tests.data.corpus.making.open_document import cell, row, sheet, spreadsheet
from tests.rows.books import xlsx

MEGABYTE = 1 << 20
ROWS = [["ref", "text"], ["R1", "One"]]
OLD = Path(__file__).parents[1] / "data/price_sheets_gsa/MAS_test.xls"
OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def replaced(change: Callable[[str, bytes], bytes], more: dict[str, bytes]) -> bytes:
    """A small workbook of which parts are changed or added."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(ROWS))) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in more.items():
            new.writestr(name, part)
    return made.getvalue()


def with_part(end: str, at: bytes, added: bytes) -> bytes:
    def change(name: str, part: bytes) -> bytes:
        return part.replace(at, added + at, 1) if name.endswith(end) else part

    return replaced(change, {})


def bomb(declared: int | None = None) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(MOST_UNPACKED_BYTES // MEGABYTE + 1):
                part.write(b" " * MEGABYTE)
        if declared is not None:  # the directory lies about the size
            archive.getinfo("xl/worksheets/sheet1.xml").file_size = declared
    return file.getvalue()


def many_parts() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(1_001):
            archive.writestr(f"xl/{number}.xml", b"")
    return file.getvalue()


def greedy_old_book() -> bytes:
    content = bytearray(OLD.read_bytes())
    content[6029] = 242  # of a cell's row: the reader would allocate 17 GB
    return bytes(content)


def far(address: str, text: str = "1") -> bytes:
    added = f'<row r="9"><c r="{address}"><v>{text}</v></c></row>'.encode()
    return with_part("sheet1.xml", b"</sheetData>", added)


FAR, DOWN = (f'table:number-{of}-repeated="1048576"' for of in ("columns", "rows"))
# By name: the file, what it is called, and words of the sentence; none if it is read.
FILES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "a bomb": (bomb, "r.xlsx", "unpacks to more than 200 MB"),
    "a bomb that lies": (lambda: bomb(10), "r.xlsx", "unpacks to more than 200 MB"),
    "too many parts": (many_parts, "r.xlsx", "1,001 parts"),
    "one far cell": (lambda: far("XFD1048576"), "r.xlsx", "reaches to XFD1,048,576"),
    "a cell beyond all": (lambda: far("ZZZ9999999"), "r.xlsx", "reaches to ZZZ"),
    "a blank far away": (
        lambda: far("XFD1048576", " "),
        "r.xlsx",
        "reaches to XFD1,048,576",
    ),
    "a far cell in small letters": (
        lambda: far("xfd1048576"),
        "r.xlsx",
        "reaches to XFD1,048,576",
    ),
    "a column of four letters": (lambda: far("XFDD9"), "r.xlsx", "damaged"),
    "a row of ten digits": (lambda: far("A4294967295"), "r.xlsx", "damaged"),
    "entities": (
        lambda: with_part(
            "sheet1.xml", b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]>'
        ),
        "r.xlsx",
        "damaged",
    ),
    "countless styles": (
        lambda: with_part("styles.xml", b"</fonts>", b"<font/>" * 3_000_000),
        "r.xlsx",
        "damaged",
    ),
    "countless hidden columns": (
        lambda: with_part(
            "sheet1.xml",
            b"<sheetData>",
            b'<cols><col hidden="1" min="1" max="9999999"/></cols>',
        ),
        "r.xlsx",
        "",
    ),
    "countless merges": (
        lambda: with_part(
            "sheet1.xml",
            b"<pageMargins",
            b"<mergeCells>"
            + b'<mergeCell ref="A1:A1048576"/>' * 200_000
            + b"</mergeCells>",
        ),
        "r.xlsx",
        "",
    ),
    "countless rows": (
        lambda: with_part(
            "sheet1.xml", b"</sheetData>", b"<row><c><v>1</v></c></row>" * 1_000_000
        ),
        "r.xlsx",
        "at most 50,000",
    ),
    "countless formulas": (
        lambda: with_part(
            "sheet1.xml",
            b"</sheetData>",
            (b"<row>" + b"<c><f/></c>" * 400 + b"</row>") * 9_000,
        ),
        "r.xlsx",
        "more than 500,000 formulas",
    ),
    "a sheet that never ends": (
        lambda: with_part("sheet1.xml", b"</sheetData>", b"<row>" * 500_000),
        "r.xlsx",
        "damaged",
    ),
    "blank rows without end": (
        lambda: with_part("sheet1.xml", b"</sheetData>", b"<row/>" * 3_000_000),
        "r.xlsx",
        "",
    ),
    "a cut off workbook": (lambda: xlsx(ROWS)[:-200], "r.xlsx", "damaged"),
    "a password": (
        lambda: OLE + "EncryptedPackage".encode("utf-16-le"),
        "r.xlsx",
        "protected by a password",
    ),
    "an old book that wants 17 GB": (greedy_old_book, "r.xls", "damaged"),
    "a cut off old book": (lambda: OLD.read_bytes()[:3_000], "r.xls", "old Office"),
    "an open document that repeats": (
        lambda: spreadsheet(sheet([row(cell("x", FAR), attributes=DOWN)])),
        "r.ods",
        "used range reaches",
    ),
    "an open document of a million rows": (
        lambda: spreadsheet(sheet([row("x", attributes=DOWN)])),
        "r.ods",
        "at most 50,000",
    ),
    "an open document that never ends": (
        lambda: spreadsheet(sheet(["<table:table-row>"])),
        "r.ods",
        "damaged",
    ),
    "a quotation mark that never ends": (
        lambda: b'a,b\n"' + b"x,y\n" * 2_000_000,
        "r.csv",
        "never closed",
    ),
    "a million columns": (lambda: b"x," * 1_000_000, "r.csv", "1,000,000 columns"),
    "five million rows": (lambda: b"a\n" * 5_000_000, "r.csv", "filled rows"),
    "one cell of ten megabytes": (
        lambda: b"a,b\n1," + b"x" * (MOST_FILE_BYTES - 10),
        "r.csv",
        "characters",
    ),
    "brackets without end": (lambda: b"[" * 5_000_000, "r.csv", "a JSON file"),
    "bars without end": (
        lambda: b"| a |\n| --- |\n" + b"|" * 5_000_000,
        "r.md",
        "",
    ),
    "binary data": (lambda: b"a,b\n\x00\x01\x02\n" * 100_000, "r.csv", "binary data"),
    "half of a letter": (lambda: b"\xff\xfea\x00b", "r.csv", "damaged at byte"),
    "marks without end": (lambda: b"a\tb\n" + b'"x\n' * 2_000_000, "r.txt", ""),
}


def read(name: str) -> str:
    """The sentence that a file gets, or how many sheets it has."""
    make, called, _ = FILES[name]
    content = make()
    try:
        if called == "r.txt":
            content = as_copied(content.decode()).encode()
        return str(len(read_table(content, called).sheets))
    except Unreadable as error:
        return str(error)


if __name__ == "__main__":
    # Peaks above what was there before, in MB, by file; of those that are named.
    base = getrusage(RUSAGE_SELF).ru_maxrss
    peaks = {}
    for name in sys.argv[1:]:
        read(name)
        peaks[name] = (getrusage(RUSAGE_SELF).ru_maxrss - base) // 1024
    sys.stdout.write(json.dumps(peaks))
