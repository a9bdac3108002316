"""Rows that come in sight: keys, places, and what a screen reader is told."""

import pytest
from playwright.sync_api import expect

from evaltracker.evaluations.models import Evaluation, Requirement
from tests.browser import Watched
from tests.factories import trials
from trials.admin import matrix as matrix_view

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def purchase(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Evaluation:
    """A hundred requirements and two candidates, as if they were too many."""
    monkeypatch.setattr(matrix_view, "ROWS", 100)
    monkeypatch.setattr(matrix_view, "TABLE", 50)
    where = trials.platform("must")
    first = where.requirements.get(ref="R1")
    Requirement.objects.bulk_create(
        Requirement(
            evaluation=where,
            category=first.category,
            ref=f"X{number:02}",
            position=number + 10,
            text=f"What number {number} asks for.",
            priority="should",
        )
        for number in range(99)
    )
    trials.claimed(where, first)
    trials.claimed(where, first, name="<b>Globex</b>")
    return where


@pytest.mark.nightly(
    reason="each push compares rows made of data with those of the page",
    short="tests/trials/admin/test_matrix_at_size.py"
    "::test_rows_made_of_data_are_those_of_the_page[True]",
)
def test_keys_and_links_reach_rows_that_are_not_there_yet(
    watched: Watched, purchase: Evaluation
) -> None:
    watched.log_in("lina")
    page = watched.page
    matrix = f"/admin/e/{purchase.slug}/matrix/"
    watched.open(matrix)
    rows = page.locator("tbody tr")
    cell = "{}, {}: Unanswered. No claim, no demo, no trial"
    assert rows.count() < 40
    page.locator("a.mx-cell").first.focus()
    page.keyboard.press("Control+End")
    last = page.get_by_label(cell.format("Acme ML", "X98"))
    expect(last).to_be_focused()
    expect(page.locator("tr:has(:focus)")).to_have_attribute("aria-rowindex", "102")
    assert rows.count() < 40
    page.keyboard.press("Home")
    expect(page.get_by_label(cell.format("<b>Globex</b>", "X98"))).to_be_focused()
    assert watched.barriers() == []
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Words")).to_be_focused()
    middle = purchase.requirements.get(ref="X50")
    watched.open(f"{matrix}?candidates=all#requirement-{middle.pk}")
    target = page.get_by_label(cell.format("<b>Globex</b>", "X50"))
    expect(target).to_be_focused()
    expect(target).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/cells/**")
    page.go_back()
    expect(page.get_by_label(cell.format("<b>Globex</b>", "X50"))).to_be_focused()


@pytest.mark.nightly(
    reason="the matrix on a phone; each push gives scores over HTTP",
    short="tests/trials/admin/test_scores_page.py"
    "::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_a_phone_is_not_told_of_keys(watched: Watched, purchase: Evaluation) -> None:
    watched.log_in("lina")
    watched.open(f"/admin/e/{purchase.slug}/matrix/")
    keys = watched.page.get_by_text("Arrow keys move between cells")
    expect(keys).to_be_visible()
    watched.page.set_viewport_size({"width": 390, "height": 844})
    expect(keys).to_be_hidden()
