"""The workspace: one next action, the rules with their blockers, the plan."""

import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from evaltracker.decision.models import Waiver
from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.evaluations import change_brief
from stakeholders.services.people import weigh_for_role
from tests.clients import signed_in
from tests.factories import common, stakeholders
from tests.factories.workflow import ready_to_advance

pytestmark = pytest.mark.django_db
TODAY = datetime.date.today


@pytest.fixture
def ready(db: None) -> Evaluation:
    return ready_to_advance()


def page(where: Evaluation) -> str:
    return f"/admin/e/{where.slug}/"


def test_what_is_missing_leads_to_where_it_is_mended(db: None) -> None:
    where = common.evaluation(budget=None)
    body = signed_in(where.owner).get(page(where)).content.decode()
    assert "The brief does not state the budget." in body
    assert f"/admin/act/edit-brief/{where.pk}/#id_budget" in body
    assert "The brief answers what it is asked" in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_is_not_ones_turn_yet_is_read_and_not_done_now",
)
def test_each_reader_has_their_own_next_action(ready: Evaluation) -> None:
    owner = signed_in(ready.owner).get(page(ready)).content.decode()
    assert "Advance to research" in owner
    viktor = signed_in(stakeholders.holder("leadership")).get(page(ready))
    assert "Set weights for Leadership" in viktor.content.decode()
    assert "Your part now" in viktor.content.decode()
    assert "cancel-evaluation" not in viktor.content.decode()
    assert signed_in(common.noor()).get(page(ready)).status_code == 404
    assert signed_in(common.otto()).get(page(ready)).status_code == 200


def test_what_is_not_ones_turn_yet_is_read_and_not_done_now(db: None) -> None:
    where = common.evaluation(budget=None)
    common.requirement(where)
    stakeholders.stakeholders(where)
    stakeholders.sign_off_rules(where, roles=("it",))
    ivan = stakeholders.holder("it")
    for category in where.categories.all():
        weigh_for_role(
            evaluation=where, category=category, role="it", weight=3, by=ivan
        )
    body = signed_in(ivan).get(page(where)).content.decode()
    assert "Your part, later" in body
    assert "Sign requirements as IT" in body
    assert "Your part now" not in body


def test_advancing_takes_the_stage_that_was_seen(ready: Evaluation) -> None:
    client = signed_in(ready.owner)
    url = f"/admin/act/advance/{ready.pk}/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"from_stage": "research"}).status_code == 409
    answer = client.post(url, {"from_stage": "requirements"})
    assert answer.headers["Location"] == page(ready)
    ready.refresh_from_db()
    assert ready.stage == "research"
    assert client.post(url, {"from_stage": "requirements"}).status_code == 409
    assert ready.visits.count() == 2


def test_a_closed_rule_keeps_it_there(db: None) -> None:
    where = common.evaluation()
    answer = signed_in(where.owner).post(
        f"/admin/act/advance/{where.pk}/", {"from_stage": "requirements"}
    )
    assert answer.status_code == 409
    assert "No requirement is a must-have" in answer.content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_source_and_date_of_imported_data_stand_out",
)
def test_sending_back_and_cancelling_take_a_reason(ready: Evaluation) -> None:
    client = signed_in(ready.owner)
    client.post(f"/admin/act/advance/{ready.pk}/", {"from_stage": "requirements"})
    url = f"/admin/act/send-back/{ready.pk}/"
    form = {"to_stage": "requirements"}
    assert client.post(url, form).status_code == 400
    assert client.post(url, {**form, "reason": "Forgot legal"}).status_code == 302
    body = client.get(page(ready)).content.decode()
    assert "Forgot legal" in body
    assert "2nd stay" in body
    end = f"/admin/act/cancel-evaluation/{ready.pk}/"
    assert client.post(end, {"reason": "No money"}).status_code == 302
    assert client.post(end, {"reason": "No money"}).status_code == 409
    assert "Cancelled" in client.get(page(ready)).content.decode()


def test_leadership_waives_a_rule_and_the_page_says_why(db: None) -> None:
    where = common.evaluation(budget=None)
    stakeholders.stakeholders(where)
    viktor = signed_in(stakeholders.holder("leadership"))
    link = f"/admin/act/waive-gate/{where.pk}/?gate=brief_complete"
    assert link in viktor.get(page(where)).content.decode()
    assert viktor.get(link).status_code == 200
    url = f"/admin/act/waive-gate/{where.pk}/"
    form = {"gate": "brief_complete", "reason": "The budget comes in May"}
    assert signed_in(where.owner).post(url, form).status_code == 403
    assert viktor.post(url, form).status_code == 302
    assert Waiver.objects.get().reason == "The budget comes in May"
    body = signed_in(where.owner).get(page(where)).content.decode()
    assert "The budget comes in May" in body
    assert "The brief does not state the budget." not in body


def test_only_the_owner_moves_it(ready: Evaluation) -> None:
    ivan = signed_in(stakeholders.holder("it"))
    for act in ("advance", "send-back", "cancel-evaluation"):
        assert ivan.post(f"/admin/act/{act}/{ready.pk}/", {}).status_code == 403, act


def test_a_plan_that_cannot_be_met_says_so_on_day_one(ready: Evaluation) -> None:
    soon = TODAY() + datetime.timedelta(days=20)
    change_brief(evaluation=ready, must_run_by=soon, by=ready.owner)
    assert "Already late" in signed_in(ready.owner).get(page(ready)).content.decode()


def test_source_and_date_of_imported_data_stand_out(ready: Evaluation) -> None:
    change_brief(evaluation=ready, source_note="Survey of May 2021", by=ready.owner)
    body = signed_in(ready.owner).get(page(ready)).content.decode()
    assert "Imported data." in body
    assert "Survey of May 2021" in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_is_missing_leads_to_where_it_is_mended",
)
def test_its_queries_do_not_grow_with_the_requirements(
    ready: Evaluation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(ready.owner)
    client.get(page(ready))
    for number in range(20):
        common.requirement(ready, f"X{number}")
    with django_assert_max_num_queries(60):
        client.get(page(ready))
