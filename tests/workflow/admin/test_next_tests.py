"""What to test next: on the page of trials, and in My work of who leads one."""

import re

import pytest

from evaltracker.decision.memo.inputs import standing_memo
from evaltracker.decision.models import KeptDraws
from evaltracker.decision.services.draws import keep_draws
from evaltracker.evaluations.models import Evaluation
from tests.clients import signed_in
from tests.factories import stakeholders, trials, vendors
from tests.trials.runs.confirming import (
    add_runs,
    add_tests,
    confirm,
    latencies,
    measured,
)
from tests.trials.runs.posting import measured_trial
from tests.workflow.comparing import spoken
from trials.selectors.pending_verdicts import runs_owed
from vendors.models import Candidate
from vendors.services.candidates import shortlist

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    """Acme and Globex level in a demo; of both a must-have is still to be tested."""
    where = trials.platform("must", "should")
    options = [trials.claimed(where, name=name) for name in ("Acme ML", "Globex ML")]
    for option in options:
        shortlist(candidate=option, by=where.owner)
    vendors.enter(where, "demos")
    for option in options:
        option.evaluation.refresh_from_db()
        trials.verdict(trials.claim_of(option), "demo")
    vendors.enter(where, "trials")
    first = options[0]
    first.evaluation.refresh_from_db()
    trials.trial(first)
    return first


def page_of(where: Evaluation) -> str:
    address = f"/admin/e/{where.slug}/trials/"
    return signed_in(where.owner).get(address).content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_where_no_verdict_decides_the_page_says_so",
)
def test_the_trials_page_lists_what_decides_who_is_first(acme: Candidate) -> None:
    where = acme.evaluation
    assert "What to test next" not in page_of(where)
    where.refresh_from_db()
    keep_draws(evaluation=where)
    body = page_of(where)
    lines = re.findall(r">R1 What R1 asks for, (.+?) ML<.+?>\d\d of 100<", body, re.S)
    assert sorted(lines) == ["Acme", "Globex"]
    assert "being counted" not in body
    KeptDraws.objects.update(version="of before")
    body = page_of(where)
    assert "being counted" in body
    assert not re.search(r">\d\d of 100<", body)


def test_where_no_verdict_decides_the_page_says_so(acme: Candidate) -> None:
    kept = keep_draws(evaluation=acme.evaluation)
    kept.results |= {"next": [], "idle": 2}
    kept.save()
    assert "No single open verdict would change who is first." in page_of(
        acme.evaluation
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_memo_front_page.py"
    "::test_certainty_is_never_one_number_alone",
)
def test_my_work_lists_those_of_the_trials_that_one_leads(acme: Candidate) -> None:
    keep_draws(evaluation=acme.evaluation)
    lead = stakeholders.holder("engineering")
    body = signed_in(lead).get("/admin/").content.decode()
    assert "Judge the trial of Acme ML: 1 criterion to go" in body
    assert re.search(r"who is first: R1 in \d\d of 100 cases\.", body)
    assert "trial of Globex ML" not in body
    other = signed_in(stakeholders.holder("pm")).get("/admin/").content.decode()
    assert "who is first" not in other


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_where_no_verdict_decides_the_page_says_so",
)
def test_criteria_wait_for_runs_until_somebody_confirms() -> None:
    trial = measured_trial()
    criterion, where = measured(trial), trial.candidate.evaluation

    def said() -> tuple[str, str]:
        page = re.search(r"Waiting for runs</h3>.+?</ul>", page_of(where), re.DOTALL)
        work = signed_in(trial.lead).get("/admin/").content.decode()
        return page[0] if page else "", work

    listed, work = said()
    assert "R1 What R1 asks for, Acme ML: no run yet" in listed
    assert "R2" not in listed
    assert "You lead it. R1: no run yet." in work
    add_runs(criterion, latencies("12")[:12])
    assert "Acme ML: 12 of 20 runs" in said()[0]
    add_runs(criterion, latencies("12"))
    assert "R1: 52 runs to confirm." in said()[1]
    confirm(criterion, "holds")
    listed, work = said()
    assert listed == ""
    assert "to confirm" not in work


def test_a_test_result_without_a_measure_waits_to_be_confirmed() -> None:
    trial = measured_trial()
    add_tests(trial.criteria.get(position=2), False)
    prose, measured_one = runs_owed([trial])
    assert measured_one.words == "no run yet"
    assert (prose.criterion.position, prose.words) == (2, "1 run to confirm")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_memo_front_page.py"
    "::test_certainty_is_never_one_number_alone",
)
def test_what_runs_propose_is_to_be_confirmed_and_said(acme: Candidate) -> None:
    where = acme.evaluation
    trial = acme.trials.get()
    add_tests(trial.criteria.get(), True)
    keep_draws(evaluation=where)
    body = page_of(where)
    assert "R1 What R1 asks for, Acme ML: by its runs it fails" in body
    assert "Acme ML: 1 run to confirm" in body
    found = re.findall(
        r">R1 What R1 asks for, (.+?) ML<.+?> ?(.+?) of 100<", body, re.S
    )
    assert [name for name, _ in found] == ["Globex"]
    compared = signed_in(where.owner).get(f"/admin/e/{where.slug}/comparison/").text
    sentence = (
        "1 verdict is taken as the runs propose; nobody has confirmed it: R1 of Acme "
        "ML fails."
    )
    assert sentence in spoken(compared)
    robust = standing_memo(where).results["robustness"]["certainty"]
    assert robust["knocked_out"][str(acme.pk)] == "1.00000000"
