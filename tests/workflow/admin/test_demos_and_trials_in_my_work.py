"""My work leads to the demos that one attends and to the trials that one leads."""

import datetime

import pytest
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.workflow.inbox import WorkItem, my_work
from tests.factories import stakeholders, trials, vendors
from trials.models import Demo
from trials.services.demos import hold_demo, plan_attendance, schedule_demo
from vendors.models import Candidate
from vendors.services.candidates import shortlist

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    option = trials.claimed(trials.platform("must", "should"))
    shortlist(candidate=option, by=option.evaluation.owner)
    return option


def found(user: User, kind: str) -> list[WorkItem]:
    return [item for item in my_work(user) if item.kind == kind]


def arranged(acme: Candidate) -> Demo:
    return schedule_demo(
        candidate=acme,
        day=timezone.localdate() + datetime.timedelta(days=9),
        time=datetime.time(10),
        by=acme.evaluation.owner,
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_my_work.py::test_milestones_and_scores_are_listed",
)
def test_a_demo_is_listed_for_all_who_attend_until_it_starts(acme: Candidate) -> None:
    vendors.enter(acme.evaluation, "demos")
    demo = arranged(acme)
    it, pm = stakeholders.holder("it"), stakeholders.holder("pm")
    (item,) = found(it, "demo")
    assert (item.what, item.due) == (f"Demo of {acme}", demo.scheduled_for)
    assert item.link == f"/admin/demos/{demo.pk}/"
    where = acme.evaluation
    guests = where.stakeholders.filter(role="it")
    plan_attendance(demo=demo, guests=guests, by=where.owner)
    assert found(it, "demo")
    assert not found(pm, "demo")
    hold_demo(demo=demo, attendees="All", by=it)
    assert not found(it, "demo")


def test_a_demo_under_way_is_not_late_and_one_that_passed_is_gone(
    acme: Candidate,
) -> None:
    demo = arranged(acme)
    it = stakeholders.holder("it")
    Demo.objects.update(scheduled_for=timezone.now() - datetime.timedelta(minutes=5))
    (item,) = found(it, "demo")
    assert (item.late, item.group) == (False, "Today")
    Demo.objects.update(
        scheduled_for=timezone.now() - datetime.timedelta(minutes=demo.minutes)
    )
    assert not found(it, "demo")


def in_trials(acme: Candidate) -> Evaluation:
    where = acme.evaluation
    vendors.enter(where, "demos")
    vendors.enter(where, "trials")
    acme.evaluation.refresh_from_db()
    return where


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_contract_that_is_not_agreed_is_nothing_to_judge",
)
def test_who_leads_a_trial_reads_what_is_left_to_judge(acme: Candidate) -> None:
    in_trials(acme)
    trial = trials.trial(acme, "R1", "R2")
    lead = stakeholders.holder("engineering")
    (item,) = found(lead, "trial")
    assert item.what == f"Judge the trial of {acme}: 2 criteria to go"
    first, second = trial.criteria.all()
    here = f"/admin/trials/{trial.pk}/"
    assert (item.link, item.due) == (f"{here}#criterion-{first.pk}", trial.ends_on)
    trials.verdict(trials.claim_of(acme, "R1"), "trial", criterion=first)
    (item,) = found(lead, "trial")
    assert item.what == f"Judge the trial of {acme}: 1 criterion to go"
    assert item.link == f"{here}#criterion-{second.pk}"
    trials.verdict(trials.claim_of(acme, "R2"), "trial", criterion=second)
    (item,) = found(lead, "trial_done")
    assert item.what == f"Close the trial of {acme}"
    assert not found(stakeholders.holder("pm"), "trial")


def test_a_contract_that_is_not_agreed_is_nothing_to_judge(acme: Candidate) -> None:
    in_trials(acme)
    trials.trial(acme, "R1", agreed=False)
    assert not found(stakeholders.holder("engineering"), "trial")
