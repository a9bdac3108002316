"""What a trial finds missing, and its dates with their reminders."""

import datetime

import pytest

from evaltracker.evaluations.models import Notice, User
from tests.acting import act
from tests.clients import signed_in
from tests.factories import stakeholders, trials, vendors
from trials.models import Gap, Milestone, Trial
from vendors.models import Candidate

pytestmark = pytest.mark.django_db
ACTS = ("settle", "move", "give", "hang")
SOON = datetime.date.today() + datetime.timedelta(days=20)  # noqa: DTZ011


@pytest.fixture
def acme(db: None) -> Candidate:
    where = trials.platform("must", "must", stage="research")
    option = trials.claimed(where)
    vendors.enter(where, "trials")
    return option


def page(trial: Trial, user: User) -> str:
    answer = signed_in(user).get(f"/admin/trials/{trial.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_runs_on_the_page.py"
    "::test_a_criterion_without_a_run_is_named",
)
def test_gaps_are_logged_answered_and_closed(acme: Candidate) -> None:
    trial, it = trials.trial(acme), stakeholders.holder("it")
    form = {"severity": "deal_breaker", "text": "No <b>SSO</b>"}
    form["found_on"] = trials.TODAY().isoformat()
    assert act("record-gap", trial, it, **form | {"found_on": "2099-01-01"}) == 400
    assert act("record-gap", trial, it, **form) == 302
    gap = Gap.objects.get()
    body = page(trial, it)
    assert "No &lt;b&gt;SSO" in body
    assert "day 5" in body
    assert "1 open deal-breaker" in body
    lead = stakeholders.holder("engineering")
    assert act("reply-to-gap", gap, it, reply="Soon") == 403
    assert act("reply-to-gap", gap, lead, reply="Soon", promised_for=SOON) == 302
    assert act("close-gap", gap, lead) == 400
    assert act("close-gap", gap, lead, note="Mended") == 302
    assert act("close-gap", gap, lead, note="Mended") == 409


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_runs_on_the_page.py"
    "::test_the_page_shows_the_runs_against_the_bound_and_proposes",
)
def test_a_moved_milestone_takes_its_reminders_along(acme: Candidate) -> None:
    trial, lead = trials.trial(acme), stakeholders.holder("engineering")
    form = {"title": "Load test", "owner_user": lead.pk, "due_on": SOON}
    form |= {"due_time": "17:00", "zone": "Europe/Berlin"}
    it = stakeholders.holder("it")
    assert act("add-trial-milestone", trial, it, **form) == 403
    assert act("add-trial-milestone", trial, lead, **form) == 302
    one = Milestone.objects.get()
    before = Notice.objects.filter(state="pending").count()
    moved = {"due_on": SOON + datetime.timedelta(days=9), "due_time": "17:00"}
    moved["zone"] = "Europe/Berlin"
    assert act("move-milestone", one, lead, **moved) == 400
    assert act("move-milestone", one, lead, **moved, reason="Late data") == 302
    assert Notice.objects.filter(state="pending").count() >= before
    assert Notice.objects.filter(state="suppressed").exists()
    assert "changed 1 time" in page(trial, lead)
    assert act("settle-milestone", one, lead, state="missed") == 400
    assert act("settle-milestone", one, lead, state="met") == 302


def test_the_evaluation_has_milestones_of_its_own(acme: Candidate) -> None:
    owner = acme.evaluation.owner
    form = {"title": "Board", "owner_user": owner.pk, "due_on": SOON}
    form |= {"due_time": "09:00", "zone": "UTC"}
    it = stakeholders.holder("it")
    assert act("add-milestone", acme.evaluation, it, **form) == 403
    assert act("add-milestone", acme.evaluation, owner, **form) == 302
    url = f"/admin/e/{acme.evaluation.slug}/trials/"
    assert "Board" in signed_in(it).get(url).content.decode()


def test_nothing_is_offered_on_a_milestone_once_all_is_over(acme: Candidate) -> None:
    where = acme.evaluation
    form = {"title": "Board", "owner_user": where.owner.pk, "due_on": SOON}
    form |= {"due_time": "09:00", "zone": "UTC"}
    assert act("add-milestone", where, where.owner, **form) == 302
    one, url = Milestone.objects.get(), f"/admin/e/{where.slug}/trials/"
    offered = [f"/admin/act/{name}-milestone/{one.pk}/" for name in ACTS]
    body = signed_in(where.owner).get(url).content.decode()
    assert all(address in body for address in offered)
    assert (
        act("cancel-evaluation", where, where.owner, reason="The budget is cut.") == 302
    )
    body = signed_in(where.owner).get(url).content.decode()
    assert "Board" in body
    assert not any(address in body for address in offered)
    assert act("settle-milestone", one, where.owner, state="met") == 409
