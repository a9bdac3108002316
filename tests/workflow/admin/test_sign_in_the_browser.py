"""A sign-off in a minute: on a phone, by keyboard, and landing where it went wrong."""

import datetime
import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.requirements import change_requirement
from stakeholders.models import RoleWeight, SignOff, SignOffRule
from stakeholders.services.sign_offs import ConditionAsked
from tests.browser import Watched
from tests.factories import stakeholders
from tests.factories.workflow import sign_as, to_be_signed
from tests.workflow.admin.signing import sign_page
from tests.workflow.deciding import in_decision
from tests.workflow.half_tried import half_tried
from tests.workflow.notices.asking import later, mail_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
VERDICT_AT = "document.querySelector('.et-verdicts').getBoundingClientRect().top"
SIGN = re.compile("^Sign as")


@pytest.fixture
def watched(page: Page, live_server: LiveServer) -> Watched:
    page.set_viewport_size(PHONE)
    return Watched(page, live_server.url)


def in_view(page: Page, selector: str) -> bool:
    """Whether it stands on the screen without scrolling."""
    box = page.locator(selector).bounding_box()
    return box is not None and 0 <= box["y"] <= PHONE["height"] - box["height"]


def test_from_the_link_of_the_mail_to_a_signed_list(watched: Watched) -> None:
    purchase = to_be_signed("it", "leadership", text="Words " * 60)
    with later(minutes=11):
        mail = mail_to(stakeholders.holder("it"))
    found = re.search(r"/admin/\?do=\S+", mail.text)
    assert found
    watched.log_in("ivan")
    watched.open(found[0])
    page = watched.page
    dialog = page.get_by_role("dialog", name="Approve the requirements?")
    dialog.get_by_text("Nothing is open").wait_for()
    assert page.evaluate(VERDICT_AT) <= 3 * PHONE["height"]
    for words in ("Approve the requirements?", "At a glance", "Nothing is open"):
        assert in_view(page, f"dialog >> text={words} >> nth=0"), words
    assert in_view(page, "dialog .et-signbar button")
    assert watched.barriers() == []
    dialog.get_by_role("spinbutton").fill("7")
    dialog.get_by_role("radio", name="Approve").click()
    dialog.get_by_role("button", name=SIGN).click()
    toast = page.get_by_role("status").filter(has_text="Signed as IT, ")
    toast.wait_for()
    assert page.url.endswith("/admin/")
    assert page.get_by_text("Nothing waits on you").is_visible()
    assert SignOff.objects.get().rule.evaluation == purchase
    assert RoleWeight.objects.get().weight == 7
    toast.get_by_role("link", name="Receipt").click()
    page.wait_for_url("**/admin/receipts/**")
    assert page.get_by_text("It counts").is_visible()
    assert watched.complaints == []


@pytest.mark.nightly(
    reason="six faults of which each push reads where they lead",
    short="tests/workflow/admin/test_sign_faults.py"
    "::test_each_fault_is_listed_with_a_link_to_its_field[form2-id_reason-Reason]",
)
@pytest.mark.parametrize(
    ("verdict", "filled", "field"),
    [
        ("", {}, "id_verdict_0"),
        ("Return for changes", {}, "id_reason"),
        ("Decline", {}, "id_reason"),
        ("Conditional approval", {"id_reason": "x"}, "id_text_0"),
        ("Conditional approval", {"id_text_0": "y", "id_reason": "x"}, "id_owner_0"),
        ("Approve", {}, "id_accepts_unjudged"),
    ],
)
def test_a_refused_signature_lands_at_its_field(
    watched: Watched, verdict: str, filled: dict[str, str], field: str
) -> None:
    where = half_tried()
    watched.log_in("ivan")
    watched.open(sign_page(where))
    page = watched.page
    if verdict:
        page.get_by_role("radio", name=verdict).check()
    for name, words in filled.items():
        page.locator(f"#{name}").fill(words)
    page.get_by_role("button", name=SIGN).click()
    page.get_by_role("alert").wait_for()
    expect(page.locator(f"#{field}")).to_be_focused()
    assert in_view(page, f"#{field}")
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.locator(f"#{field}")).to_be_focused()
    assert watched.barriers() == []
    assert not SignOff.objects.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_memo_front_page.py"
    "::test_its_figures_are_those_of_the_comparison_and_of_the_sign_pag"
    "e",
)
def test_it_is_signed_with_the_keyboard_alone(watched: Watched) -> None:
    half_tried()
    watched.log_in("ivan")
    page = watched.page
    page.set_viewport_size(DESK)
    watched.open("/admin/")
    press_tab_to(page, "Read: Sign trials as IT", "textContent")
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Approve the trial results?").wait_for()
    press_tab_to(page, "Read all that you sign", "innerText")
    page.keyboard.press("Enter")
    page.get_by_role("article", name="What is signed").wait_for()
    press_tab_to(page, "dialog-id_verdict_0", "id")
    page.keyboard.press("Space")
    press_tab_to(page, "dialog-id_accepts_unjudged", "id")
    page.keyboard.press("Space")
    press_tab_to(page, "Sign as", "innerText")
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="Signed as IT, ").wait_for()
    assert SignOff.objects.get().verdict == "approve"


