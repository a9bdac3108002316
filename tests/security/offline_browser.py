"""A browser whose every request the product answers in this process.

No server of the product stands between, so a world that is one transaction can be
looked at; what it answered is handed to the browser from memory, beside its static
files, which the browser keeps. What leaves the product's address is seen, and the
browser of the tests reaches nothing there (`browser_type_launch_args`).
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Page

from tests.browser import WATCH_CSP

HOST, STATIC = "127.0.0.1", "/static/"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser gets."""

    status: int
    headers: Mapping[str, str]
    body: bytes


NOTHING = Answer(404, {}, b"")


@dataclass
class OfflineBrowser:
    """A page of a browser, and all that it should not have done."""

    page: Page
    client: Client
    home: str
    answers: dict[str, Answer]
    statuses: dict[str, int] = field(default_factory=dict)
    dialogs: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(WATCH_CSP)
        self.page.on("dialog", self._asked)
        self.page.on("request", self._sent)

    def _asked(self, dialog: Any) -> None:
        # The product's own question before a form is left: the walk goes on.
        if dialog.type == "beforeunload":
            dialog.accept()
            return
        self.dialogs.append(f"{self.page.url}: {dialog.message}")
        dialog.dismiss()

    def _sent(self, request: Any) -> None:
        if not request.url.startswith((f"{self.home}/", "data:", "blob:", "about:")):
            self.foreign.append(f"{self.page.url}: {request.url}")

    def fetch(self, path: str) -> bool:
        """Ask the product, and keep what it answers."""
        # Asked here: in the server's thread it would be another connection.
        answer: Any = self.client.get(path, follow=True)
        return self.keep(path, answer)

    def keep(self, path: str, answer: Any) -> bool:
        """Keep an answer for the browser; whether it can be shown."""
        self.statuses[path] = answer.status_code
        self.answers[path] = Answer(
            answer.status_code, dict(answer.items()), answer.getvalue()
        )
        return "attachment" not in answer.get("Content-Disposition", "")

    def open(self, path: str) -> Page | None:
        """Show a page, to be asked things; a download is not shown."""
        return self.show(path) if self.fetch(path) else None

    def show(self, path: str) -> Page:
        """Show what was kept for that address."""
        self.page.goto(f"{self.home}{path}", wait_until="load")
        self.reports += [
            f"{path}: {value}" for value in self.page.evaluate("window.__violations")
        ]
        return self.page


@contextmanager
def offline_browser(page: Page, client: Client) -> Iterator[OfflineBrowser]:
    """The browser, for as long as its server runs."""
    answers: dict[str, Answer] = {}

    class Hands(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            place = urlsplit(self.path).path
            given = (
                static_file(place.removeprefix(STATIC))
                if place.startswith(STATIC)
                else answers.get(self.path, NOTHING)
            )
            self.send_response(given.status)
            for name, value in given.headers.items():
                if name.lower() != "content-length":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            self.wfile.write(given.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((HOST, 0), Hands) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield OfflineBrowser(
                page, client, f"http://{HOST}:{server.server_port}", answers
            )
        finally:
            server.shutdown()


def static_file(name: str) -> Answer:
    """A file of ours or of the theme's, which never changes meanwhile."""
    found = finders.find(name)
    if not found:
        return NOTHING
    kind = guess_type(found)[0] or "application/octet-stream"
    headers = {"Content-Type": kind, "Cache-Control": "max-age=3600"}
    return Answer(200, headers, Path(found).read_bytes())
