"""What an .xlsx's styles say of its cells: format, colour, strikethrough."""

import zipfile
from dataclasses import dataclass

from evaltracker.tabular.xml_parts import parse

STYLES = "xl/styles.xml"
# The formats that have a number and no text; those of days are read by the reader.
BUILT_IN = {9: "0%", 10: "0.00%", 44: "$#,##0.00", 42: "$#,##0"}
# Colours that people do not see as such.
PLAIN_FILLS = frozenset({"none", "gray125", ""})


@dataclass(frozen=True, slots=True)
class CellStyle:
    """What a style says that a value does not."""

    number_format: str = ""
    is_struck: bool = False
    is_coloured: bool = False


class StyleScan:
    """Collects fonts, fills and formats, and the styles that are made of them."""

    def __init__(self) -> None:
        self.formats: dict[int, str] = dict(BUILT_IN)
        self.struck: list[bool] = []
        self.coloured: list[bool] = []
        self.styles: list[CellStyle] = []
        self.inside = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "fonts" | "fills" | "cellXfs" | "cellStyleXfs" | "dxfs" as part:
                self.inside = part
            case "numFmt" if self.inside != "dxfs":
                code = attributes.get("formatCode", "")
                self.formats[number_in(attributes, "numFmtId")] = code[:200]
            case "font" if self.inside == "fonts":
                self.struck.append(False)
            case "strike" if self.inside == "fonts" and self.struck:
                self.struck[-1] = attributes.get("val", "1") not in ("0", "false")
            case "fill" if self.inside == "fills":
                self.coloured.append(False)
            case "patternFill" if self.inside == "fills" and self.coloured:
                pattern = attributes.get("patternType", "")
                self.coloured[-1] = pattern not in PLAIN_FILLS
            case "xf" if self.inside == "cellXfs":
                self.styles.append(self.style(attributes))

    def style(self, attributes: dict[str, str]) -> CellStyle:
        """One way in which cells look."""
        font, fill = number_in(attributes, "fontId"), number_in(attributes, "fillId")
        return CellStyle(
            self.formats.get(number_in(attributes, "numFmtId"), ""),
            font < len(self.struck) and self.struck[font],
            fill < len(self.coloured) and self.coloured[fill],
        )


def styles_of(archive: zipfile.ZipFile) -> list[CellStyle]:
    """The styles of a workbook, in the order in which cells name them."""
    if STYLES not in archive.namelist():
        return []
    scan = StyleScan()
    parse(archive, STYLES, scan.start)
    return scan.styles


def number_in(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "0")
    return int(text) if text.isdecimal() and len(text) < 8 else 0
