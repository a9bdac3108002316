"""Markdown as HTML: the words that people sign and print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

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


def as_html(text: str, *, alone: bool = False) -> SafeString:
    """The text as HTML; what people typed into it stays text.

    `alone` is a text that is the whole page, with the first heading its own.

    Safe, because the parser escapes all text and has HTML, links and images off.
    """
    tokens = PARSER.parse(text)
    for token in tokens:
        token.tag = token.tag if alone else DEEPER.get(token.tag, token.tag)
        if token.type == "th_open":
            token.attrSet("scope", "col")
    return SafeString(_render(tokens))


def _render(tokens: Sequence[Token]) -> str:
    html: str = PARSER.renderer.render(tokens, PARSER.options, {})
    return html
