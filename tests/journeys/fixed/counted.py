"""People whose page loads and activations are counted by the pages themselves.

A page load is a document that the browser made, redirects not counted, or a whole page
that a script asked for. An activation is
a click or tap that the browser trusts, or Enter, or the space bar on what is no text;
the click that follows from one of these is the same one. Apart, and not counted: what
is typed or pasted, Tab and arrows, and the letters that choose in a list.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Request

from tests.browser import PASTE
from tests.journeys.people import Person

# A tab keeps the log from page to page; no page of the product looks at it.
COUNT = """
if (window === window.top && location.protocol.startsWith("http")) {
    const log = JSON.parse(sessionStorage.getItem("__log") || "[]");
    const page = {path: location.pathname, activations: 0};
    const keep = () => sessionStorage.setItem("__log", JSON.stringify(log));
    const activated = () => { page.activations += 1; keep(); };
    log.push(page);
    keep();
    const text = "textarea, [contenteditable], "
        + "input:not([type=checkbox], [type=radio], [type=file], [type=submit])";
    // A whole page that a script asks for is a page, too.
    const {fetch} = window;
    window.fetch = async (...asked) => {
        const answer = await fetch(...asked);
        if (answer.headers.get("Content-Type")?.startsWith("text/html")) {
            if (/<html/i.test(await answer.clone().text())) {
                const {pathname} = new URL(answer.url);
                log.push({path: `${pathname} by a script`, activations: 0});
                keep();
            }
        }
        return answer;
    };
    addEventListener("click", (event) => {
        // A key's click, and the one that a label hands on, have no pointer.
        if (event.isTrusted && event.pointerId !== -1) activated();
    }, true);
    addEventListener("keydown", (event) => {
        const space = event.key === " " && !event.target.matches(text);
        const counts = event.isTrusted && !event.repeat;
        if (counts && (space || event.key === "Enter")) activated();
    }, true);
}
"""
# What differs between two rows or purchases in the address of the same page.
ROW = re.compile(r"(?<=/e/)[^/]+|[0-9a-f]{8}-[0-9a-f-]{27}[^/]*|(?<=/)\d+(?=/)")


@dataclass
class Counted(Person):
    """Somebody at work; each visit of theirs ends with a change, or with the memo."""

    changed: bool = field(default=True, init=False)
    saved: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.page.add_init_script(COUNT)
        self.page.on("request", self._look_for_changes)

    def _look_for_changes(self, request: Request) -> None:
        """Whether the open page came of a change, or made one in place."""
        if not request.is_navigation_request():
            self.saved = self.saved or request.method != "GET"
        elif request.redirected_from is None:
            wanted = request.method == "POST" or request.url.endswith("/memo/")
            # What was saved in place may lead on to another page.
            self.changed = wanted or self.saved
            self.saved = False

    def arrive(self) -> None:
        """Come back to *My work*, after a while; a tab that shows it is looked at."""
        assert self.has_ended, f"{self.username} left {self.page.url}, nothing done"
        if urlsplit(self.page.url).path == "/admin/":
            # As the tab does by itself when it is looked at again.
            self.page.evaluate("Fresh.now()")
        else:
            self.page.goto(f"{self.home}/admin/")

    def column(self, grid: str, name: str) -> Locator:
        """The cells of a grid's column."""
        cell = f'[role=gridcell][tabulator-field="cells.{name}"]'
        return self.page.locator(f"#grid-{grid} {cell}")

    def paste_rows(self, grid: str, table: str) -> None:
        """Click below a grid's last row, and paste rows of a spreadsheet."""
        self.page.locator(f"#grid-{grid} :is(.gr-line, .gr-choose select)").click()
        self.page.evaluate(PASTE, table)
        yes = self.page.locator(f"#grid-{grid} dialog button:text-matches('^Add')")
        added = self.page.locator(f"#grid-{grid} [role=status]").filter(
            has_text="added"
        )
        yes.or_(added).first.wait_for()
        if yes.count():
            yes.click()
        self.saved_in(grid, "added.")

    def saved_in(self, grid: str, word: str) -> None:
        """Wait until the grid has answered, and it was no refusal."""
        foot = self.page.locator(f"#grid-{grid} [role=status]").filter(has_text=word)
        alert = self.page.locator(f"#grid-{grid} .gr-alert:not(:empty)")
        foot.or_(alert).first.wait_for()
        assert not alert.count(), alert.inner_text()

    def find(self, words: str, name: str) -> None:
        """Search for a page, a thing or an act, and go to the first that is found."""
        self.page.keyboard.press("Control+k")
        self.page.locator("#search [name=q]").fill(words)
        first = self.page.locator("#search-list [aria-selected=true]")
        first.filter(has_text=name).wait_for()
        act = "/act/" in (first.get_attribute("href") or "")
        if act:
            self.page.keyboard.press("Enter")
            self.page.locator("dialog.et-dialog[open]").wait_for()
        else:
            with self.page.expect_navigation(wait_until="domcontentloaded"):
                self.page.keyboard.press("Enter")

    def paste_into(self, grid: str, column: str, cells: list[str]) -> None:
        """Click on a column's first cell, and paste a column of a spreadsheet."""
        self.column(grid, column).first.click()
        self.page.evaluate(PASTE, "\n".join(cells))
        self.saved_in(grid, "saved.")

    @property
    def has_ended(self) -> bool:
        """Whether the open page came of a change, or made one."""
        return self.changed or self.saved

    def upload(self, name: str, table: str) -> None:
        """Click on the page's file field and choose a table."""
        with self.page.expect_file_chooser() as chooser:
            self.page.locator("main input[type=file]").click()
        chooser.value.set_files(
            {"name": name, "mimeType": "text/csv", "buffer": table.encode()}
        )

    @property
    def log(self) -> list[tuple[str, int]]:
        """Each document in turn, with its activations."""
        pages = json.loads(self.page.evaluate("sessionStorage.getItem('__log')"))
        return [(ROW.sub("…", page["path"]), page["activations"]) for page in pages]


@dataclass
class Tally:
    """How often each page was loaded, and activated."""

    loads: Counter[str] = field(default_factory=Counter)
    activations: Counter[str] = field(default_factory=Counter)

    def add(self, log: list[tuple[str, int]]) -> None:
        """Count what one person did."""
        for path, activations in log:
            self.loads[path] += 1
            self.activations[path] += activations

    def __str__(self) -> str:
        loads, activations = self.loads.total(), self.activations.total()
        return f"{loads} page loads, {activations} activations"

    def by_page(self) -> list[str]:
        """A line for each page, those first that ask most."""
        both = self.loads + self.activations
        return [
            f"{self.loads[path]:4} loads {self.activations[path]:4} activations {path}"
            for path, _ in both.most_common()
        ]
