"""Before a failure counts, the vendor sees it and has one bounded time to answer."""

import datetime
from typing import Any

import pytest
import time_machine

from evaltracker.errors import Refused
from evaltracker.evaluations.journal import Actor
from tests.factories import trials, vendors
from trials.models import Evidence, Gap, Trial
from trials.scoring import Standing
from trials.selectors.ledger import one_cell
from trials.services.evidence import record_evidence
from trials.services.trials import close_trial, reply_deadline, reply_to_gap
from vendors.models import Candidate

pytestmark = pytest.mark.django_db
VENDOR = Actor(name="Acme by API")


@pytest.fixture
def acme() -> Candidate:
    option = trials.claimed(trials.platform("must"))
    vendors.enter(option.evaluation, "trials")
    return option


@pytest.fixture
def running(acme: Candidate) -> Trial:
    return trials.trial(acme)


def fail(running: Trial, **more: Any) -> Evidence:
    return record_evidence(
        claim=trials.claim_of(running.candidate),
        source="trial",
        verdict="fails",
        note="It stops at 40 runs.",
        by=running.candidate.evaluation.owner,
        criterion=running.criteria.get(),
        **trials.SETTING,
        **more,
    )


def standing(option: Candidate) -> Standing:
    must = option.evaluation.requirements.get(ref="R1")
    return one_cell(option, must).standing


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_a_failure_counts_only_when_the_time_to_answer_is_over(running: Trial) -> None:
    gap = Gap.objects.get(evidence=fail(running))
    assert gap.requirement is not None
    assert (gap.text, gap.requirement.ref) == ("It stops at 40 runs.", "R1")
    assert gap.awaits_reply
    assert standing(running.candidate) == Standing.CLAIMED
    assert gap.reply_until is not None
    with time_machine.travel(gap.reply_until + datetime.timedelta(seconds=1)):
        assert standing(running.candidate) == Standing.REFUTED


def test_it_counts_at_once_when_the_vendor_has_answered_until_a_new_test_beats_it(
    running: Trial,
) -> None:
    gap = Gap.objects.get(evidence=fail(running))
    reply_to_gap(gap=gap, reply="A quota of ours; it is raised.", by=VENDOR)
    assert standing(running.candidate) == Standing.REFUTED
    trials.verdict(
        trials.claim_of(running.candidate), "trial", criterion=running.criteria.get()
    )
    assert standing(running.candidate) == Standing.PROVEN


def test_a_trial_is_not_closed_over_the_vendors_head(running: Trial) -> None:
    gap = Gap.objects.get(evidence=fail(running))
    owner = running.candidate.evaluation.owner
    with pytest.raises(Refused, match="may answer what failed until"):
        close_trial(trial=running, summary="Bad.", by=owner)
    reply_to_gap(gap=gap, reply="We know.", by=VENDOR)
    assert close_trial(trial=running, summary="Bad.", by=owner).closed_at


def test_what_holds_or_was_shown_in_a_demo_opens_no_gap(running: Trial) -> None:
    claim = trials.claim_of(running.candidate)
    trials.verdict(claim, "trial", "partly", criterion=running.criteria.get())
    trials.verdict(claim, "demo", "fails")
    assert Gap.objects.count() == 0


@pytest.mark.parametrize(
    ("found", "until"),
    [
        # Wednesday: until the end of Monday. Saturday: of Wednesday.
        ("2026-11-25T10:00:00Z", "2026-11-30T23:00:00+00:00"),
        ("2026-11-28T10:00:00Z", "2026-12-02T23:00:00+00:00"),
        # Past midnight in Berlin it is Thursday already.
        ("2026-11-25T23:30:00Z", "2026-12-01T23:00:00+00:00"),
    ],
)
def test_the_time_is_three_working_days_in_the_zone_of_the_trial(
    found: str, until: str
) -> None:
    with time_machine.travel(found, tick=False):
        assert reply_deadline("Europe/Berlin").isoformat() == until
