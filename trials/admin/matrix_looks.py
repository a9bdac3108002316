"""How a cell of the matrix looks: three lines of words, or one mark.

A cell's looks are few, so each is made once, and a page repeats it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from evaltracker.pages.tabs import MARKS, STANDINGS, Mark
from trials.admin.cell_page import values_by_standing
from trials.admin.matrix import LINES, Chosen
from trials.scoring import Standing, ValueState
from trials.selectors import Cell, Ledger
from vendors.choices import Availability
from vendors.models import Candidate

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


# The rows of the picture: requirements under their categories, and what those sum up
# to.

# From the best proof to the worst news; what nobody has answered is left blank.
ORDER = ("proven", "shown", "partly", "claimed", "never", "slipped", "refuted")


class Part(NamedTuple):
    """How many cells of a category and a candidate bear one mark."""

    mark: Mark
    cells: int


class CategoryRow(NamedTuple):
    """A category among the rows, with the parts of each candidate's cells."""

    pk: UUID
    name: str
    size: int
    sums: list[list[Part]]


type Line = int | CategoryRow


def with_categories(book: Ledger, rows: Sequence[int]) -> Iterator[Line]:
    """The numbers of the rows, each category's after the category itself."""
    for (pk, name), numbers in groupby(rows, key=lambda row: _category(book, row)):
        members = list(numbers)
        columns = zip(*(book.lines[row] for row in members), strict=True)
        sums = [_parts(book, column) for column in columns]
        yield CategoryRow(pk, name, len(members), sums)
        yield from members


def _category(book: Ledger, row: int) -> tuple[UUID, str]:
    return book.rows[row].category_id, book.rows[row].category


def _parts(book: Ledger, numbers: Sequence[int]) -> list[Part]:
    counts: Counter[Mark] = Counter()
    for number, times in Counter(numbers).items():
        kind = book.kinds[number]
        mark = (NOT_APPLICABLE, "", "calm")
        counts[mark if kind.not_applicable else standing_mark(kind)] += times
    return [Part(mark, counts[mark]) for mark in sorted(counts, key=_rank)]


def _rank(mark: Mark) -> tuple[int, str]:
    word = mark[0].lower()
    if word in ORDER:
        return ORDER.index(word), word
    return len(ORDER) + (mark[1:] != NOTED[1:]), word


# How much of the matrix there is to show, and in which layout.

# Cells up to which the page is one plain table, and up to which it has all its rows.
TABLE, ROWS = 2_000, 5_000
ROOMY = 5  # candidates whose names need not be turned
ON_A_PAGE = 1_000  # cells, where a script shows the rows, or without it a page of them


@dataclass(frozen=True)
class View:
    """What the filters leave, and how it is laid out."""

    book: Ledger
    rows: list[int]
    chosen: Chosen
    everybody: list[Candidate]
    page: int = 1

    @property
    def hidden_rows(self) -> int:
        """How many requirements the filters leave out."""
        return len(self.book.rows) - len(self.rows)

    @property
    def is_picture(self) -> bool:
        """Whether each cell is one mark."""
        return self.chosen.view != LINES

    @property
    def has_room(self) -> bool:
        """Whether the names of the candidates stand upright."""
        return len(self.book.columns) <= ROOMY

    @property
    def cells(self) -> int:
        """How many cells are shown."""
        return len(self.rows) * len(self.book.columns)

    @property
    def layout(self) -> str:
        """`table` for few cells, `rows` for many, `virtual` for more."""
        if self.cells <= TABLE:
            return "table"
        return "rows" if self.cells <= ROWS else "virtual"

    @cached_property
    def lines(self) -> list[Line]:
        """The rows, in the picture under their categories."""
        if self.is_picture:
            return list(with_categories(self.book, self.rows))
        return list(self.rows)

    @property
    def on_a_page(self) -> int:
        """How many lines there are in the HTML."""
        if self.layout != "virtual":
            return len(self.lines) or 1
        return max(10, ON_A_PAGE // len(self.book.columns))

    @property
    def pages(self) -> int:
        """How many pages there are for those without a script."""
        return max(1, -(-len(self.lines) // self.on_a_page))

    @property
    def previous(self) -> int:
        return self.page - 1

    @property
    def next(self) -> int:
        return self.page + 1

    @property
    def row_count(self) -> int:
        """Lines of the table with its head and its lines of foot."""
        return len(self.lines) + 1 + (4 if self.is_picture else 3)

    @property
    def column_count(self) -> int:
        """Columns with that of the requirements."""
        return len(self.book.columns) + 1

    @property
    def first(self) -> int:
        """How many lines come before those in the HTML."""
        return (self.page - 1) * self.on_a_page
