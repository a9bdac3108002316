"""The memo and its matrix as files: workbook, CSV, PDF and Word file.

PDF and Word file are made from the same Markdown tokens as the page. The Word file has
the pictures as PNG, since Word of before 2016 takes no SVG.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
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
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.properties import PageSetupProperties

from evaltracker.decision.memo import markdown
from evaltracker.decision.memo.brief import effort_rows
from evaltracker.decision.memo.certainty import weighed
from evaltracker.decision.memo.figures import figures_of
from evaltracker.decision.memo.printing import DRAFT, FrontPage, SealedMemo, passages
from evaltracker.decision.memo.record import Memo, cell_states
from evaltracker.decision.memo.text import NUMBERS_HEAD, number_lines
from evaltracker.decision.models import Decision
from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.charts import png_of
from evaltracker.toolbox.measures import CellNumbers
from evaltracker.toolbox.text import FACES, FILES, FOLDER, harmless, text_cells
from trials.scoring import CellState

# A memo's numbers with their working as a workbook.
#
# Numbers are cells of numbers, everything else is text; nothing is ever a formula.


SHARE = "0.00%"
MONEY = "#,##0.00"
BOLD = Font(bold=True)
WRAPPED = Alignment(wrap_text=True, vertical="top")
WIDE = 48
NARROW = 16


@dataclass(frozen=True, slots=True)
class Number:
    """A value of the memo as a number, shown in a format; None stays blank."""

    text: str | int | None
    form: str = "General"

    def __str__(self) -> str:
        return str(self.text)


type Line = Sequence[object]
type Sheet = tuple[str, set[int], Iterator[Line]]


def as_xlsx(memo: Memo, decision: Decision | None = None) -> bytes:
    sheets: list[Sheet] = [
        ("Decision", {2}, decided(memo, decision)),
        ("Comparison", {1, 11}, comparison(memo)),
        ("Matrix", {3}, matrix_rows(memo)),
        ("Costs", {1, 7}, costs(memo)),
        ("Scores", {1, 2}, scores(memo)),
        ("Robustness", {3}, robustness(memo)),
    ]
    numbers = [*number_lines(memo)]
    if numbers:
        lines = chain([NUMBERS_HEAD], numbers)
        sheets.append(("Claimed and measured", {1, 2, 4, 5}, lines))
    efforts = effort_rows(memo)
    if efforts:
        sheets.append(("Effort to meet", {1}, iter(efforts)))
    return workbook(sheets)


def workbook(sheets: Iterable[Sheet]) -> bytes:
    book = Workbook(write_only=True)
    for title, wide, rows in sheets:
        write(book.create_sheet(title), rows, wide)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def write(sheet: WriteOnlyWorksheet, rows: Iterator[Line], wide: set[int]) -> None:
    lines = list(rows)
    sheet.freeze_panes = "B2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for column in range(1, len(lines[0]) + 1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = WIDE if column in wide else NARROW
    for place, line in enumerate(lines):
        cells = text_cells(
            sheet, ("" if isinstance(value, Number) else value for value in line)
        )
        for column, value in enumerate(line):
            if isinstance(value, Number) and value.text is not None:
                cells[column] = WriteOnlyCell(sheet, value=Decimal(value.text))
                cells[column].number_format = value.form
            cells[column].alignment = WRAPPED
            if not place:
                cells[column].font = BOLD
        sheet.append(cells)


def decided(memo: Memo, decision: Decision | None) -> Iterator[Line]:
    inputs = memo["inputs"]
    names = {candidate["id"]: candidate["name"] for candidate in inputs["candidates"]}
    choice = inputs["choice"]
    brief = inputs["brief"]
    yield ["What", "Answer"]
    yield ["Evaluation", brief["title"]]
    yield ["Chosen", names.get(choice["candidate"], "nobody yet")]
    yield ["Why", choice["rationale"]]
    yield ["Dissent", choice["dissent"]]
    yield ["What would change our mind", choice["revisit_when"]]
    yield ["Budget", Number(brief["budget"], MONEY)]
    yield ["Currency", brief["currency"]]
    for label, answer in inputs.get("brief_questions", ()):
        yield [label, answer]
    for title, lines in passages(memo):
        yield [title, "\n".join(map(str, lines))]
    yield ["Horizon in months", Number(brief["horizon_months"])]
    yield ["Share of evidence in the total", Number(brief["evidence_share"], SHARE)]
    yield ["Formula version", inputs["formula_version"]]
    if decision is None or decision.decided_by is None:
        yield ["State", DRAFT]
        return
    yield ["Decided by", decision.decided_by.name]
    yield ["Decided at (UTC)", f"{decision.decided_at:%Y-%m-%d %H:%M}"]
    if "seal" in memo:
        yield ["Journal's head", memo["seal"]["journal"]["head"]]
    yield ["SHA-256 of the memo", decision.memo_sha256]


def comparison(memo: Memo) -> Iterator[Line]:
    yield (
        *("Candidate", "Kind", "State", "Fit", "Fit of what was tested"),
        *("Asked", "Answered", "Shown", "Tested", "Backed by research"),
        *("Noted by us", "Answered by us"),
        *("People", "Total", "Working of the total"),
        *("Knocked out by", "Promises tested", "Held", "Short of its claim"),
        *("Partly", "Failed"),
        *("Low cost", "Likely cost", "High cost", "Kinds known", "Kinds asked"),
    )
    for candidate in memo["inputs"]["candidates"]:
        result = memo["results"][candidate["id"]]
        cost = result["cost"]
        record = result["promises"]
        known = bool(cost["known"])
        yield (
            *(candidate["name"], candidate["kind"], candidate["state"]),
            *(Number(result[name], SHARE) for name in ("fit", "fit_of_tested")),
            *(Number(result.get(name)) for name in markdown.COUNTS),
            *(Number(result[name], SHARE) for name in ("people", "total")),
            result["total_working"],
            ", ".join(result["knock_outs"]),
            Number(record["tested"]),
            *(
                Number(record.get(name))
                for name in ("held", "short", "partly", "failed")
            ),
            *(
                Number(cost[name], MONEY) if known else "not known"
                for name in ("low", "likely", "high")
            ),
            *(Number(cost[name]) for name in ("known", "kinds")),
        )


def costs(memo: Memo) -> Iterator[Line]:
    yield ["Candidate", "Kind", "State", "Low", "Likely", "High", "Working"]
    for candidate in memo["inputs"]["candidates"]:
        cost = memo["results"][candidate["id"]]["cost"]
        for row in cost["rows"]:
            yield [
                *(candidate["name"], row.get("name", row["kind"]), row["state"]),
                *(Number(row.get(name), MONEY) for name in ("low", "likely", "high")),
                row["working"],
            ]
        yield [
            *(
                candidate["name"],
                "Total",
                f"{cost['known']} of {cost['kinds']} kinds known",
            ),
            *(Number(cost[name], MONEY) for name in ("low", "likely", "high")),
            "",
        ]
        value = memo["results"][candidate["id"]]["value"]
        if value is not None:
            worth = Number(value["amount"], MONEY)
            missed = value["opportunity"]
            working = value["working"]
            lost = value["opportunity_working"]
            name = candidate["name"]
            missed_money = Number(missed, MONEY)
            yield [name, "Hours saved", "", "", worth, "", working]
            yield [name, "Opportunity cost", "", "", missed_money, "", lost]


def scores(memo: Memo) -> Iterator[Line]:
    yield ["Candidate", "Category", "Score", "Whose", "Reason"]
    for candidate in memo["inputs"]["candidates"]:
        rows = [(row, "a scorer", "") for row in candidate["scores"]]
        rows += [
            (row, "the meeting", row["reason"]) for row in candidate["settled"] or ()
        ]
        for row, source, reason in rows:
            score = Number(row["value"])
            yield [candidate["name"], row["category__name"], score, source, reason]


def robustness(memo: Memo) -> Iterator[Line]:
    weighing = weighed(figures_of(memo))
    yield ["Question", "Answer", "In words"]
    if weighing.untold:
        yield ["How sure is the first place?", "", weighing.untold]
        return
    yield ["Who is first", weighing.first, ""]
    yield ["How likely it stays first", "", str(weighing.certainty)]
    for sentence in weighing.grounds:
        yield ["What that rests on", "", str(sentence)]
    yield ["Smallest change that topples it", *map(str, weighing.smallest)]
    yield ["What each role's weights pick", *map(str, weighing.roles)]
    for sentence in weighing.second:
        yield ["What would have to be true", "", str(sentence)]


MARKS = ("claimed", "shown", "tested", "standing")


def matrix_rows(memo: Memo) -> Iterator[list[Any]]:
    candidates = memo["inputs"]["candidates"]
    results = memo["results"]
    cells = {row["id"]: cell_states(row, memo["inputs"]) for row in candidates}
    with_numbers = any(row.get("numbers") for row in candidates)
    parts = (*MARKS, "numbers") if with_numbers else MARKS
    yield [
        *("Ref", "Category", "Requirement", "Priority", "Weight", "Metric"),
        *(f"{candidate['name']}: {part}" for candidate in candidates for part in parts),
    ]
    for row in memo["inputs"]["requirements"]:
        line: list[Any] = [row["ref"], row["category"], row["text"], row["priority"]]
        line += [Number(row["weight"]), row["metric"] or row["metric_excuse"]]
        for candidate in candidates:
            cell = cells[candidate["id"]][row["ref"]]
            standing = results[candidate["id"]]["standings"].get(row["ref"], "")
            line += [*marks(cell), standing]
            if with_numbers:
                numbers = candidate.get("numbers", {}).get(row["ref"])
                line.append(CellNumbers.from_json(numbers).words if numbers else "")
        yield line
    foot: list[Any] = ["Fit", *[""] * 5]
    blank = [""] * (len(parts) - 1)
    for candidate in candidates:
        foot += [markdown.percent(results[candidate["id"]]["fit"]), *blank]
    yield foot


def marks(cell: CellState) -> list[str]:
    if cell.not_applicable:
        return ["not applicable", "", ""]
    return [*cell.marks]


def matrix_csv(memo: Memo) -> bytes:
    return csv_of(matrix_rows(memo))


def csv_of(rows: Iterator[list[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([harmless(value) for value in row] for row in rows)
    return ("\ufeff" + text.getvalue()).encode()


def matrix_xlsx(memo: Memo) -> bytes:
    return workbook([("Matrix", {3}, matrix_rows(memo))])


PAPERS = {"a4": "A4", "letter": "Letter"}
# Under this address the shipped typefaces are found, and nothing else.
SHIPPED = "shipped:"
NO_LIBRARIES = (
    "This server lacks the libraries that make a PDF (Pango and HarfBuzz). Open the "
    "memo's page and print it from the browser, or save it as PDF there."
)


class Unprintable(Refused):
    default_code = "no_pdf_libraries"


def as_pdf(
    evaluation: Evaluation,
    memo: SealedMemo,
    decision: Decision | None,
    paper: str = "a4",
) -> bytes:
    """The memo as PDF/UA; `decision` is given once it is frozen.

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
    # “1443 0818 d8e8 90aa”: the first letters of the fingerprint, to be compared.
    if decision:
        seal = " ".join(re.findall("....", decision.memo_sha256[:16]))
    else:
        seal = ""
    context = {
        "evaluation": evaluation,
        "head": markdown.as_html(memo.head, alone=True),
        "front": memo.front,
        "body": markdown.as_html(memo.body, alone=True),
        "decision": decision,
        "seal": seal,
    }
    return typeset("workflow/memo_print.html", context, paper)


