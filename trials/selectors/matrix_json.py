"""The grid in the words of programs: JSON, joined of one text per kind of cell."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from trials.scoring import rounded
from trials.selectors.cell_cache import Cell
from trials.selectors.cell_numbers import cell_numbers
from trials.selectors.ledger import Column, Ledger


def matrix_json(book: Ledger, rows: Sequence[int] | None = None) -> str:
    """The matrix as JSON; `rows` are the numbers of those wanted, all without it.

    Equal cells are written once and then repeated, which a serializer would not do.
    """
    wanted = range(len(book.rows)) if rows is None else rows
    needed = set().union(*(book.lines[row] for row in wanted))
    cells = {number: _text(tell_kind(book.kinds[number])) for number in needed}
    told = []
    for row in wanted:
        one = book.rows[row]
        asked = {
            "ref": one.ref,
            "category": one.category,
            "text": one.text,
            "priority": one.priority,
            "weight": one.weight,
        }
        line = ",".join([cells[number] for number in book.lines[row]])
        told.append(f'{_text(asked)[:-1]},"cells":[{line}]}}')
    head = {
        "as_of": book.as_of.isoformat(),
        "candidates": [tell_column(column) for column in book.columns],
        "numbers": tell_numbers(book, wanted),
    }
    return f'{_text(head)[:-1]},"requirements":[{",".join(told)}]}}'


def tell_numbers(book: Ledger, rows: Sequence[int]) -> list[dict[str, Any]]:
    """What was claimed and measured in the cells of these rows, in their order."""
    numbers = cell_numbers(book.evaluation)
    if not numbers:
        return []
    return [
        {"ref": asked.ref, "candidate": str(column.candidate.pk), **found.as_json()}
        for asked in (book.rows[row] for row in rows)
        for column in book.columns
        if (found := numbers.get((column.candidate.pk, asked.pk)))
    ]


def tell_column(column: Column) -> dict[str, Any]:
    """A candidate, with what its column comes to."""
    value, candidate = column.fit.value, column.candidate
    return {
        "id": str(candidate.pk),
        "name": candidate.name,
        "kind": candidate.kind,
        "state": candidate.state,
        "fit": None if value is None else str(rounded(value * 100, 1)),
        **asdict(column.coverage),
        "blocked_by": list(column.knock_outs),
    }


def tell_kind(kind: Cell) -> dict[str, Any]:
    return {
        "claimed": kind.claimed,
        "shown": kind.shown,
        "tested": kind.tested,
        "standing": kind.standing,
        "not_applicable": kind.not_applicable,
        "to_reconfirm": kind.to_reconfirm,
    }


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
