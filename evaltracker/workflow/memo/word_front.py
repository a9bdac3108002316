"""The memo's first page in the Word file: sentence, approvals, figures, pictures."""

import io
from typing import Any

from docx.oxml import OxmlElement
from docx.shared import Mm

from evaltracker.kit.charts.raster import png_of
from evaltracker.workflow.memo.front_page import FrontPage
from evaltracker.workflow.memo.word_styles import (
    FIGURE,
    FINE,
    SENTENCE,
    SMALL,
    STRONG,
    draw_lines,
)

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
