"""What a role weighs is said with its signature on the requirements, or never."""

import json
import re
from html import unescape
from pathlib import Path

import pytest

from evaltracker.errors import Forbidden, Invalid
from evaltracker.evaluations.models import Entry, Evaluation
from stakeholders.models import RoleWeight, SignOff
from stakeholders.services.people import add_stakeholder, weigh_for_role
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from tests.factories.workflow import sign_as, to_be_signed
from tests.workflow.admin.signing import post, sign_page

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parents[2] / "data" / "cases" / "approvals_cases.json"
WEIGHTS = {case["id"]: case for case in json.loads(CASES.read_text())["weights"]}
ROW = "Approve without PM's weights; they can't be set later"


def spoken(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


@pytest.fixture
def where(db: None) -> Evaluation:
    return to_be_signed("it", "pm")


@pytest.fixture
def here(where: Evaluation) -> str:
    return sign_page(where, "pm")


def test_w1_an_approval_without_weights_asks_once_more(
    where: Evaluation, here: str
) -> None:
    expect = WEIGHTS["W1"]["expect"]
    answer = post(where, here, "pm", without_weights="")
    assert answer.status_code == expect["status"]
    assert expect["says"] in spoken(answer.text)
    assert '<a href="#id_without_weights">Weights</a>' in answer.text
    assert not SignOff.objects.exists()
    with pytest.raises(Invalid) as problem:
        sign_as(where, "pm", without_weights=False)
    assert problem.value.errors == {expect["at"]: [expect["says"]]}


def test_w2_a_tick_approves_without_them_and_the_journal_tells(
    where: Evaluation, here: str
) -> None:
    assert post(where, here, "pm").status_code == 302
    assert SignOff.objects.get().verdict == "approve"
    entry = Entry.objects.get(action="sign_off.without_weights")
    assert entry.after["role_name"] == "PM"
    journal = signed_in(where.owner).get(f"/admin/e/{where.slug}/journal/").text
    assert f"Priya {WEIGHTS['W2']['expect']['journal']}" in spoken(journal)


def test_w3_a_return_needs_no_weights(where: Evaluation, here: str) -> None:
    form = {"verdict": "return", "reason": "Weigh lineage", "without_weights": ""}
    assert post(where, here, "pm", **form).status_code == 302
    assert not Entry.objects.filter(action="sign_off.without_weights").exists()


def test_w4_no_later_stage_asks_for_them(where: Evaluation) -> None:
    stakeholders.sign_off_rules(where, "research", roles=("pm",))
    vendors.enter(where, "research")
    page = signed_in(stakeholders.holder("pm")).get(sign_page(where, "pm")).text
    assert "weights as PM" not in spoken(page)
    sign_as(where, "pm", without_weights=False)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_w3_a_return_needs_no_weights",
)
def test_w5_a_second_holder_reads_who_set_them_and_what_is_agreed(
    where: Evaluation, here: str
) -> None:
    add_stakeholder(evaluation=where, user=common.noor(), role="pm", by=where.owner)
    noor = signed_in(common.noor())
    assert "Agreed" not in noor.get(here).text
    priya = stakeholders.holder("pm")
    category = where.categories.get()
    weigh_for_role(evaluation=where, category=category, role="pm", weight=4, by=priya)
    page = noor.get(here).text
    shown = WEIGHTS["W5"]["expect"]["shows"].replace("Priya Nair", "Priya")
    assert shown in spoken(page)
    assert "Agreed" in page
    assert ROW not in spoken(page)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_w3_a_return_needs_no_weights",
)
def test_weights_are_kept_with_the_signature_and_only_with_it(
    where: Evaluation, here: str
) -> None:
    field = f"weight_{where.categories.get().pk}"
    page = signed_in(stakeholders.holder("pm")).get(here).text
    assert f'name="{field}"' in page
    assert ROW in spoken(page)
    form = {field: "7", "without_weights": ""}
    assert post(where, here, "pm", **form, shown="0" * 64).status_code == 409
    assert not RoleWeight.objects.exists()
    assert post(where, here, "pm", **form).status_code == 302
    weight = RoleWeight.objects.get()
    assert (weight.role, weight.weight) == ("pm", 7)
    assert weight.set_by == stakeholders.holder("pm")
    assert not Entry.objects.filter(action="sign_off.without_weights").exists()


def test_who_does_not_hold_the_role_sets_none_of_its_weights(
    where: Evaluation,
) -> None:
    weights = {where.categories.get(): 10}
    with pytest.raises(Forbidden):
        sign_as(where, "pm", by=stakeholders.holder("it"), weights=weights)
    assert not RoleWeight.objects.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_my_work.py"
    "::test_changed_words_are_to_be_signed_again",
)
def test_the_overview_names_roles_without_weights_and_reminds_them(
    where: Evaluation,
) -> None:
    here = f"/admin/e/{where.slug}/"
    page = signed_in(where.owner).get(here).text
    assert "No weights yet: DevOps, Engineering, IT, Leadership, PM" in spoken(page)
    assert "/admin/act/remind-colleague/weights." in page
    category = where.categories.get()
    for role in ("it", "engineering", "devops", "leadership"):
        weigh_for_role(
            evaluation=where,
            category=category,
            role=role,
            weight=1,
            by=stakeholders.holder(role),
        )
    page = signed_in(stakeholders.holder("it")).get(here).text
    assert "No weights yet: PM" in spoken(page)
    assert "remind-colleague/weights." not in page
    vendors.enter(where, "research")
    assert "No weights yet" not in signed_in(where.owner).get(here).text
