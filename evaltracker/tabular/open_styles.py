"""What the styles of an OpenDocument spreadsheet say of its cells and tables.

Formats of numbers become what Excel would write for them, so that one reader of
formats serves both.
"""

from dataclasses import dataclass, field

from evaltracker.tabular.cell_styles import CellStyle

FORMATS = frozenset({"number-style", "currency-style", "percentage-style"})
PLAIN = frozenset({"", "none", "transparent"})
SCALES = {"1000": ",", "1000000": ",,"}


@dataclass(slots=True)
class OpenStyles:
    """Collects styles while a part is being parsed."""

    cells: dict[str, CellStyle] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    hidden_tables: set[str] = field(default_factory=set)
    name: str = ""
    data: str = ""
    parent: str = ""
    is_struck: bool = False
    is_coloured: bool = False
    format: str = ""
    literal: str = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag of styles opens; `attributes` go by their local names."""
        if tag in FORMATS:
            self.format, self.name = "", attributes.get("name", "")
        match tag:
            case "style":
                self.name = attributes.get("name", "")
                self.data = attributes.get("data-style-name", "")
                self.parent = attributes.get("parent-style-name", "")
                self.is_struck = self.is_coloured = False
            case "text-properties":
                line = attributes.get("text-line-through-style", "")
                self.is_struck = line not in PLAIN
            case "table-cell-properties":
                colour = attributes.get("background-color", "")
                self.is_coloured = colour not in PLAIN
            case "table-properties" if attributes.get("display") == "false":
                self.hidden_tables.add(self.name)
            case "number":
                self.format += "0" + SCALES.get(
                    attributes.get("display-factor", ""), ""
                )
            case "text" | "currency-symbol":
                self.literal = ""
            case "map" if attributes.get("condition", "").startswith("value()>"):
                # The style itself is that of amounts below 0.
                self.format = self.formats.get(
                    attributes.get("apply-style-name", ""), ""
                )

    def text(self, words: str) -> None:
        """Words inside the tag that is open."""
        self.literal = (self.literal + words)[:100]

    def end(self, tag: str) -> None:
        """A tag of styles closes."""
        match tag:
            case "text" if self.literal.strip() == "%":
                self.format += "%"
            case "text":
                self.format += f'"{self.literal}"' if self.literal.strip() else ""
            case "currency-symbol":
                self.format += f"[${self.literal}]"
            case "style":
                above = self.cells.get(self.parent, CellStyle())
                self.cells[self.name] = CellStyle(
                    self.formats.get(self.data, "") or above.number_format,
                    self.is_struck or above.is_struck,
                    self.is_coloured or above.is_coloured,
                )
            case _ if tag in FORMATS:
                self.formats[self.name] = self.format[:200]
