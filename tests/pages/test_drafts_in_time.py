"""Encrypting takes a moment: nothing is lost in it, and nothing comes back after it."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import Watched
from tests.pages.drafting import (
    TYPE_AND,
    WORDS,
    field,
    keep_draft,
    kept,
    throttle,
)
from tests.tiers import by_tier
from tests.waiting import until

# On a processor that is as slow as said, beside one that is not slowed.
RATES = by_tier(
    1,
    6,
    reason="the same on a slow processor; each push is quick",
    before="chromium-",
)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Each encryption takes less time than the one before it, so the first ends last.
OLDER_IS_SLOWER = """
const encrypt = SubtleCrypto.prototype.encrypt;
let wait = 900;
window.encrypted = 0;
SubtleCrypto.prototype.encrypt = async function (...all) {
    wait -= 300;
    await new Promise((resolve) => setTimeout(resolve, Math.max(wait, 0)));
    const made = await encrypt.apply(this, all);
    setTimeout(() => { window.encrypted += 1; });
    return made;
};
"""
SLOW_TO_READ = """
const decrypt = SubtleCrypto.prototype.decrypt;
SubtleCrypto.prototype.decrypt = async function (...all) {
    await new Promise((resolve) => { window.readOn = resolve; });
    return decrypt.apply(this, all);
};
"""


def await_encryption(page: Page) -> None:
    """Until all that was typed has been encrypted, in whatever order."""
    until(
        lambda: page.evaluate("window.encrypted === 3"),
        what="three texts are encrypted",
    )


@pytest.mark.parametrize("rate", RATES)
def test_who_types_and_reloads_at_once_has_it_back(
    watched: Watched, address: str, rate: int
) -> None:
    watched.log_in("lina")
    watched.open(address)
    throttle(watched.page, rate)
    with watched.page.expect_navigation():
        watched.page.evaluate(TYPE_AND, "reload")
    expect(field(watched.page)).to_have_value(WORDS)
    expect(watched.page.get_by_text("restored")).to_be_visible()


@pytest.mark.nightly(
    reason="the same draft in Chromium; each push reloads the page",
    short="::test_who_types_and_reloads_at_once_has_it_back[chromium-1]",
)
@pytest.mark.parametrize("rate", [1, 6])
def test_who_types_and_sends_at_once_in_vain_has_it_back(
    watched: Watched, address: str, rate: int
) -> None:
    watched.log_in("lina")
    page = watched.page
    watched.open(address)
    throttle(page, rate)

    def fail(route: Route) -> None:
        route.fulfill(status=502, body="Bad gateway")

    page.route(f"**{address}", fail, times=1)
    with page.expect_navigation():
        page.evaluate(TYPE_AND, "send")
    watched.open(address)
    expect(field(page)).to_have_value(WORDS)
    # The 502, and the icon that it does not name.
    watched.complaints = [it for it in watched.complaints if "Failed" not in it]


@pytest.mark.nightly(
    reason="each push reloads while it encrypts",
    short="::test_who_types_and_reloads_at_once_has_it_back[chromium-1]",
)
def test_older_words_never_come_after_newer_ones(
    watched: Watched, address: str
) -> None:
    watched.page.add_init_script(OLDER_IS_SLOWER)
    watched.log_in("lina")
    watched.open(address)
    watched.page.evaluate(TYPE_AND, "nothing")
    await_encryption(watched.page)
    watched.page.reload()
    expect(field(watched.page)).to_have_value(WORDS)


@pytest.mark.nightly(
    reason="each push reads what is kept, which one key opens",
    short="tests/pages/test_kept_drafts.py"
    "::test_what_is_kept_is_read_by_its_person_alone[chromium]",
)
def test_what_is_written_when_all_is_forgotten_is_forgotten_too(
    watched: Watched, address: str
) -> None:
    watched.page.add_init_script(OLDER_IS_SLOWER)
    watched.log_in("lina")
    watched.open(address)
    watched.page.evaluate(TYPE_AND, "nothing")
    # Another tab logs out.
    other = watched.page.context.new_page()
    other.goto(f"{watched.home}/admin/login/")
    other.evaluate("new BroadcastChannel('drafts').postMessage('logged out')")
    await_encryption(watched.page)
    assert kept(watched.page) == {}


@pytest.mark.nightly(
    reason="each push reloads while it encrypts",
    short="::test_who_types_and_reloads_at_once_has_it_back[chromium-1]",
)
def test_what_is_typed_before_the_draft_is_read_stays(
    watched: Watched, address: str
) -> None:
    page = keep_draft(watched, address)
    page.add_init_script(SLOW_TO_READ)
    page.reload()
    field(page).fill("Something else")
    page.evaluate("window.readOn()")
    expect(page.get_by_text("There is a draft from")).to_be_visible()
    expect(field(page)).to_have_value("Something else")
    page.get_by_role("button", name="Restore draft").click()
    expect(field(page)).to_have_value(WORDS)
