"""The cells of the matrix as HTML, joined by hand for speed.

This is the one place where HTML is joined from parts: every text that is not a
literal of this module goes through `escape` (T40). A cell's looks are
few; what they have in common is made once, what is left is joined of five pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from trials.admin.matrix_looks import (
    CategoryRow,
    Line,
    Look,
    Part,
    lines_look,
    picture_look,
)
from trials.selectors import Ledger, LedgerRow
from trials.selectors.cell_numbers import Numbers

CELL_END = "</a></td>"
LOOKS: dict[bool, Callable[..., Look]] = {False: lines_look, True: picture_look}


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks of a grid's cells, by must-have or not and by number of kind."""

    book: Ledger
    made: dict[tuple[bool, int], Look]
    picture: bool
    # By requirement the numbers of its cells in words, by place of the column.
    numbers: Mapping[UUID, Mapping[int, str]]

    @classmethod
    def of(
        cls,
        book: Ledger,
        rows: Sequence[int],
        numbers: Numbers | None = None,
        *,
        picture: bool = False,
    ) -> Looks:
        """Those that the rows of these numbers need."""
        needed: dict[bool, set[int]] = {False: set(), True: set()}
        for row in rows:
            needed[book.rows[row].is_must].update(book.lines[row])
        made = {
            (must, number): LOOKS[picture](book.kinds[number], must=must)
            for must, numbers in needed.items()
            for number in sorted(numbers)
        }
        return cls(book, made, picture, numbers_by_row(book, numbers or {}))

    def attributes(self) -> dict[tuple[bool, int], str]:
        """The class of each look's link, and in the picture the number of its panel."""
        return {
            key: f' class="mx-cell{look.css}"'
            + (f' data-look="{place}"' if self.picture else "")
            for place, (key, look) in enumerate(self.made.items())
        }


def table_rows(
    looks: Looks, lines: Sequence[Line], address: str, first: int = 0
) -> SafeString:
    """A row of the table per requirement, and per category where they are lines.

    `address` is that of a cell's page and holds `{candidate}` and `{requirement}`;
    `first` is how many rows of the table come before these.
    """
    book = looks.book
    attributes = looks.attributes()
    tails = {
        key: f': {escape(look.said)}"{attributes[key]}>{look.body}{CELL_END}'
        for key, look in looks.made.items()
    }
    # The requirement's id and reference come between what a column has in common.
    columns = _columns(looks, address)
    parts: list[str] = []
    for place, row in enumerate(lines, start=first):
        if isinstance(row, CategoryRow):
            parts.append(_category(book, row, place))
            continue
        asked, must = book.rows[row], book.rows[row].is_must
        pk, ref = str(asked.pk), escape(asked.ref)
        parts.append(_head(asked, place))
        ends = [tails[must, number] for number in book.lines[row]]
        for column, words in looks.numbers.get(asked.pk, {}).items():
            ends[column] = _with_numbers(ends[column], words, looks)
        parts += [
            f"{before}{pk}{after}{ref}{end}"
            for (before, after), end in zip(columns, ends, strict=True)
        ]
        parts.append("</tr>")
    return mark_safe("".join(parts))  # noqa: S308 - escaped above, piece by piece


def templates(looks: Looks, lines: Sequence[Line]) -> SafeString:
    """What the script copies: the head of a row without words, and that of a
    must-have; a link per look without address and name; and the categories."""
    heads = (_head_cell("", "", must=must) for must in (False, True))
    attributes = looks.attributes()
    links = (
        f'<a data-said="{escape(look.said)}"{attributes[key]}>{look.body}</a>'
        for key, look in looks.made.items()
    )
    groups = (
        _category(looks.book, line, place)
        for place, line in enumerate(lines)
        if isinstance(line, CategoryRow)
    )
    return mark_safe(  # noqa: S308 - escaped, or made by `format_html`
        f'<template id="matrix-heads">{"".join(heads)}</template>'
        f'<template id="matrix-looks">{"".join(links)}</template>'
        f'<template id="matrix-groups">{"".join(groups)}</template>'
    )


def panels(looks: Looks) -> SafeString:
    """What opens beside a mark, by the number of its look."""
    bodies = (f"<div>{look.more}</div>" for look in looks.made.values())
    return mark_safe(  # noqa: S308 - made by `format_html`
        f'<template id="matrix-panels">{"".join(bodies)}</template>'
    )


