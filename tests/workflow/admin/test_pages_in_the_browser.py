"""Pages of needs, stakeholders and workflow: silent, accessible, on a phone."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from stakeholders.models import SignOff, SignOffRule
from tests.browser import Watched
from tests.factories import common, stakeholders
from tests.factories.workflow import sign_as
from tests.workflow.deciding import decided

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
PAGES = (
    "",
    "brief/",
    "requirements/",
    "import/requirements/",
    "import/claims/",
    "stakeholders/",
    "sign-offs/",
    "decision/",
    "journal/",
    "notices/",
)


@pytest.fixture
def watched(page: Page, live_server: LiveServer) -> Watched:
    return Watched(page, live_server.url)


def wide(watched: Watched) -> bool:
    """Whether the page has to be pushed sideways."""
    root = "document.documentElement"
    return bool(watched.page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"))


@pytest.mark.nightly(
    reason="each push looks at 25 pages with most kinds of elements",
    short="tests/rights/test_barriers.py"
    "::test_most_kinds_of_elements_have_no_barrier[chromium]",
)
def test_every_page_of_the_workspace_is_silent_and_accessible(
    watched: Watched,
) -> None:
    where = common.evaluation()
    common.requirement(where)
    stakeholders.stakeholders(where)
    stakeholders.sign_off_rules(where)
    acts = ("edit-brief", "edit-counting", "sign-off-rules", "cancel-evaluation")
    paths = [f"/admin/e/{where.slug}/{page}" for page in PAGES]
    paths += [f"/admin/act/{act}/{where.pk}/" for act in acts]
    watched.log_in("lina")
    for size in (DESK, PHONE):
        watched.page.set_viewport_size(size)
        for path in ("/admin/", *paths):
            watched.open(path)
            assert watched.barriers() == [], path
            assert not wide(watched), path
    assert watched.complaints == []


@pytest.mark.nightly(
    reason="each push signs on a phone, and sends conditions",
    short="tests/workflow/admin/test_sign_page.py"
    "::test_conditions_name_an_owner_and_a_day",
)
def test_a_vp_signs_on_a_phone_with_a_condition(watched: Watched) -> None:
    where = common.evaluation()
    common.requirement(where)
    stakeholders.stakeholders(where)
    stakeholders.sign_off_rules(where, roles=("it", "leadership"))
    sign_as(where, "it")
    page = watched.page
    page.set_viewport_size(PHONE)
    watched.log_in("viktor")
    page.get_by_role("link", name=re.compile("requirements as Leadership")).click()
    page.get_by_role("dialog", name="Approve the requirements?").wait_for()
    assert not page.get_by_label("Condition 1").is_visible()
    page.get_by_label("Conditional approval").check()
    page.get_by_label("Condition 1").fill("Legal has to agree")
    page.get_by_label("Who is responsible").first.select_option(label="Priya (priya)")
    page.get_by_label("By when").first.fill("2027-01-31")
    page.get_by_label("Why is it not a plain approval?").fill(
        "Good, but the exit is open"
    )
    assert watched.barriers() == []
    assert not wide(watched)
    page.get_by_label("Approve without Leadership's weights").check()
    page.get_by_role("button", name=re.compile("^Sign as")).click()
    page.get_by_role("link", name="Receipt").click()
    page.wait_for_url("**/admin/receipts/**")
    signed = SignOff.objects.get(person=stakeholders.holder("leadership"))
    assert signed.conditions.get().text == "Legal has to agree"
    assert page.get_by_text(signed.document.sha256).is_visible()
    assert watched.barriers() == []
    assert watched.complaints == []


@pytest.mark.nightly(
    reason="each push looks at the kinds of elements in light",
    short="tests/rights/test_barriers.py"
    "::test_most_kinds_of_elements_have_no_barrier[chromium]",
)
def test_a_frozen_decision_is_read_in_the_dark(watched: Watched) -> None:
    where, _ = decided()
    rule = SignOffRule.objects.get(evaluation=where)
    watched.page.emulate_media(color_scheme="dark")
    watched.log_in("viktor")
    for size in (DESK, PHONE):
        watched.page.set_viewport_size(size)
        for path in (
            f"/admin/e/{where.slug}/",
            f"/admin/e/{where.slug}/decision/",
            f"/admin/e/{where.slug}/memo/",
            f"/admin/act/sign/{rule.pk}/",
        ):
            watched.open(path)
            assert watched.barriers() == [], path
            assert not wide(watched), path
    assert watched.complaints == []
