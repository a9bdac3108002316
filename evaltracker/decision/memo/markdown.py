"""Markdown that stays what it was meant to be, and the same as HTML."""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from evaltracker.decision.memo.figures import of_100
from evaltracker.money import written
from evaltracker.toolbox.working_days import day_in_words
from trials.scoring import Coverage

COUNTS = tuple(field.name for field in fields(Coverage))


# Marks that mean something anywhere, and those that do so at the start of a line.
ANYWHERE = re.compile(r"([\\`*_\[\]<>|~&])")
AT_START = re.compile(r"^(\d+)([.)])(?=\s|$)|^([#+\-=])")


def inline(text: object) -> str:
    return _escaped(str(text))


@lru_cache(maxsize=8_192)
def _escaped(text: str) -> str:
    line = ANYWHERE.sub(r"\\\1", " ".join(text.split()))
    return AT_START.sub(lambda match: f"{match[1] or ''}\\{match[2] or match[3]}", line)


def block(text: str) -> str:
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "\n\n".join(inline(part) for part in parts if part.strip())


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head)]
    body = [[inline(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in [*lines, *body])


def bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def section(title: str, body: str) -> str:
    if body.strip():
        return f"## {title}\n\n{body}"
    return ""


def percent(share: str | None) -> str:
    """“62%” for "0.6153"; a dash where there is no share."""
    if share is None:
        return "–"
    return f"{of_100(Fraction(share))}%"


def amount(text: object) -> str:
    """“40,000” for “40000.0000”; what is no number stays as it is."""
    try:
        return written(Decimal(str(text)))
    except InvalidOperation:
        return str(text)


def day(text: str | None) -> str:
    """“25 May 2027” for an ISO date or moment; blank stays blank."""
    if not text:
        return ""
    return day_in_words(datetime.date.fromisoformat(text[:10]))


# Where this begins a heading, PDF and Word file begin a new page.
APPENDIX = "Appendix"
# The page has its own first heading, so those of the text stand one lower.
# As memos wrote it that were frozen before; there is no blank in English.
PER_CENT = re.compile(r"(?<=[0-9]) %")
DEEPER = {f"h{level}": f"h{level + 1}" for level in range(1, 6)}


def _parser() -> MarkdownIt:
    """CommonMark with tables; no HTML, no link and no image from anybody's words."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.disable(["link", "image", "autolink", "html_inline", "html_block"])
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    return parser


def _table_open(_: Any, tokens: Sequence[Token], place: int, *__: Any) -> str:
    name = escape(tokens[place].meta.get("name", ""))
    return (
        f'<div class="et-scroll" tabindex="0" role="region" aria-label="{name}">'
        '<table class="et-table">'
    )


def _table_close(_: Any, tokens: Sequence[Token], place: int, *__: Any) -> str:
    if tokens[place - 1].type == "tbody_close":
        return "</table></div>\n"
    # A head alone would vanish on a phone, where heads stand beside their cells.
    return '<tbody><tr><td class="et-none">none</td></tr></tbody></table></div>\n'


PARSER = _parser()


def parsed(text: str) -> list[Token]:
    tokens = PARSER.parse(text)
    for token in tokens:
        token.content = PER_CENT.sub("%", token.content)
        for child in token.children or ():
            child.content = PER_CENT.sub("%", child.content)
    for rows in tables(tokens):
        for column in zip(*rows, strict=False):
            head, *cells = column
            texts = [text.content for _, text in cells if text.content not in NONE]
            if texts and all(map(NUMBER.fullmatch, texts)):
                for cell, _ in (head, *cells):
                    cell.attrSet("class", NUMBERS)
    return tokens


def as_html(text: str, *, alone: bool = False, heading: str = "Table") -> SafeString:
    """The text as HTML; what people typed into it stays text.

    `alone` is a text that is the whole page, with the first heading its own; `heading`
    is what a part of a text stands under on the page.

    Safe, because the parser escapes all text and has HTML, links and images off.
    """
    tokens = parsed(text)
    number = 0
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            number += 1
            token.attrSet("id", f"part-{number}")
            if tokens[place + 1].content.startswith(APPENDIX):
                token.attrSet("class", "et-appendix")
    if not alone:
        for token in tokens:
            token.tag = DEEPER.get(token.tag, token.tag)
    _name_tables(tokens, heading)
    _name_cells(tokens)
    return SafeString(PARSER.renderer.render(tokens, PARSER.options, {}))


def _name_tables(tokens: Sequence[Token], heading: str) -> None:
    named: Counter[str] = Counter()
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = _plain(tokens[place + 1])
        elif token.type == "table_open":
            named[heading] += 1
            if named[heading] > 1:
                again = f" ({named[heading]})"
            else:
                again = ""
            token.meta["name"] = f"{heading}{again}"


def _name_cells(tokens: Sequence[Token]) -> None:
    """Give every cell the name of its column, which a phone shows beside it."""
    names: list[str] = []
    column = 0
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            names = []
        elif token.type == "th_open":
            token.attrSet("scope", "col")
            names.append(_plain(tokens[place + 1]))
        elif token.type == "tr_open":
            column = 0
        elif token.type == "td_open":
            if column:
                token.attrSet("data-label", names[column])
            column += 1


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


# The class of pages for a cell with a number.
NUMBERS = "et-num"


NUMBER = re.compile(r"[-+−]?[0-9][0-9.,]*(?:%| of [0-9]+)?")


NONE = ("–", "")


def tables(tokens: Sequence[Token]) -> Iterator[list[list[tuple[Token, Token]]]]:
    """The rows of each table, each a list of cells and what is in them."""
    rows: list[list[tuple[Token, Token]]] = []
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append((token, tokens[place + 1]))
        elif token.type == "table_close":
            yield rows