def typeset(template: str, context: Mapping[str, Any], paper: str = "a4") -> Any:
    """A document that is laid out as the memo is.

    Raises:
        Unprintable: the libraries are not installed.
    """
    try:
        # Late, since it needs libraries of the system that a demo may lack.
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise Unprintable(NO_LIBRARIES) from error
    page_context = {
        "paper": PAPERS[paper],
        "faces": FACES,
        "shipped": SHIPPED,
        **context,
    }
    page = render_to_string(template, page_context)
    return HTML(string=page, base_url=None, url_fetcher=fetch_shipped)


def fetch_shipped(url: str, *args: Any, **kwargs: Any) -> Any:
    """A typeface that is shipped; nothing in a memo is worth a request to anybody."""
    from weasyprint.urls import URLFetcherResponse

    name = url.removeprefix(SHIPPED)
    if name == url or name not in FILES:
        raise ValueError("A memo fetches nothing.")
    content = (FOLDER / name).read_bytes()
    return URLFetcherResponse(url, content, {"Content-Type": "font/ttf"})


SERIF = "Georgia"
SANS = "Calibri"
INK = RGBColor(0x16, 0x20, 0x2A)
SOFT = RGBColor(0x5B, 0x67, 0x73)
STRONG = (12, "16202A")
FINE = (4, "CFD6DB")
TABLE_TEXT = "Table text"
SENTENCE = "Sentence"
SMALL = "Small text"
FIGURE = "Figure"


