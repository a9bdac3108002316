"""“Partly” on a must-have says that it blocks, what to do, and whom to ask."""

import pytest

from tests.acting import act
from tests.cast import stakeholders, trials, vendors
from tests.clients import signed_in
from trials.models import Trial

pytestmark = pytest.mark.django_db
BLOCKS = "does not prove a must-have"


@pytest.fixture
def trial(db: None) -> Trial:
    """A trial of a must-have and of a should-have."""
    where = trials.platform("must", "should")
    option = trials.claimed(where)
    vendors.enter(where, "trials")
    return trials.trial(option, "R1", "R2")


def judge(trial: Trial, ref: str, verdict: str) -> str:
    """The trial's page and the cell's, once Elif has judged it."""
    elif_ = stakeholders.holder("engineering")
    criterion = trial.criteria.get(requirement__ref=ref)
    form = {"verdict": verdict, "note": "Half of it.", **trials.SETTING}
    claim = trials.claim_of(trial.candidate, ref).pk
    assert act("judge-criterion", criterion, elif_, claim=claim, **form) == 302
    cell = f"cells/{trial.candidate_id}/{criterion.requirement_id}/"
    pages = (f"/admin/trials/{trial.pk}/", f"/admin/{cell}")
    return "".join(signed_in(elif_).get(page).content.decode() for page in pages)


def test_a_must_have_that_holds_partly_keeps_the_stage_open(trial: Trial) -> None:
    body = judge(trial, "R1", "partly")
    assert body.count(BLOCKS) == 2
    assert "or leadership" in body
    assert stakeholders.holder("leadership").name in body
    assert BLOCKS not in judge(trial, "R1", "holds")


def test_what_is_no_must_have_may_hold_partly(trial: Trial) -> None:
    assert BLOCKS not in judge(trial, "R2", "partly")
