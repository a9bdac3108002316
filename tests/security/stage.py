"""A browser whose every request the product answers in this process.

No server stands between, so a world that is one transaction can be looked at, and what
leaves the product's address is seen and stopped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders

from tests.browser import WATCH_CSP

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Page, Route

HOME, STATIC = "http://testserver", "/static/"


@dataclass
class Stage:
    """A page of a browser, and all that it should not have done."""

    page: Page
    client: Client
    statuses: dict[str, int] = field(default_factory=dict)
    dialogs: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    _made: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page.add_init_script(WATCH_CSP)
        self.page.on("dialog", self._asked)
        self.page.route("**/*", self._answer)

    def _asked(self, dialog: Any) -> None:
        self.dialogs.append(f"{self.page.url}: {dialog.message}")
        dialog.dismiss()

    def _answer(self, route: Route) -> None:
        url = route.request.url
        place = urlsplit(url)
        if not url.startswith(f"{HOME}/"):
            self.foreign.append(f"{self.page.url}: {url}")
            route.abort()
        elif place.path.startswith(STATIC):
            route.fulfill(path=finders.find(place.path.removeprefix(STATIC)))
        else:
            route.fulfill(**self._made)

    def open(self, path: str) -> Page | None:
        """Show a page, to be asked things; a download is not shown."""
        # Asked here: inside the browser's loop it would be another connection.
        answer = self.client.get(path, follow=True)
        self.statuses[path] = answer.status_code
        if "attachment" in answer.get("Content-Disposition", ""):
            return None
        self._made = {
            "status": answer.status_code,
            "headers": dict(answer.items()),
            "body": answer.getvalue(),
        }
        self.page.goto(f"{HOME}{path}", wait_until="load")
        self.reports += [
            f"{path}: {one}" for one in self.page.evaluate("window.__violations")
        ]
        return self.page