def set_styles(styles: Any) -> None:
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
    first = next((element for element in later if element is not None), None)
    if first is None:
        properties.append(borders)
    else:
        first.addprevious(borders)


def _face(
    style: Any, face: str, size: float, colour: Any, *, bold: bool = False
) -> None:
    style.font.name = face
    style.font.size = Pt(size)
    style.font.bold = bold
    style.font.color.rgb = colour
    # A theme's own faces would go before the name.
    faces = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        faces.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("w:ascii", "w:hAnsi", "w:cs"):
        faces.set(qn(script), face)


# Two of them stand side by side.
WIDTH = Mm(85)


def write_front(book: Any, front: FrontPage) -> None:
    book.add_paragraph(front.sentence, style=SENTENCE)
    book.add_paragraph(front.said, style=SMALL)
    if front.differs:
        book.add_paragraph(front.proof, style=SMALL)
        for differ in front.differs:
            book.add_paragraph(differ, style="List Bullet")
    if front.figures:
        write_figures(book, front)
    for title, lines in front.passages:
        book.add_paragraph(style=SMALL).add_run(title).bold = True
        for text in lines:
            book.add_paragraph(str(text), style="List Bullet")
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
    drawn = book.add_table(rows=3, cols=len(front.figures))
    properties = drawn.rows[0]._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))
    for column, figure in enumerate(front.figures):
        styled = (
            (figure.name, SMALL),
            (str(figure.value), FIGURE),
            (str(figure.words), SMALL),
        )
        for row, (text, style) in enumerate(styled):
            cell = drawn.rows[row].cells[column].paragraphs[0]
            cell.style = book.styles[style]
            cell.add_run(text)
    draw_lines(drawn, top=STRONG, bottom=FINE)
    book.add_paragraph(style=SMALL)


