"""Prices of four candidates in one paste, asked back where they can mean two things."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from evaltracker.evaluations.models import Evaluation
from tests.browser import PASTE, Watched
from tests.factories import common, vendors
from vendors.models import CostLine

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ("Blitz Clean", "Green Broom", "MegaFacility", "Sauber & Co.")
KINDS = ("licence or usage", "set-up", "training", "exit")
STOP = "#grid-costs [tabindex='0']"


@pytest.fixture
def where(db: None) -> Evaluation:
    where = common.evaluation()
    vendors.enter(where, "research")
    for name in NAMES:
        vendors.candidate(where, name)
    return where


@pytest.fixture
def grid(watched: Watched, where: Evaluation) -> Page:
    watched.page.set_viewport_size({"width": 1280, "height": 900})
    watched.log_in("lina")
    watched.open(f"/admin/e/{where.slug}/costs/")
    watched.page.locator(STOP).focus()
    return watched.page


def heard(watched: Watched) -> None:
    """A question or a refusal is a 400 or 409, which the browser itself reports."""
    watched.complaints = [
        text for text in watched.complaints if "the server resp" not in text
    ]


def saved(page: Page, sentence: str) -> None:
    expect(page.locator("#grid-costs").get_by_role("status")).to_contain_text(sentence)


@pytest.mark.nightly(
    reason="another grid in Chromium; each push pastes into one and undoes it",
    short="tests/pages/grids/test_grid_in_the_browser.py"
    "::test_cells_are_edited_pasted_and_undone_by_keyboard[chromium]",
)
def test_sixteen_prices_are_one_paste_and_one_undo(grid: Page) -> None:
    rows = [
        "\t".join([kind, *(str(100 * place + at) for at in range(4))])
        for place, kind in enumerate(KINDS, 1)
    ]
    grid.evaluate(PASTE, "\n".join(["\t".join(["Item", *NAMES]), *rows]))
    saved(grid, "16 cells saved.")
    assert CostLine.objects.count() == 16
    assert CostLine.objects.get(candidate__name=NAMES[1], kind="exit").likely == 401
    grid.get_by_role("button", name="Undo").press("Enter")
    saved(grid, "Undone.")
    assert not CostLine.objects.exists()


@pytest.mark.nightly(
    reason="another grid in Chromium; each push pastes into one",
    short="tests/pages/grids/test_grid_in_the_browser.py"
    "::test_cells_are_edited_pasted_and_undone_by_keyboard[chromium]",
)
def test_what_does_not_match_is_asked_in_a_panel(grid: Page, watched: Watched) -> None:
    grid.evaluate(
        PASTE,
        "Position\tBlitz\tGreen Broom\nUnterhalt\t11.800\t12.400\nGlas\t3.800\t3.650",
    )
    panel = grid.locator(".gr-asks")
    for label, choice in (
        ("Blitz:", "Blitz Clean"),
        ("Unterhalt:", "support contract"),
        ("Glas:", "training"),
        ("“11.800”", "11,800"),
    ):
        panel.get_by_label(label).select_option(choice)
    assert watched.barriers() == []
    assert not CostLine.objects.exists()
    panel.get_by_role("button", name="Save").press("Enter")
    saved(grid, "4 cells saved.")
    lines = CostLine.objects.order_by("likely")
    assert [line.likely for line in lines] == [3650, 3800, 11800, 12400]
    heard(watched)


@pytest.mark.nightly(
    reason="another cell in Chromium; each push edits cells of one grid",
    short="tests/pages/grids/test_grid_in_the_browser.py"
    "::test_cells_are_edited_pasted_and_undone_by_keyboard[chromium]",
)
def test_one_cell_is_asked_back_in_place(grid: Page, watched: Watched) -> None:
    for key in ("1", ".", "2", "0", "0", "Enter"):
        grid.keyboard.press(key)
    grid.get_by_role("button", name="1,200").press("Enter")
    saved(grid, "Saved.")
    assert CostLine.objects.get().likely == Decimal(1200)
    # Enter went on to the row below.
    grid.keyboard.press("ArrowUp")
    grid.keyboard.press("Delete")
    expect(grid.locator(".gr-item .gr-value", has_text="1,200")).to_have_count(0)
    assert not CostLine.objects.exists()
    for key in ("s", "o", "o", "n", "Enter"):
        grid.keyboard.press(key)
    expect(grid.get_by_role("alert").filter(has_text="is not a price")).to_be_visible()
    heard(watched)


@pytest.mark.nightly(
    reason="three looks at a grid; each push uses one by keyboard",
    short="tests/pages/grids/test_grid_in_the_browser.py"
    "::test_cells_are_edited_pasted_and_undone_by_keyboard[chromium]",
)
def test_the_grid_has_no_barrier(grid: Page, watched: Watched) -> None:
    for width, dark in ((1280, False), (1280, True), (360, False)):
        grid.set_viewport_size({"width": width, "height": 900})
        theme = "on => document.documentElement.classList.toggle('dark', on)"
        grid.evaluate(theme, dark)
        grid.evaluate("document.getAnimations().forEach(it => it.finish())")
        assert watched.barriers() == [], (width, dark)
        assert grid.evaluate("document.documentElement.scrollWidth") <= width
