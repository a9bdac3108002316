"""What “yes” costs in days, from what is on file."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation
from tests.factories import trials, vendors
from tests.trials.efforts import asked, states
from trials.models import Evidence
from trials.scoring import Standing
from trials.scoring.effort import EffortCell, EffortSums
from trials.selectors.ledger import ledger
from trials.selectors.matrix import effort_cells
from trials.services.evidence import take_back_evidence
from vendors.models import Candidate, Effort
from vendors.services.claims import rule_not_applicable

pytestmark = pytest.mark.django_db

AGO = datetime.timedelta(days=1)


@pytest.fixture
def acme(db: None) -> Candidate:
    """Claims R1 to R4 of an evaluation in trials that asks for efforts."""
    where = trials.platform("must", "should", "should", "should")
    option = trials.claimed(where)
    vendors.enter(where, "trials")
    asked(where)
    option.refresh_from_db()
    trials.trial(option, "R1", "R2", "R3", "R4")
    return option


def cells(option: Candidate) -> dict[str, EffortCell]:
    where = Evaluation.objects.get(pk=option.evaluation_id)
    return effort_cells(ledger(where, exact=True)).get(option.pk, {})


def likely(option: Candidate, name: str) -> str:
    cell: Any = cells(option)["R1"]
    return str(cell[name]["days"]["likely"])


def judge(option: Candidate, ref: str, took: str = "", **more: Any) -> Evidence:
    return trials.verdict(trials.claim_of(option, ref), "trial", took=took, **more)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_what_was_promised_is_what_stood_when_it_was_tested(acme: Candidate) -> None:
    states(acme, "R1", "configure", 2, at=timezone.now() - AGO)
    judge(acme, "R1", "6")
    states(acme, "R1", "configure", 6)
    assert likely(acme, "effort") == "6"
    assert likely(acme, "judged") == "2"
    assert cells(acme)["R1"]["took"] == "6.0"
    cell = ledger(acme.evaluation).of(acme).cells["R1"]
    assert cell.standing == Standing.PROVEN
    assert cell.credit == 1


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_neither_a_taken_back_verdict_nor_the_vendors_own_run_is_timed",
)
def test_a_trial_before_anything_was_stated_promises_nothing(acme: Candidate) -> None:
    judge(acme, "R1", "6")
    states(acme, "R1", "configure", 2)
    assert cells(acme)["R1"]["judged"] is None


def test_neither_a_taken_back_verdict_nor_the_vendors_own_run_is_timed(
    acme: Candidate,
) -> None:
    for ref in ("R1", "R2", "R3"):
        states(acme, ref, "out_of_box", at=timezone.now() - AGO)
    first = judge(acme, "R1", "4")
    take_back_evidence(evidence=first, reason="The wrong line.", by=first.recorded_by)
    judge(acme, "R2", "5", runner="vendor", data="vendor")
    judge(acme, "R3", "7", runner="vendor", data="ours")
    took = {ref: cell["took"] for ref, cell in cells(acme).items()}
    assert took == {"R1": None, "R2": None, "R3": "7.0", "R4": None}


def test_a_verdict_that_is_said_again_keeps_the_promise_of_the_first(
    acme: Candidate,
) -> None:
    states(acme, "R1", "configure", 2, at=timezone.now() - AGO)
    first = judge(acme, "R1", "6")
    states(acme, "R1", "configure", 9)
    Evidence.objects.create(
        **{"claim": first.claim, "source": "trial", "verdict": "holds"},
        **{"reconfirms": first, "took": first.took, **trials.SETTING},
        recorded_by=first.recorded_by,
    )
    assert likely(acme, "judged") == "2"
    assert cells(acme)["R1"]["took"] == "6.0"


def test_what_is_taken_back_or_does_not_apply_is_not_counted(acme: Candidate) -> None:
    states(acme, "R1", "build", 5, at=timezone.now() - AGO)
    states(acme, "R1", "")
    states(acme, "R2", "build", 5, by="buyer")
    where = acme.evaluation
    rule_not_applicable(
        candidate=acme,
        requirement=where.requirements.get(ref="R3"),
        reason="It has none.",
        by=where.owner,
    )
    found = cells(acme)
    assert found.keys() == {"R1", "R2", "R4"}
    assert found["R1"]["effort"] is None
    sums = EffortSums(found.values(), vars(where))
    assert (sums.not_stated, sums.of) == (2, 3)
    assert sums.rows["Our days"] == "7.5 or more"
    assert sums.rows["The vendor’s days"] == "not known"


def test_where_nobody_is_asked_nothing_is_read(acme: Candidate) -> None:
    states(acme, "R1", "build", 5)
    Evaluation.objects.update(asks_effort=False)
    assert cells(acme) == {}


def test_efforts_move_no_other_number(acme: Candidate) -> None:
    judge(acme, "R1")
    where = acme.evaluation
    before = ledger(where, exact=True).of(acme).sums.whole_fit
    for ref in ("R1", "R2", "R3"):
        states(acme, ref, "build", 1000)
    assert ledger(where, exact=True).of(acme).sums.whole_fit == before
    assert Effort.objects.count() == 3
