"""The memo as a Word file, made from the same Markdown tokens as its page."""

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph
from markdown_it.token import Token

from evaltracker.workflow.memo.columns import NUMBERS, tables
from evaltracker.workflow.memo.html import APPENDIX, parsed

LANGUAGE = "en-GB"
MARGIN = Mm(18)
PAGE = 210
# Of the small text of tables, in millimetres: a bold letter, another one, both edges.
BOLD, PLAIN, EDGES = 1.9, 1.75, 4.4
# A cell that says more than this is not given more room for it.
MOST_LETTERS = 60


def as_docx(text: str, title: str) -> bytes:
    """The words as a .docx: real headings, tables with heads that repeat, a language.

    `text` is Markdown as the memo writes it: headings, paragraphs, lists and tables.
    """
    book = Document()
    prepare(book, title)
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
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def prepare(book: Any, title: str) -> None:
    """Title, language, font and margins."""
    said = book.core_properties
    said.title, said.author, said.language = title, "evaltracker", LANGUAGE
    styles = book.styles
    language = styles.element.find(
        "/".join(map(qn, ("w:docDefaults", "w:rPrDefault", "w:rPr", "w:lang")))
    )
    for name in ("w:val", "w:eastAsia"):
        language.set(qn(name), LANGUAGE)
    styles["Normal"].font.size = Pt(10)
    small = styles.add_style("Table text", WD_STYLE_TYPE.PARAGRAPH)
    small.base_style = styles["Normal"]
    small.font.size = Pt(8)
    small.paragraph_format.space_after = Pt(0)
    section = book.sections[0]
    section.page_width, section.page_height = Mm(PAGE), Mm(297)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN


def heading(book: Any, token: Token, said: Token) -> None:
    """A heading of the same level; the appendix begins a page."""
    words = book.add_heading(level=int(token.tag[1:]))
    write(words, said)
    if said.content.startswith(APPENDIX):
        words.paragraph_format.page_break_before = True


def table(book: Any, tokens: list[Token]) -> None:
    """A table with a head that is repeated on every page."""
    (rows,) = tables(tokens)
    drawn = book.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    drawn.autofit = False
    shares = widths([[said.content for _, said in row] for row in rows])
    for column, share in zip(drawn.columns, shares, strict=True):
        column.width = share
    for number, cells in enumerate(rows):
        line = drawn.add_row()
        keep_whole(line, head=not number)
        for cell, (opened, said), share in zip(line.cells, cells, shares, strict=True):
            cell.width = share
            words = cell.paragraphs[0]
            words.style = book.styles["Table text"]
            if opened.attrGet("class") == NUMBERS:
                words.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            write(words, said, bold=not number)
    book.add_paragraph(style="Table text")


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
    properties = line._tr.get_or_add_trPr()
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
            words.add_run(child.content).bold = strong or None


def closing(tokens: list[Token], place: int) -> int:
    """Where the table that is opened at `place` is closed."""
    return next(
        number
        for number in range(place, len(tokens))
        if tokens[number].type == "table_close"
    )
