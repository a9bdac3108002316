"""The lists of the brief: what answers are held against, and until when."""

import pytest

from evaltracker.decision.services.promise_checks import start_next
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Evaluation, Scope
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.requirements.services.scopes import (
    add_list,
    change_list,
    current_values,
    demand,
    remove_list,
    retire_value,
)
from evaltracker.requirements.services.templates import content_of, fill_from
from tests.clients import signed_in
from tests.factories import common, vendors

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluation() -> Evaluation:
    return common.evaluation()


@pytest.fixture
def places(evaluation: Evaluation) -> Scope:
    return add_list(
        evaluation=evaluation,
        name="Runs on",
        values=["AWS", "on premises"],
        by=evaluation.owner,
    )


def test_a_list_is_added_with_its_values_and_told_in_the_journal(
    evaluation: Evaluation, places: Scope
) -> None:
    assert current_values(places) == ["AWS", "on premises"]
    entry = evaluation.entries.latest("number")
    assert entry.action == "list.added"
    assert entry.after == {"name": "Runs on", "values": ["AWS", "on premises"]}


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("Runs on", ["GCP"], "name"),
        ("", ["GCP"], "name"),
        ("Places", ["AWS, GCP"], "values"),
        ("Places", ["everywhere"], "values"),
        ("Places", ["aws", "AWS"], "values"),
    ],
)
def test_what_no_answer_could_name_is_refused(
    evaluation: Evaluation, places: Scope, name: str, values: list[str], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        add_list(evaluation=evaluation, name=name, values=values, by=evaluation.owner)
    assert list(caught.value.errors) == [field]


def test_values_come_go_and_change_places_in_one_go(places: Scope) -> None:
    owner = places.evaluation.owner
    change_list(scope=places, name="Places", values=["Azure", "AWS"], by=owner)
    assert current_values(places) == ["Azure", "AWS"]
    assert places.name == "Places"
    retire_value(value=places.values.get(name="AWS"), by=owner)
    assert current_values(places) == ["Azure"]
    change_list(scope=places, name="Places", values=["AWS", "Azure"], by=owner)
    assert current_values(places) == ["AWS", "Azure"]


def test_only_the_owner_writes_lists_and_only_until_answers_close(
    places: Scope,
) -> None:
    evaluation = places.evaluation
    with pytest.raises(Forbidden):
        remove_list(scope=places, by=common.noor())
    vendors.enter(evaluation, "demos")
    places.refresh_from_db()
    with pytest.raises(Refused, match="Send the evaluation back to research"):
        remove_list(scope=places, by=evaluation.owner)


def test_a_requirement_is_marked_without_a_new_revision(places: Scope) -> None:
    evaluation = places.evaluation
    requirement = common.requirement(evaluation, "R1")
    demand(requirement=requirement, scopes=[places], by=evaluation.owner)
    requirement.refresh_from_db()
    assert requirement.revision == 1
    entry = evaluation.entries.latest("number")
    assert entry.after == {"must_hold_for": ["Runs on"]}
    change_requirement(requirement=requirement, must_hold_for=[], by=evaluation.owner)
    assert not requirement.demands.exists()


def test_lists_follow_into_the_next_evaluation_and_into_templates(
    places: Scope,
) -> None:
    evaluation = places.evaluation
    demand(
        requirement=common.requirement(evaluation, "R1"),
        scopes=[places],
        by=evaluation.owner,
    )
    following = start_next(origin=evaluation, title="Next", by=evaluation.owner)
    copied = following.scopes.get()
    assert current_values(copied) == ["AWS", "on premises"]
    assert copied.demands.get().requirement == following.requirements.get()
    content = content_of(following)
    assert content["lists"] == [{"name": "Runs on", "values": ["AWS", "on premises"]}]
    assert content["requirements"][0]["must_hold_for"] == ["Runs on"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/requirements/test_measures.py::test_copies_and_templates_carry_it",
)
def test_the_ml_platform_brings_lists_and_the_security_baseline_none(
    evaluation: Evaluation,
) -> None:
    fill_from(evaluation=evaluation, key="ml_platform", by=evaluation.owner)
    assert [scope.name for scope in evaluation.scopes.all()] == ["Runs on", "Languages"]
    runs = evaluation.requirements.get(ref="INF-1")
    assert [held.scope.name for held in runs.demands.all()] == ["Runs on"]
    other = common.evaluation(title="Cleaning")
    fill_from(evaluation=other, key="security_baseline", by=other.owner)
    assert not other.scopes.exists()


def test_the_owner_writes_lists_and_marks_on_the_pages(places: Scope) -> None:
    evaluation = places.evaluation
    client = signed_in(evaluation.owner)
    form = {"name": "Languages", "values": "Python\nR"}
    assert client.post(f"/admin/act/add-list/{evaluation.pk}/", form).status_code == 302
    requirement = common.requirement(evaluation, "R1")
    url = f"/admin/act/change-requirement/{requirement.pk}/"
    words: dict[str, object] = {
        "category": requirement.category_id,
        "text": requirement.text,
        "priority": requirement.priority,
        "weight": requirement.weight,
        "must_hold_for": [scope.pk for scope in evaluation.scopes.all()],
    }
    assert client.post(url, words).status_code == 302
    page = client.get(f"/admin/e/{evaluation.slug}/requirements/").content.decode()
    assert "Must hold for all of Languages" in page
    brief = client.get(f"/admin/e/{evaluation.slug}/brief/").content.decode()
    assert "on premises" in brief
    assert f"/admin/act/change-list/{places.pk}/" in brief
