"""The memo as a Word file, made from the same Markdown tokens as its page; its first
page has the pictures as PNG, since Word files of before 2016 take no SVG."""

import io
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm
from docx.text.paragraph import Paragraph
from markdown_it.token import Token

from evaltracker.workflow.memo.columns import NUMBERS, tables
from evaltracker.workflow.memo.html import parsed
from evaltracker.workflow.memo.sealed_memo import SealedMemo
from evaltracker.workflow.memo.word_front import write_front
from evaltracker.workflow.memo.word_styles import (
    FINE,
    TABLE_TEXT,
    draw_lines,
    set_styles,
)

LANGUAGE = "en-GB"
MARGIN = Mm(18)
PAGE = 210
# Of the small text of tables, in millimetres: a bold letter, another one, both edges.
BOLD, PLAIN, EDGES = 1.9, 1.75, 4.4
# A cell that says more than this is not given more room for it.
MOST_LETTERS = 60


def as_docx(memo: SealedMemo, title: str) -> bytes:
    """The memo as a .docx: real headings, tables with heads that repeat, a language."""
    book = Document()
    prepare(book, title)
    write_words(book, memo.head)
    write_front(book, memo.front)
    write_words(book, memo.body)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def write_words(book: Any, text: str) -> None:
    """Markdown as the memo writes it: headings, paragraphs, lists and tables."""
    tokens = parsed(text)
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.type == "heading_open":
            heading(book, token, tokens[place + 1])
        elif token.type == "table_open":
            end = closing(tokens, place)
            table(book, tokens[place : end + 1])
            place = end
        elif token.type == "inline" and tokens[place - 1].type == "paragraph_open":
            listed = tokens[place - 1].level > 0
            style = "List Bullet" if listed else "Normal"
            write(book.add_paragraph(style=style), token)
        place += 1


def prepare(book: Any, title: str) -> None:
    """Title, language and margins; styles are in `word_styles`."""
    said = book.core_properties
    said.title, said.author, said.language = title, "evaltracker", LANGUAGE
    language = book.styles.element.find(
        "/".join(map(qn, ("w:docDefaults", "w:rPrDefault", "w:rPr", "w:lang")))
    )
    for name in ("w:val", "w:eastAsia"):
        language.set(qn(name), LANGUAGE)
    set_styles(book.styles)
    section = book.sections[0]
    section.page_width, section.page_height = Mm(PAGE), Mm(297)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN


def heading(book: Any, token: Token, said: Token) -> None:
    """A heading of the same level."""
    write(book.add_heading(level=int(token.tag[1:])), said)


def table(book: Any, tokens: list[Token]) -> None:
    """A table with a head that is repeated on every page.

    Its rows are copies of one, since the library looks every style up by name.
    """
    (rows,) = tables(tokens)
    drawn = book.add_table(rows=1, cols=len(rows[0]))
    drawn.autofit = False
    draw_lines(drawn, bottom=FINE, insideH=FINE)
    shares = widths([[said.content for _, said in row] for row in rows])
    small = book.styles[TABLE_TEXT].style_id
    head = drawn.rows[0]
    for column, cell, share in zip(drawn.columns, head.cells, shares, strict=True):
        column.width = cell.width = share
        cell.paragraphs[0]._p.style = small
    empty = deepcopy(head._tr)
    for number, cells in enumerate(rows):
        line = deepcopy(empty) if number else head._tr
        if number:
            drawn._tbl.append(line)
        keep_whole(line, head=not number)
        for cell, (opened, said) in zip(line.tc_lst, cells, strict=True):
            words = Paragraph(cell.p_lst[0], drawn)
            if opened.attrGet("class") == NUMBERS:
                words.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            write(words, said, bold=not number)
    book.add_paragraph(style=TABLE_TEXT)


def widths(rows: list[list[str]]) -> list[Length]:
    """How wide each column is: room for its longest word, the rest by how much it says.

    Word and others would make all columns equal, and break words in the narrow ones.
    """
    columns = list(zip(*rows, strict=True))
    needed = [
        EDGES + max(BOLD * longest(column[:1]), PLAIN * longest(column[1:]))
        for column in columns
    ]
    said = [PLAIN * min(max(map(len, column)), MOST_LETTERS) for column in columns]
    more = [max(every - least, 1) for every, least in zip(said, needed, strict=True)]
    room = PAGE - 2 * MARGIN.mm
    spare = max(room - sum(needed), 0)
    scale = min(room / sum(needed), 1)
    return [
        Mm(least * scale + spare * part / sum(more))
        for least, part in zip(needed, more, strict=True)
    ]


def longest(cells: Sequence[str]) -> int:
    """The letters of the longest word; what is bound together is one."""
    return max((len(word) for cell in cells for word in cell.split(" ")), default=0)


def keep_whole(line: Any, *, head: bool) -> None:
    """Never break a row between pages; repeat the first one on each."""
    wanted = ("w:cantSplit", "w:tblHeader") if head else ("w:cantSplit",)
    properties = line.get_or_add_trPr()
    for name in wanted:
        properties.append(OxmlElement(name))


def write(words: Paragraph, said: Token, *, bold: bool = False) -> None:
    """The text of an inline token; **strong** stays so."""
    strong = bold
    for child in said.children or []:
        if child.type in ("strong_open", "strong_close"):
            strong = bold or child.type == "strong_open"
        elif child.type in ("softbreak", "hardbreak"):
            words.add_run(" ")
        elif child.content:
            run = words.add_run(child.content)
            if strong:
                run.bold = True


def closing(tokens: list[Token], place: int) -> int:
    """Where the table that is opened at `place` is closed."""
    return next(
        number
        for number in range(place, len(tokens))
        if tokens[number].type == "table_close"
    )
