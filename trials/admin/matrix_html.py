"""The rows of the matrix as HTML, joined by hand for speed.

This is the one place where HTML is joined from parts: every text that is not a
literal of this module goes through `escape` (PERFORMANCE, rule 5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from evaltracker.evaluations.admin.marks import MARKS, STANDINGS
from trials.scoring import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evaltracker.evaluations.models import Requirement
    from trials.selectors import Cell, Ledger

KNOCKS_OUT = (Standing.REFUTED, Standing.NEVER)
SOURCES = ("claimed", "shown", "tested")


def matrix_rows(
    book: Ledger, requirements: Iterable[Requirement], cell_address: str
) -> SafeString:
    """One table row per requirement; `cell_address` holds `{candidate}` and
    `{requirement}`."""
    columns = [
        (one, escape(one.name), book.columns[one.pk].cells) for one in book.candidates
    ]
    parts: list[str] = []
    for requirement in requirements:
        parts.append(_head(requirement))
        for candidate, name, cells in columns:
            address = cell_address.format(
                candidate=candidate.pk, requirement=requirement.pk
            )
            parts.append(_cell(cells[requirement.ref], requirement, name, address))
        parts.append("</tr>")
    return mark_safe("".join(parts))  # noqa: S308 - escaped above, piece by piece


def _head(requirement: Requirement) -> str:
    must = '<span class="et-badge et-badge--info">must</span> '
    return (
        f'<tr id="requirement-{requirement.pk}"><th scope="row">'
        f'<span class="mx-ref" dir="auto">{escape(requirement.ref)}</span> '
        f"{must if requirement.is_must else ''}"
        f'<span class="mx-text" dir="auto">{escape(requirement.text)}</span></th>'
    )


def _cell(cell: Cell, requirement: Requirement, name: str, address: str) -> str:
    """One cell: three marks by shape and words, and a link to its ledger."""
    words = f"{name}, {escape(requirement.ref)}: "
    if cell.not_applicable:
        body = '<span class="mx-na">not applicable</span>'
        return _link(address, words + "not applicable", "", body, name)
    marks = [_mark_of(cell, source) for source in SOURCES]
    body = "".join(
        f'<span class="et-mark et-mark--{tone}">'
        f'<i class="et-glyph et-glyph--{shape}" aria-hidden="true"></i>{text}</span>'
        for text, shape, tone in marks
    )
    said = "; ".join(
        f"{source} {text}" for source, (text, _, _) in zip(SOURCES, marks, strict=True)
    )
    said += f". Standing: {STANDINGS[cell.standing][0]}"
    css, more = "", ""
    if requirement.is_must and cell.standing in KNOCKS_OUT:
        more, css = ("excused", "") if cell.excused else ("knocks out", " mx-out")
    elif cell.to_reconfirm or cell.proof_to_reconfirm:
        more = "to re-confirm"
    if more:
        body += f'<span class="mx-more">{more}</span>'
        said += f". {more.capitalize()}"
    return _link(address, words + said, css, body, name)


def _link(address: str, label: str, css: str, body: str, name: str) -> str:
    return (
        f'<td data-label="{name}"><a class="mx-cell{css}" href="{escape(address)}" '
        f'aria-label="{label}">{body}</a></td>'
    )


def _mark_of(cell: Cell, source: str) -> tuple[str, str, str]:
    """Words, shape and tone; all three are of our own making."""
    value = {"claimed": cell.claimed, "shown": cell.shown, "tested": cell.tested}[
        source
    ]
    if source == "claimed" and cell.standing == Standing.SLIPPED:
        value = "slipped"
    if not value:
        nothing = {
            "claimed": "no claim",
            "shown": "no demo",
            "tested": "no trial",
        }
        return nothing[source], "empty", "calm"
    return MARKS[value]
