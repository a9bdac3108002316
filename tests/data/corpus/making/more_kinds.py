"""OpenDocument spreadsheets, workbooks with macros, and Markdown tables."""

import io
import zipfile
from typing import Any

from tests.data.corpus.making.broken import WHOLE
from tests.data.corpus.making.case import ACME, ASKED, ZIP_EPOCH, Case, priced, text
from tests.data.corpus.making.open_document import cell, price, row, sheet, spreadsheet
from tests.data.corpus.making.requirements import BOTH, PLAIN

MONEY = ["Candidate", "Kind of cost", "Part", "Price", "Falls due"]
NEEDS = [row(*cells) for cells in PLAIN]
MACROS = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
BOOK = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
KILO_EUROS = (
    '<number:number-style style:name="N1"><number:number number:decimal-places="1"/>'
    "<number:text> k€</number:text></number:number-style>"
    '<style:style style:name="ce1" style:family="table-cell"'
    ' style:data-style-name="N1"/>'
)
HIDDEN = (
    '<style:style style:name="ta1" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
    '<style:style style:name="ce1" style:family="table-cell"><style:text-properties'
    ' style:text-line-through-style="solid"/></style:style>'
)
NOTE = "<office:annotation><text:p>Ask again</text:p></office:annotation>"


def with_macros() -> bytes:
    """The plain requirements as a workbook that macros are kept in."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(BOOK, MACROS)
            new.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), content)
        new.writestr(zipfile.ZipInfo("xl/vbaProject.bin", ZIP_EPOCH), b"macros")
    return made.getvalue()


def costs(*cells: str, styles: str = "") -> bytes:
    """A price sheet with these cells of money."""
    parts = zip(("Acme ML", "Globex"), ("Base", "Seats"), cells, strict=False)
    lines = [row(name, "licence", part, it, "yearly") for name, part, it in parts]
    return spreadsheet(sheet([row(*MONEY), *lines]), styles)


def case(name: str, content: bytes, why: str, **more: Any) -> Case:
    more = {"kind": "requirements"} | more
    return Case(name=name, content=content, why=why, finding="I15", **more)


ANSWERS = spreadsheet(
    sheet(
        [
            row("Requirement", "Acme ML", "Globex"),
            row("R1", cell("yes", 'table:number-columns-spanned="2"'), None),
            row(
                "R2",
                cell("no").replace("<text:p>", f"{NOTE}<text:p>", 1),
                cell("yes", 'table:style-name="ce1"'),
                attributes='table:visibility="collapse"',
            ),
        ]
    )
    + sheet([row("Lists")], "Lists", attributes='table:style-name="ta1"'),
    HIDDEN,
)
MARKDOWN = text(
    "# Requirements",
    "",
    "What we need.",
    "",
    "| ID | Requirement | Priority |",
    "| --- | :-- | ---: |",
    "| R1 | Reads CSV | must |",
    "| `R2` | Trains on GPUs | should |",
)

CASES = [
    case("file_open.ods", spreadsheet(sheet(NEEDS)), "LibreOffice", comes=BOTH),
    case(
        "file_open_named_xlsx.xlsx",
        spreadsheet(sheet(NEEDS)),
        "an OpenDocument spreadsheet that is called .xlsx",
        refused="OpenDocument",
    ),
    case(
        "file_open_encrypted.ods",
        spreadsheet("", manifest="<manifest:encryption-data/>"),
        "a spreadsheet behind a password",
        refused="password",
    ),
    case(
        "requirements_open_lines.ods",
        spreadsheet(
            sheet(
                [
                    row("ID", "Requirement"),
                    row("R1", cell(["Reads CSV,", "and  writes it"])),
                    row("R2", "Trains<text:line-break/>on GPUs"),
                ]
            )
        ),
        "two paragraphs in a cell, and a line break",
        comes=[
            {"ref": "R1", "text": "Reads CSV,\nand writes it"},
            {"ref": "R2", "text": "Trains\non GPUs"},
        ],
    ),
    case(
        "answers_open_marks.ods",
        ANSWERS,
        "merged across, hidden, struck, with a comment, and a hidden sheet",
        kind="claims",
        given=ASKED,
        comes=[
            {"ref": "R1", "candidate": "Acme ML", "availability": "now"},
            {"ref": "R1", "candidate": "Globex", "availability": "now"},
            {"ref": "R2", "candidate": "Acme ML", "availability": "never"},
            {"ref": "R2", "candidate": "Globex", "availability": "now"},
        ],
        mentions=["comments", "row 3", "struck", "“Lists”"],
    ),
    case(
        "costs_open_money.ods",
        costs(price(1200.5, "USD"), price(900, "EUR")),
        "cells that know their currency",
        kind="costs",
        given=ACME,
        comes=[*priced("1200.5", currency="USD"), {"label": "Seats", "likely": "900"}],
    ),
    case(
        "costs_open_format.ods",
        costs(cell(12.5, 'table:style-name="ce1"', "12.5 k€"), styles=KILO_EUROS),
        "the cell holds 12.5 and shows 12.5 k€",
        kind="costs",
        given=ACME,
        comes=priced("12500"),
    ),
    case(
        "costs_open_share.ods",
        costs(cell(0.05, 'office:value-type="percentage" office:value="0.05"', "5 %")),
        "a share is no price",
        kind="costs",
        given=ACME,
        refused="share",
    ),
    case(
        "costs_open_another_book.ods",
        costs(cell(100, "table:formula=\"of:=['file:///other.ods'#$S.A1]\"")),
        "the value that another book gave is kept in this one",
        kind="costs",
        given=ACME,
        comes=priced("100"),
    ),
    case(
        "costs_open_no_result.ods",
        costs(price(100, "EUR"), cell(None, 'table:formula="of:=[.B9]*2"')),
        "a formula that nobody computed",
        kind="costs",
        given=ACME,
        refused="row 3, column D",
    ),
    case(
        "costs_open_error.ods",
        costs(cell("#DIV/0!", 'table:formula="of:=1/0" office:value-type="string"')),
        "a formula that came to an error",
        kind="costs",
        given=ACME,
        refused="row 2, column D",
    ),
    case(
        "file_macros.xlsm",
        with_macros(),
        "macros are not run",
        comes=BOTH,
        mentions=["macros"],
    ),
    case(
        "file_macros_named_xlsx.xlsx",
        with_macros(),
        "macros under another name",
        refused="macros",
    ),
    case(
        "file_table.md",
        MARKDOWN,
        "a Markdown table with words around it",
        comes=BOTH,
        mentions=["1 other line"],
    ),
    case("file_table.txt", MARKDOWN, "the same, copied into a text", comes=BOTH),
    case(
        "file_two_tables.md",
        text(
            "## Reading",
            "| ID | Requirement |",
            "|----|----|",
            r"| R1 | Reads a \| b |",
            "",
            "```",
            "| ID | Requirement |",
            "|----|----|",
            "| R9 | An example |",
            "```",
            "## Training",
            "ID | Requirement",
            "---|---",
            "R2 | Trains",
        ),
        "two tables, one of them without bars around it, and one in a block of code",
        comes=[{"ref": "R1", "text": "Reads a | b"}, {"ref": "R2", "text": "Trains"}],
    ),
    case("file_no_table.md", text("# Notes", "ID, Text"), "words", refused="no table"),
    case("file_markdown.csv", MARKDOWN, "Markdown that is called .csv", refused=".md"),
    case(
        "answers_a_cell_too_many.md",
        text("| Requirement | Acme ML |", "|---|---|", "| R1 | yes | no |"),
        "a cell beyond the last name",
        kind="claims",
        given=ASKED,
        comes=[{"ref": "R1", "candidate": "Acme ML", "availability": "now"}],
        mentions=["column C"],
    ),
]
