"""My work: what waits on whom, why, and by when."""

import datetime

import pytest

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.workflow.inbox import my_work
from stakeholders.models import Condition
from stakeholders.services.people import delegate, weigh_for_role
from stakeholders.services.sign_offs import ConditionAsked
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from tests.factories.workflow import ready_to_advance, sign_as
from tests.workflow.deciding import decided
from trials.services.milestones import add_milestone

pytestmark = pytest.mark.django_db
TODAY = datetime.date.today


def kinds(user: User) -> list[str]:
    return [item.kind for item in my_work(user)]


@pytest.fixture
def purchase(db: None) -> Evaluation:
    where = common.evaluation()
    common.requirement(where)
    stakeholders.stakeholders(where)
    stakeholders.sign_off_rules(where, roles=("it",))
    return where


def test_who_has_nothing_to_do_is_told_so(db: None) -> None:
    body = signed_in(common.noor()).get("/admin/").content.decode()
    assert "Nothing waits on you" in body
    assert "start-evaluation" not in body


def test_whoever_may_is_offered_to_start_an_evaluation(db: None) -> None:
    body = signed_in(common.lina()).get("/admin/").content.decode()
    assert "/admin/act/start-evaluation/" in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_changed_words_are_to_be_signed_again",
)
def test_a_role_is_asked_to_sign_and_to_say_its_weights(purchase: Evaluation) -> None:
    ivan = stakeholders.holder("it")
    (row,) = my_work(ivan)
    assert row.what == "Set your weights, then sign requirements as IT"
    assert (row.kind, row.group) == ("sign_off", "Today")
    # Whom nobody asks to sign sets them in a row of their own, as urgently.
    (priya,) = my_work(stakeholders.holder("pm"))
    assert (priya.kind, priya.group) == ("weights", "Today")
    category = purchase.categories.get()
    weigh_for_role(evaluation=purchase, category=category, role="it", weight=3, by=ivan)
    (row,) = my_work(ivan)
    assert row.what == "Sign requirements as IT"
    sign_as(purchase, "it")
    assert kinds(ivan) == []


def test_changed_words_are_to_be_signed_again(purchase: Evaluation) -> None:
    sign_as(purchase, "it")
    change_requirement(
        requirement=purchase.requirements.get(), text="Other", by=purchase.owner
    )
    (again,) = [x for x in my_work(stakeholders.holder("it")) if x.kind == "sign_off"]
    assert "changed since" in again.what


def test_a_substitute_is_asked_for_the_days_of_the_substitution(
    purchase: Evaluation,
) -> None:
    noor, part = common.noor(), purchase.stakeholders.get(role="it")
    delegate(
        stakeholder=part,
        substitute=noor,
        starts_on=TODAY() - datetime.timedelta(days=1),
        ends_on=TODAY() + datetime.timedelta(days=1),
        by=part.user,
    )
    (item,) = my_work(noor)
    assert item.why.startswith("You are the substitute for Ivan")
    sign_as(purchase, "it", by=noor)
    assert my_work(noor) == []
    assert "sign_off" not in kinds(part.user)


def test_the_owner_sees_the_next_step_of_each_evaluation(purchase: Evaluation) -> None:
    (step,) = my_work(purchase.owner)
    assert "Ivan" in step.what
    sign_as(purchase, "it")
    (step,) = my_work(purchase.owner)
    assert step.what == "Advance to research."
    assert step.link == f"/admin/act/advance/{purchase.pk}/"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_changed_words_are_to_be_signed_again",
)
def test_an_open_condition_waits_on_its_owner(purchase: Evaluation) -> None:
    priya = stakeholders.holder("pm")
    asked = ConditionAsked("Talk to legal", priya, TODAY())
    sign_as(purchase, "it", "conditions", reason="Nearly", conditions=[asked])
    Condition.objects.update(due_on=TODAY() - datetime.timedelta(days=2))
    (item,) = [x for x in my_work(priya) if x.kind == "condition"]
    assert item.late
    assert item.link.endswith(f"#condition-{Condition.objects.get().pk}")
    assert my_work(priya)[0] == item
    assert "was due" in signed_in(priya).get("/admin/").content.decode()


def test_milestones_and_scores_are_listed(purchase: Evaluation) -> None:
    dana = stakeholders.holder("devops")
    add_milestone(
        evaluation=purchase,
        title="Security review",
        owner_user=dana,
        due_on=TODAY() + datetime.timedelta(days=3),
        due_time=datetime.time(17),
        by=purchase.owner,
    )
    purchase.stakeholders.filter(user=dana).update(scores=True)
    vendors.enter(purchase, "demos")
    assert kinds(dana) == ["milestone", "scores"]


def test_nothing_of_an_ended_evaluation_waits(purchase: Evaluation) -> None:
    Evaluation.objects.filter(pk=purchase.pk).update(status="cancelled")
    assert kinds(stakeholders.holder("it")) == []
    assert kinds(purchase.owner) == []


def test_the_operator_is_asked_for_nothing(purchase: Evaluation) -> None:
    assert my_work(common.otto()) == []
    assert ready_to_advance().is_open


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_decision_page.py"
    "::test_a_draft_of_an_ended_evaluation_is_not_changed",
)
def test_letters_that_wait_are_on_the_desk_of_whoever_decided() -> None:
    where, _ = decided()
    answer = signed_in(where.owner).get("/admin/")
    assert answer.status_code == 200
    assert "about the decision" in answer.content.decode()