def rows_as_data(looks: Looks, lines: Sequence[Line]) -> list[Any]:
    """Of each row the id, whether it is a must-have, the reference, the text, and the
    numbers of its cells' looks, in the order of `templates`, and what was measured, by
    column; of a category its id."""
    book = looks.book
    numbers: dict[bool, dict[int, int]] = {False: {}, True: {}}
    for place, (must, number) in enumerate(looks.made):
        numbers[must][number] = place
    found: list[Any] = []
    for row in lines:
        if isinstance(row, CategoryRow):
            found.append(str(row.pk))
            continue
        asked = book.rows[row]
        cells = [*map(numbers[asked.is_must].__getitem__, book.lines[row])]
        measured = looks.numbers.get(asked.pk, {})
        head = [str(asked.pk), int(asked.is_must), asked.ref, asked.text]
        found.append([*head, cells, measured] if measured else [*head, cells])
    return found


def numbers_by_row(book: Ledger, numbers: Numbers) -> dict[UUID, dict[int, str]]:
    """The numbers of the book's cells in words, by requirement and place of column."""
    places = {column.candidate.pk: at for at, column in enumerate(book.columns)}
    found: dict[UUID, dict[int, str]] = {}
    for (candidate, requirement), each in numbers.items():
        if candidate in places:
            found.setdefault(requirement, {})[places[candidate]] = each.words
    return found


def _with_numbers(end: str, words: str, looks: Looks) -> str:
    """The end of a cell with its numbers: for a panel, or as a line of its own."""
    said = escape(words)
    name, _, rest = end.partition('"')
    if looks.picture:
        return f'{name}. {said}" data-numbers="{said}"{rest}'
    inside = rest.removesuffix(CELL_END)
    line = f'<span class="mx-values" dir="auto">{said}</span>'
    return f'{name}. {said}"{inside}{line}{CELL_END}'


def _columns(looks: Looks, address: str) -> list[tuple[str, str]]:
    """Of each column what comes before and after the id, up to the reference."""
    found: list[tuple[str, str]] = []
    for column in looks.book.columns:
        name = escape(column.candidate.name)
        whole = address.replace("{candidate}", str(column.candidate.pk))
        before, after = map(escape, whole.split("{requirement}"))
        more = f' data-label="{name}"'
        if looks.picture:
            more = ' class="mx-blocked"' if column.is_blocked else ""
        found.append(
            (
                f'<td role="gridcell"{more}><a href="{before}',
                f'{after}" aria-label="{name}, ',
            )
        )
    return found


def _head(asked: LedgerRow, place: int) -> str:
    return (
        f'<tr role="row" id="requirement-{asked.pk}" aria-rowindex="{place + 2}">'
        + _head_cell(asked.ref, asked.text, must=asked.is_must)
    )


def _head_cell(ref: str, text: str, *, must: bool) -> str:
    badge = '<span class="et-badge et-badge--info">must</span> ' if must else ""
    return (
        f'<th role="rowheader" scope="row"><span class="mx-ref" dir="auto">'
        f'{escape(ref)}</span> {badge}<span class="mx-text" dir="auto">'
        f"{escape(text)}</span></th>"
    )


def _category(book: Ledger, row: CategoryRow, place: int) -> str:
    cells = (
        f'<td role="gridcell"{" class=mx-blocked" if column.is_blocked else ""}>'
        f"{_bar(column.candidate.name, row.size, parts)}</td>"
        for column, parts in zip(book.columns, row.sums, strict=True)
    )
    return (
        f'<tr role="row" class="mx-category" data-category="{row.pk}"'
        f' aria-rowindex="{place + 2}"><th role="rowheader" scope="row">'
        f'<span class="mx-fold"><span dir="auto">{escape(row.name)}</span>'
        f" <small>{row.size}</small></span></th>{''.join(cells)}</tr>"
    )


def _bar(name: str, size: int, parts: Sequence[Part]) -> str:
    """A bar of all cells of a category, each part as long as it has cells."""
    said = ", ".join(f"{part.cells} {part.mark[0].lower()}" for part in parts)
    shapes, start = [], 0
    for (_, shape, _), count in parts:
        shapes.append(
            f'<rect class="mx-part--{escape(shape)}" x="{start}" width="{count}"'
            ' height="1"/>'
        )
        start += count
    return (
        f'<svg class="mx-bar" viewBox="0 0 {size} 1" preserveAspectRatio="none"'
        f' role="img" aria-label="{escape(name)}: {escape(said)}">'
        f"<title>{escape(said)}</title>{''.join(shapes)}</svg>"
    )
