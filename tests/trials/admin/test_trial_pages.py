"""Trials: planned, agreed, judged, with gaps and dates, and closed."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import User
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Trial
from trials.selectors.trials import contract_of
from vendors.models import Candidate

pytestmark = pytest.mark.django_db
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
def test_the_owner_plans_a_trial_and_every_role_agrees(acme: Candidate) -> None:
    owner, lead = acme.evaluation.owner, stakeholders.holder("engineering")
    form = {
        "title": "Forecast",
        "starts_on": "2026-01-01",
        "ends_on": "2099-01-31",
        "zone": "Europe/Berlin",
        "lead": lead.pk,
        **trials.CONTRACT,
    }
    it = stakeholders.holder("it")
    assert act("plan-trial", acme, it, **form) == 403
    assert act("plan-trial", acme, owner, **form | {"lead": common.noor().pk}) == 400
    assert act("plan-trial", acme, owner, **form | {"ends_on": "2025-01-01"}) == 400
    assert act("plan-trial", acme, owner, **form) == 302
    trial = Trial.objects.get()
    assert act("propose-contract", trial, lead) == 409
    one = acme.evaluation.requirements.get(ref="R1")
    mark = {"requirement": one.pk, "text": "It holds", "threshold": "99 %"}
    assert act("add-criterion", trial, it, **mark) == 403
    assert act("add-criterion", trial, lead, **mark) == 302
    words = {"digest": contract_of(trial).digest}
    assert act("agree-contract", trial, it, **words) == 409
    assert act("propose-contract", trial, it) == 403
    assert act("propose-contract", trial, lead) == 302
    assert act("agree-contract", trial, owner, **words) == 403
    assert act("agree-contract", trial, it, digest="0" * 64) == 409
    assert "awaited" in page(trial, it)
    for role in stakeholders.PEOPLE:
        assert act("agree-contract", trial, stakeholders.holder(role), **words) == 302
    assert act("agree-contract", trial, it, **words) == 409
    assert act("add-criterion", trial, lead, **mark) == 400
    assert act("add-criterion", trial, lead, **mark, reason="Forgotten") == 302
    assert act("change-trial", trial, lead, **form) == 409
    criterion = trial.criteria.first()
    clearer = mark | {"text": "It holds up"}
    assert act("change-criterion", criterion, lead, **clearer, reason="Clearer") == 302
    assert act("remove-criterion", criterion, lead, reason="Twice") == 302
    terms = form | {"workload": "Two forecasts.", "reason": "One was too easy."}
    assert act("amend-contract", trial, it, **terms) == 403
    assert act("amend-contract", trial, lead, **terms | {"reason": " "}) == 400
    assert act("amend-contract", trial, lead, **terms) == 302
    body = page(trial, it)
    assert "version 5" in body
    assert "One was too easy." in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_runs_on_the_page.py"
    "::test_a_criterion_without_a_run_is_named",
)
def test_strangers_find_no_trial(acme: Candidate) -> None:
    trial = trials.trial(acme)
    assert signed_in(common.noor()).get(f"/admin/trials/{trial.pk}/").status_code == 404
    url = f"/admin/e/{acme.evaluation.slug}/trials/"
    assert signed_in(common.noor()).get(url).status_code == 404
    assert "Forecast" in signed_in(stakeholders.holder("it")).get(url).content.decode()


def test_a_criterion_is_judged_with_one_tap(acme: Candidate) -> None:
    trial, it = trials.trial(acme), stakeholders.holder("it")
    criterion, claim = trial.criteria.get(), trials.claim_of(acme).pk
    judge = f"judge-criterion/{criterion.pk}"
    assert judge in page(trial, it)
    form = {"verdict": "fails", "claim": claim, **trials.SETTING}
    assert act("judge-criterion", criterion, it, **form) == 400
    shown = form | {"verdict": "not_shown"}
    assert act("judge-criterion", criterion, it, **shown) == 400
    assert act("judge-criterion", criterion, it, **form, note="88 of 100 runs") == 302
    assert "88 of 100 runs" in page(trial, it)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_runs_on_the_page.py"
    "::test_a_criterion_without_a_run_is_named",
)
def test_half_time_alarm_and_curve_say_it_in_words(acme: Candidate) -> None:
    day = datetime.timedelta(days=1)
    today = trials.TODAY()
    trial = trials.trial(acme, starts_on=today - 8 * day, ends_on=today + day)
    body = page(trial, stakeholders.holder("it"))
    assert "2 must-haves nobody has touched" in body
    assert "0 of 2 must-haves had been exercised." in body
    assert "Day 9 of 10" in body
    trials.verdict(
        trials.claim_of(acme), "trial", "holds", criterion=trial.criteria.get()
    )
    assert "1 of 2 must-haves had been exercised." in page(trial, acme.evaluation.owner)


def test_a_trial_is_closed_when_all_is_judged(acme: Candidate) -> None:
    trial, lead = trials.trial(acme), stakeholders.holder("engineering")
    assert act("close-trial", trial, lead, summary="Good") == 409
    trials.verdict(
        trials.claim_of(acme), "trial", "holds", criterion=trial.criteria.get()
    )
    assert act("close-trial", trial, lead, summary="Good enough") == 302
    assert "Good enough" in page(trial, lead)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_runs_on_the_page.py"
    "::test_the_page_shows_the_runs_against_the_bound_and_proposes",
)
def test_the_page_asks_as_much_for_one_criterion_as_for_five(acme: Candidate) -> None:
    trial = trials.trial(acme)

    def queries() -> int:
        client = signed_in(acme.evaluation.owner)
        client.get(f"/admin/trials/{trial.pk}/")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/admin/trials/{trial.pk}/")
        return len(seen)

    def gap() -> None:
        trial.gaps.create(
            severity="minor",
            text="x",
            found_on=trials.TODAY(),
            found_by=acme.evaluation.owner,
        )

    gap()
    few = queries()
    for ref in ("R2", "R1", "R2", "R1"):
        trial.criteria.create(
            requirement=acme.evaluation.requirements.get(ref=ref), text="x"
        )
    for _ in range(4):
        gap()
    assert queries() == few
    assert few <= 43
