"""What waits on people is done in the dialog over the page; no script loads a page."""

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from evaltracker.evaluations.models import Evaluation
from tests.browser import Watched
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Agreement
from trials.services.contracts import (
    agree_contracts,
    contracts_awaiting,
    digest_of_all,
    propose_contract,
)
from vendors.models import PriceOpening
from vendors.services.quotes import ask_to_open_prices

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROW = "Agree to the terms of 2 trials"
COVERED = """said => {
    const mine = said.getBoundingClientRect();
    const rows = document.querySelectorAll("main li, main tr, a[href], button");
    return [...rows].filter((row) => {
        const its = row.getBoundingClientRect();
        return its.width && !said.contains(row) && its.left < mine.right
            && its.right > mine.left && its.top < mine.bottom && its.bottom > mine.top;
    }).map((row) => row.outerHTML.slice(0, 80));
}"""


@pytest.fixture
def pages(watched: Watched) -> list[str]:
    """Addresses of whole pages that scripts asked for."""
    asked: list[str] = []

    def look(response: Response) -> None:
        by_script = response.request.resource_type in {"fetch", "xhr"}
        kind = response.headers.get("content-type", "")
        if by_script and kind.startswith("text/html") and "<html" in response.text():
            asked.append(response.url)

    watched.page.on("response", look)
    return asked


@pytest.fixture
def trying() -> Evaluation:
    """Two trials whose terms wait for every role."""
    where = trials.platform("must", "should")
    options = [trials.claimed(where, name=name) for name in ("Acme ML", "Globex")]
    vendors.enter(where, "trials")
    for option in options:
        propose_contract(trial=trials.trial(option, agreed=False), by=where.owner)
    return where


def at_work(watched: Watched, username: str) -> Page:
    """Somebody on My work; the page would forget a mark if it were loaded anew."""
    watched.log_in(username)
    watched.open("/admin/")
    watched.page.evaluate("window.__mark = true")
    return watched.page


def is_same(page: Page) -> bool:
    return bool(page.evaluate("window.__mark === true"))


def opened(page: Page) -> Locator:
    return page.locator("dialog.et-dialog[open]")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desk", "phone"])
@pytest.mark.nightly(
    reason="an act in place from the list; each push does one on another page by keys",
    short="tests/pages/test_dialog_in_the_browser.py"
    "::test_done_by_keyboard_the_page_shows_it_without_a_load[chromium]",
)
def test_by_keys_alone_a_row_is_done_and_leaves_the_list(
    watched: Watched, pages: list[str], trying: Evaluation, size: tuple[int, int]
) -> None:
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = at_work(watched, "ivan")
    page.get_by_role("link", name=ROW).focus()
    page.keyboard.press("Enter")
    expect(opened(page)).to_be_visible()
    style = "dialog => getComputedStyle(dialog).position"
    assert opened(page).evaluate(style) == "fixed"
    assert watched.barriers() == []
    opened(page).get_by_role("button", name="I agree to all").focus()
    page.keyboard.press("Enter")
    expect(opened(page)).to_have_count(0)
    expect(page.get_by_text(ROW)).to_have_count(0)
    said = page.locator(".et-said")
    expect(said).to_contain_text("agreed")
    assert said.evaluate(COVERED) == []
    assert watched.barriers() == []
    assert (is_same(page), pages) == (True, [])
    assert Agreement.objects.count() == 2


@pytest.mark.nightly(
    reason="each push reads the parts that a script asks for",
    short="tests/pages/test_dialog.py"
    "::test_a_script_gets_the_parts_of_a_page_and_never_all_of_it",
)
def test_who_comes_back_to_the_tab_reads_what_was_done_meanwhile(
    watched: Watched, pages: list[str], trying: Evaluation
) -> None:
    page = at_work(watched, "ivan")
    expect(page.get_by_text(ROW).first).to_be_visible()
    ivan = stakeholders.holder("it")
    digest = digest_of_all(contracts_awaiting(trying, ivan))
    agree_contracts(evaluation=trying, digest=digest, by=ivan)
    page.evaluate("Fresh.looked = 0; dispatchEvent(new Event('focus'))")
    expect(page.get_by_text(ROW)).to_have_count(0)
    assert (is_same(page), pages) == (True, [])


@pytest.mark.nightly(
    reason="another act in place; each push does one on another page by keys",
    short="tests/pages/test_dialog_in_the_browser.py"
    "::test_done_by_keyboard_the_page_shows_it_without_a_load[chromium]",
)
def test_the_password_is_a_field_of_the_dialog_that_opens_prices(
    watched: Watched, pages: list[str]
) -> None:
    where = vendors.in_research(common.evaluation())
    stakeholders.stakeholders(where, "it", "leadership")
    vendors.candidate(where)
    where = vendors.enter(where, "decision")
    ask_to_open_prices(evaluation=where, by=where.owner)
    page = at_work(watched, "viktor")
    watched.grow_old()
    link = page.get_by_role("link", name="Open the prices").first
    link.click()
    dialog = opened(page)
    expect(dialog.get_by_role("heading", level=2)).to_have_text("Open the prices")
    field = dialog.get_by_label("Password")
    assert watched.barriers() == []
    field.fill("guess")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Incorrect password.").first).to_be_visible()
    expect(dialog.get_by_label("Password")).to_be_focused()
    watched.complaints = [it for it in watched.complaints if "400" not in it]
    assert PriceOpening.objects.get().confirmed_at is None
    dialog.get_by_label("Password").fill(common.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".et-said")).to_have_text("Prices are open.")
    expect(link).to_have_count(0)
    assert (is_same(page), pages) == (True, [])
    assert PriceOpening.objects.get().confirmed_at


@pytest.mark.nightly(
    reason="each push lets an act wait for the connection",
    short="tests/pages/test_drafts_in_the_browser.py"
    "::test_without_a_connection_an_act_waits_until_it_is_back[chromium]",
)
def test_offline_it_says_so_and_keeps_what_was_typed(
    watched: Watched, purchase: Evaluation
) -> None:
    page = at_work(watched, "lina")
    watched.open(f"/admin/e/{purchase.slug}/requirements/")
    page.get_by_role("link", name="Add a category").click()
    opened(page).get_by_label("Name").fill("Running it")
    page.route("**/admin/act/**", lambda route: route.abort("internetdisconnected"))
    opened(page).get_by_role("button", name="Add", exact=True).click()
    expect(opened(page).get_by_role("alert")).to_have_text("Not saved. Try again.")
    expect(opened(page).get_by_label("Name")).to_have_value("Running it")
    watched.complaints = [it for it in watched.complaints if "DISCONNECTED" not in it]


@pytest.mark.nightly(
    reason="each push signs from such a link of a mail",
    short="tests/workflow/admin/test_sign_in_the_browser.py"
    "::test_from_the_link_of_the_mail_to_a_signed_list[chromium]",
)
def test_an_address_names_the_act_that_its_page_opens_with(
    watched: Watched, pages: list[str], trying: Evaluation
) -> None:
    watched.log_in("ivan")
    watched.open(f"/admin/?do=/admin/act/agree-contracts/{trying.pk}/")
    expect(opened(watched.page)).to_contain_text("Acme ML")
    assert watched.page.url == f"{watched.home}/admin/"
    watched.open("/admin/?do=//example.com/admin/act/")
    expect(opened(watched.page)).to_have_count(0)
    assert pages == []
