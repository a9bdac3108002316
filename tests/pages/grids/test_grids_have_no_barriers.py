"""The grids without barriers: in light, in dark and on a phone."""

import pytest
from playwright.sync_api import expect

from evaltracker.evaluations.models import Evaluation
from stakeholders.services.roles import give_roles
from tests.browser import Watched
from tests.factories import common, stakeholders, vendors
from vendors.services.contacts import add_contact

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = ((1280, False), (1280, True), (390, False))


@pytest.mark.nightly(
    reason="three grids, three looks each; each push uses one by keyboard",
    short="tests/pages/grids/test_grid_in_the_browser.py"
    "::test_cells_are_edited_pasted_and_undone_by_keyboard[chromium]",
)
@pytest.mark.parametrize("where", ["requirements", "stakeholders", "candidates"])
def test_no_grid_has_a_barrier(
    watched: Watched, purchase: Evaluation, where: str
) -> None:
    stakeholders.stakeholders(purchase, "it", "pm")
    vendors.candidate(purchase)
    watched.log_in("lina")
    for width, dark in LOOKS:
        watched.page.set_viewport_size({"width": width, "height": 900})
        watched.open(f"/admin/e/{purchase.slug}/{where}/")
        expect(watched.page.locator(".gr-cell").first).to_be_visible()
        watched.page.locator(".gr-tools [aria-pressed=false]").last.click()
        theme = "on => document.documentElement.classList.toggle('dark', on)"
        watched.page.evaluate(theme, dark)
        watched.page.evaluate("document.getAnimations().forEach(it => it.finish())")
        assert watched.barriers() == [], (width, dark)
        across = watched.page.evaluate("document.documentElement.scrollWidth")
        assert across <= width


@pytest.mark.nightly(
    reason="each push sends what the two grids send",
    short="tests/stakeholders/admin/test_grids.py"
    "::test_choosing_a_person_brings_their_role",
)
def test_a_person_is_added_with_their_role_and_weights_are_typed(
    watched: Watched, purchase: Evaluation
) -> None:
    stakeholders.stakeholders(purchase, "it")
    dana = common.person("dana")
    give_roles(person=dana, roles=["devops"], by=common.otto())
    watched.log_in("lina")
    watched.open(f"/admin/e/{purchase.slug}/stakeholders/")
    page = watched.page
    page.get_by_label("Person, add a stakeholder").select_option("Dana (dana), DevOps")
    page.get_by_role("button", name="Add stakeholder").press("Enter")
    expect(page.get_by_role("gridcell", name="DevOps").first).to_be_visible()
    watched.open(f"/admin/e/{purchase.slug}/requirements/#category-")
    weights = page.get_by_role("grid", name="Weights by category and role")
    weights.locator("[tabindex='0']").focus()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(page.locator("#grid-weights").get_by_role("status")).to_contain_text(
        "Saved."
    )
    assert purchase.categories.get().weight == 9


@pytest.mark.nightly(
    reason="each push invites several by the same call",
    short="tests/vendors/admin/test_candidates_grid.py"
    "::test_vendors_are_invited_by_their_own_contacts_and_the_rest_is_named",
)
def test_candidates_are_invited_together_after_a_word_of_warning(
    watched: Watched, purchase: Evaluation
) -> None:
    for name in ("Acme ML", "Globex ML"):
        option = vendors.candidate(purchase, name)
        email = f"bids@{name[:4]}.example"
        assert option.vendor
        add_contact(vendor=option.vendor, name=name, email=email, by=purchase.owner)
    vendors.enter(purchase, "research")
    vendors.released(purchase)
    watched.log_in("lina")
    watched.open(f"/admin/e/{purchase.slug}/candidates/")
    page = watched.page
    page.locator("#grid-candidates [tabindex='0']").focus()
    for key in ("Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    bar = page.get_by_role("group", name="Selected rows")
    bar.get_by_role("button", name="Invite").press("Enter")
    expect(bar).to_contain_text("All its contacts get a mail")
    assert watched.barriers() == []
    page.keyboard.press("Enter")
    expect(page.locator("#grid-candidates").get_by_role("status")).to_contain_text(
        "Invited 2."
    )
    assert purchase.candidates.filter(invited_at=None).count() == 0