LANGUAGE = "en-GB"
MARGIN = Mm(18)
PAGE = 210
# Of the small text of tables, in millimetres: a bold letter, another one, both edges.
WORD_BOLD = 1.9
PLAIN = 1.75
EDGES = 4.4
# A cell that says more than this is not given more room for it.
MOST_LETTERS = 60


def as_docx(memo: SealedMemo, title: str) -> bytes:
    book = Document()
    prepare(book, title)
    write_words(book, memo.head)
    write_front(book, memo.front)
    write_words(book, memo.body)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def write_words(book: Any, text: str) -> None:
    tokens = markdown.parsed(text)
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.type == "heading_open":
            head = book.add_heading(level=int(token.tag[1:]))
            word_write(head, tokens[place + 1])
        elif token.type == "table_open":
            end = place + [item.type for item in tokens[place:]].index("table_close")
            table(book, tokens[place : end + 1])
            place = end
        elif token.type == "inline" and tokens[place - 1].type == "paragraph_open":
            listed = tokens[place - 1].level > 0
            if listed:
                style = "List Bullet"
            else:
                style = "Normal"
            word_write(book.add_paragraph(style=style), token)
        place += 1


def prepare(book: Any, title: str) -> None:
    core = book.core_properties
    core.title = title
    core.author = "evaltracker"
    core.language = LANGUAGE
    language = book.styles.element.find(
        "/".join(map(qn, ("w:docDefaults", "w:rPrDefault", "w:rPr", "w:lang")))
    )
    for name in ("w:val", "w:eastAsia"):
        language.set(qn(name), LANGUAGE)
    set_styles(book.styles)
    section = book.sections[0]
    section.page_width = Mm(PAGE)
    section.page_height = Mm(297)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN


