"""A stage is approved by enough different people, and lending says what it costs."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from evaltracker.decision.memo.signed_words import document_of
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, User
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.workflow.gates import GateContext
from evaltracker.workflow.gates.context import required_signers
from evaltracker.workflow.gates.rules import requirements_signed
from evaltracker.workflow.inbox import my_work
from stakeholders.models import SignOff, Stakeholder
from stakeholders.selectors import (
    approved_of,
    lending_warnings,
    people_needed,
    signed_already,
)
from stakeholders.services.people import (
    add_stakeholder,
    delegate,
    set_sign_off_rule,
)
from stakeholders.services.roles import name_roles, set_different_people
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.factories.workflow import sign_as

pytestmark = pytest.mark.django_db
FILE = Path(__file__).parents[1] / "data" / "cases" / "approvals_cases.json"
CASES = json.loads(FILE.read_text())
PEOPLE = {case["id"]: case for case in CASES["people"]}
# Roles that no purchase of IT names.
CALLED = {"Facility": "security", "Health and safety": "legal"}


def colleague(name: str) -> User:
    first, last = name.split()
    user = common.person(first.lower())
    user.last_name = last
    user.save(update_fields=["last_name"])
    return user


def role_of(name: str) -> str:
    return CALLED.get(name, name.lower())


def asked(given: dict[str, Any], stage: str = "requirements") -> Evaluation:
    """An evaluation whose rules are those of a case."""
    where = common.evaluation()
    common.requirement(where)
    named = {role_of(name): name for name in given["rules"] if name in CALLED}
    name_roles(evaluation=where, names=named, by=where.owner)
    where.sign_off_rules.all().delete()
    for name, required in given["rules"].items():
        rule = {"stage": stage, "role": role_of(name), "required": required}
        set_sign_off_rule(evaluation=where, by=where.owner, **rule)
    if given.get("different_people", 2) != 2:
        numbers = {stage: given["different_people"]}
        set_different_people(evaluation=where, numbers=numbers, by=where.owner)
    where.refresh_from_db()
    return where


def part_of(where: Evaluation, role: str, name: str) -> Stakeholder:
    user, role = colleague(name), role_of(role)
    held: Stakeholder | None = where.stakeholders.filter(user=user, role=role).first()
    return held or add_stakeholder(
        evaluation=where, user=user, role=role, by=where.owner
    )


def lend(part: Stakeholder, to: str, **more: Any) -> None:
    today = timezone.localdate()
    delegate(
        stakeholder=part,
        substitute=colleague(to),
        starts_on=today,
        ends_on=today,
        by=part.user,
        **more,
    )


def sign(where: Evaluation, row: dict[str, str]) -> SignOff:
    part = part_of(where, row["role"], row["for"] or row["person"])
    if row["for"]:
        lend(part, row["person"], anyway=True)
    more: dict[str, Any] = {}
    if row["verdict"] != "approve":
        more["reason"] = "Not yet."
    return sign_as(
        where, part.role, row["verdict"], by=colleague(row["person"]), **more
    )


def signed(case: str, *, but: int = 0) -> Evaluation:
    """As the case says, without its last signatures if `but` says how many."""
    given = PEOPLE[case]["given"]
    where = asked(given)
    for row in given["signatures"][: len(given["signatures"]) - but]:
        sign(where, row)
    return where


def blocked(where: Evaluation) -> list[str]:
    return [blocker.sentence for blocker in requirements_signed(GateContext(where))]


# On conditions somebody approves as without; N12 is played below.
@pytest.mark.parametrize("case", sorted(PEOPLE.keys() - {"N10", "N12"}))
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[N5]"
)
def test_a_stage_needs_enough_different_people(case: str) -> None:
    where, expected = signed(case), PEOPLE[case]["expect"]
    approved = approved_of(GateContext(where).tallies)
    counts = (approved.roles, len(approved.names), approved.needed)
    assert counts == tuple(
        expected[key] for key in ("roles_passed", "people", "needed")
    )
    assert (blocked(where) == []) is expected["stage_approved"]
    if "blocker" in expected:
        assert blocked(where) == [expected["blocker"]]
    if "memo" in expected:
        assert people_needed(where.different_people["requirements"]) == expected["memo"]


def test_who_lent_a_part_signs_in_place_of_the_substitute() -> None:
    where, case = signed("N2"), PEOPLE["N12"]["expect"]
    dana, priya = colleague("Dana Weiss"), colleague("Priya Nair")
    (devops,) = [
        one for one in required_signers(GateContext(where)) if dana in one.people
    ]
    assert (devops.rule.role, list(devops.people)) == ("devops", [dana])
    assert [item.what for item in my_work(dana, where) if item.kind == "sign_off"]
    assert not [item for item in my_work(priya, where) if item.kind == "sign_off"]
    sign_as(where, "devops", by=dana)
    approved = approved_of(GateContext(where).tallies)
    assert (approved.roles, len(approved.names)) == (4, case["people"])
    assert blocked(where) == []
    page = signed_in(where.owner).get(f"/admin/e/{where.slug}/sign-offs/")
    text = " ".join(page.content.decode().split())
    assert case["says"].partition(" · ")[2] in text
    assert "for Dana Weiss, replaced by Dana Weiss" in text
    # Enough people have signed, so nobody else replaces anybody.
    with pytest.raises(Refused, match="IT has approved; nobody else needs"):
        sign_as(where, "it", by=colleague("Ivan Petrov"))
    with pytest.raises(Refused, match="You have signed these words already"):
        sign_as(where, "devops", by=dana)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_stage_needs_enough_different_people[N5]",
)
def test_a_substitute_is_not_replaced_while_others_are_awaited() -> None:
    where = signed("N1")
    with pytest.raises(Refused, match="DevOps has approved; nobody else needs to sign"):
        sign_as(where, "devops", by=colleague("Dana Weiss"))


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_stage_needs_enough_different_people[N5]",
)
def test_what_a_lender_says_instead_counts_though_it_is_a_return() -> None:
    where = signed("N2")
    dana = colleague("Dana Weiss")
    sign_as(where, "devops", "return", reason="I was away.", by=dana)
    assert blocked(where) == ["DevOps: Dana Weiss returned it: I was away."]


def test_who_signs_twice_is_told_before() -> None:
    where = signed("N1", but=1)
    given = SignOff.objects.get()
    look, dana = GateContext(where), part_of(where, "DevOps", "Dana Weiss").user
    rule = where.sign_off_rules.get(role="devops", stage="requirements")
    at = f"{timezone.localtime(given.signed_at, timezone=given.signed_at.tzinfo):%H:%M}"
    assert signed_already(given.person, look.tallies, rule, dana) == (
        f"You signed as PM at {at}. Signing for Dana Weiss (DevOps) adds a role, not a "
        "person."
    )
    assert signed_already(dana, look.tallies, rule, dana) == ""


def test_the_owner_says_how_many_and_the_journal_keeps_it() -> None:
    where = asked({"rules": {"IT": 1, "PM": 1, "DevOps": 1}})
    for number in (0, 4):
        with pytest.raises(Invalid) as refusal:
            set_different_people(
                evaluation=where, numbers={"requirements": number}, by=where.owner
            )
        assert refusal.value.errors == {
            "people_requirements": ["At most 3 people are asked to sign this stage."]
        }
    with pytest.raises(Forbidden):
        set_different_people(evaluation=where, numbers={}, by=colleague("Ivan Petrov"))
    lina = signed_in(where.owner)
    url = f"/admin/act/sign-off-rules/{where.pk}/"
    form = {"people_requirements": 1}
    rules = {f"requirements_{role}": 1 for role in ("it", "pm", "devops")}
    rules["decision_it"] = 1
    assert lina.post(url, {**rules, "people_requirements": 4}).status_code == 400
    assert lina.post(url, {**rules, **form}).status_code == 302
    where.refresh_from_db()
    assert where.different_people == {"requirements": 1}
    entry = Entry.objects.get(after__has_key="different_people")
    assert entry.after["different_people"] == {"requirements": 1}
    page = lina.get(f"/admin/e/{where.slug}/sign-offs/").content.decode()
    assert people_needed(1) in page


@pytest.mark.parametrize("case", CASES["lending"], ids=lambda case: case["id"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[L1]"
)
def test_lending_warns_of_too_few_people(case: dict[str, Any]) -> None:
    given, expected = case["given"], case["expect"]
    stage = "trials" if "open_stage" in given else "requirements"
    where = asked(given, stage)
    if "open_stage" in given:
        vendors.enter(where, "demos")
        where.refresh_from_db()
    for role, name in given["parts"].items():
        part_of(where, role, name)
    role, name = given["lend"]
    part = where.stakeholders.get(role=role_of(role))
    part.evaluation = where
    # The cases say “her” of a person whose words we do not know.
    first = name.partition(" ")[0]
    warns = expected["warns"].replace("With her", f"With {first}")
    person = colleague(name)
    assert lending_warnings(part, [person])[person][0] == warns
    client, today = signed_in(part.user), timezone.localdate()
    url = f"/admin/act/lend-part/{part.pk}/"
    page = client.get(url).content.decode()
    assert warns in page
    if not (tick := expected.get("tick")):
        assert 'name="anyway"' not in page
        return lend(part, name)
    assert tick.replace("herself", "in person") in page
    form = {
        "substitute": colleague(name).pk,
        "starts_on": today,
        "ends_on": today,
    }
    refused = client.post(url, form)
    assert refused.status_code == 400
    assert not part.delegations.exists()
    assert client.post(url, {**form, "anyway": "on"}).status_code == 302
    assert part.delegations.exists()
    return None


def test_the_memo_says_who_may_approve_alone_and_old_ones_say_nothing() -> None:
    where = asked({"rules": {"IT": 1, "PM": 1, "DevOps": 1}})
    vendors.enter(where, "decision")
    where.refresh_from_db()
    usual = document_of(where, visit=where.visits.latest("number"))
    assert "may approve this stage alone" not in usual
    numbers = {"requirements": 1, "trials": 2}
    change_brief(evaluation=where, different_people=numbers, by=where.owner)
    where.refresh_from_db()
    words = document_of(where, visit=where.visits.latest("number"))
    assert f"- Requirements: {people_needed(1)}" in words
    change_brief(evaluation=where, different_people={"trials": 2}, by=where.owner)
    where.refresh_from_db()
    assert document_of(where, visit=where.visits.latest("number")) == usual
