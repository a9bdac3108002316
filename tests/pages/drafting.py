"""Typing into the form that rewords R1, and what the tab keeps of it."""

from playwright.sync_api import Locator, Page

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


def wait_until(page: Page, condition: str) -> None:
    """Playwright's own way evaluates strings in the page, which its policy refuses."""
    page.evaluate(
        f"""() => new Promise((done) => {{
            const look = () => ({condition} ? done() : setTimeout(look, 20));
            look();
        }})"""
    )


def wait_for_draft(page: Page) -> None:
    """Until what was typed is kept."""
    wait_until(page, "sessionStorage.length === 1")


def throttle(page: Page, rate: int) -> None:
    """Make the page's computer so many times slower."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