def table(book: Any, tokens: list[Token]) -> None:
    """A table with a head that is repeated on every page. Its rows are copies of one,
    since the library looks every style up by name."""
    (rows,) = markdown.tables(tokens)
    drawn = book.add_table(rows=1, cols=len(rows[0]))
    drawn.autofit = False
    draw_lines(drawn, bottom=FINE, insideH=FINE)
    shares = widths([[inline.content for _, inline in row] for row in rows])
    small = book.styles[TABLE_TEXT].style_id
    head = drawn.rows[0]
    for column, cell, share in zip(drawn.columns, head.cells, shares, strict=True):
        column.width = cell.width = share
        cell.paragraphs[0]._p.style = small
    empty = deepcopy(head._tr)
    for number, cells in enumerate(rows):
        if number:
            line = deepcopy(empty)
        else:
            line = head._tr
        if number:
            drawn._tbl.append(line)
        # Never broken between pages; the first one is repeated on each.
        properties = line.get_or_add_trPr()
        for name in ("w:cantSplit",) if number else ("w:cantSplit", "w:tblHeader"):
            properties.append(OxmlElement(name))
        for cell, (opened, inline) in zip(line.tc_lst, cells, strict=True):
            paragraph = Paragraph(cell.p_lst[0], drawn)
            if opened.attrGet("class") == markdown.NUMBERS:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            word_write(paragraph, inline, bold=not number)
    book.add_paragraph(style=TABLE_TEXT)


def widths(rows: list[list[str]]) -> list[Length]:
    """How wide each column is: room for its longest word, the rest by how much it says.
    Word and others would make all columns equal, and break words in the narrow ones."""
    columns = list(zip(*rows, strict=True))
    needed = [
        EDGES + max(WORD_BOLD * longest(column[:1]), PLAIN * longest(column[1:]))
        for column in columns
    ]
    lengths = [PLAIN * min(max(map(len, column)), MOST_LETTERS) for column in columns]
    more = [max(every - least, 1) for every, least in zip(lengths, needed, strict=True)]
    room = PAGE - 2 * MARGIN.mm
    spare = max(room - sum(needed), 0)
    scale = min(room / sum(needed), 1)
    return [
        Mm(least * scale + spare * part / sum(more))
        for least, part in zip(needed, more, strict=True)
    ]


def longest(cells: Sequence[str]) -> int:
    return max((len(word) for cell in cells for word in cell.split(" ")), default=0)


def word_write(paragraph: Paragraph, token: Token, *, bold: bool = False) -> None:
    strong = bold
    for child in token.children or []:
        if child.type in ("strong_open", "strong_close"):
            strong = bold or child.type == "strong_open"
        elif child.type in ("softbreak", "hardbreak"):
            paragraph.add_run(" ")
        elif child.content:
            run = paragraph.add_run(child.content)
            if strong:
                run.bold = True
