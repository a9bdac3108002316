"""Verdicts, criteria, script items, excuses and rulings name values of the brief."""

import json
from typing import Any

import pytest

from evaltracker.decision.memo.signed_words import document_of
from evaltracker.decision.memo.text import exception_lines
from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Demand, Entry, Scope, ScopeValue
from evaltracker.requirements.services.scopes import uses_of
from evaltracker.workflow.services.stages import compile_memo
from tests.acting import act
from tests.clients import signed_in
from tests.factories import trials, vendors
from trials.models import Evidence
from trials.selectors.ledger import one_cell
from trials.selectors.trials import contract_text
from trials.services.criteria import add_criterion, change_criterion
from trials.services.evidence import excuse_knock_out
from trials.services.scripts import draw_up_script
from vendors.claims import named_words, read_named_values
from vendors.models import Candidate, Claim
from vendors.services.candidates import shortlist
from vendors.services.claims import rule_not_applicable

pytestmark = pytest.mark.django_db

CLOUDS = ("AWS", "Azure", "on premises")
LISTS = {"Runs on": list(CLOUDS), "Languages": ["R", "Python"]}


@pytest.fixture
def acme() -> Candidate:
    """A candidate that answers a must-have for AWS and on premises, not for Azure."""
    where = trials.platform()
    scope = Scope.objects.create(evaluation=where, name="Runs on")
    for place, name in enumerate(CLOUDS):
        ScopeValue.objects.create(scope=scope, name=name, position=place)
    Demand.objects.create(requirement=where.requirements.get(), scope=scope)
    option = trials.claimed(where)
    shortlist(candidate=option, by=where.owner)
    means = {"Runs on": {"AWS": ["now", None], "on premises": ["now", None]}}
    Claim.objects.update(holds_for={"said": None, "means": means})
    vendors.enter(where, "trials")
    option.evaluation.refresh_from_db()
    return option


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"Runs on": ["Mars"]}, "“Mars” is not a value of “Runs on”"),
        ({"Moons": ["AWS"]}, "The brief has no list “Moons”"),
        ({"Runs on": ["everywhere", "AWS"]}, "everywhere beside “AWS”"),
        ({"Runs on": ["AWS", "AWS"]}, "named twice"),
        ({"Runs on": "AWS"}, "needs a list of its values"),
        (["AWS"], "Name values by list"),
    ],
)
def test_what_the_brief_does_not_name_is_refused(said: Any, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as caught:
        read_named_values(said, LISTS)
    assert list(caught.value.errors) == ["named_values"]


def test_values_are_kept_in_the_order_of_the_brief() -> None:
    said = {"Languages": [], "Runs on": ["on premises", "AWS"]}
    named = read_named_values(said, LISTS)
    assert named == {"Runs on": ["AWS", "on premises"], "Languages": []}
    assert list(named) == ["Runs on", "Languages"]
    assert read_named_values("everywhere", LISTS) == LISTS
    assert read_named_values(None, LISTS) == {}
    assert named_words(named) == "Runs on: AWS, on premises"


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_script_asks_for_the_values_that_are_not_proven",
)
def test_a_verdict_counts_for_the_values_that_it_names(acme: Candidate) -> None:
    trials.trial(acme)
    claim = trials.claim_of(acme)
    with pytest.raises(Invalid, match="Mars"):
        trials.verdict(claim, "trial", named_values={"Runs on": ["Mars"]})
    found = trials.verdict(claim, "trial", named_values={"Runs on": ["AWS"]})
    assert found.values_named == "Runs on: AWS"
    told = Entry.objects.filter(action="evidence.recorded").latest("number").after
    assert told["named_values"] == {"Runs on": ["AWS"]}
    tested = {one.value: one.tested for one in cell(acme).state.values}
    assert tested == {"AWS": True, "Azure": False, "on premises": False}


def cell(acme: Candidate) -> Any:
    return one_cell(acme, acme.evaluation.requirements.get())


