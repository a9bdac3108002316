"""Signed words: one format of dates, and gaps that name their criterion."""

import re

import pytest

from evaltracker.decision.memo.brief import price_gap
from evaltracker.decision.memo.printing import sealed_memo
from evaltracker.decision.memo.signed_words import document_of
from evaltracker.decision.models import Decision
from evaltracker.decision.services.draws import keep_draws
from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.admin.sign_form import glance_at
from evaltracker.workflow.gates import GateContext
from evaltracker.workflow.services.stages import compile_memo
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.workflow.comparing import another, spoken
from tests.workflow.deciding import decided, in_decision
from trials.services.trials import record_gap

pytestmark = pytest.mark.django_db

ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def words(where: Evaluation) -> str:
    return document_of(where, visit=where.visits.latest("number"))


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_decision_page.py"
    "::test_the_owner_drafts_and_others_read_it",
)
def test_dates_are_written_one_way_in_every_stage() -> None:
    where = common.evaluation(must_run_by="2027-05-25")
    signed = words(where)
    assert "25 May 2027" in signed
    assert not ISO_DATE.search(signed)
    where, _ = decided()
    decision = Decision.objects.get()
    assert not ISO_DATE.search(sealed_memo(decision.memo, decision).text)
    assert not ISO_DATE.search(words(vendors.enter(where, "trials")))


def test_a_gap_names_its_requirement_and_its_criterion() -> None:
    option = trials.claimed(trials.platform())
    where = vendors.enter(option.evaluation, "trials")
    running = trials.trial(option)
    trials.verdict(
        trials.claim_of(option),
        "trial",
        "fails",
        note="It stopped after 40 runs.",
        criterion=running.criteria.get(),
    )
    record_gap(trial=running, severity="challenge", text="Slow", by=where.owner)
    signed = words(where)
    about = "on R1 What R1 asks for, criterion “R1 works under load”: "
    assert f"{about}It stopped after 40 runs." in signed
    assert "Challenge, open, on no requirement: Slow" in signed


def test_the_memo_begins_with_its_date_and_approvals() -> None:
    where, _ = in_decision()
    draft = sealed_memo(compile_memo(where), None).text
    assert "; nothing is decided yet." in draft.partition("## ")[0]


def test_a_decided_memo_says_first_who_decided_and_who_approved() -> None:
    where, option = decided()
    decision = Decision.objects.get()
    head = sealed_memo(decision.memo, decision).text.partition("## ")[0]
    assert re.search(r"Decided on \d+ \w+ \d{4} by Lina Lead\.", head)
    assert re.search(r"\(Leadership\) approved on \d+ \w+ \d{4}\.", head)
    assert f"**We choose {option.name}.**" in head
    body = signed_in(where.owner).get(f"/admin/e/{where.slug}/").content.decode()
    assert f'dir="auto">{option.name}</p>' in body
    assert "Chosen. The decision and its memo are frozen." in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_memo_front_page.py"
    "::test_certainty_is_never_one_number_alone",
)
def test_the_decision_page_says_how_sure_it_is_and_what_it_costs_more() -> None:
    where, option = in_decision()
    another(where, "Globex ML")
    memo = compile_memo(where)
    said = str(price_gap(memo["inputs"], memo["results"], str(option.pk)))
    assert said.startswith("Acme ML likely costs 41,234 USD more than Globex ML")
    assert "kinds of cost of Globex ML" in said
    url = f"/admin/e/{where.slug}/decision/"
    body = signed_in(where.owner).get(url).content.decode()
    assert "How sure it is, and what it costs more" in body
    assert "No change of one category’s weight" in body
    assert "likely costs 41,234 USD more than Globex ML" in spoken(body)


def test_the_price_gap_stays_sealed_with_the_prices() -> None:
    where, _ = in_decision()
    another(where, "Globex ML")
    Evaluation.objects.filter(pk=where.pk).update(prices_opened_at=None)
    vendors.enter(where, "trials")
    reader = signed_in(stakeholders.holder("it"))
    body = reader.get(f"/admin/e/{where.slug}/decision/").content.decode()
    assert "How sure it is, and what it costs more" in body
    assert "No change of one category’s weight" in body
    assert "likely costs" not in body


def how_sure(where: Evaluation) -> str:
    stand = glance_at(GateContext(where), where.owner).stand
    return str(stand and stand.weighed and stand.weighed.certainty)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_memo_begins_with_its_date_and_approvals",
)
def test_who_signs_the_decision_sees_the_figure_at_a_glance() -> None:
    where, _ = in_decision()
    another(where, "Globex ML")
    before = how_sure(where)
    assert "of 100" not in before
    keep_draws(evaluation=where)
    # The rival's must-have is still owed a verdict.
    said = how_sure(where)
    assert "Acme ML leads. Likely first: 6" in said
    assert "nothing more were tested: 100. 1 of 2 verdicts is" in said
