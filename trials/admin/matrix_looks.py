"""How a cell of the matrix looks: three lines of words, or one mark.

A cell's looks are few, so each is made once, and a page repeats it.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from evaltracker.pages.verdict_marks import MARKS, STANDINGS, Mark
from trials.admin.cell_values import values_by_standing
from trials.scoring import Standing, ValueState
from trials.selectors import Cell
from vendors.choices import Availability

KNOCKS_OUT = (Standing.REFUTED, Standing.NEVER)
NOTHING = {"claimed": "no claim", "shown": "no demo", "tested": "no trial"}
NOT_APPLICABLE = "not applicable"
# A note without a status answers nothing, so it is no claim among the marks either.
NOTED = MARKS[Availability.UNSTATED]


class Look(NamedTuple):
    """How cells of one kind look: a class, words for those who listen, and the body.

    `more` is the body of the panel that opens beside a mark.
    """

    css: str
    said: str
    body: SafeString
    more: SafeString = SafeString()


def lines_look(kind: Cell, *, must: bool) -> Look:
    """Three marks by shape and words; a must-have tells whether it knocks out."""
    if kind.not_applicable:
        body = format_html('<span class="mx-na">{}</span>', NOT_APPLICABLE)
        return Look("", NOT_APPLICABLE, body)
    marks = marks_of(kind)
    body = format_html_join("", "{}", ((mark_html(mark),) for mark in marks))
    said = "; ".join(
        f"{source} {text}" for source, (text, _, _) in zip(NOTHING, marks, strict=True)
    )
    said += f". Standing: {STANDINGS[kind.standing][0]}"
    note = note_of(kind, must=must)
    if note:
        body += format_html('<span class="mx-more">{}</span>', note)
        said += f". {note.capitalize()}"
    for line in values_in_words(kind):
        body += format_html('<span class="mx-values" dir="auto">{}</span>', line)
        said += f". {line}"
    return Look(" mx-out" if knocks_out(kind, must=must) else "", said, body)


def picture_look(kind: Cell, *, must: bool) -> Look:
    """One mark for what the ledger says now; the rest is in its panel."""
    if kind.not_applicable:
        body = format_html('<span class="mx-na">{}</span>', "n/a")
        return Look("", NOT_APPLICABLE, body, _panel(kind, must=must))
    words, shape, tone = standing_mark(kind)
    glyph = '<i class="et-glyph et-glyph--{}" aria-hidden="true"></i>'
    body = format_html(glyph, shape) if shape != "empty" else SafeString()
    css = f" mx-cell--{shape}" if shape != "empty" else ""
    if knocks_out(kind, must=must):
        css = f" mx-cell--out mx-cell--{tone}"
    claimed, shown, tested = (text for text, _, _ in marks_of(kind))
    said = f"{words}. " + ", ".join(
        (
            f"Claimed {claimed}" if kind.claimed else claimed.capitalize(),
            f"demo {shown}" if kind.shown else shown,
            f"trial {tested}" if kind.tested else tested,
        )
    )
    note = note_of(kind, must=must)
    if note:
        said += f". {note.capitalize()}"
    values = values_in_words(kind)
    said += "".join(f". {line}" for line in values)
    if note == "to re-confirm" or values:
        css += " mx-cell--more"
    return Look(css, said, body, _panel(kind, must=must))


def knocks_out(kind: Cell, *, must: bool) -> bool:
    """Whether it blocks its candidate and nobody has excused it."""
    return must and kind.standing in KNOCKS_OUT and not kind.excused


def note_of(kind: Cell, *, must: bool) -> str:
    """What has to be done about the cell or was, in a word or two."""
    if must and kind.standing in KNOCKS_OUT:
        return "excused" if kind.excused else "knocks out"
    return "to re-confirm" if kind.to_reconfirm or kind.proof_to_reconfirm else ""


def values_in_words(kind: Cell) -> list[str]:
    """A line for each standing of its values; none where all stand alike."""
    return [
        f"{STANDINGS[standing][0]}: {values}"
        for standing, values in values_by_standing(kind).items()
    ]


def standing_mark(kind: Cell) -> Mark:
    """Words, shape and tone of the best proof that stands."""
    if kind.standing == Standing.CLAIMED and kind.claimed == Availability.UNSTATED:
        return ("Not stated", *NOTED[1:])
    return STANDINGS[kind.standing]


def marks_of(kind: Cell) -> list[Mark]:
    """Words, shape and tone of each mark; all three are of our own making."""
    claimed = "slipped" if kind.standing == Standing.SLIPPED else kind.claimed
    return [
        MARKS[value] if value else (nothing, "empty", "calm")
        for nothing, value in zip(
            NOTHING.values(), (claimed, kind.shown, kind.tested), strict=True
        )
    ]


def mark_html(mark: Mark) -> SafeString:
    """A shape with its words."""
    text, shape, tone = mark
    return format_html(
        '<span class="et-mark et-mark--{}"><i class="et-glyph et-glyph--{}"'
        ' aria-hidden="true"></i>{}</span>',
        *(tone, shape, text),
    )


def _panel(kind: Cell, *, must: bool) -> SafeString:
    """What the cell comes to, its three marks, and each value it must hold for."""
    note = note_of(kind, must=must)
    tone = "bad" if knocks_out(kind, must=must) else "warn"
    if kind.not_applicable:
        return format_html("<p>{}</p>", "Ruled not applicable.")
    head = format_html(
        "<p>{}{}</p>",
        mark_html(standing_mark(kind)),
        format_html(' <span class="et-badge et-badge--{}">{}</span>', tone, note)
        if note
        else "",
    )
    facts = zip(("Claimed", "Shown", "Tested"), marks_of(kind), strict=True)
    rows = [*facts, *_values(kind)]
    return head + format_html(
        '<dl class="mx-facts">{}</dl>',
        format_html_join(
            "",
            '<div><dt dir="auto">{}</dt><dd>{}</dd></div>',
            ((name, mark_html(mark)) for name, mark in rows),
        ),
    )


def _values(kind: Cell) -> list[tuple[str, Mark]]:
    return [(value.name, _value_mark(value)) for value in kind.values]


def _value_mark(value: ValueState) -> Mark:
    if value.not_applicable:
        return (NOT_APPLICABLE, "empty", "calm")
    return STANDINGS[value.standing]