def test_a_trial_that_the_vendor_ran_on_its_own_data_proves_what_a_demo_proves(
    acme: Candidate,
) -> None:
    trials.trial(acme)
    everywhere = {"named_values": "everywhere"}
    own = {"runner": "vendor", "data": "vendor", **everywhere}
    trials.verdict(trials.claim_of(acme), "trial", **own)
    by_value = {one.value: one for one in cell(acme).state.values}
    assert by_value["AWS"].shown
    assert not by_value["AWS"].tested
    assert not cell(acme).state.owes_demo  # the gate of demos is content
    assert not cell(acme).state.is_settled  # the gate of trials is not
    # Azure is not answered, so nothing of it can be shown or proven.
    trials.verdict(
        trials.claim_of(acme),
        "trial",
        named_values={"Runs on": ["AWS", "on premises"]},
    )
    by_value = {one.value: one for one in cell(acme).state.values}
    assert by_value["AWS"].tested
    assert by_value["AWS"].is_settled


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_trial_that_the_vendor_ran_on_its_own_data_proves_wh"
    "at_a_demo_proves",
)
def test_the_form_offers_what_was_answered_and_begins_with_the_criterion(
    acme: Candidate,
) -> None:
    running = trials.trial(acme, agreed=False)
    criterion = change_criterion(
        criterion=running.criteria.get(),
        named_values={"Runs on": ["on premises"]},
        by=acme.evaluation.owner,
    )
    trials.agreed_by_all(running)
    lina = signed_in(acme.evaluation.owner)
    body = lina.get(f"/admin/trials/{running.pk}/").content.decode()
    ticked = "{} checked>".format(
        'value="[&quot;Runs on&quot;, &quot;on premises&quot;]"'
    )
    assert ticked in body
    assert "Azure" not in body.partition('class="sc-values"')[2].partition("</form>")[0]
    assert "For Runs on: on premises" in body
    claim = trials.claim_of(acme).pk
    form = {"verdict": "holds", "claim": claim, **trials.SETTING}
    assert act("judge-criterion", criterion, acme.evaluation.owner, **form) == 400
    form["named_values"] = json.dumps(["Runs on", "AWS"])
    assert act("judge-criterion", criterion, acme.evaluation.owner, **form) == 302
    assert Evidence.objects.get().named_values == {"Runs on": ["AWS"]}
    where = acme.evaluation
    signed = document_of(where, visit=where.visits.latest("number"))
    assert "run by us, on our data; Runs on: AWS" in signed


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_a_new_criterion_proposes_what_no_trial_has_judged(acme: Candidate) -> None:
    running = trials.trial(acme, agreed=False)
    first = running.criteria.get()
    assert first.named_values == {"Runs on": ["AWS", "on premises"]}
    trials.agreed_by_all(running)
    claim = trials.claim_of(acme)
    trials.verdict(claim, "trial", named_values={"Runs on": ["AWS"]})
    second = add_criterion(
        trial=running,
        requirement=first.requirement,
        text="And on premises",
        threshold="100 runs",
        reason="Half of it is open.",
        by=acme.evaluation.owner,
    )
    assert second.named_values == {"Runs on": ["on premises"]}
    assert "For Runs on: on premises." in contract_text(running)


def test_other_forms_about_a_requirement_ask_for_no_values(acme: Candidate) -> None:
    running = trials.trial(acme)
    form = {"severity": "minor", "text": "Slow", "found_on": str(trials.TODAY())}
    must = acme.evaluation.requirements.get()
    owner = acme.evaluation.owner
    assert act("record-gap", running, owner, requirement=must.pk, **form) == 302


def test_a_script_asks_for_the_values_that_are_not_proven(acme: Candidate) -> None:
    trials.trial(acme)
    trials.verdict(trials.claim_of(acme), "trial", named_values={"Runs on": ["AWS"]})
    demo = trials.demo(acme)
    (item,) = draw_up_script(demo=demo, by=acme.evaluation.owner)
    assert item.named_values == {"Runs on": ["on premises"]}
    body = signed_in(acme.evaluation.owner).get(f"/admin/demos/{demo.pk}/")
    assert "For Runs on: on premises" in body.content.decode()


def test_an_excuse_names_values_or_all_and_the_memo_says_which(
    acme: Candidate,
) -> None:
    where = acme.evaluation
    trials.trial(acme)
    trials.verdict(
        trials.claim_of(acme), "trial", "fails", named_values={"Runs on": ["AWS"]}
    )
    must = where.requirements.get()
    excuse = excuse_knock_out(
        candidate=acme,
        requirement=must,
        reason="We leave AWS.",
        named_values={"Runs on": ["AWS"]},
        by=where.owner,
    )
    assert excuse.values_named == "Runs on: AWS"
    assert not cell(acme).knocks_out
    (line,) = exception_lines(compile_memo(where)["inputs"])
    assert "on R1 What R1 asks for (Runs on: AWS). Reason: We leave AWS." in line


def test_not_applicable_names_values_or_all(acme: Candidate) -> None:
    where = acme.evaluation
    place = f"{acme.pk}.{where.requirements.get().pk}"
    form = {
        "reason": "We do not use it.",
        "named_values": json.dumps(["Runs on", "Azure"]),
    }
    assert act("rule-not-applicable", place, where.owner, **form) == 302
    ruling = acme.rulings.get()
    assert ruling.values_named == "Runs on: Azure"
    told = Entry.objects.latest("number").after
    assert told["named_values"] == {"Runs on": ["Azure"]}
    ruled = {one.value: one.not_applicable for one in cell(acme).state.values}
    assert ruled == {"AWS": False, "Azure": True, "on premises": False}
    ruling.delete()
    rule_not_applicable(
        candidate=acme,
        requirement=where.requirements.get(),
        reason="Not at all.",
        by=where.owner,
    )
    assert cell(acme).not_applicable


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_runs_on_the_page.py"
    "::test_a_criterion_without_a_run_is_named",
)
def test_a_purchase_without_lists_asks_for_no_values() -> None:
    option = trials.claimed(trials.platform())
    vendors.enter(option.evaluation, "trials")
    running = trials.trial(option)
    lina = signed_in(option.evaluation.owner)
    body = lina.get(f"/admin/trials/{running.pk}/").content.decode()
    assert "sc-values" not in body
    assert "For which values" not in body
    found = trials.verdict(trials.claim_of(option), "trial")
    assert found.named_values == {}
    assert one_cell(option, option.evaluation.requirements.get()).state.tested


def test_a_value_that_a_verdict_names_is_not_removed(acme: Candidate) -> None:
    trials.trial(acme)
    trials.verdict(trials.claim_of(acme), "trial", named_values={"Runs on": ["Azure"]})
    used = uses_of(acme.evaluation)
    assert used["Runs on", "Azure"] == ["a verdict on R1 of Acme ML"]
