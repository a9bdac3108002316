"""One file of the corpus with its oracle."""

import csv
import datetime
import io
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from openpyxl import Workbook

ACME = {"candidates": ["Acme ML", "Globex", "Initech"]}
ASKED = {
    **ACME,
    "requirements": {"R1": "Batch training", "R2": "Single sign-on", "R3": "Export"},
}
MADE_ON = datetime.datetime(2026, 11, 27, tzinfo=datetime.UTC).replace(tzinfo=None)
ZIP_EPOCH = (2026, 11, 27, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Case:
    """A file and what it means; SOURCE.md says what each part of an oracle is."""

    name: str
    kind: str
    content: bytes
    why: str
    finding: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    knows: dict[str, Any] = field(default_factory=dict)
    comes: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    refused: str = ""

    def oracle(self) -> dict[str, Any]:
        """All but the file itself, without what is empty."""
        said = asdict(self)
        del said["content"]
        return {key: value for key, value in said.items() if value}


def text(*rows: str, encoding: str = "utf-8") -> bytes:
    """Lines as they stand in a text file."""
    return ("\n".join(rows) + "\n").encode(encoding)


def table(rows: list[list[Any]], separator: str = ",") -> bytes:
    """Cells as a CSV file."""
    target = io.StringIO()
    csv.writer(target, delimiter=separator, lineterminator="\n").writerows(rows)
    return target.getvalue().encode()


def book(
    rows: list[list[Any]],
    change: Callable[[Any], object] | None = None,
    title: str = "Sheet1",
) -> bytes:
    """An .xlsx of one sheet with `rows`, changed before it is saved."""

    def fill(made: Workbook) -> None:
        sheet: Any = made.active
        sheet.title = title
        for row in rows:
            sheet.append(row)
        if change is not None:
            change(sheet)

    return workbook(fill)


def workbook(fill: Callable[[Workbook], None]) -> bytes:
    """An .xlsx that is the same, byte by byte, each time that it is made."""
    made = Workbook()
    made.properties.created = made.properties.modified = MADE_ON
    fill(made)
    saved, fixed = io.BytesIO(), io.BytesIO()
    made.save(saved)
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(fixed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = without_now(content)
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return fixed.getvalue()


def without_now(core: bytes) -> bytes:
    """The properties of a workbook without the moment at which it was saved."""
    start, _, rest = core.partition(b"<dcterms:modified")
    _, _, end = rest.partition(b"</dcterms:modified>")
    return start + end


def prices(
    *cells: Any, head: str = "Price", currency: str = "", due: str = "yearly"
) -> list[list[Any]]:
    """A price sheet: one licence for each of Acme ML, Globex and Initech."""
    parts = ["Base", "Seats", "Storage", "Training"]
    names = ["Acme ML", "Globex", "Initech", "Acme ML"]
    heads = ["Candidate", "Kind of cost", "Part", head, "Falls due"]
    rows: list[list[Any]] = [heads + (["Currency"] if currency else [])]
    for name, part, cell in zip(names, parts, cells, strict=False):
        row = [name, "licence", part, cell, due]
        rows.append([*row, currency] if currency else row)
    return rows


def priced(*amounts: str, currency: str = "EUR") -> list[dict[str, str]]:
    """What comes of `prices`: exact amounts, one per part."""
    parts = ["Base", "Seats", "Storage", "Training"]
    return [
        {"label": part, "likely": amount, "currency": currency}
        for part, amount in zip(parts, amounts, strict=False)
    ]
