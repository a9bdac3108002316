"""The cells of the matrix as HTML, joined by hand for speed.

This is the one place where HTML is joined from parts: every text that is not a
literal of this module goes through `escape` (T40). A cell's looks are few; what they
have in common is made once, what is left is joined of five pieces.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from evaltracker.enumerations import Availability
from evaltracker.pages.tabs import MARKS, STANDINGS, Mark
from trials.scoring import Standing, ValueState
from trials.selectors.cells import LedgerCell, claimed_of
from trials.selectors.ledger import Ledger, LedgerRow
from trials.selectors.matrix import Numbers


def values_by_standing(cell: LedgerCell) -> dict[Standing, str]:
    """“on premises” is unanswered, “AWS, Azure” are claimed, the weakest standing
    first; nothing where all values stand alike."""
    by_standing: dict[Standing, list[str]] = {}
    counted = [value for value in cell.values if not value.not_applicable]
    for value in sorted(
        counted, key=lambda counted_value: counted_value.standing != cell.standing
    ):
        by_standing.setdefault(value.standing, []).append(value.value)
    if len(by_standing) < 2:
        return {}
    return {standing: ", ".join(names) for standing, names in by_standing.items()}


# A cell's looks are few, so each is made once, and a page repeats it.

KNOCKS_OUT = (Standing.REFUTED, Standing.NEVER)
NOTHING = {"claimed": "no claim", "shown": "no demo", "tested": "no trial"}
NOT_APPLICABLE = "not applicable"
# A note without a status answers nothing, so it is no claim among the marks either.
NOTED = MARKS[Availability.UNSTATED]


class CellStyle(NamedTuple):
    """How cells of one kind look: a class, words for those who listen, and the body.

    `more` is the body of the panel that opens beside a mark.
    """

    css: str
    said: str
    body: SafeString
    more: SafeString = SafeString()


def lines_look(
    kind: LedgerCell, *, must: bool, nothing: Mapping[str, str]
) -> CellStyle:
    """Three marks by shape and words; a must-have tells whether it knocks out."""
    if kind.not_applicable:
        body = format_html('<span class="mx-na">{}</span>', NOT_APPLICABLE)
        return CellStyle("", NOT_APPLICABLE, body)
    marks = marks_of(kind, nothing)
    body = format_html_join("", "{}", ((mark_html(mark),) for mark in marks))
    label = "; ".join(
        f"{source} {text}" for source, (text, _, _) in zip(NOTHING, marks, strict=True)
    )
    label += f". Standing: {STANDINGS[kind.standing][0]}"
    note = note_of(kind, must=must)
    if note:
        body += format_html('<span class="mx-more">{}</span>', note)
        label += f". {note.capitalize()}"
    for line in values_in_words(kind):
        body += format_html('<span class="mx-values" dir="auto">{}</span>', line)
        label += f". {line}"
    return CellStyle(" mx-out" if knocks_out(kind, must=must) else "", label, body)


def picture_look(
    kind: LedgerCell, *, must: bool, nothing: Mapping[str, str]
) -> CellStyle:
    """One mark for what the ledger says now; the rest is in its panel."""
    if kind.not_applicable:
        body = format_html('<span class="mx-na">{}</span>', "n/a")
        return CellStyle("", NOT_APPLICABLE, body, _panel(kind, nothing, must=must))
    name, shape, tone = standing_mark(kind)
    glyph = '<i class="et-glyph et-glyph--{}" aria-hidden="true"></i>'
    if shape != "empty":
        body = format_html(glyph, shape)
    else:
        body = SafeString()
    if shape != "empty":
        css = f" mx-cell--{shape}"
    else:
        css = ""
    if knocks_out(kind, must=must):
        css = f" mx-cell--out mx-cell--{tone}"
    claimed, shown, tested = (text for text, _, _ in marks_of(kind, nothing))
    demo, trial = (nothing[key].removeprefix("no ") for key in ("shown", "tested"))
    label = f"{name}. " + ", ".join(
        (
            f"Claimed {claimed}" if kind.claimed else claimed.capitalize(),
            f"{demo} {shown}" if kind.shown else shown,
            f"{trial} {tested}" if kind.tested else tested,
        )
    )
    note = note_of(kind, must=must)
    if note:
        label += f". {note.capitalize()}"
    values = values_in_words(kind)
    label += "".join(f". {line}" for line in values)
    if note == "to re-confirm" or values:
        css += " mx-cell--more"
    return CellStyle(css, label, body, _panel(kind, nothing, must=must))


def knocks_out(kind: LedgerCell, *, must: bool) -> bool:
    return must and kind.standing in KNOCKS_OUT and not kind.excused


def note_of(kind: LedgerCell, *, must: bool) -> str:
    if must and kind.standing in KNOCKS_OUT:
        if kind.excused:
            return "excused"
        return "knocks out"
    if kind.to_reconfirm or kind.proof_to_reconfirm:
        return "to re-confirm"
    return ""


def values_in_words(kind: LedgerCell) -> list[str]:
    """A line for each standing of its values; none where all stand alike."""
    return [
        f"{STANDINGS[standing][0]}: {values}"
        for standing, values in values_by_standing(kind).items()
    ]


def standing_mark(kind: LedgerCell) -> Mark:
    if kind.standing == Standing.CLAIMED and kind.claimed == Availability.UNSTATED:
        return ("Not stated", *NOTED[1:])
    return STANDINGS[kind.standing]


def marks_of(kind: LedgerCell, nothing: Mapping[str, str]) -> list[Mark]:
    """Words, shape and tone of each mark; all three are of our own making."""
    claimed = claimed_of(kind)
    return [
        MARKS[value] if value else (text, "empty", "calm")
        for text, value in zip(
            nothing.values(), (claimed, kind.shown, kind.tested), strict=True
        )
    ]


def mark_html(mark: Mark) -> SafeString:
    text, shape, tone = mark
    return format_html(
        '<span class="et-mark et-mark--{}"><i class="et-glyph et-glyph--{}"'
        ' aria-hidden="true"></i>{}</span>',
        tone,
        shape,
        text,
    )


def _panel(kind: LedgerCell, nothing: Mapping[str, str], *, must: bool) -> SafeString:
    note = note_of(kind, must=must)
    if knocks_out(kind, must=must):
        tone = "bad"
    else:
        tone = "warn"
    if kind.not_applicable:
        return format_html("<p>{}</p>", "Ruled not applicable.")
    head = format_html(
        "<p>{}{}</p>",
        mark_html(standing_mark(kind)),
        format_html(' <span class="et-badge et-badge--{}">{}</span>', tone, note)
        if note
        else "",
    )
    facts = zip(("Claimed", "Shown", "Tested"), marks_of(kind, nothing), strict=True)
    rows = [*facts, *((value.name, _value_mark(value)) for value in kind.values)]
    return head + format_html(
        '<dl class="mx-facts">{}</dl>',
        format_html_join(
            "",
            '<div><dt dir="auto">{}</dt><dd>{}</dd></div>',
            ((name, mark_html(mark)) for name, mark in rows),
        ),
    )


def _value_mark(value: ValueState) -> Mark:
    if value.not_applicable:
        return (NOT_APPLICABLE, "empty", "calm")
    return STANDINGS[value.standing]


# From the best proof to the worst news; what nobody has answered is left blank.
ORDER = ("proven", "shown", "partly", "claimed", "never", "slipped", "refuted")


class MarkShare(NamedTuple):
    mark: Mark
    cells: int


class CategoryRow(NamedTuple):
    pk: UUID
    name: str
    size: int
    sums: list[list[MarkShare]]


type Line = int | CategoryRow


def with_categories(book: Ledger, rows: Sequence[int]) -> Iterator[Line]:
    for (pk, name), numbers in groupby(
        rows, key=lambda row: (book.rows[row].category_id, book.rows[row].category)
    ):
        members = list(numbers)
        columns = zip(*(book.lines[row] for row in members), strict=True)
        sums = [_parts(book, column) for column in columns]
        yield CategoryRow(pk, name, len(members), sums)
        yield from members


def _parts(book: Ledger, numbers: Sequence[int]) -> list[MarkShare]:
    counts: Counter[Mark] = Counter()
    for number, times in Counter(numbers).items():
        kind = book.kinds[number]
        mark = (NOT_APPLICABLE, "", "calm")
        counts[mark if kind.not_applicable else standing_mark(kind)] += times
    return [MarkShare(mark, counts[mark]) for mark in sorted(counts, key=_rank)]


def _rank(mark: Mark) -> tuple[int, str]:
    word = mark[0].lower()
    if word in ORDER:
        return ORDER.index(word), word
    return len(ORDER) + (mark[1:] != NOTED[1:]), word


CELL_END = "</a></td>"
LOOKS: dict[bool, Callable[..., CellStyle]] = {False: lines_look, True: picture_look}


@dataclass(frozen=True, slots=True)
class Looks:
    book: Ledger
    made: dict[tuple[bool, int], CellStyle]
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
        needed: dict[bool, set[int]] = {False: set(), True: set()}
        for row in rows:
            needed[book.rows[row].is_must].update(book.lines[row])
        nothing = {key: book.evaluation.say(text) for key, text in NOTHING.items()}
        made = {
            (must, number): LOOKS[picture](
                book.kinds[number], must=must, nothing=nothing
            )
            for must, numbers in needed.items()
            for number in sorted(numbers)
        }
        return cls(book, made, picture, numbers_by_row(book, numbers or {}))

    def attributes(self) -> dict[tuple[bool, int], str]:
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
            parts.append(_category_row(book, row, place))
            continue
        requirement = book.rows[row]
        must = book.rows[row].is_must
        pk = str(requirement.pk)
        ref = escape(requirement.ref)
        parts.append(_head(requirement, place))
        ends = [tails[must, number] for number in book.lines[row]]
        for column, text in looks.numbers.get(requirement.pk, {}).items():
            ends[column] = _with_numbers(ends[column], text, looks)
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
        _category_row(looks.book, line, place)
        for place, line in enumerate(lines)
        if isinstance(line, CategoryRow)
    )
    return mark_safe(  # noqa: S308 - escaped, or made by `format_html`
        f'<template id="matrix-heads">{"".join(heads)}</template>'
        f'<template id="matrix-looks">{"".join(links)}</template>'
        f'<template id="matrix-groups">{"".join(groups)}</template>'
    )


def panels(looks: Looks) -> SafeString:
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
    data: list[Any] = []
    for row in lines:
        if isinstance(row, CategoryRow):
            data.append(str(row.pk))
            continue
        need = book.rows[row]
        cells = [*map(numbers[need.is_must].__getitem__, book.lines[row])]
        measured = looks.numbers.get(need.pk, {})
        head = [str(need.pk), int(need.is_must), need.ref, need.text]
        data.append([*head, cells, measured] if measured else [*head, cells])
    return data


def numbers_by_row(book: Ledger, numbers: Numbers) -> dict[UUID, dict[int, str]]:
    """The numbers of the book's cells in words, by requirement and place of column."""
    places = {column.candidate.pk: at for at, column in enumerate(book.columns)}
    by_row: dict[UUID, dict[int, str]] = {}
    for (candidate, requirement), cell in numbers.items():
        if candidate in places:
            by_row.setdefault(requirement, {})[places[candidate]] = cell.words
    return by_row


