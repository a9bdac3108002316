"""People of the demo, each at a browser of their own that must not complain."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import (
    BrowserContext,
    Locator,
    Request,
    Response,
    ViewportSize,
)

from evaltracker.demo.people import LEAD, PASSWORD
from tests.browser import Watched, follow_on
from tests.chromium import WAITS

# Set it to a folder to look at the walk: every step leaves a picture there.
PICTURES = os.environ.get("JOURNEY_PICTURES", "")
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 1000}
TITLE = "Choose an ML platform"


@dataclass
class Person(Watched):
    """Somebody who does their part by clicking what the pages offer."""

    username: str = ""
    # Answers that the step wants to see refused; the browser complains of them.
    expected: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.page.set_default_timeout(WAITS)
        self.page.on("response", self._answered)
        self.page.on("requestfailed", self._failed)

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.status}: {response.url}")

    def _failed(self, request: Request) -> None:
        # A page that is left, or that turns into a download, stops what it loads.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url} {request.failure}")

    def go(self, tab: str) -> None:
        """To a page of the evaluation, by the side menu; its group may be closed."""
        menu = self.page.get_by_role("navigation", name="Main")
        line = self.page.locator("a").filter(has_text=re.compile(rf"^\s*{tab}\s*$"))
        group = menu.locator("details").filter(has=line)
        if group.count() and group.get_attribute("open") is None:
            group.locator("summary").click()
        self.click(menu.get_by_role("link", name=tab, exact=True))

    def follow(self, link: str, *, exact: bool = False) -> None:
        """Click a link, also one that looks like a button.

        “Answer: Which support” finds the *Answer* of that question.
        """
        words = re.escape(link).replace(":", r"\s*:")
        name = re.compile(f"^{words}$" if exact else words)
        self.click(self.page.get_by_role("link", name=name).first)

    def press(self, button: str) -> None:
        """Press a form's button."""
        self.click(self.page.get_by_role("button", name=button, exact=True))

    def unfold(self, fold: str) -> None:
        """Open what is folded on the page, if it is closed."""
        if self.page.locator(fold).get_attribute("open") is None:
            self.page.locator(f"{fold} > summary").click()

    def click(self, thing: Locator) -> None:
        """Click what leads to another page, or an act over this one; be there."""
        follow_on(thing)

    def fill(self, **fields: str) -> None:
        """Fill fields by the name that the form gives them, whatever their kind."""
        form = self.form
        for name, value in fields.items():
            box = form.locator(f"[name={name}]:not([type=hidden])")
            if box.first.get_attribute("type") == "radio":
                form.locator(f"[name={name}][value={value}]").check()
            elif box.evaluate("box => box.tagName") == "SELECT":
                box.select_option(value)
            else:
                box.fill(value)

    @property
    def form(self) -> Locator:
        """Where one types: in the act that is open over the page, else in the page."""
        act = self.page.locator("dialog.et-dialog[open]")
        return act if act.count() else self.page.locator("main")

    def reads(self, words: str) -> None:
        """Wait until the page says so."""
        self.page.get_by_text(words).first.wait_for()

    def fits(self) -> None:
        """Nothing on the page makes it scroll sideways."""
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        size = self.page.viewport_size
        assert size and wide <= size["width"], f"{self.page.url} scrolls sideways"

    def see(self, title: str) -> None:
        """Leave a picture for whoever looks at the walk."""
        if PICTURES:
            tall = self.page.evaluate("document.documentElement.scrollHeight") < 3000
            place = Path(PICTURES) / f"{title}.png"
            self.page.screenshot(path=place, full_page=tall)

    def refused(self, status: int) -> None:
        """Expect one answer with this status from now on."""
        self.expected.append(status)

    def settle(self) -> None:
        """Forget the browser's own complaint about an expected refusal."""
        gone = tuple(f"status of {status}" for status in self.expected)
        self.complaints = [
            line for line in self.complaints if not any(text in line for text in gone)
        ]
        self.expected.clear()


@dataclass
class Walk:
    """The people on their way, each let in once and in a browser of their own."""

    home: str
    new_context: Callable[..., BrowserContext]
    here: dict[str, Person] = field(default_factory=dict)

    def person(self, username: str, screen: ViewportSize = DESK) -> Person:
        """That person, logged in and at *My work*."""
        if username not in self.here:
            page = self.new_context(viewport=screen).new_page()
            self.here[username] = Person(page, self.home, username=username)
            self.here[username].log_in(username, PASSWORD)
        one = self.here[username]
        one.page.set_viewport_size(screen)
        one.page.goto(f"{self.home}/admin/")
        return one

    @property
    def lead(self) -> Person:
        """The procurement lead, who stays in the evaluation and walks by its tabs."""
        lead = self.here.get(LEAD) or self.person(LEAD)
        if lead.page.locator(".et-navhere").filter(has_text=TITLE).count() == 0:
            lead.follow(TITLE)
        return lead

    @property
    def complaints(self) -> dict[str, list[str]]:
        """What anybody's browser complained of, by person."""
        return {person.username: person.complaints for person in self.here.values()}
