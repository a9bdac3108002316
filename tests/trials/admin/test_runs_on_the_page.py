"""What the trial page shows of runs, and confirming them there."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import User
from tests.acting import act
from tests.clients import signed_in
from tests.factories import stakeholders, vendors
from tests.factories import trials as cast
from tests.trials.runs.confirming import add_runs, latencies, measured
from tests.trials.runs.posting import LATENCY, measured_trial
from trials.models import Criterion, Evidence, Run, Trial
from trials.services.runs import leave_out_runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial(db: None) -> Trial:
    return measured_trial()


def page(trial: Trial, user: User | None = None) -> str:
    client = signed_in(user or stakeholders.holder("engineering"))
    answer = client.get(f"/admin/trials/{trial.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_criterion_without_a_run_is_named(trial: Trial) -> None:
    said = page(trial)
    assert "No run has come in for it yet." in said
    assert "No run counts yet for" in said
    assert "The runs propose" not in said


def test_the_page_shows_the_runs_against_the_bound_and_proposes(trial: Trial) -> None:
    criterion = measured(trial)
    add_runs(criterion, latencies("19.6"), days_ago=1)
    leave_out_runs(of=add_runs(criterion, ["31"])[0], reason="Warm-up.", by=trial.lead)
    said = page(trial)
    assert "p95 is 19.6 ms over 40 runs; asked was at most 20 ms." in said
    assert "From 15.9 to 19.8 ms." in said
    assert f"1 of 41 runs left out by {trial.lead.name}; with them p95 19.7 ms" in said
    assert said.count('class="rn-bar"') == 1
    assert said.count('class="rn-out"') == 1
    assert "at most 20 ms</text>" in said
    assert '<td data-label="Highest, ms">19.8</td>' in said
    assert "The runs propose" in said
    assert 'name="verdict" value="holds" class="et-button et-button--primary"' in said


def test_one_tap_confirms_and_new_runs_ask_again(trial: Trial) -> None:
    criterion = measured(trial)
    add_runs(criterion, latencies("12"))
    elif_ = stakeholders.holder("engineering")
    claim = cast.claim_of(trial.candidate).pk
    tap = {"claim": claim, "proposed": "holds", "verdict": "holds", **cast.SETTING}
    assert act("confirm-runs", criterion, elif_, **tap) == 302
    evidence = Evidence.objects.get()
    assert evidence.note == "p95 12 ms of 40 runs (bound at most 20 ms)"
    assert "Confirmed on these runs." in page(trial)
    assert "The runs propose" not in page(trial)
    add_runs(criterion, ["11"])
    assert "The runs propose" in page(trial)


def test_another_verdict_is_refused_at_its_reason(trial: Trial) -> None:
    criterion = measured(trial)
    add_runs(criterion, latencies("12"))
    client = signed_in(stakeholders.holder("engineering"))
    claim = cast.claim_of(trial.candidate).pk
    form = {"claim": claim, "proposed": "holds", "verdict": "partly", **cast.SETTING}
    answer = client.post(f"/admin/act/confirm-runs/{criterion.pk}/", form)
    assert "Give the reason for another verdict" in answer.content.decode()
    assert not Evidence.objects.exists()


def test_what_is_there_today_is_drawn_in(trial: Trial) -> None:
    where = trial.candidate.evaluation
    today = vendors.candidate_late(where, "As it is")
    today.kind = "as_is"
    today.save()
    own = Trial.objects.get(pk=trial.pk)
    own.pk, own.candidate, own._state.adding = None, today, True
    own.save()
    criterion = measured(trial)
    there = Criterion.objects.create(
        trial=own, requirement=criterion.requirement, text="The same", measure=LATENCY
    )
    add_runs(there, latencies("31"))
    add_runs(criterion, ["12"])
    assert "as is 31 ms</text>" in page(trial)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_page_shows_the_runs_against_the_bound_and_proposes",
)
def test_queries_do_not_grow_with_criteria_and_runs(trial: Trial) -> None:
    def queries() -> int:
        client = signed_in(stakeholders.holder("engineering"))
        client.get(f"/admin/trials/{trial.pk}/")
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(f"/admin/trials/{trial.pk}/")
        return len(found)

    criterion = measured(trial)
    add_runs(criterion, latencies("12"))
    before = queries()
    for number in range(3):
        another = Criterion.objects.create(
            trial=trial,
            requirement=criterion.requirement,
            position=10 + number,
            text="Again",
            measure=LATENCY,
        )
        add_runs(another, latencies("31"))
    assert Run.objects.count() == 160
    assert queries() == before
