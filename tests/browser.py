"""A browser that notices everything: console, CSP, foreign requests, axe."""

import time
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Locator, Page, expect

from tests.chromium import WAITS
from tests.factories.common import PASSWORD

WATCH_CSP = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
    window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""
# Puts a text where the focus is, as Ctrl+V does.
PASTE = """text => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.activeElement.dispatchEvent(
        new ClipboardEvent(
            "paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


# Whether it belongs to an act that is, or will be, shown over the page.
IN_DIALOG = """thing => {
    const page = document.getElementById("page-content");
    const act = thing.closest("a[href*='/act/']");
    const over = page && act && !page.querySelector("[data-whole]");
    return Boolean(over || thing.closest("dialog.et-dialog"));
}"""


def follow_on(thing: Locator) -> None:
    """Click what leads to another page, or to an act over this one, and be there."""
    page = thing.page
    if thing.evaluate(IN_DIALOG):
        thing.click()
        expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=WAITS)
    else:
        with page.expect_navigation(wait_until="domcontentloaded"):
            thing.click()


@dataclass
class Watched:
    """A page of the product, and what went wrong on it."""

    page: Page
    home: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(WATCH_CSP)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda e: self.complaints.append(f"error: {e}"))
        self.page.on("request", self._asked)

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console: {message.text} {message.location}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.home, "data:", "blob:", "about:")):
            self.complaints.append(f"foreign request: {request.url}")

    def log_in(self, username: str, password: str = PASSWORD) -> None:
        """Log in through the page, as people do."""
        self.page.goto(f"{self.home}/admin/login/")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(f"{self.home}/admin/**")

    def grow_old(self) -> None:
        """As if the person had shown eleven minutes ago who they are."""
        keys = {it["name"]: it["value"] for it in self.page.context.cookies()}
        session = SessionStore(keys[settings.SESSION_COOKIE_NAME])
        session["proved_at"] = time.time() - 660
        session.save()

    def open(self, path: str) -> None:
        """Open a page and let its scripts run."""
        self.page.goto(f"{self.home}{path}")
        self.page.wait_for_load_state("networkidle")
        self.complaints += self.page.evaluate("window.__violations")

    def barriers(self) -> list[str]:
        """What axe calls serious or critical on this page."""
        results = Axe().run(self.page).response["violations"]
        return [
            f"{found['id']}: {node['html'][:160]}"
            for found in results
            if found["impact"] in {"serious", "critical"}
            for node in found["nodes"]
        ]
