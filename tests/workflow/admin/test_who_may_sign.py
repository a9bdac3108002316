"""Who signs a rule, who only reads it, and why."""

import datetime

import pytest

from evaltracker.evaluations.models import Evaluation
from stakeholders.models import SignOff, SignOffRule
from stakeholders.services.people import delegate
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from tests.factories.workflow import shown, to_be_signed
from tests.workflow.admin.signing import WORDS, post, receipt, sign_page
from vendors.services.candidates import declare_conflict

pytestmark = pytest.mark.django_db
TODAY = datetime.date.today


@pytest.fixture
def purchase(db: None) -> Evaluation:
    return to_be_signed("it", "pm", text=WORDS)


@pytest.fixture
def here(purchase: Evaluation) -> str:
    return sign_page(purchase)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_weights_before_signing.py"
    "::test_w3_a_return_needs_no_weights",
)
def test_others_read_and_are_told_why_they_do_not_sign(
    purchase: Evaluation, here: str
) -> None:
    owner = signed_in(purchase.owner)
    assert "You run this evaluation" in owner.get(here).content.decode()
    form = {"shown": shown(purchase), "verdict": "approve"}
    assert owner.post(here, form).status_code == 403
    priya = signed_in(stakeholders.holder("pm"))
    body = priya.get(here).content.decode()
    assert "a role that you do not hold" in body
    assert "GPUs" in body
    assert post(purchase, here, "pm").status_code == 403
    assert signed_in(common.noor()).get(here).status_code == 404
    assert signed_in(common.noor()).post(here, form).status_code == 404
    assert signed_in(common.otto()).post(here, form).status_code == 403
    assert not SignOff.objects.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_weights_before_signing.py"
    "::test_w3_a_return_needs_no_weights",
)
def test_a_substitute_signs_with_both_names(purchase: Evaluation, here: str) -> None:
    part = purchase.stakeholders.get(role="it")
    today = TODAY()
    delegate(
        stakeholder=part,
        substitute=common.noor(),
        starts_on=today,
        ends_on=today + datetime.timedelta(days=1),
        by=part.user,
    )
    noor = signed_in(common.noor())
    assert "You sign as Ivan" in noor.get(here).content.decode()
    form = {"shown": shown(purchase), "verdict": "approve", "without_weights": "on"}
    assert "Only IT can set them" in noor.get(here).content.decode()
    noor.post(here, form)
    assert "for Ivan" in noor.get(receipt()).content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_weights_before_signing.py"
    "::test_w4_no_later_stage_asks_for_them",
)
def test_a_declared_interest_bars_from_signing(purchase: Evaluation) -> None:
    option = vendors.candidate(purchase)
    stakeholders.sign_off_rules(purchase, "research", roles=("it",))
    vendors.enter(purchase, "research")
    option.state = "shortlisted"
    option.save()
    declare_conflict(
        candidate=option,
        has_interest=True,
        statement="My brother works there",
        by=stakeholders.holder("it"),
    )
    rule = SignOffRule.objects.get(stage="research")
    url = f"/admin/act/sign/{rule.pk}/"
    body = signed_in(stakeholders.holder("it")).get(url).content.decode()
    assert "You declared a conflict of interest" in body
    assert post(purchase, url).status_code == 403


def test_a_rule_of_another_stage_is_not_signed(purchase: Evaluation, here: str) -> None:
    vendors.enter(purchase, "research")
    body = signed_in(stakeholders.holder("it")).get(here).content.decode()
    assert "belongs to requirements" in body
    assert post(purchase, here).status_code == 409
