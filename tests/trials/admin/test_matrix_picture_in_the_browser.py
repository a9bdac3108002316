"""The picture by hand: keys, folding, the panel, and no barrier in any light."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Category, Evaluation
from tests.browser import Watched
from tests.factories import common, trials, vendors
from trials.admin import matrix as matrix_view
from vendors.models import Candidate

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BLANK = "{}, {}: Unanswered. No claim, no demo, no trial"


@pytest.fixture
def purchase(transactional_db: None) -> Evaluation:
    """R1 to R3 of two categories; Acme ML, whose R1 was refuted, and Globex ML."""
    where = trials.platform("must", "should", "should")
    late = Category.objects.create(evaluation=where, name="Late <b>", position=9)
    where.requirements.filter(ref="R3").update(category=late)
    one = where.requirements.get(ref="R1")
    acme = trials.claimed(where, one)
    trials.claimed(where, one, name="Globex ML")
    vendors.enter(where, "demos")
    trials.demo(acme, held=True)
    trials.verdict(trials.claim_of(acme), "demo", "fails")
    return where


def matrix(where: Evaluation) -> str:
    return f"/admin/e/{where.slug}/matrix/?candidates=all"


def fold(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


@pytest.mark.nightly(
    reason="a page by keys; each push gives scores over HTTP",
    short="tests/trials/admin/test_scores_page.py"
    "::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_keys_pass_through_categories_and_fold_them(
    watched: Watched, purchase: Evaluation
) -> None:
    watched.log_in("lina")
    watched.open(matrix(purchase))
    page, press = watched.page, watched.page.keyboard.press
    assert page.locator("table [tabindex='0']").count() == 1
    page.get_by_label(BLANK.format("Globex ML", "R2")).focus()
    press("ArrowDown")
    late = fold(page, "Late <b>")
    expect(late).to_be_focused()
    press("ArrowLeft")
    expect(late).to_have_attribute("aria-expanded", "false")
    expect(late).to_be_focused()
    expect(page.get_by_label(BLANK.format("Globex ML", "R3"))).to_be_hidden()
    press("ArrowDown")
    expect(late).to_be_focused()
    page.reload()
    expect(fold(page, "Late <b>")).to_have_attribute("aria-expanded", "false")
    fold(page, "Late <b>").press("Enter")
    press("ArrowDown")
    expect(page.get_by_label(BLANK.format("Acme ML", "R3"))).to_be_focused()
    fold(page, "Fold all categories").click()
    expect(page.locator("tbody a.mx-cell:visible")).to_have_count(0)
    three = purchase.requirements.get(ref="R3")
    watched.open(f"{matrix(purchase)}&q=#requirement-{three.pk}")
    expect(page.get_by_label(BLANK.format("Acme ML", "R3"))).to_be_visible()
    expect(page.get_by_label(BLANK.format("Acme ML", "R2"))).to_be_hidden()
    assert watched.complaints == []


@pytest.mark.nightly(
    reason="each push reads the panel of a cell",
    short="tests/trials/admin/test_matrix_picture.py"
    "::test_a_cell_is_one_mark_with_its_words_as_its_name",
)
def test_the_panel_opens_at_the_focus_and_closes_at_escape(
    watched: Watched, purchase: Evaluation
) -> None:
    watched.log_in("lina")
    watched.open(matrix(purchase))
    page = watched.page
    panel = page.locator("#matrix-panel")
    expect(panel).to_be_hidden()
    refuted = page.get_by_label("Acme ML, R1: Refuted.")
    refuted.focus()
    for words in ("Acme ML", "R1 ", "Refuted", "knocks out", "no trial"):
        expect(panel).to_contain_text(words)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(refuted).to_be_focused()
    page.get_by_label("Globex ML, R1: Claimed.").hover()
    expect(panel).to_contain_text("Globex ML")
    panel.hover()
    expect(panel.get_by_role("link", name="Open the ledger")).to_be_visible()
    page.get_by_role("link", name="Acme ML", exact=True).focus()
    expect(panel).to_contain_text("Blocked by R1")
    expect(panel).to_contain_text("1 of 3 answered")
    page.keyboard.press("/")
    expect(panel).to_be_hidden()
    refuted.press("Enter")
    page.wait_for_url("**/admin/cells/**")


@pytest.mark.nightly(
    reason="each push reads the panel of a cell",
    short="tests/trials/admin/test_matrix_picture.py"
    "::test_a_cell_is_one_mark_with_its_words_as_its_name",
)
def test_a_tap_opens_the_panel_and_its_link_the_ledger(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    purchase: Evaluation,
) -> None:
    phone = new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    watched = Watched(phone.new_page(), live_server.url)
    watched.log_in("lina")
    watched.open(matrix(purchase))
    page = watched.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("Acme ML, R1: Refuted.").tap()
    expect(page.locator("#matrix-panel")).to_contain_text("knocks out")
    assert watched.barriers() == []
    page.get_by_role("link", name="Open the ledger").tap()
    page.wait_for_url("**/admin/cells/**")
    assert watched.complaints == []


@pytest.mark.nightly(
    reason="six looks in Chromium; each push gives scores over HTTP",
    short="tests/trials/admin/test_scores_page.py"
    "::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_the_picture_has_no_barrier_in_light_and_dark(
    watched: Watched, purchase: Evaluation
) -> None:
    for number in range(6):
        Candidate.objects.create(
            evaluation=purchase, name=f"Initech {number} with a long name", kind="build"
        )
    vendors.declare_none(purchase)
    common.otto()
    watched.log_in("lina")
    for scheme in ("light", "dark"):
        watched.page.emulate_media(color_scheme=scheme)
        for width in (1920, 1280, 390):
            watched.page.set_viewport_size({"width": width, "height": 900})
            watched.open(matrix(purchase))
            watched.page.get_by_label("Acme ML, R1: Refuted.").focus()
            assert watched.barriers() == [], (scheme, width)
            wide = watched.page.evaluate(
                "document.querySelector('.mx-scroll').scrollWidth"
                " - document.querySelector('.mx-scroll').clientWidth"
            )
            assert wide == 0, (scheme, width)


@pytest.mark.nightly(
    reason="each push folds rows of the page, and compares the two",
    short="tests/trials/admin/test_matrix_at_size.py"
    "::test_rows_made_of_data_are_those_of_the_page[True]",
)
def test_rows_made_of_data_fold_as_well(
    watched: Watched, purchase: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix_view, "TABLE", 1)
    monkeypatch.setattr(matrix_view, "ROWS", 2)
    watched.log_in("lina")
    watched.open(matrix(purchase))
    page = watched.page
    rows = page.locator("table.mx--live tbody tr")
    expect(rows).to_have_count(5)
    first = fold(page, "Training")
    first.click()
    expect(rows).to_have_count(3)
    expect(fold(page, "Training")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(fold(page, "Late <b>")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label(BLANK.format("Acme ML", "R3"))).to_be_focused()
    expect(page.locator("#matrix-panel")).to_contain_text("R3 ")
    one = purchase.requirements.get(ref="R1")
    watched.open(f"{matrix(purchase)}&q=#requirement-{one.pk}")
    expect(page.get_by_label("Acme ML, R1: Refuted.")).to_be_focused()
    assert watched.barriers() == []


@pytest.mark.nightly(
    reason="each push reads the view in each address of the page",
    short="tests/trials/admin/test_matrix_picture.py"
    "::test_the_view_stays_in_every_address_of_the_page",
)
def test_three_lines_a_cell_stay_a_choice(
    watched: Watched, purchase: Evaluation
) -> None:
    watched.log_in("lina")
    watched.open(matrix(purchase))
    page = watched.page
    page.get_by_role("link", name="Three lines").click()
    expect(page.locator("tbody").get_by_text("no demo").first).to_be_visible()
    page.get_by_label("Must-haves").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("link", name="Three lines")).to_have_attribute(
        "aria-current", "true"
    )
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Acme ML, R1: claimed now; shown fails").focus()
    page.keyboard.press("ArrowRight")
    focused = page.evaluate("document.activeElement.ariaLabel")
    assert focused.startswith("Globex ML, R1: claimed now; ")
    assert watched.barriers() == []