def press_tab_to(page: Page, words: str, prop: str) -> None:
    """Press Tab until what has the focus begins so."""
    for _ in range(80):
        page.keyboard.press("Tab")
        found = str(page.evaluate(f"document.activeElement.{prop} ?? ''"))
        if " ".join(found.split()).startswith(words):
            return
    raise AssertionError(f"no way by Tab to {words}")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_objections_first.py"
    "::test_one_person_in_two_roles_is_one_person_on_every_page",
)
def test_words_that_changed_keep_the_reason_on_a_phone(watched: Watched) -> None:
    purchase = to_be_signed("it", "pm")
    watched.log_in("ivan")
    page = watched.page
    page.get_by_role("link", name=re.compile("^Sign")).first.click()
    page.get_by_label("Return for changes").check()
    page.get_by_label("What has to change?").fill("Weigh R1 higher")
    change_requirement(
        requirement=purchase.requirements.get(), text="Other words", by=purchase.owner
    )
    page.get_by_role("button", name=SIGN).click()
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert in_view(page, "[role=alert] strong")
    assert alert.locator("ins").filter(has_text="Other").is_visible()
    assert page.locator("[name=reason]").input_value() == "Weigh R1 higher"
    assert page.get_by_label("Return for changes").is_checked()
    page.get_by_role("button", name=SIGN).click()
    page.get_by_role("status").filter(has_text="Signed as IT, ").wait_for()
    assert SignOff.objects.get().reason == "Weigh R1 higher"


@pytest.mark.nightly(
    reason="three stages in four looks; each push looks at one on a phone",
    short="::test_from_the_link_of_the_mail_to_a_signed_list[chromium]",
)
def test_the_sign_pages_of_three_stages_have_no_barriers(watched: Watched) -> None:
    page = watched.page
    for where in (signed_before(), half_tried(), in_decision()[0]):
        rule = SignOffRule.objects.get(
            evaluation=where, stage=where.stage, role="leadership"
        )
        watched.page.context.clear_cookies()
        watched.log_in("viktor")
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                watched.open(f"/admin/act/sign/{rule.pk}/")
                for fold in page.locator(".et-signpage summary").all():
                    if fold.is_visible():
                        fold.click()
                assert watched.barriers() == [], (where.stage, size, scheme)
                root = "document.documentElement"
                wide = page.evaluate(f"{root}.scrollWidth > {root}.clientWidth")
                assert not wide, (where.stage, size)
    assert watched.complaints == []


def signed_before() -> Evaluation:
    """Requirements whose words changed since leadership signed them conditionally."""
    where = to_be_signed("it", "leadership")
    condition = ConditionAsked(
        "Ask legal", stakeholders.holder("pm"), datetime.date(2027, 1, 15)
    )
    sign_as(where, "leadership", "conditions", reason="x", conditions=[condition])
    change_requirement(
        requirement=where.requirements.get(), text="Other words", by=where.owner
    )
    return where
