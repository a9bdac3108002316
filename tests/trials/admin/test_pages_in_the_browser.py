"""Pages of vendors and trials in a real browser, under the real content policy."""

import pytest
from playwright.sync_api import expect

from evaltracker.evaluations.models import Evaluation
from tests.browser import Watched
from tests.factories import common, trials, vendors
from trials.services.scripts import draw_up_script
from vendors.services.candidates import shortlist

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (1280, 390)


@pytest.fixture
def purchase(transactional_db: None) -> Evaluation:
    """Acme ML with a demo that was held, and a trial under way; Globex ML."""
    where = trials.platform("must", "must", "should")
    acme = trials.claimed(where)
    trials.claimed(where, name="Globex ML")
    shortlist(candidate=acme, by=where.owner)
    vendors.enter(where, "demos")
    demo = trials.demo(acme)
    draw_up_script(demo=demo, by=where.owner)
    trials.demo(acme, held=True)
    vendors.enter(where, "trials")
    trials.trial(acme)
    return where


def pages_of(where: Evaluation) -> list[str]:
    acme = where.candidates.get(name="Acme ML")
    one = where.requirements.get(ref="R1")
    demo, held = acme.demos.order_by("held_at")
    return [
        *(
            f"/admin/e/{where.slug}/{name}/"
            for name in ("candidates", "matrix", "demos", "trials", "scores", "costs")
        ),
        f"/admin/candidates/{acme.pk}/",
        f"/admin/cells/{acme.pk}/{one.pk}/",
        f"/admin/demos/{demo.pk}/",
        f"/admin/demos/{held.pk}/",
        f"/admin/demos/{held.pk}/script/",
        f"/admin/trials/{acme.trials.get().pk}/",
        f"/admin/vendors/{acme.vendor_id}/token/",
        f"/admin/act/record-evidence/{acme.pk}.{one.pk}/",
        f"/admin/act/add-candidate/{where.pk}/",
        f"/admin/act/set-cost-line/{acme.pk}/",
    ]


@pytest.mark.nightly(
    reason="each push looks at 25 pages with most kinds of elements",
    short="tests/rights/test_barriers.py"
    "::test_most_kinds_of_elements_have_no_barrier[chromium]",
)
def test_every_page_is_silent_accessible_and_fits_a_phone(
    watched: Watched, purchase: Evaluation
) -> None:
    watched.log_in("lina")
    for width in WIDTHS:
        watched.page.set_viewport_size({"width": width, "height": 900})
        for path in pages_of(purchase):
            watched.open(path)
            assert watched.barriers() == [], path
            wide = watched.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, path


@pytest.mark.nightly(
    reason="the matrix by keys; each push gives scores over HTTP",
    short="tests/trials/admin/test_scores_page.py"
    "::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_arrow_keys_move_between_the_cells_of_the_matrix(
    watched: Watched, purchase: Evaluation
) -> None:
    common.otto()
    watched.log_in("lina")
    watched.open(f"/admin/e/{purchase.slug}/matrix/?candidates=all")
    cells = watched.page.locator("a.mx-cell")
    stops = watched.page.locator("a.mx-cell[tabindex='0']")
    assert stops.count() == 1
    cells.first.focus()
    for key, row, name in (
        ("ArrowRight", "R1", "Globex ML"),
        ("ArrowDown", "R2", "Globex ML"),
        ("Home", "R2", "Acme ML"),
        ("Control+End", "R3", "Globex ML"),
        ("ArrowDown", "R3", "Globex ML"),
        ("ArrowUp", "R2", "Globex ML"),
    ):
        watched.page.keyboard.press(key)
        label = watched.page.evaluate("document.activeElement.ariaLabel")
        assert label.startswith(f"{name}, {row}:"), key
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_url("**/admin/cells/**")


@pytest.mark.nightly(
    reason="each push sends what the tap sends",
    short="tests/trials/admin/test_trial_pages.py"
    "::test_a_criterion_is_judged_with_one_tap",
)
def test_a_verdict_is_one_tap(watched: Watched, purchase: Evaluation) -> None:
    watched.log_in("lina")
    acme = purchase.candidates.get(name="Acme ML")
    watched.open(f"/admin/trials/{acme.trials.get().pk}/")
    above = watched.page.locator("[data-vr-setting]")
    above.get_by_label("Who ran it").select_option("us")
    above.get_by_label("On whose data").select_option("ours")
    assert watched.barriers() == []
    watched.page.get_by_role("button", name="R1: Holds").click()
    pressed = watched.page.get_by_role("button", name="R1: Holds", pressed=True)
    expect(pressed).to_be_visible()
    expect(watched.page.locator("#judged")).to_contain_text("1 of 1 judged.")
