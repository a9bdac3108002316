"""What open verdicts are drawn from: shares by hand, or the house's record."""

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.requirements.services.evaluations import create_evaluation
from tests.factories import stakeholders, trials, vendors
from trials.scoring.open_cells import DEFAULT_PRIOR, Prior, TrialRecord
from trials.selectors import scores as prior
from trials.selectors.scores import house_record, prior_of
from trials.services.scores import set_prior, take_house_record

pytestmark = pytest.mark.django_db


def test_shares_by_hand_are_journalled_and_take_the_place_of_our_default() -> None:
    where = trials.platform()
    assert prior_of(where) == (DEFAULT_PRIOR, {"source": "default"})
    where = set_prior(
        evaluation=where, holds=60, partly=25, fails=15, worth=4, by=where.owner
    )
    assert prior_of(where) == (Prior(60, 25, 15, 4), {"source": "hand"})
    assert Entry.objects.filter(evaluation=where, action="prior.set").count() == 1
    where = set_prior(
        evaluation=where, holds=70, partly=20, fails=10, worth=10, by=where.owner
    )
    assert prior_of(where) == (DEFAULT_PRIOR, {"source": "default"})


def test_shares_that_do_not_add_up_and_a_worth_off_the_scale_are_refused() -> None:
    where = trials.platform()
    with pytest.raises(Invalid) as refused:
        set_prior(
            evaluation=where, holds=70, partly=20, fails=5, worth=101, by=where.owner
        )
    assert refused.value.errors == {
        "holds": ["Holds, partly and fails must add up to 100; they add up to 95."],
        "worth": ["Worth is a whole number from 1 to 100."],
    }
    somebody = stakeholders.holder("leadership")
    with pytest.raises(Forbidden):
        set_prior(evaluation=where, holds=70, partly=20, fails=10, worth=9, by=somebody)


def test_a_house_with_too_small_a_record_keeps_the_default() -> None:
    where = trials.platform()
    with pytest.raises(Refused, match="it can be taken once it has 30"):
        take_house_record(evaluation=where, by=where.owner)
    assert prior_of(where)[0] == DEFAULT_PRIOR


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_the_record_is_of_other_decided_evaluations_and_enters_as_a_snapshot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where = trials.platform()
    option = trials.claimed(where)
    vendors.enter(where, "trials")
    option.evaluation.refresh_from_db()
    running = trials.trial(option)
    trials.verdict(trials.claim_of(option), "trial", criterion=running.criteria.get())
    other = create_evaluation(title="Other", buyer="Us", by=where.owner)
    assert house_record(other) == (TrialRecord(), 0)
    Evaluation.objects.filter(pk=where.pk).update(status=Status.DECIDED)
    assert house_record(other) == (TrialRecord(holds=1), 1)
    assert house_record(where) == (TrialRecord(), 0)
    monkeypatch.setattr(
        "trials.services.scores.house_record", lambda _: (TrialRecord(41, 7, 4), 3)
    )
    other = take_house_record(evaluation=other, by=other.owner)
    start, source = prior_of(other)
    assert start == Prior(41, 7, 4, 10)
    assert source["source"] == "house"
    assert source["record"]["evaluations"] == 3
    assert Entry.objects.filter(evaluation=other, action="prior.taken").count() == 1
    assert prior.prior_of(other)[0] == start  # whatever is decided since
