"""What an evaluation calls its roles: the worked cases R1 to R9."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.decision.memo.text import signed
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.pages.workspace import page_address
from evaltracker.requirements.services.templates import (
    content_of,
    save_as_template,
    start_evaluation,
)
from evaltracker.workflow.gates import GATES, GateContext
from stakeholders.models import SignOff, given_names, role_names
from stakeholders.selectors import role_choices
from stakeholders.services.people import add_stakeholder, set_sign_off_rules
from stakeholders.services.roles import name_roles
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from tests.factories.workflow import sign_as
from tests.portable.files import carried_away, taken_in
from vendors.models import PriceOpening
from vendors.services.quotes import confirm_price_opening

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parents[1] / "data" / "cases" / "any_purchase_cases.json"
CASE = {row["id"]: row for row in json.loads(CASES.read_text())["roles"]}
START = {"it": "", "cleaning": "cleaning", "general": "general"}


def started(template: str) -> Evaluation:
    key = START.get(template, template)
    made = start_evaluation(title="A", buyer="B", start_from=key, by=common.lina())
    made.refresh_from_db()
    return made


@pytest.fixture
def cleaning(db: None) -> Evaluation:
    return started("cleaning")


@pytest.mark.parametrize("case", ["R1", "R2", "R3"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[R3]"
)
def test_the_template_says_who_is_asked_to_sign(case: str) -> None:
    where = started(CASE[case]["given"]["template"])
    names = role_names(where)
    rules = [*where.sign_off_rules.values_list("stage", "role")]
    asked = {
        stage.value: [names[role] for role in names if (stage, role) in rules]
        for stage in Stage
    }
    assert asked == CASE[case]["expect"]["asked_to_sign"]


@pytest.mark.parametrize("template", ["ml_platform", "e_signature"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[e_signature]",
)
def test_a_template_of_it_asks_as_an_evaluation_without_one(template: str) -> None:
    where = started(template)
    rules = set(where.sign_off_rules.values_list("stage", "role", "required"))
    usual = started("it").sign_off_rules.values_list("stage", "role", "required")
    assert rules == set(usual)
    assert given_names(where) == {}


def test_no_page_of_a_cleaning_purchase_names_devops_where_nobody_is(
    cleaning: Evaluation,
) -> None:
    client = signed_in(cleaning.owner)
    for page in ("stakeholders", "sign_offs", "journal", "overview", "requirements"):
        answer = client.get(page_address(cleaning, page))
        assert answer.status_code == 200
        assert "DevOps" not in answer.content.decode(), page


def test_a_stage_that_nobody_is_asked_to_sign_needs_no_approval() -> None:
    where = started("general")
    vendors.enter(where, "trials")
    gate = GATES["trials_signed"]
    assert list(gate.check(GateContext(where))) == []
    assert gate.nothing(GateContext(where)) == CASE["R3"]["expect"]["gate_of_trials"]


def test_lists_offer_the_roles_of_the_template_first(cleaning: Evaluation) -> None:
    wanted = CASE["R4"]["expect"]
    *own, (more, rest) = role_choices(cleaning)
    assert [name.partition(" · ")[0] for _, name in own] == wanted["options"]
    assert more == "More roles"
    assert [name for _, name in rest] == wanted["under_more"]
    hint = wanted["hint_at_facility"].removeprefix("has the ")
    assert ("pm", f"Facility · {hint}") in own
    assert ("finance", "Finance") in own
    url = f"/admin/act/add-stakeholder/{cleaning.pk}/"
    body = signed_in(cleaning.owner).get(url).content.decode()
    assert '<optgroup label="More roles">' in body
    assert "Facility · rights of PM" in body


def renamed(where: Evaluation, **names: str) -> None:
    name_roles(evaluation=where, names={**role_names(where), **names}, by=where.owner)


def test_two_roles_never_have_one_name(cleaning: Evaluation) -> None:
    with pytest.raises(Invalid, match=CASE["R5"]["expect"]["refused"]):
        renamed(cleaning, pm="finance")
    # Nor that of a role under its usual name.
    names = {**given_names(cleaning), "pm": "DevOps"}
    with pytest.raises(Invalid, match="Another role is called DevOps already"):
        name_roles(evaluation=cleaning, names=names, by=cleaning.owner)
    for bad in ({"cio": "CIO"}, {"pm": " "}, {"pm": "x" * 41}):
        with pytest.raises(Invalid):
            name_roles(evaluation=cleaning, names=bad, by=cleaning.owner)
    # Two may change their names with each other.
    renamed(cleaning, pm="Legal people", legal="Facility")
    assert role_names(cleaning)["legal"] == "Facility"
    with pytest.raises(Forbidden):
        name_roles(evaluation=cleaning, names={}, by=common.noor())


def test_a_signature_keeps_the_name_that_it_was_given_under() -> None:
    where = common.evaluation()
    common.requirement(where)
    stakeholders.stakeholders(where)
    stakeholders.sign_off_rules(where, roles=("pm", "it"))
    name_roles(evaluation=where, names={"pm": "Facility"}, by=where.owner)
    first = sign_as(where, "pm")
    renamed(where, pm="Estates")
    kept = SignOff.objects.get(pk=first.pk)
    wanted = CASE["R6"]["expect"]
    assert kept.get_role_display() == wanted["signature_still_says"]
    entry = Entry.objects.filter(action="roles.named").last()
    assert entry is not None
    assert "Facility (PM)" in entry.before["names"]
    assert "Estates (PM)" in entry.after["names"]
    body = signed_in(where.owner).get(page_address(where, "sign_offs"))
    assert "Facility" in body.content.decode()
    assert "signed the requirements stage for Facility" in (
        signed_in(where.owner).get(page_address(where, "journal")).content.decode()
    )
    # Of before roles had names.
    assert SignOff(role="pm").get_role_display() == "PM"
    after = where.stakeholders.get(role="pm")
    assert after.get_role_display() == wanted["next_signature_says"]


def test_a_memo_prints_names_as_they_were() -> None:
    where = common.evaluation()
    common.requirement(where)
    stakeholders.stakeholders(where)
    stakeholders.sign_off_rules(where, roles=("pm",))
    inputs: Any = gather_inputs(where)
    assert "role_names" not in inputs
    name_roles(evaluation=where, names={"pm": "Facility"}, by=where.owner)
    sign_as(where, "pm")
    inputs = gather_inputs(where)
    assert inputs["role_names"] == {"pm": "Facility"}
    assert "Requirements, Facility: " in signed(inputs)
    del inputs["sign_offs"][0]["role_name"]
    assert "Requirements, PM: " in signed(inputs)


def test_only_two_roles_open_prices_and_are_named(cleaning: Evaluation) -> None:
    lena = add_stakeholder(
        evaluation=cleaning, user=common.noor(), role="pm", by=cleaning.owner
    )
    opening = PriceOpening.objects.create(
        evaluation=cleaning, asked_by=cleaning.owner, asked_at=cleaning.created_at
    )
    with pytest.raises(Forbidden, match=CASE["R7"]["expect"]["why"]):
        confirm_price_opening(opening=opening, by=lena.user)
    renamed(cleaning, finance="Treasury")
    with pytest.raises(Forbidden, match="Only Leadership and Treasury open prices"):
        confirm_price_opening(opening=opening, by=lena.user)


def test_the_decision_keeps_a_role_that_approves_it(cleaning: Evaluation) -> None:
    refused = CASE["R8"]["expect"]["refused"]
    cleaning.sign_off_rules.exclude(stage="decision", role="pm").delete()
    with pytest.raises(Refused, match=refused):
        set_sign_off_rules(
            evaluation=cleaning, rules={("decision", "pm"): 0}, by=cleaning.owner
        )
    cleaning.sign_off_rules.all().delete()
    with pytest.raises(Invalid, match=refused):
        save_as_template(evaluation=cleaning, title="Ours", by=cleaning.owner)


def test_what_starts_from_a_template_keeps_what_it_took(cleaning: Evaluation) -> None:
    renamed(cleaning, pm="Estates")
    kept = save_as_template(evaluation=cleaning, title="Ours", by=cleaning.owner)
    kept.refresh_from_db()
    where = start_evaluation(
        title="C", buyer="B", start_from=str(kept.pk), by=cleaning.owner
    )
    where.refresh_from_db()
    # In its order, whatever the database makes of keys.
    assert [*given_names(where).items()] == [*given_names(cleaning).items()]
    assert content_of(where)["sign_offs"] == content_of(cleaning)["sign_offs"]
    numbers = {"requirements": 2, "trials": 2, "decision": 2}
    assert where.different_people == numbers
    kept.content["roles"] = [["pm", "Other"]]
    kept.content["different_people"] = {}
    kept.save()
    where.refresh_from_db()
    changes = (role_names(where)["pm"], where.different_people)
    assert changes == ("Estates", numbers)


def test_names_travel_with_an_evaluation(cleaning: Evaluation) -> None:
    names, numbers = given_names(cleaning), cleaning.different_people
    assert numbers == {"requirements": 2, "trials": 2, "decision": 2}
    arrived = taken_in(carried_away(cleaning))
    assert [*given_names(arrived).items()] == [*names.items()]
    assert arrived.different_people == numbers


def test_names_and_places_are_set_where_rules_are(cleaning: Evaluation) -> None:
    client, url = signed_in(cleaning.owner), f"/admin/act/sign-off-rules/{cleaning.pk}/"
    fields = client.get(url).context["form"]
    form = {field.name: field.value() or "" for field in fields}
    moved = {"name_pm": "Estates", "place_pm": "9", "place_legal": "", "name_legal": ""}
    assert client.post(url, form | moved).status_code == 302
    assert [*given_names(cleaning).items()] == [
        ("engineering", "Site users"),
        ("security", "Health and safety"),
        ("finance", "Finance"),
        ("leadership", "Leadership"),
        ("pm", "Estates"),
    ]
    taken = client.post(url, form | {"name_pm": "finance"})
    assert "Another role is called Finance already." in taken.content.decode()


@pytest.mark.parametrize("page", ["/admin/stakeholders/stakeholder/", "/admin/"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[chromium-/admin/]",
)
def test_lists_over_many_evaluations_read_names_once(page: str, db: None) -> None:
    person = stakeholders.holder("pm")
    reader = person if page == "/admin/" else common.otto()

    def counted() -> int:
        client = signed_in(reader)
        client.get(page)
        with CaptureQueriesContext(connection) as seen:
            assert "Facility" in client.get(page).content.decode()
        return sum("rolename" in row["sql"] for row in seen)

    def another(title: str) -> None:
        where = start_evaluation(
            title=title, buyer="B", start_from="cleaning", by=common.lina()
        )
        add_stakeholder(evaluation=where, user=person, role="pm", by=where.owner)

    another("One")
    first = counted()
    another("Two")
    another("Three")
    assert counted() == first
