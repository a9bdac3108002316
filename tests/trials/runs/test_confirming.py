"""Runs propose a verdict; nothing counts before a person confirms it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaltracker.errors import Forbidden, Invalid, Refused, Stale
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.evaluations.models.evaluation import AppendOnlyError
from evaltracker.toolbox.measures import Measure, propose
from evaltracker.toolbox.measures.measure import round_off
from tests.factories import common, vendors
from tests.factories import trials as cast
from tests.trials.runs.confirming import (
    add_runs,
    add_tests,
    confirm,
    latencies,
    measured,
)
from tests.trials.runs.posting import LATENCY, measured_trial
from trials.models import Criterion, Evidence, Gap, Measurement, Run, Trial
from trials.scoring import Standing
from trials.selectors.ledger import one_cell
from trials.selectors.runs import run_counts
from trials.services.evidence import reconfirm_evidence, record_evidence
from trials.services.runs import leave_out_runs
from vendors.models import Candidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial() -> Trial:
    return measured_trial()


def proposed(criterion: Criterion) -> Any:
    return run_counts([criterion], criterion.trial.zone)[criterion.pk].pooled.proposal


def standing(criterion: Criterion) -> Standing:
    return one_cell(criterion.trial.candidate, criterion.requirement).standing


@pytest.mark.parametrize(
    ("p95", "verdict"), [("12", "holds"), ("19.6", "holds"), ("31", "fails")]
)
def test_runs_propose_and_one_tap_confirms(
    trial: Trial, p95: str, verdict: str
) -> None:
    criterion = measured(trial)
    add_runs(criterion, latencies(p95))
    found = proposed(criterion)
    assert (found.verdict, found.n, found.value) == (verdict, 40, Decimal(p95))
    assert standing(criterion) == Standing.CLAIMED
    assert not Evidence.objects.exists()

    evidence = confirm(criterion, verdict, proposed=verdict)
    assert evidence.note == f"p95 {p95} ms of 40 runs (bound at most 20 ms)"
    assert (evidence.runner, evidence.data) == ("us", "ours")
    assert evidence.criterion == criterion
    kept = Measurement.objects.get(evidence=evidence)
    assert kept.results == latencies(p95)
    assert (kept.n, kept.value, kept.proposed) == (40, p95, verdict)
    assert kept.reason == ""
    entry = Entry.objects.get(action="evidence.recorded")
    assert (entry.after["n"], entry.after["value"]) == (40, p95)
    assert f"trials.measurement/2 {kept.pk}" in (entry.rows or "")
    if verdict == "holds":
        assert standing(criterion) == Standing.PROVEN


def test_a_confirmed_failure_opens_the_right_of_reply_at_once(trial: Trial) -> None:
    criterion = measured(trial)
    add_runs(criterion, latencies("31"))
    evidence = confirm(criterion, "fails")
    gap = Gap.objects.get(evidence=evidence)
    assert gap.awaits_reply
    assert gap.text == "p95 31 ms of 40 runs (bound at most 20 ms)"
    assert standing(criterion) == Standing.CLAIMED


def test_too_few_runs_confirm_nothing(trial: Trial) -> None:
    criterion = measured(trial)
    with pytest.raises(Refused, match="No run counts for this criterion yet"):
        confirm(criterion, "holds")
    add_runs(criterion, ["12"] * 19)
    assert proposed(criterion).verdict is None
    with pytest.raises(Refused, match="Only 19 of the 20 runs"):
        confirm(criterion, "holds")
    leave_out_runs(of=add_runs(criterion, ["12"])[0], reason="Warm-up.", by=trial.lead)
    with pytest.raises(Refused, match="Only 19 of the 20 runs"):
        confirm(criterion, "holds")
    assert not Evidence.objects.exists()


def test_another_verdict_needs_a_reason_which_stays_with_it(trial: Trial) -> None:
    criterion = measured(trial)
    add_runs(criterion, latencies("31"))
    with pytest.raises(Invalid) as refused:
        confirm(criterion, "holds", proposed="fails")
    assert list(refused.value.errors) == ["reason"]
    evidence = confirm(criterion, "holds", reason="The network was down.")
    assert evidence.note.endswith("(bound at most 20 ms). The network was down.")
    assert evidence.measurement.proposed == "fails"
    assert evidence.measurement.reason == "The network was down."


def test_whoever_was_shown_another_proposal_looks_again(trial: Trial) -> None:
    criterion = measured(trial)
    add_runs(criterion, latencies("31"))
    with pytest.raises(Stale, match="they propose “fails” now"):
        confirm(criterion, "holds", proposed="holds")


def test_nobody_judges_by_eye_what_runs_propose(trial: Trial) -> None:
    criterion = measured(trial)
    add_runs(criterion, latencies("31"))
    said: dict[str, Any] = {
        "claim": cast.claim_of(trial.candidate),
        "source": "trial",
        "verdict": "holds",
        "criterion": criterion,
        "by": trial.lead,
        **cast.SETTING,
    }
    for named in (criterion, None):
        with pytest.raises(Refused, match="The runs of this criterion propose a verd"):
            record_evidence(**{**said, "criterion": named})


def test_an_older_verdict_is_not_said_again_round_the_runs(trial: Trial) -> None:
    criterion = measured(trial)
    former = cast.verdict(
        cast.claim_of(trial.candidate), source="trial", criterion=criterion
    )
    where = Evaluation.objects.filter(pk=trial.candidate.evaluation_id)
    where.update(stage="research", claims_close_at=None, claims_closed_at=None)
    option = Candidate.objects.get(pk=trial.candidate_id)
    vendors.claim(option, former.claim.requirement, statement="Now more.")
    where.update(stage="trials")
    add_runs(criterion, latencies("31"))
    with pytest.raises(Refused, match="The runs of this criterion propose a verdict"):
        reconfirm_evidence(evidence=former, note="As before.", by=trial.lead)


def test_who_has_no_part_confirms_nothing(trial: Trial) -> None:
    criterion = measured(trial)
    add_runs(criterion, latencies("12"))
    with pytest.raises(Forbidden):
        confirm(criterion, "holds", by=common.person("stranger"))


def test_tests_that_passed_or_failed_propose_on_prose(trial: Trial) -> None:
    criterion = trial.criteria.get(position=2)
    add_tests(criterion, False, False)
    assert proposed(criterion).why == "All 2 tests passed."
    add_tests(criterion, True)
    assert proposed(criterion).verdict == "fails"
    with pytest.raises(Invalid, match=r"Without 1 it holds. Say why\."):
        confirm(criterion, "fails")
    evidence = confirm(criterion, "fails", reason="It failed.")
    assert evidence.note == "1 of 3 tests failed. It failed."
    assert sorted(evidence.measurement.results) == ["failed", "passed", "passed"]


def test_what_a_verdict_rests_on_is_never_changed(trial: Trial) -> None:
    criterion = measured(trial)
    add_runs(criterion, latencies("12"))
    kept = confirm(criterion, "holds").measurement
    add_runs(criterion, latencies("31"))
    kept.refresh_from_db()
    assert kept.n == 40
    with pytest.raises(AppendOnlyError):
        kept.save()


def test_runs_are_counted_by_day_and_those_left_out_stay(trial: Trial) -> None:
    criterion = measured(trial)
    add_runs(criterion, ["10", "14"], days_ago=2)
    out = add_runs(criterion, ["0.099"], unit="s")[0]
    leave_out_runs(of=out, reason="The network was down.", by=trial.lead)
    count = run_counts([criterion], "UTC")[criterion.pk]
    first, second = count.days
    assert first.spread == (Decimal(10), Decimal(12), Decimal(14))
    assert (second.n, second.left_out, second.spread) == (0, 1, None)
    assert list(second.struck) == [Decimal(99)]
    assert (count.pooled.left_out, count.pooled.proposal.n) == (1, 2)


def test_a_measure_of_another_kind_since_counts_nothing(trial: Trial) -> None:
    criterion = measured(trial)
    add_runs(criterion, latencies("12"))
    criterion.measure = {**LATENCY, "unit": "requests/s"}
    criterion.save()
    assert "cannot be compared" in proposed(criterion).why
    with pytest.raises(Refused, match="cannot be compared"):
        confirm(criterion, "holds")


AMOUNTS = st.decimals(min_value=0, max_value=10_000, places=3)
NUMBERS = st.lists(
    st.tuples(AMOUNTS, st.sampled_from(["ms", "s"])), min_size=1, max_size=12
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(numbers=NUMBERS, statistic=st.sampled_from(["mean", "median", "p50", "p90"]))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_whoever_was_shown_another_proposal_looks_again",
)
def test_the_database_counts_as_the_numbers_do(
    trial: Trial, numbers: list[tuple[Decimal, str]], statistic: str
) -> None:
    criterion = measured(trial)
    Run.objects.filter(criterion=criterion).delete()
    said = {**LATENCY, "statistic": statistic, "least_n": None}
    criterion.measure = said
    for number, unit in numbers:
        add_runs(criterion, [str(number)], unit=unit)
    measure = Measure.from_json(said)
    assert measure is not None
    values = [number * (1000 if unit == "s" else 1) for number, unit in numbers]
    whole, counted = propose(measure, values), proposed(criterion)
    assert (counted.verdict, counted.n) == (whole.verdict, whole.n)
    assert (counted.lowest, counted.highest) == (whole.lowest, whole.highest)
    assert round_off(counted.value) == round_off(whole.value or Decimal(0))
