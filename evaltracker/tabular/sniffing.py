"""What a file is, told by its content, whatever its name says."""

import json
import re
from dataclasses import dataclass

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF file"),
    (b"{\\rtf", "a rich-text document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF87a", "a picture (GIF)"),
    (b"GIF89a", "a picture (GIF)"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database file"),
)
# These could also start a word of somebody's table; only with NULs are they proof.
WEAK_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "a program"),
    (b"BZh", "a bzip2 archive"),
    (b"PAR1", "a Parquet file"),
)
HTML = re.compile(r"<(!doctype\s+html|html|head|body|table|div|meta)\b", re.IGNORECASE)
MARKDOWN_RULE = re.compile(
    r"^ {0,3}\|?[ \t]*:?-{2,}:?[ \t]*\|[ \t|:\-]*$", re.MULTILINE
)
YAML_START = re.compile(r"^(%YAML|---\s*(#|\n|$))")
YAML_LINE = re.compile(r"^\s*(- )?[A-Za-z_][\w ./\-]{0,60}:( |$)")

TEXT_NAMES = frozenset({"csv", "tsv", "tab", "txt"})
MARKDOWN_NAMES = frozenset({"md", "markdown", "txt"})
BOOK_NAMES = frozenset({"xlsx", "xlsm", "xls", "ods"})
OTHER_NAMES = {
    "json": "a JSON file",
    "yaml": "a YAML file",
    "yml": "a YAML file",
    "pdf": "a PDF file",
    "html": "a web page (HTML)",
    "htm": "a web page (HTML)",
    "xml": "an XML file",
    "doc": "a Word document",
    "docx": "a Word document",
    "odt": "an OpenDocument text",
    "numbers": "an Apple Numbers file",
    "pages": "an Apple Pages file",
    "xlsb": "a binary Excel workbook",
    "zip": "a zip archive",
    "ics": "a calendar file",
    "rst": "a text document",
    "sql": "a database file",
    "parquet": "a Parquet file",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What the content is: "text", "xlsx" or another ending, or something in words."""

    code: str
    words: str


XLSX = Kind("xlsx", "an Excel workbook (.xlsx)")
XLS = Kind("xls", "an old Excel workbook (.xls)")
XLSM = Kind("xlsm", "an Excel workbook with macros (.xlsm)")
ODS = Kind("ods", "an OpenDocument spreadsheet (.ods)")
TEXT = Kind("text", "a text file")
MARKDOWN = Kind("md", "a Markdown table")


def extension_of(filename: str) -> str:
    """The lower-case end of `filename` after the last dot, "" without one."""
    stem, dot, end = filename.rpartition(".")
    return end.lower() if dot and stem else ""


def other(words: str) -> Kind:
    """Something that is no table."""
    return Kind("other", words)


def kind_of_bytes(content: bytes) -> Kind:
    """What `content` is by its first bytes; a zip archive is looked into elsewhere."""
    if content.startswith(b"PK\x03\x04") or content.startswith(b"PK\x05\x06"):
        return Kind("zip", "a zip archive")
    if content.startswith(OLE):
        return XLS
    for signature, words in SIGNATURES:
        if content.startswith(signature):
            return other(words)
    for signature, words in WEAK_SIGNATURES:
        if content.startswith(signature) and b"\x00" in content[:2000]:
            return other(words)
    return TEXT


def kind_of_text(text: str) -> Kind:
    """Whether `text` is a table at all, or another well-known kind of text."""
    start = text.lstrip("\ufeff \t\r\n")
    head = start[:4000]
    if HTML.match(head):
        return other("a web page (HTML)")
    if head.startswith("<?xml"):
        return other("an XML file")
    if head.startswith("BEGIN:VCALENDAR"):
        return other("a calendar file")
    if start[:1] in ("{", "[") and is_json(start):
        return other("a JSON file")
    if MARKDOWN_RULE.search(head):
        return MARKDOWN
    if YAML_START.match(head) or looks_like_yaml(head):
        return other("a YAML file")
    return TEXT


def is_json(text: str) -> bool:
    """Whether `text` parses as JSON; a deep nesting counts as JSON, too."""
    try:
        json.loads(text)
    except RecursionError:
        return True
    except ValueError:
        # Object notation with comments is still nobody's table.
        return bool(re.match(r'\{\s*("|//|/\*)', text))
    return True


def looks_like_yaml(head: str) -> bool:
    """Whether nearly every line is “key: value” and none looks like a table row."""
    lines = [line for line in head.splitlines()[:40] if line.strip()]
    if len(lines) < 3 or any(mark in line for line in lines[:3] for mark in ",;\t"):
        return False
    keyed = sum(1 for line in lines if YAML_LINE.match(line))
    return keyed >= 3 and keyed * 2 > len(lines)
