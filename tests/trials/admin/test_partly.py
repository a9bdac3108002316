"""“Partly” on a must-have says that it blocks, what to do, and whom to ask."""

import pytest

from evaltracker.evaluations.models import User
from evaltracker.workflow.gates.context import gate_reports
from tests.acting import act
from tests.clients import signed_in
from tests.factories import stakeholders, trials, vendors
from trials.models import Trial

pytestmark = pytest.mark.django_db
BLOCKS = "keeps the trials stage open"


@pytest.fixture
def trial(db: None) -> Trial:
    """A trial of a must-have and of a should-have."""
    where = trials.platform("must", "should")
    option = trials.claimed(where)
    vendors.enter(where, "trials")
    where.candidates.update(state="shortlisted")
    return trials.trial(option, "R1", "R2")


def judge(trial: Trial, ref: str, verdict: str, who: User | None = None) -> str:
    """The pages of trial, cell and candidate, once Elif has judged it."""
    elif_ = stakeholders.holder("engineering")
    criterion = trial.criteria.get(requirement__ref=ref)
    form = {"verdict": verdict, "note": "Half of it.", **trials.SETTING}
    claim = trials.claim_of(trial.candidate, ref).pk
    assert act("judge-criterion", criterion, elif_, claim=claim, **form) == 302
    cell = f"cells/{trial.candidate_id}/{criterion.requirement_id}/"
    pages = (f"trials/{trial.pk}/", cell, f"candidates/{trial.candidate_id}/")
    return "".join(signed_in(who or elif_).get(f"/admin/{at}").text for at in pages)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_is_no_must_have_may_hold_partly",
)
def test_a_must_have_that_holds_partly_says_what_it_blocks_and_on_whom_it_waits(
    trial: Trial,
) -> None:
    body = judge(trial, "R1", "partly")
    owner = trial.candidate.evaluation.owner
    assert body.count(BLOCKS) == 3
    assert f"It waits for {owner.name} or" in body
    assert stakeholders.holder("leadership").name in body
    assert "/admin/act/excuse-knock-out/" not in body
    assert "/admin/act/ask-for-waiver/" not in body
    assert BLOCKS not in judge(trial, "R1", "holds")


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_what_is_no_must_have_may_hold_partly",
)
def test_the_owner_is_led_to_each_of_the_three_ways_on(trial: Trial) -> None:
    where = trial.candidate.evaluation
    place = f"{trial.candidate_id}.{where.requirements.get(ref='R1').pk}"
    body = judge(trial, "R1", "partly", where.owner)
    for way in ("record-evidence", "excuse-knock-out"):
        assert body.count(f'href="/admin/act/{way}/{place}/"') >= 3
    assert "?gate=must_haves_proven" in body
    reason = {"reason": "The half that we need holds."}
    assert act("excuse-knock-out", place, where.owner, **reason) == 302
    pages = f"/admin/trials/{trial.pk}/", f"/admin/candidates/{trial.candidate_id}/"
    assert all(BLOCKS not in signed_in(where.owner).get(at).text for at in pages)
    unproven = gate_reports(where)
    assert not any("not proven" in str(it.blockers) for it in unproven)


def test_what_is_no_must_have_may_hold_partly(trial: Trial) -> None:
    assert BLOCKS not in judge(trial, "R2", "partly")
