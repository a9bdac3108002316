"""A memo's inputs and results as a workbook; its cells are text and never formulas."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook

from evaltracker.evaluations.cells import text_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl.worksheet._write_only import WriteOnlyWorksheet


def as_xlsx(memo: dict[str, Any]) -> bytes:
    """Requirements, standings, comparison and costs, one sheet each."""
    book = Workbook(write_only=True)
    for title, rows in (
        ("Comparison", comparison(memo)),
        ("Standings", standings(memo)),
        ("Requirements", requirements(memo)),
        ("Costs", costs(memo)),
    ):
        write(book.create_sheet(title), rows)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def write(sheet: WriteOnlyWorksheet, rows: Iterator[list[object]]) -> None:
    """Every cell as a string, whatever it looks like."""
    for row in rows:
        sheet.append(text_cells(sheet, row))


def comparison(memo: dict[str, Any]) -> Iterator[list[object]]:
    """One line per candidate."""
    fields = ("fit", "asked", "answered", "tested", "people", "total")
    yield ["Candidate", "Kind", "State", *fields, "Knocked out by", "Likely cost"]
    for one in memo["inputs"]["candidates"]:
        result = memo["results"][one["id"]]
        yield [
            one["name"],
            one["kind"],
            one["state"],
            *(result[field] for field in fields),
            ", ".join(result["knock_outs"]),
            result["cost"]["likely"] if result["cost"]["known"] else "not known",
        ]


def standings(memo: dict[str, Any]) -> Iterator[list[object]]:
    """Requirements down, candidates across."""
    candidates = memo["inputs"]["candidates"]
    yield ["Ref", "Requirement", *(one["name"] for one in candidates)]
    for row in memo["inputs"]["requirements"]:
        ref = row["ref"]
        yield [
            ref,
            row["text"],
            *(
                memo["results"][one["id"]]["standings"].get(ref, "")
                for one in candidates
            ),
        ]


def requirements(memo: dict[str, Any]) -> Iterator[list[object]]:
    """What was asked for."""
    fields = ("ref", "category", "text", "priority", "weight", "metric")
    yield [field.capitalize() for field in fields]
    for row in memo["inputs"]["requirements"]:
        yield [row[field] for field in fields]


def costs(memo: dict[str, Any]) -> Iterator[list[object]]:
    """Every kind of cost with its working."""
    fields = ("kind", "state", "likely", "working")
    yield ["Candidate", *(field.capitalize() for field in fields)]
    for one in memo["inputs"]["candidates"]:
        for row in memo["results"][one["id"]]["cost"]["rows"]:
            yield [
                one["name"],
                row["kind"],
                row["state"],
                row["likely"],
                row["working"],
            ]
