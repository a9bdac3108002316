"""The memo as a Word file, made from the same Markdown tokens as its page; its first
page has the pictures as PNG, since Word files of before 2016 take no SVG.
"""

import io
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from django.template.loader import render_to_string
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from markdown_it.token import Token

from evaltracker.decision.memo.html import NUMBERS, as_html, parsed, tables
from evaltracker.decision.memo.printing import FrontPage, SealedMemo
from evaltracker.decision.models import Decision
from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.charts.scatter import png_of
from evaltracker.toolbox.typefaces import FACES, FILES, FOLDER

# The memo as a PDF: tagged, A4 or Letter, made without fetching anything.

PAPERS = {"a4": "A4", "letter": "Letter"}
# Under this address the shipped typefaces are found, and nothing else.
SHIPPED = "shipped:"
NO_LIBRARIES = (
    "This server lacks the libraries that make a PDF (Pango and HarfBuzz). Open the "
    "memo's page and print it from the browser, or save it as PDF there."
)


class Unprintable(Refused):
    """The machine cannot make a PDF; the page can still be printed."""

    default_code = "no_pdf_libraries"


def as_pdf(
    evaluation: Evaluation,
    memo: SealedMemo,
    decision: Decision | None,
    paper: str = "a4",
) -> bytes:
    """The memo as PDF/UA; `decision` is given once it is frozen.

    Args:
        evaluation: whose title stands in the document's properties.
        memo: first page, words and seal.
        decision: whose fingerprint stands on every page.
        paper: one of `PAPERS`.

    Raises:
        Unprintable: the libraries are not installed.

    """
    laid_out = lay_out(evaluation, memo, decision, paper)
    pdf: bytes = laid_out.write_pdf(pdf_variant="pdf/ua-1")
    return pdf


def lay_out(
    evaluation: Evaluation,
    memo: SealedMemo,
    decision: Decision | None,
    paper: str = "a4",
) -> Any:
    """The same as a document of WeasyPrint, from which a PDF is written."""
    try:
        # Late, since it needs libraries of the system that a demo may lack.
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise Unprintable(NO_LIBRARIES) from error
    page = render_to_string(
        "workflow/memo_print.html",
        {
            "evaluation": evaluation,
            "head": as_html(memo.head, alone=True),
            "front": memo.front,
            "body": as_html(memo.body, alone=True),
            "decision": decision,
            "seal": seal_in_groups(decision) if decision else "",
            "paper": PAPERS[paper],
            "faces": FACES,
            "shipped": SHIPPED,
        },
    )
    return HTML(string=page, base_url=None, url_fetcher=fetch_shipped)


def seal_in_groups(decision: Decision) -> str:
    """“1443 0818 d8e8 90aa”: the first letters of the fingerprint, to be compared."""
    start = decision.memo_sha256[:16]
    return " ".join(start[place : place + 4] for place in range(0, 16, 4))


def fetch_shipped(url: str, *args: Any, **kwargs: Any) -> Any:
    """A typeface that is shipped; nothing in a memo is worth a request to anybody."""
    from weasyprint.urls import URLFetcherResponse

    name = url.removeprefix(SHIPPED)
    if name == url or name not in FILES:
        raise ValueError("A memo fetches nothing.")
    content = (FOLDER / name).read_bytes()
    return URLFetcherResponse(url, content, {"Content-Type": "font/ttf"})


# How the Word file looks: faces that every office has, and the colours of the page.

SERIF, SANS = "Georgia", "Calibri"
INK, SOFT = RGBColor(0x16, 0x20, 0x2A), RGBColor(0x5B, 0x67, 0x73)
STRONG, FINE = (12, "16202A"), (4, "CFD6DB")
TABLE_TEXT, SENTENCE, SMALL, FIGURE = "Table text", "Sentence", "Small text", "Figure"


