"""Markdown as HTML, and differences as lines: the words that people sign."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>()#+\-!|~=&:])")
# The page has its own first heading, so those of the text stand one lower.
DEEPER = {f"h{level}": f"h{level + 1}" for level in range(1, 6)}


def _parser() -> MarkdownIt:
    """CommonMark with tables; no HTML, no link and no image from anybody's words."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.disable(["link", "image", "autolink", "html_inline", "html_block"])
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    return parser


def _table_open(*_: Any) -> str:
    return (
        '<div class="et-scroll" tabindex="0" role="region" aria-label="Table">'
        '<table class="et-table et-table--wide">'
    )


def _table_close(*_: Any) -> str:
    return "</table></div>\n"


PARSER = _parser()


def as_html(text: str) -> SafeString:
    """The text as HTML; what people typed into it stays text.

    Safe, because the parser escapes all text and has HTML, links and images off.
    """
    tokens = PARSER.parse(text)
    for token in tokens:
        token.tag = DEEPER.get(token.tag, token.tag)
        if token.type == "th_open":
            token.attrSet("scope", "col")
    return SafeString(_render(tokens))


def _render(tokens: Sequence[Token]) -> str:
    html: str = PARSER.renderer.render(tokens, PARSER.options, {})
    return html


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line that came or went."""

    came: bool
    text: str


def diff_lines(difference: str) -> list[DiffLine]:
    """A unified difference in words; empty lines are left out."""
    return [
        DiffLine(line.startswith("+"), readable(line[1:]))
        for line in difference.splitlines()
        if line[1:].strip()
    ]


def readable(line: str) -> str:
    """A line of Markdown without its marks."""
    bare = line.strip().removeprefix("| ").removesuffix(" |").lstrip("#- ")
    return ESCAPED.sub(r"\1", bare.replace(" | ", " · "))
