"""Cell text as a person reads it: markup taken off, links kept where they count."""

import html
import re

from evaltracker.toolbox.text import read_link

KNOWN_TAGS = (
    "a|abbr|b|blockquote|br|center|code|del|div|em|font|h[1-6]|hr|i|img|ins|li|ol|p|"
    "pre|s|small|span|strong|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul"
)
# Every pattern is bounded, so that no cell can make it slow.
TAG = re.compile(rf"</?(?:{KNOWN_TAGS})(?:\s[^<>]{{0,600}})?/?>", re.IGNORECASE)
BREAKING = re.compile(
    r"<(?:br|/p|/div|/li|/tr|/h[1-6]|hr)\b[^<>]{0,200}>", re.IGNORECASE
)
ITEM = re.compile(r"<li\b[^<>]{0,200}>", re.IGNORECASE)
ANCHOR = re.compile(
    r"<a\b[^<>]{0,300}?\bhref\s{0,5}=\s{0,5}[\"']?([^\"'<>\s]{1,2000})[\"']?"
    r"[^<>]{0,300}>([^<>]{0,500})</a\s{0,5}>",
    re.IGNORECASE,
)
LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\(([^()\s]{1,2000}(?:\([^()\s]{0,200}\))?)\)")
BARE = re.compile(r"\bhttps?://[^\s<>\"'|]{1,2000}", re.IGNORECASE)
STRONG = re.compile(r"(~~|\*\*)([^*~\n]{1,500})\1")
BETWEEN_LINKS = re.compile(r"[\s;|]+|,(?=https?://)")
BLANKS = re.compile(r"[ \t]+")


def without_markup(cell: str) -> str:
    """`cell` without HTML and Markdown; a link reads “words (address)”.

    Only tags of HTML are taken off: “<5 ms” and “{{name}}” are somebody's words.
    """
    plain = LINK.sub(_spelled_out, without_tags(cell))
    # Files have tens of thousands of cells, and hardly one has a mark.
    if plain.isascii() and plain.isprintable() and "&" not in plain:
        return BLANKS.sub(" ", plain).strip()
    plain = html.unescape(plain).replace("\u00a0", " ").replace("\x00", "")
    lines = "\n".join(BLANKS.sub(" ", line).strip() for line in plain.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def without_tags(cell: str) -> str:
    """`cell` with its HTML as plain lines and its HTML links as Markdown links."""
    if "<" not in cell and "**" not in cell and "~~" not in cell:
        return cell
    text = ANCHOR.sub(r"[\2](\1)", cell)
    text = ITEM.sub("\n- ", BREAKING.sub("\n", text))
    return STRONG.sub(r"\2", TAG.sub("", text))


def web_addresses(cell: str) -> tuple[list[str], list[str]]:
    """The http(s) links of a cell that may be shown to people, and its other words."""
    spaced = LINK.sub(r" \2 ", without_tags(cell))
    parts = dict.fromkeys(map(_bare, BETWEEN_LINKS.split(html.unescape(spaced))))
    good = [word for word in parts if _is_web_address(word)]
    return good, [word for word in parts if word and word not in good]


def first_address(text: str) -> str:
    """The first http(s) link within a text."""
    link = BARE.search(text)
    if link:
        address = _bare(link[0].rstrip("."))
    else:
        address = ""
    if _is_web_address(address):
        return address
    return ""


def _bare(address: str) -> str:
    """`address` without the marks of the sentence that it stands in."""
    trimmed = address.strip(",;")
    if trimmed.endswith(")") and trimmed.count(")") > trimmed.count("("):
        trimmed = trimmed[:-1]
    return trimmed.rstrip(",;:")


def _is_web_address(address: str) -> bool:
    try:
        return bool(read_link(address))
    except ValueError:
        return False


def _spelled_out(link: re.Match[str]) -> str:
    label = link[1].strip()
    address = link[2]
    if label and label != address:
        return f"{label} ({address})"
    return address
