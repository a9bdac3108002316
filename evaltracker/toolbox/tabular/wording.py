"""Cell text as a person reads it: markup taken off, links kept where they count."""

import html
import io
import re
import zipfile
from dataclasses import dataclass

from evaltracker.toolbox.tabular.cells import MOST_FILE_BYTES
from evaltracker.toolbox.text import read_link

# How big a file is, seen without reading it.

# Some ten thousand rows: what a machine reads and compares in about a second.
LARGE_TEXT = 1_500_000
LARGE_UNPACKED = 4_000_000


def is_large(content: bytes) -> bool:
    """Whether reading it would hold up a page; what is too big is refused at once."""
    if len(content) > MOST_FILE_BYTES:
        return False
    if not content.startswith(b"PK"):
        return len(content) > LARGE_TEXT
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            declared = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
    return declared > LARGE_UNPACKED


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
STRUCK = re.compile(r"~~([^~\n]{1,500})~~")
BOLD = re.compile(r"\*\*([^*\n]{1,500})\*\*")
BETWEEN_LINKS = re.compile(r"[\s;|]+|,(?=https?://)")
BLANKS = re.compile(r"[ \t]+")


def without_markup(cell: str) -> str:
    """`cell` without HTML and Markdown; a link reads “words (address)”.

    Only tags of HTML are taken off: “<5 ms” and “{{name}}” are somebody's words.
    """
    plain = without_tags(cell)
    return tidy_lines(LINK.sub(spelled_out, plain) if "](" in plain else plain)


@dataclass(frozen=True, slots=True)
class Answer:
    """A cell as a statement and the link that proves it."""

    statement: str
    evidence_url: str = ""
    refused_links: tuple[str, ...] = ()


def as_answer(cell: str) -> Answer:
    """`cell` with its first web link as evidence; further links stay in the words."""
    first: list[str] = []
    refused: list[str] = []

    def take(found: re.Match[str]) -> str:
        label, address = found[1].strip(), html.unescape(found[2])
        if not is_web_address(address):
            refused.append(address)
            return spelled_out(found)
        if first:
            return spelled_out(found)
        first.append(address)
        return label or address

    statement = LINK.sub(take, without_tags(cell))
    if not first:
        bare = BARE.search(statement)
        address = without_tail(bare[0]).rstrip(".") if bare else ""
        if is_web_address(address):
            first.append(address)
    return Answer(tidy_lines(statement), "".join(first), tuple(refused))


def web_addresses(cell: str) -> tuple[list[str], list[str]]:
    good: list[str] = []
    bad: list[str] = []
    spaced = LINK.sub(lambda found: f" {found[2]} ", without_tags(cell))
    for part in BETWEEN_LINKS.split(html.unescape(spaced)):
        word = without_tail(part)
        if word and word not in good:
            (good if is_web_address(word) else bad).append(word)
    return good, bad


def without_tail(address: str) -> str:
    """`address` without the marks of the sentence that it stands in."""
    trimmed = address.strip(",;")
    if trimmed.endswith(")") and trimmed.count(")") > trimmed.count("("):
        trimmed = trimmed[:-1]
    return trimmed.rstrip(",;:")


def is_web_address(address: str) -> bool:
    """Whether `address` is an http(s) link that may be shown to people."""
    try:
        read_link(address)
    except ValueError:
        return False
    return True


def spelled_out(found: re.Match[str]) -> str:
    """A Markdown link as “words (address)”."""
    label, address = found[1].strip(), found[2]
    return f"{label} ({address})" if label and label != address else address


def without_tags(cell: str) -> str:
    """`cell` with its HTML as plain lines and its HTML links as Markdown links."""
    # Files have tens of thousands of cells, and hardly one has a mark.
    if "<" not in cell and "**" not in cell and "~~" not in cell:
        return cell
    text = ANCHOR.sub(lambda found: f"[{found[2]}]({found[1]})", cell)
    text = ITEM.sub("\n- ", BREAKING.sub("\n", text))
    return BOLD.sub(r"\1", STRUCK.sub(r"\1", TAG.sub("", text)))


def tidy_lines(text: str) -> str:
    """Entities as letters, no double blanks, and no more than one empty line."""
    if text.isascii() and text.isprintable() and "&" not in text and "  " not in text:
        return text.strip()
    plain = html.unescape(text).replace("\u00a0", " ").replace("\x00", "")
    lines = [BLANKS.sub(" ", line).strip() for line in plain.splitlines()]
    tidied: list[str] = []
    for line in lines:
        if line or (tidied and tidied[-1]):
            tidied.append(line)
    return "\n".join(tidied).strip()


def comparable(text: str) -> str:
    """`text` for telling whether two are the same words: no case, no marks."""
    return "".join(mark for mark in text.casefold() if mark.isalnum())
