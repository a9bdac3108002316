"""Files that are not what their names say, and other ways of writing text."""

from typing import Any

from tests.data.corpus.making.case import Case, table, text, workbook
from tests.data.corpus.making.requirements import BOTH, PLAIN

OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def fill(made: Any) -> None:
    for row in PLAIN:
        made.active.append(row)


WHOLE = workbook(fill)
LINES = ("ID\tRequirement\tPriority", "R1\tReads CSV\tmust", "R2\tTrains on GPUs\ts")


def case(name: str, content: bytes, why: str, **more: Any) -> Case:
    return Case(
        name=f"file_{name}", kind="requirements", content=content, why=why, **more
    )


CASES = [
    case("utf16.txt", text(*LINES, encoding="utf-16"), "Unicode text", comes=BOTH),
    case(
        "tabs.tsv",
        text(*LINES),
        "tabs, as they are copied from a sheet",
        comes=BOTH,
    ),
    case(
        "bars_and_a_mark.csv",
        b"\xef\xbb\xbf" + table(PLAIN, "|"),
        "bars, and a mark of UTF-8",
        comes=BOTH,
    ),
    case("named_csv.csv", b"%PDF-1.7\n%more\n", "a PDF named .csv", refused="PDF"),
    case(
        "named_xls.xls",
        b"<html><body><table><tr><td>R1</td></tr></table></body></html>",
        "a web page named .xls",
        refused="web page",
    ),
    case("csv_named_xlsx.xlsx", table(PLAIN), "text named .xlsx", refused="text"),
    case(
        "encrypted.xlsx",
        OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(900),
        "a workbook behind a password",
        refused="password",
    ),
    case("cut_off.xlsx", WHOLE[: len(WHOLE) // 2], "half a file", refused="damaged"),
    case("empty.csv", b"\n\n", "nothing at all", refused="empty"),
    case("only_names.csv", table(PLAIN[:1]), "names and no rows", refused="no rows"),
    case(
        "open_quote.csv",
        text("ID,Requirement,Priority", 'R1,"Reads CSV,must', "R2,Trains,must"),
        "a quotation mark that is never closed",
        refused="quotation mark",
    ),
]
