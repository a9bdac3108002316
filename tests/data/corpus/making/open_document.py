"""Writing .ods as LibreOffice does, as far as reading it is concerned."""

import io
import zipfile
from html import escape
from typing import Any

from tests.data.corpus.making.case import ZIP_EPOCH

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
OASIS = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = " ".join(
    [
        *(f'xmlns:{it}="{OASIS}:{it}:1.0"' for it in ("office", "table", "text")),
        *(f'xmlns:{it}="{OASIS}:{it}:1.0"' for it in ("style", "manifest")),
        f'xmlns:number="{OASIS}:datastyle:1.0"',
        f'xmlns:fo="{OASIS}:xsl-fo-compatible:1.0"',
        'xmlns:xlink="http://www.w3.org/1999/xlink"',
    ]
)
# To the end of what the program can show, as it writes it under every table.
BLANK = '<table:table-row table:number-rows-repeated="1048000">{}</table:table-row>'
ACROSS = '<table:table-cell table:number-columns-repeated="16384"/>'


def cell(value: Any, attributes: str = "", shown: str = "") -> str:
    """A cell with a value; a list holds paragraphs, None makes a blank cell."""
    if value is None:
        return f"<table:table-cell {attributes}/>"
    if isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{value}"'
        kind = "" if "value-type" in attributes else kind
        words = [shown or str(value)]
    else:
        kind = 'office:value-type="string"'
        kind = "" if "value-type" in attributes else kind
        words = [escape(it) for it in value] if isinstance(value, list) else [value]
    lines = "".join(f"<text:p>{it}</text:p>" for it in words)
    return f"<table:table-cell {kind} {attributes}>{lines}</table:table-cell>"


def price(amount: float | str, currency: str) -> str:
    """A cell that its program knows to be money."""
    said = f'office:value-type="currency" office:currency="{currency}"'
    return cell(amount, f'{said} office:value="{amount}"', f"{amount} {currency}")


def row(*cells: Any, attributes: str = "") -> str:
    """A row of values, or of cells that are written already."""
    made = [it if str(it).startswith("<table:") else cell(it) for it in cells]
    return f"<table:table-row {attributes}>{''.join(made)}</table:table-row>"


def sheet(
    rows: list[str], name: str = "Sheet1", columns: str = "", attributes: str = ""
) -> str:
    """A table, and all the blank cells that follow it."""
    body = f"{columns}{''.join(rows)}{BLANK.format(ACROSS)}"
    return f'<table:table table:name="{name}" {attributes}>{body}</table:table>'


def spreadsheet(tables: str, styles: str = "", manifest: str = "") -> bytes:
    """An .ods with these tables."""
    made = io.BytesIO()
    entry = (
        f'manifest:full-path="content.xml" manifest:media-type="text/xml">{manifest}'
    )
    parts = {
        "mimetype": MIMETYPE,
        "META-INF/manifest.xml": f"<manifest:manifest {NAMESPACES}>"
        f"<manifest:file-entry {entry}</manifest:file-entry></manifest:manifest>",
        "content.xml": f"<office:document-content {NAMESPACES}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>",
    }
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            part = zipfile.ZipInfo(name, ZIP_EPOCH)
            part.compress_type = 0 if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(part, content)
    return made.getvalue()
