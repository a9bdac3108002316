"""A trial's grids without barriers, and criteria pasted by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser import PASTE, Watched
from tests.factories import trials, vendors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = ((1280, False), (1280, True), (390, False))
BLOCK = "Trains in an hour\t60 min\tR1\nRolls back\t5 min\tR2\n"


@pytest.mark.nightly(
    reason="each push sends what is pasted",
    short="tests/trials/admin/test_trial_grids.py"
    "::test_criteria_are_pasted_with_their_requirements_by_ref",
)
def test_criteria_are_pasted_and_no_grid_has_a_barrier(watched: Watched) -> None:
    where = trials.platform("must", "should")
    option = trials.claimed(where)
    vendors.enter(where, "trials")
    trial = trials.trial(option, agreed=False)
    watched.log_in("lina")
    watched.open(f"/admin/trials/{trial.pk}/")
    page, box = watched.page, watched.page.locator("#grid-criteria")
    box.get_by_placeholder("Type here, or paste rows").focus()
    page.evaluate(PASTE, BLOCK)
    # Rows without names are proposed in the grid's order.
    box.get_by_role("button", name="Add 2").click()
    expect(box.get_by_role("status")).to_contain_text("2 criteria added.")
    page.locator("#milestones > summary").click()
    milestones = page.locator("#grid-milestones")
    milestones.get_by_placeholder("Type here").fill("Half-time review")
    page.keyboard.press("Enter")
    expect(milestones.get_by_role("status")).to_contain_text("1 milestone added.")
    assert trial.criteria.count() == 3
    for width, dark in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        watched.open(f"/admin/trials/{trial.pk}/")
        page.locator("#milestones > summary").click()
        expect(box.locator(".gr-cell").first).to_be_visible()
        expect(milestones.locator(".gr-cell").first).to_be_visible()
        theme = "on => document.documentElement.classList.toggle('dark', on)"
        page.evaluate(theme, dark)
        page.evaluate("document.getAnimations().forEach(it => it.finish())")
        assert watched.barriers() == [], (width, dark)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
