"""How the Word file looks: faces that every office has, and the colours of the page."""

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

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
