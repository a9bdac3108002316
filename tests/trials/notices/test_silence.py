"""A benchmark that stops reporting owes the trial's lead one mail."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from evaltracker.evaluations.models import Notice
from evaltracker.notices.kinds import KINDS
from tests.factories import trials as cast
from tests.trials.runs.confirming import add_runs, measured
from tests.trials.runs.posting import measured_trial
from trials.models import Trial
from trials.selectors.trials import exercised_by_day, half_time_alarm, silent_since
from trials.services.evidence import record_evidence
from trials.services.mails import tell_of_silence

pytestmark = pytest.mark.django_db
# A Wednesday, at ten in the morning in Berlin.
WEDNESDAY = datetime.datetime(2026, 11, 18, 9, tzinfo=datetime.UTC)


def later(days: int) -> time_machine.travel:
    return time_machine.travel(WEDNESDAY + datetime.timedelta(days=days), tick=False)


@pytest.fixture
def trial(db: None) -> Trial:
    trial = measured_trial()
    first = WEDNESDAY.date() - datetime.timedelta(days=2)
    trial.starts_on, trial.ends_on = first, first + datetime.timedelta(days=13)
    trial.save()
    return trial


def test_two_working_days_without_a_run_are_told_once(trial: Trial) -> None:
    with later(0):
        tell_of_silence()
        add_runs(measured(trial), ["12"])
    # Friday: Thursday alone has passed.
    with later(2):
        tell_of_silence()
        assert silent_since(trial) is None
    assert not Notice.objects.filter(kind="benchmark_silent").exists()
    # Saturday: Thursday and Friday have.
    with later(3):
        tell_of_silence()
        tell_of_silence()
        notice = Notice.objects.get(kind="benchmark_silent")
        assert notice.recipient == trial.lead
        kind = KINDS[notice.kind]
        assert kind.holds(notice) == ""
        assert "The last run came in on" in kind.compose(notice).text
        add_runs(measured(trial), ["13"])
        assert "Runs have come in since" in kind.holds(notice)


def test_a_trial_whose_days_are_over_waits_for_no_run(trial: Trial) -> None:
    with later(0):
        add_runs(measured(trial), ["12"])
    with later(20):
        assert silent_since(trial) is None


def test_what_is_measured_is_tried_by_runs_and_not_by_opinions(trial: Trial) -> None:
    today = timezone.localdate()
    Trial.objects.filter(pk=trial.pk).update(
        starts_on=today - datetime.timedelta(days=6), ends_on=today
    )
    trial.refresh_from_db()
    criterion = measured(trial)
    record_evidence(
        claim=cast.claim_of(trial.candidate),
        source="trial",
        verdict="holds",
        criterion=criterion,
        by=trial.candidate.evaluation.owner,
        **cast.SETTING,
    )
    assert "R1" in [row.ref for row in half_time_alarm(trial)]
    add_runs(criterion, ["12"], days_ago=2)
    assert "R1" not in [row.ref for row in half_time_alarm(trial)]
    shares = [day.exercised for day in exercised_by_day(trial)]
    assert (shares[0], shares[-1]) == (0, 1)
