"""All evaluations at a glance: stage, next date, risk and leader in one line each."""

import datetime
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaltracker.decision.services.draws import keep_draws
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.workflow.admin.my_work import how_late
from evaltracker.workflow.inbox.glances import Glance, glances
from evaltracker.workflow.services.sign_offs import look_closely
from stakeholders.services.people import add_stakeholder
from tests.clients import signed_in
from tests.factories import common, stakeholders
from tests.workflow.comparing import another
from tests.workflow.deciding import decided, in_decision
from vendors.services.candidates import declare_conflict

pytestmark = pytest.mark.django_db
LIST = "/admin/evaluations/evaluation/"


def glance(where: Evaluation, user: User) -> Glance:
    return glances(user, [where])[where.pk]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_memo_efforts.py"
    "::test_building_what_does_not_set_us_apart_is_told[build-no-True]",
)
def test_a_line_tells_stage_next_date_risk_and_leader() -> None:
    where, _ = in_decision()
    another(where, "Globex ML")
    soon = timezone.localdate() + datetime.timedelta(days=200)
    change_brief(evaluation=where, must_run_by=soon, by=where.owner)
    keep_draws(evaluation=where)
    kept = look_closely(where)
    body = signed_in(where.owner).get(LIST).content.decode()
    assert body.count('class="ch-step--now"') == 1
    assert "Decision has to end" in body
    assert "nothing late" in body
    assert kept.what[:40] in body
    assert glance(where, where.owner).leader == "Acme ML"
    assert "Acme ML" in body


def test_what_is_late_and_what_will_be_stand_out() -> None:
    where = common.evaluation()
    soon = timezone.localdate() + datetime.timedelta(days=20)
    change_brief(evaluation=where, must_run_by=soon, by=where.owner)
    where.refresh_from_db()
    seen = glance(where, where.owner)
    assert seen.too_late
    assert seen.late == "requirements"
    assert "late: requirements" in signed_in(where.owner).get(LIST).content.decode()
    assert "will be late" in how_late(replace(seen, late=""))
    assert "nothing late" in how_late(replace(seen, late="", too_late=False))


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_signed_words.py"
    "::test_the_memo_begins_with_its_date_and_approvals",
)
def test_who_has_not_declared_is_told_no_leader() -> None:
    where, _ = in_decision()
    another(where, "Globex ML")
    assert glance(where, where.owner).no_leader == "not calculated yet"
    keep_draws(evaluation=where)
    sofia = common.person("sofia")
    add_stakeholder(evaluation=where, user=sofia, role="security", by=where.owner)
    assert glance(where, sofia).leader == ""
    body = signed_in(sofia).get(LIST).content.decode()
    assert "Acme ML" not in body
    assert "declare conflicts of interest first" in body
    ivan = stakeholders.holder("it")
    assert glance(where, ivan).leader == "Acme ML"
    acme = where.candidates.get(name="Acme ML")
    declare_conflict(candidate=acme, has_interest=True, statement="Shares", by=ivan)
    seen = glance(where, ivan)
    assert (seen.leader, seen.no_leader) == ("", "closed by your conflict of interest")


def test_the_chosen_one_is_named_once_it_is_decided() -> None:
    where, option = decided()
    seen = glance(where, where.owner)
    assert seen.leader == option.name
    assert seen.in_the_way == ""
    assert ">chosen</span>" in signed_in(where.owner).get(LIST).content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_is_late_and_what_will_be_stand_out",
)
def test_more_evaluations_take_no_more_queries() -> None:
    where, _ = in_decision()
    client = signed_in(where.owner)
    counted = []
    for more in (1, 4):
        for number in range(more):
            common.evaluation(title=f"Choose number {more}{number}")
        client.get(LIST)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(LIST).status_code == 200
        counted.append(len(caught))
    assert counted[0] == counted[1]
