"""Stakeholders and weights as grids: parts are changed, roles say what weighs."""

import pytest

from evaltracker.evaluations.models import Entry, Evaluation
from stakeholders.models import RoleWeight, Stakeholder
from stakeholders.services.people import add_stakeholder, remove_stakeholder
from stakeholders.services.roles import give_roles
from tests.factories import common, stakeholders, vendors
from tests.pages.grids.sending import cell, read, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(db: None) -> Evaluation:
    where = common.evaluation()
    common.category(where, "Training", 8)
    common.category(where, "Security", 2)
    stakeholders.stakeholders(where, "it", "pm")
    return where


def part_of(where: Evaluation, role: str) -> Stakeholder:
    found: Stakeholder = Stakeholder.objects.get(evaluation=where, role=role)
    return found


def test_a_part_gets_another_role_and_scores(where: Evaluation) -> None:
    part = part_of(where, "it")
    block = [cell(part, "role", "it", "devops"), cell(part, "scores", False, "yes")]
    assert send(where.owner, "stakeholders", where, cells=block).status_code == 200
    part.refresh_from_db()
    assert (part.role, part.scores) == ("devops", True)
    entry = Entry.objects.filter(evaluation=where).latest("number")
    assert entry.action == "stakeholder.changed"
    assert entry.before == {"role": "it", "scores": False}


def test_a_role_that_is_held_or_was_held_is_refused(where: Evaluation) -> None:
    part = part_of(where, "it")
    add_stakeholder(evaluation=where, user=part.user, role="devops", by=where.owner)
    taken = cell(part, "role", "it", "devops")
    answer = send(where.owner, "stakeholders", where, cells=[taken])
    assert answer.status_code == 409
    assert "is DevOps already" in answer.json()["refused"][0]["sentence"]
    other = part_of(where, "devops")
    remove_stakeholder(stakeholder=other, reason="Twice", by=where.owner)
    answer = send(where.owner, "stakeholders", where, cells=[taken])
    assert "was DevOps before" in answer.json()["refused"][0]["sentence"]


def test_choosing_a_person_brings_their_role(where: Evaluation) -> None:
    person = common.person("dana")
    who = {"user": str(person.pk)}
    answer = send(where.owner, "stakeholders", where, add=[who])
    assert answer.status_code == 400
    assert answer.json()["refused"][0]["column"] == "user"
    assert "no role in the company; choose one" in answer.json()["sentence"]
    give_roles(person=person, roles=["devops"], by=common.otto())
    assert send(where.owner, "stakeholders", where, add=[who]).status_code == 200
    assert part_of(where, "devops").user == person


def test_several_parts_are_ended_at_once(where: Evaluation) -> None:
    ids = [str(part.pk) for part in where.stakeholders.all()]
    act = {"name": "remove-stakeholder", "rows": ids, "values": {"reason": "Gone"}}
    answer = send(where.owner, "stakeholders", where, act=act)
    assert answer.json()["rows"] == []


def test_a_role_says_what_weighs_for_it_and_for_no_other(where: Evaluation) -> None:
    group = where.categories.get(name="Training")
    it = stakeholders.holder("it")
    own, theirs = cell(group, "it", "", "7"), cell(group, "pm", "", "7")
    assert send(it, "weights", where, cells=[own]).status_code == 200
    assert RoleWeight.objects.get(role="it").weight == 7
    assert send(it, "weights", where, cells=[theirs]).status_code == 403
    assert send(
        it, "weights", where, cells=[cell(group, "weight", 8, 1)]
    ).status_code == (403)
    columns = {
        each["name"]: each["open"] for each in read(it, "weights", where)["columns"]
    }
    assert columns == {"name": False, "weight": False, "it": True, "pm": False}
    blank = cell(group, "it", 7, "")
    answer = send(it, "weights", where, cells=[blank])
    assert "Enter 0 to 10" in answer.json()["sentence"]


def test_agreed_weights_are_the_owners_until_research(where: Evaluation) -> None:
    group = where.categories.get(name="Training")
    change = cell(group, "weight", 8, 3)
    answer = send(where.owner, "weights", where, cells=[change])
    assert answer.json()["rows"][0]["cells"]["weight"] == 3
    vendors.enter(where, "research")
    back = cell(group, "weight", 3, 8)
    assert send(where.owner, "weights", where, cells=[back]).status_code == 409