def set_styles(styles: Any) -> None:
    """Serif for words, sans for headings, figures and tables; no blue, no grid."""
    normal = styles["Normal"]
    _face(normal, SERIF, 10.5, INK)
    normal.paragraph_format.space_after = Pt(5)
    normal.paragraph_format.line_spacing = 1.12
    _face(styles["Heading 1"], SANS, 11, SOFT, bold=True)
    styles["Heading 1"].paragraph_format.space_before = Pt(0)
    for level, size in ((2, 13), (3, 11.5)):
        style = styles[f"Heading {level}"]
        _face(style, SANS, size, INK, bold=True)
        style.paragraph_format.space_before = Pt(12)
        style.paragraph_format.space_after = Pt(3)
    for name, face, size, colour, bold in (
        (TABLE_TEXT, SANS, 9, INK, False),
        (SENTENCE, SERIF, 20, INK, True),
        (SMALL, SANS, 9.5, SOFT, False),
        (FIGURE, SANS, 16, INK, True),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        _face(style, face, size, colour, bold=bold)
        style.paragraph_format.line_spacing = 1.0
        style.paragraph_format.space_after = Pt(0)
    for name in (SENTENCE, SMALL):
        styles[name].paragraph_format.space_after = Pt(6)


def draw_lines(table: Any, **edges: tuple[int, str]) -> None:
    """Lines of a table by edge (`top`, `bottom`, `insideH`): eighths of a point and
    colour; the others have none."""
    borders = OxmlElement("w:tblBorders")
    for edge in ("top", "bottom", "insideH"):
        if edge not in edges:
            continue
        size, colour = edges[edge]
        line = OxmlElement(f"w:{edge}")
        for name, value in (("val", "single"), ("sz", str(size)), ("color", colour)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    properties = table._tbl.tblPr
    # Word insists on the order of the schema.
    later = [properties.find(qn(name)) for name in ("w:tblLayout", "w:tblLook")]
    first = next((one for one in later if one is not None), None)
    if first is None:
        properties.append(borders)
    else:
        first.addprevious(borders)


def _face(
    style: Any, face: str, size: float, colour: Any, *, bold: bool = False
) -> None:
    style.font.name, style.font.size, style.font.bold = face, Pt(size), bold
    style.font.color.rgb = colour
    # A theme's own faces would go before the name.
    faces = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        faces.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("w:ascii", "w:hAnsi", "w:cs"):
        faces.set(qn(script), face)


# The memo's first page in the Word file: sentence, approvals, figures, pictures.

# Two of them stand side by side.
WIDTH = Mm(85)


def write_front(book: Any, front: FrontPage) -> None:
    """All that the first page says; a picture is described for who cannot see it."""
    book.add_paragraph(front.sentence, style=SENTENCE)
    book.add_paragraph(front.said, style=SMALL)
    if front.differs:
        book.add_paragraph(front.proof, style=SMALL)
        for one in front.differs:
            book.add_paragraph(one, style="List Bullet")
    if front.figures:
        write_figures(book, front)
    if front.pictures:
        line = book.add_paragraph()
        line.paragraph_format.keep_together = True
        for picture in front.pictures:
            content = io.BytesIO(png_of(picture.chart))
            drawn = line.add_run().add_picture(content, width=WIDTH)
            drawn._inline.docPr.set("descr", picture.chart.words)
            drawn._inline.docPr.set("title", picture.title)
    for picture in front.pictures:
        if picture.note:
            book.add_paragraph(picture.note, style=SMALL)
    if front.proof and not front.differs:
        book.add_paragraph(front.proof, style=SMALL)


def write_figures(book: Any, front: FrontPage) -> None:
    """A table of names, numbers and words, without lines but above and below."""
    drawn = book.add_table(rows=3, cols=len(front.figures))
    properties = drawn.rows[0]._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))
    for column, figure in enumerate(front.figures):
        said = ((figure.name, SMALL), (figure.value, FIGURE), (figure.words, SMALL))
        for row, (words, style) in enumerate(said):
            cell = drawn.rows[row].cells[column].paragraphs[0]
            cell.style = book.styles[style]
            cell.add_run(words)
    draw_lines(drawn, top=STRONG, bottom=FINE)
    book.add_paragraph(style=SMALL)


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
