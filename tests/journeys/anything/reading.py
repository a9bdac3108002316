"""All that people read of a purchase, and the words that only IT would have there."""

import io
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

from django.test import Client
from docx import Document
from openpyxl import load_workbook

WORDS = (
    *("SSO", "single sign-on", "egress", "licence", "DevOps", "engineer", "engineers"),
    *("on-call", "cloud", "software", "deploy", "integration", "API", "mock-up"),
    *("runs on", "data set", "vendor's data"),
)
# “IT” in capitals alone, or every “it” would be one.
FOREIGN = re.compile(
    rf"(?<![\w-])(?:IT|(?i:{'|'.join(map(re.escape, WORDS))}))(?![\w-])"
)
# What is read out or shown of an element besides its text.
SHOWN = {"title", "aria-label", "placeholder", "alt", "label"}
PLACES = ("/admin/", "/vendor/")
# The product's own documents, what ends the session, and what is no page.
APART = re.compile(
    r"/admin/(logout|help|jsi18n)|/sign-out/|/calendar/|/start-evaluation/"
)
# Forms of acts, besides.
ACTS_TOO = re.compile(rf"{APART.pattern}|/admin/act/")
ADDRESS = re.compile(r"https?://\S+")
ROW = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")


class Page(HTMLParser):
    """What a page says to who sees or hears it, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self._within = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.texts += [values[name] for name in SHOWN & values.keys()]
        if values.get("type") in ("submit", "button"):
            self.texts.append(values.get("value", ""))
        self.links += [
            value
            for name, value in values.items()
            if value.startswith(PLACES) and name not in ("action", "formaction")
        ]
        if tag in ("script", "style"):
            self._within = values.get("type") or tag

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "application/json":
            self.texts += strings_of(json.loads(data))
        elif not self._within:
            self.texts.append(" ".join(data.split()))


def strings_of(value: Any) -> Iterator[str]:
    """Every text within what JSON says."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from strings_of(inner)
    elif isinstance(value, str):
        yield value


def texts_of(kind: str, body: bytes) -> list[str]:
    """What a file says, by its type; nothing of pictures."""
    if kind.endswith("wordprocessingml.document"):
        book: Any = Document(io.BytesIO(body))
        rows = [row for table in book.tables for row in table.rows]
        cells = [cell.text for row in rows for cell in row.cells]
        return [*(line.text for line in book.paragraphs), *cells]
    if kind.endswith("spreadsheetml.sheet"):
        sheets = load_workbook(io.BytesIO(body), read_only=True).worksheets
        rows = [row for sheet in sheets for row in sheet.iter_rows(values_only=True)]
        cells = [str(cell) for row in rows for cell in row if cell is not None]
        return [*(sheet.title for sheet in sheets), *cells]
    if kind == "application/json":
        return list(strings_of(json.loads(body)))
    return body.decode().splitlines() if kind.startswith("text/") else []


def texts_of_answer(answer: Any) -> list[str]:
    """What a page or a file says."""
    kind = answer.headers.get("Content-Type", "").split(";")[0]
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return Page(body.decode()).texts if kind == "text/html" else texts_of(kind, body)


def everything(
    client: Client, *first: str, apart: re.Pattern[str] = APART
) -> Iterator[tuple[str, list[str]]]:
    """Each address that links lead to, with what is read there; of rows alike, such as
    requirements, the page of one."""
    waiting, seen = deque(first), set(first)
    while waiting:
        address = waiting.popleft()
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        yield address, texts_of_answer(answer)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        for link in Page(answer.content.decode()).links:
            link = link.partition("#")[0]
            shape = ROW.sub("…", link.partition("?")[0])
            if shape not in seen and not apart.search(link):
                seen.add(shape)
                waiting.append(link)


def foreign_in(texts: Iterable[str]) -> list[str]:
    """Each foreign word with what stands around it."""
    return [
        text[max(0, match.start() - 60) : match.end() + 60]
        for text in dict.fromkeys(ADDRESS.sub("…", text) for text in texts)
        for match in FOREIGN.finditer(text)
    ]
