"""Figures of a page, by its HTML alone, and digits that are no figure."""

from dataclasses import dataclass
from html.parser import HTMLParser

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}
)
# No reader reads them as words, or they are what somebody typed into.
SILENT = frozenset({"script", "style", "svg", "textarea", "title", "select", "time"})


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure as a page shows it."""

    id: str
    value: str
    of: str
    text: str


class Page(HTMLParser):
    """What stands in `<data data-figure>`, and all other words of the body."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.figures: list[Shown] = []
        self.words: list[str] = []
        self.opened: list[str] = []
        self.figure: list[str] | None = None
        self.attributes: dict[str, str | None] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.opened.append(tag)
        if tag == "data" and "data-figure" in dict(attrs):
            self.figure, self.attributes = [], dict(attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.opened:
            while self.opened.pop() != tag:
                pass
        if tag == "data" and self.figure is not None:
            self.figures.append(
                Shown(
                    str(self.attributes["data-figure"]),
                    self.attributes.get("value") or "",
                    self.attributes.get("data-of") or "",
                    " ".join("".join(self.figure).split()),
                )
            )
            self.figure = None

    def handle_data(self, data: str) -> None:
        if self.figure is not None:
            self.figure.append(data)
        elif not SILENT.intersection(self.opened):
            self.words.append(data)