def _with_numbers(end: str, numbers: str, looks: Looks) -> str:
    text = escape(numbers)
    name, _, rest = end.partition('"')
    if looks.picture:
        return f'{name}. {text}" data-numbers="{text}"{rest}'
    inside = rest.removesuffix(CELL_END)
    line = f'<span class="mx-values" dir="auto">{text}</span>'
    return f'{name}. {text}"{inside}{line}{CELL_END}'


def _columns(looks: Looks, address: str) -> list[tuple[str, str]]:
    columns: list[tuple[str, str]] = []
    for column in looks.book.columns:
        name = escape(column.candidate.name)
        whole = address.replace("{candidate}", str(column.candidate.pk))
        before, after = map(escape, whole.split("{requirement}"))
        more = f' data-label="{name}"'
        if looks.picture:
            if column.is_blocked:
                more = ' class="mx-blocked"'
            else:
                more = ""
        columns.append(
            (
                f'<td role="gridcell"{more}><a href="{before}',
                f'{after}" aria-label="{name}, ',
            )
        )
    return columns


def _head(requirement: LedgerRow, place: int) -> str:
    return (
        f'<tr role="row" id="requirement-{requirement.pk}" aria-rowindex="{place + 2}">'
        + _head_cell(requirement.ref, requirement.text, must=requirement.is_must)
    )


def _head_cell(ref: str, text: str, *, must: bool) -> str:
    if must:
        badge = '<span class="et-badge et-badge--info">must</span> '
    else:
        badge = ""
    return (
        f'<th role="rowheader" scope="row"><span class="mx-ref" dir="auto">'
        f'{escape(ref)}</span> {badge}<span class="mx-text" dir="auto">'
        f"{escape(text)}</span></th>"
    )


def _category_row(book: Ledger, row: CategoryRow, place: int) -> str:
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


def _bar(name: str, size: int, parts: Sequence[MarkShare]) -> str:
    counts = ", ".join(f"{part.cells} {part.mark[0].lower()}" for part in parts)
    shapes = []
    start = 0
    for (_, shape, _), count in parts:
        shapes.append(
            f'<rect class="mx-part--{escape(shape)}" x="{start}" width="{count}"'
            ' height="1"/>'
        )
        start += count
    return (
        f'<svg class="mx-bar" viewBox="0 0 {size} 1" preserveAspectRatio="none"'
        f' role="img" aria-label="{escape(name)}: {escape(counts)}">'
        f"<title>{escape(counts)}</title>{''.join(shapes)}</svg>"
    )
