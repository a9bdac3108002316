"""The documents for users as HTML: guides by role, and what to look up."""

import json
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from evaltracker.errors import NotFound
from evaltracker.pages.site import site

DOCUMENTS = Path(__file__).parents[2] / "docs"
PICTURES = DOCUMENTS / "images"
LISTS: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("help.json").read_text(encoding="utf-8")
)
# What the help shows, in the order of its list; developers' pages are not among it.
GUIDES = LISTS["guides"]
REFERENCE = LISTS["reference"]
# Where the help of a page begins, by the page's tab; and of pages outside an
# evaluation, by the name of their address.
OF_TAB = LISTS["of_tab"]
OF_PAGE = LISTS["of_page"]


def help_address(tab: str, page: str, *, operator: bool) -> str:
    """Where the help of a page is: that of its tab, its own, or the reader's guide."""
    usual = "operator" if operator else "lead"
    name, _, anchor = (OF_TAB.get(tab) or OF_PAGE.get(page, usual)).partition("#")
    if name == "stakeholder" and operator:
        name = usual
    address = reverse("admin:help", args=[name])
    if anchor:
        return f"{address}#{anchor}"
    return address


def file_of(name: str) -> Path | None:
    if name in GUIDES:
        return DOCUMENTS / "guide" / f"{name}.md"
    if name in REFERENCE:
        return DOCUMENTS / f"{name}.md"
    return None


def anchor_of(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")


@cache
def guide_html(name: str) -> SafeString:
    """The document as HTML without its title, links and pictures leading into the help.

    Safe, because HTML in the text is off and the documents are the product's own.

    Raises:
        KeyError: the help shows no such document.
    """
    file = file_of(name)
    if file is None:
        raise KeyError(name)
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    tokens = parser.parse(file.read_text())
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor_of(tokens[place + 1].content))
        for child in token.children or ():
            _lead_into_help(child)
    return SafeString(parser.renderer.render(tokens[3:], parser.options, {}))


def _table_open(_: Any, tokens: list[Token], place: int, *__: Any) -> str:
    name = next(t.content for t in tokens[place:] if t.type == "inline" and t.content)
    label = escape(name)
    return (
        f'<div class="et-scroll" tabindex="0" role="region" aria-label="{label}">'
        '<table class="et-table et-table--wide">'
    )


def _lead_into_help(token: Token) -> None:
    if token.type == "image":
        picture = Path(str(token.attrGet("src"))).name
        token.attrSet("src", reverse("admin:help_picture", args=[picture]))
    if token.type != "link_open":
        return
    address = str(token.attrGet("href"))
    path, _, anchor = address.partition("#")
    if not path or re.match(r"https?:", address):
        return
    name = Path(path).stem
    if path.endswith(".md") and file_of(name) is not None and "developers" not in path:
        page = reverse("admin:help", args=[name])
        token.attrSet("href", f"{page}#{anchor}" if anchor else page)
    else:
        # It is in the repository, which a reader of the help may not have.
        token.attrs.pop("href")


ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| `[\w.]+` \|$", re.MULTILINE)


@cache
def terms() -> dict[str, str]:
    rows = ROW.findall((DOCUMENTS / "words.md").read_text())
    meanings = {in_code: meaning for in_code, _, meaning in rows}
    return meanings | {on_pages: meaning for _, on_pages, meaning in rows}


def term_named(word: str) -> str:
    """The meaning of a word as a sentence without marks.

    Raises:
        KeyError: the list does not have it.
    """
    meaning = terms()[word].replace("*", "")
    return f"{meaning[0].upper()}{meaning[1:]}."


def help_page(request: HttpRequest, name: str) -> HttpResponse:
    title = GUIDES.get(name) or REFERENCE.get(name)
    if title is None:
        raise NotFound
    lists = [
        ("Guides", _links_to(GUIDES, name)),
        ("Look up", _links_to(REFERENCE, name)),
    ]
    return site.page(
        request,
        "evaltracker/help.html",
        title=f"Help: {title}",
        crumbs=[("Help", "")],
        text=guide_html(name),
        lists=lists,
    )


def _links_to(documents: dict[str, str], current: str) -> list[tuple[str, str, bool]]:
    return [
        (label, reverse("admin:help", args=[name]), name == current)
        for name, label in documents.items()
    ]


def help_picture(request: HttpRequest, name: str) -> HttpResponse:
    known = {file.name: file for file in PICTURES.glob("*.png")}
    if name not in known:
        raise NotFound
    return HttpResponse(known[name].read_bytes(), content_type="image/png")


site.register_page("help/<slug:name>/", help_page, "help")


site.register_page("help/pictures/<str:name>", help_picture, "help_picture")
