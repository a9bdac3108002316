"""A page as a sceptic reads it: which digits stand outside of a counted figure."""

import re
from collections.abc import Iterable
from html import unescape
from html.parser import HTMLParser

MONTHS = "Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec"
# A day, a time, and what a share is of.
PLAIN = re.compile(
    rf"\d{{1,2}} (?:{MONTHS})[a-z]*(?: \d{{4}})?|\d{{4}}-\d\d-\d\d|\d\d:\d\d|of 100\b"
)
# Of these there is no end to wait for.
VOID = frozenset({"br", "img", "input", "hr", "link", "meta", "source", "wbr", "col"})


class Reader(HTMLParser):
    """Gathers figures by id, and the text around them; parts by `skip` are left out."""

    def __init__(self, skip: Iterable[str]) -> None:
        super().__init__()
        self.skip = frozenset(skip)
        self.figures: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.drawn: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in VOID:
            return
        names = {given.get("id"), given.get("aria-labelledby")}
        names |= {*(given.get("class") or "").split()}
        left = bool(names & self.skip) or tag in ("form", "script", "style")
        self.open.append("skip" if left else tag)
        if tag == "data" and "skip" not in self.open:
            figure = (given.get("data-figure") or "", given.get("value") or "", "")
            self.figures.append(figure)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.open:
            self.open.pop()

    def handle_data(self, text: str) -> None:
        if "skip" in self.open or "main" not in self.open:
            return
        if "svg" in self.open:
            self.drawn.append(text)
        elif "data" in self.open:
            name, value, shown = self.figures[-1]
            self.figures[-1] = (name, value, shown + text)
        else:
            self.words.append(text)


def read(html: str, skip: Iterable[str] = ()) -> Reader:
    reader = Reader(skip)
    reader.feed(html)
    return reader


def stray_digits(reader: Reader, typed: Iterable[str]) -> list[str]:
    """The texts in which a digit is left once days, times and what people typed are
    taken away."""
    longest = sorted({unescape(one) for one in typed if one}, key=len, reverse=True)
    strays = []
    for words in reader.words:
        text = " ".join(words.split())
        for one in longest:
            text = text.replace(" ".join(one.split()), "")
        if re.search(r"\d", PLAIN.sub("", text)):
            strays.append(" ".join(words.split()))
    return strays
