"""Typing into the form that rewords R1, and what the tab keeps of it."""

from playwright.sync_api import Dialog, Locator, Page

from tests.browser import Watched
from tests.waiting import until

WORDS = "Trains on GPUs that we own"
KEPT = "Object.fromEntries(Object.entries(sessionStorage))"
# Types, and goes on in the same breath: nothing runs between the two.
TYPE_AND = """then => {
    const field = document.querySelector("textarea[name=text]");
    for (const text of ["Tra", "Trains on", "Trains on GPUs that we own"]) {
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    ({
        nothing() {},
        reload() { location.reload(); },
        send() { field.form.requestSubmit(field.form.querySelector("[type=submit]")); },
    })[then]();
}"""


def kept(page: Page) -> dict[str, str]:
    """All that the tab keeps."""
    found: dict[str, str] = page.evaluate(KEPT)
    return found


def field(page: Page) -> Locator:
    """Where the new words are typed."""
    return page.get_by_label("New words")


def wait_for_draft(page: Page) -> None:
    """Until what was typed is kept.

    Playwright's own way evaluates strings in the page, which its policy refuses.
    """
    until(
        lambda: page.evaluate("sessionStorage.length === 1"),
        what="what was typed is kept",
    )


def keep_draft(watched: Watched, address: str) -> Page:
    """Lina types the words, and the page keeps them."""
    watched.log_in("lina")
    watched.open(address)
    field(watched.page).fill(WORDS)
    wait_for_draft(watched.page)
    return watched.page


def dialogs_of(page: Page) -> list[str]:
    """The kinds of the page's dialogs, which are all accepted, as they come."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    return asked


def throttle(page: Page, rate: int) -> None:
    """Make the page's computer so many times slower."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
