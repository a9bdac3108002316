"""The cells of the matrix as HTML, joined by hand for speed.

This is the one place where HTML is joined from parts: every text that is not a
literal of this module goes through `escape` (T40). A cell's looks are
few; what they have in common is made once, what is left is joined of five pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from evaltracker.pages.verdict_marks import MARKS, STANDINGS
from trials.admin.cell_values import values_by_standing
from trials.scoring import Standing
from trials.selectors import Cell, Ledger, LedgerRow

KNOCKS_OUT = (Standing.REFUTED, Standing.NEVER)
NOTHING = {"claimed": "no claim", "shown": "no demo", "tested": "no trial"}


class Look(NamedTuple):
    """How cells of one kind look: a class, words for those who listen, and the body."""

    css: str
    said: str
    body: str


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks of a grid's cells, by must-have or not and by number of kind."""

    book: Ledger
    made: dict[tuple[bool, int], Look]

    @classmethod
    def of(cls, book: Ledger, rows: Sequence[int]) -> Looks:
        """Those that the rows of these numbers need."""
        needed: dict[bool, set[int]] = {False: set(), True: set()}
        for row in rows:
            needed[book.rows[row].is_must].update(book.lines[row])
        made = {
            (must, number): look_of(book.kinds[number], must=must)
            for must, numbers in needed.items()
            for number in sorted(numbers)
        }
        return cls(book, made)


def table_rows(
    looks: Looks, rows: Sequence[int], address: str, first: int = 0
) -> SafeString:
    """A row of the table per requirement.

    `address` is that of a cell's page and holds `{candidate}` and `{requirement}`;
    `first` is how many rows of the table come before these.
    """
    book = looks.book
    tails = {
        key: f': {escape(look.said)}"{_css(look)}>{look.body}</a></td>'
        for key, look in looks.made.items()
    }
    # The requirement's id and reference come between what a column has in common.
    columns = [
        (f'<td role="gridcell" data-label="{name}"><a href="{before}', after)
        for name, before, after in _columns(book, address)
    ]
    parts: list[str] = []
    for place, row in enumerate(rows, start=first):
        asked, must = book.rows[row], book.rows[row].is_must
        pk, ref = str(asked.pk), escape(asked.ref)
        parts.append(_head(asked, place))
        parts += [
            f"{before}{pk}{after}{ref}{tails[must, number]}"
            for (before, after), number in zip(columns, book.lines[row], strict=True)
        ]
        parts.append("</tr>")
    return mark_safe("".join(parts))  # noqa: S308 - escaped above, piece by piece


def templates(looks: Looks) -> SafeString:
    """What the script copies: the head of a row without words, and that of a
    must-have; and a link per look without address and name."""
    heads = (_head_cell("", "", must=must) for must in (False, True))
    links = (
        f'<a data-said="{escape(look.said)}"{_css(look)}>{look.body}</a>'
        for look in looks.made.values()
    )
    return mark_safe(  # noqa: S308 - our own texts, and values that are escaped
        f'<template id="matrix-heads">{"".join(heads)}</template>'
        f'<template id="matrix-looks">{"".join(links)}</template>'
    )


def rows_as_data(looks: Looks, rows: Sequence[int]) -> list[list[Any]]:
    """Of each row the id, whether it is a must-have, the reference, the text, and the
    numbers of its cells' looks, in the order of `templates`."""
    book = looks.book
    numbers: dict[bool, dict[int, int]] = {False: {}, True: {}}
    for place, (must, number) in enumerate(looks.made):
        numbers[must][number] = place
    found = []
    for row in rows:
        asked = book.rows[row]
        cells = [*map(numbers[asked.is_must].__getitem__, book.lines[row])]
        found.append([str(asked.pk), int(asked.is_must), asked.ref, asked.text, cells])
    return found


def look_of(kind: Cell, *, must: bool) -> Look:
    """Three marks by shape and words; a must-have tells whether it knocks out."""
    if kind.not_applicable:
        body = '<span class="mx-na">not applicable</span>'
        return Look("", "not applicable", body)
    marks = _marks(kind)
    body = "".join(
        f'<span class="et-mark et-mark--{tone}">'
        f'<i class="et-glyph et-glyph--{shape}" aria-hidden="true"></i>{text}</span>'
        for text, shape, tone in marks
    )
    said = "; ".join(
        f"{source} {text}" for source, (text, _, _) in zip(NOTHING, marks, strict=True)
    )
    said += f". Standing: {STANDINGS[kind.standing][0]}"
    css, more = "", ""
    if must and kind.standing in KNOCKS_OUT:
        more, css = ("excused", "") if kind.excused else ("knocks out", " mx-out")
    elif kind.to_reconfirm or kind.proof_to_reconfirm:
        more = "to re-confirm"
    if more:
        body += f'<span class="mx-more">{more}</span>'
        said += f". {more.capitalize()}"
    for standing, values in values_by_standing(kind).items():
        line = f"{STANDINGS[standing][0]}: {values}"
        body += f'<span class="mx-values" dir="auto">{escape(line)}</span>'
        said += f". {line}"
    return Look(css, said, body)


def _columns(book: Ledger, address: str) -> list[tuple[str, str, str]]:
    """Of each column its name, and the address and label before and after the id."""
    found: list[tuple[str, str, str]] = []
    for column in book.columns:
        name = escape(column.candidate.name)
        whole = address.replace("{candidate}", str(column.candidate.pk))
        before, after = map(escape, whole.split("{requirement}"))
        found.append((name, before, f'{after}" aria-label="{name}, '))
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


def _css(look: Look) -> str:
    return f' class="mx-cell{look.css}"'


def _marks(kind: Cell) -> list[tuple[str, str, str]]:
    """Words, shape and tone of each mark; all three are of our own making."""
    claimed = "slipped" if kind.standing == Standing.SLIPPED else kind.claimed
    return [
        MARKS[value] if value else (nothing, "empty", "calm")
        for nothing, value in zip(
            NOTHING.values(), (claimed, kind.shown, kind.tested), strict=True
        )
    ]
