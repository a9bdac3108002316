"""Scripts, verdicts, contracts and pages in the words of an evaluation."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.utils.html import strip_tags

from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.enumerations import Source
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.pages.tabs import all_tabs, tab_address
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.workflow.gates.context import GateContext
from evaltracker.workflow.gates.rules import no_trial
from tests.clients import signed_in
from tests.factories import trials, vendors
from trials.choices import setting_words
from trials.models import Demo
from trials.scoring.scope import counts_as
from trials.services.contracts import check_propose_contract
from trials.services.scripts import draw_up_script, neutral_words, script_words
from vendors.models import Candidate

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parents[2] / "data" / "cases"
TEMPLATES = json.loads((CASES / "any_purchase_templates.json").read_text())["templates"]
CLAIM = "Each site is inspected every month, together with us, by an agreed standard."
TYPED = "Trial Cleaners"  # a name, which nobody puts into other words


def case(key: str) -> Any:
    cases = json.loads((CASES / "any_purchase_cases.json").read_text())
    return next(one for one in cases["words"] if one["id"] == key)


def worded(template: str, **requirement: str) -> Evaluation:
    evaluation = trials.platform("must")
    words = TEMPLATES[template]["words"]
    change_brief(evaluation=evaluation, words=words, by=evaluation.owner)
    evaluation.requirements.update(**requirement)
    evaluation.refresh_from_db()
    return evaluation


def script_of(template: str, ref: str, text: str, availability: str) -> dict[str, str]:
    evaluation = worded(template, ref=ref, text=text)
    requirement = evaluation.requirements.get()
    claim = None
    if availability:
        option = vendors.invited(evaluation)
        claim = vendors.claim(option, requirement, availability).claim
        claim.statement = ""
    return script_words(evaluation.wording, requirement, claim)


@pytest.mark.parametrize("key", ["W1", "W3"])
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_the_script_asks_in_the_words_of_the_template(key: str) -> None:
    given, expected = case(key)["given"], dict(case(key)["expect"])
    ref, text = given["requirement"]
    written = script_of(given["template"], ref, text, given["answer"])
    times = expected.pop("times_the_text_stands_on_a_card", 1)
    names = {"show": "show_live", "bring": "data_to_bring", "passes": "passes_if"}
    found = {name: written[names.get(str(name), str(name))] for name in expected}
    assert found == expected
    assert "".join(written.values()).count(text) == times


def test_a_text_with_braces_is_not_filled_in_again() -> None:
    written = script_of("cleaning", "A{text}", "Says {ref} and {date}.", "now")
    assert "Says {ref} and {date}." in written["question"]


def test_what_one_vendor_says_is_asked_of_others_neutrally() -> None:
    evaluation = worded("consultancy", text=CLAIM)
    option = trials.claimed(evaluation)
    demo = trials.demo(option)
    (item,) = draw_up_script(demo=demo, by=evaluation.owner)
    assert item.question.startswith("You say that you have done this")
    item.question = item.question.partition(" You wrote")[0]
    asked = neutral_words(evaluation.wording, item)["question"]
    assert asked == f"How do you meet this: “{CLAIM}”?"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_named_values.py"
    "::test_a_script_asks_for_the_values_that_are_not_proven",
)
def test_a_script_card_holds_the_text_once() -> None:
    evaluation = worded("cleaning", text=CLAIM)
    demo = trials.demo(trials.claimed(evaluation))
    draw_up_script(demo=demo, by=evaluation.owner)
    page = signed_in(evaluation.owner).get(f"/admin/demos/{demo.pk}/").text
    head, _, card = page.partition('<div class="vr-body">')
    # Its row is named by the text, and so is what opens below.
    assert (head.count(CLAIM), card.count(CLAIM)) == (1, 1)


def test_menu_and_steps_say_the_nouns() -> None:
    evaluation = worded("cleaning")
    page = words_on(evaluation, f"/admin/e/{evaluation.slug}/")
    for noun in case("W2")["expect"].values():
        assert page.count(noun) >= 2


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_the_form_of_a_verdict_asks_who_drove_and_where() -> None:
    evaluation = worded("vehicles")
    option = trials.claimed(evaluation)
    vendors.enter(option.evaluation, "trials")
    criterion = trials.trial(option).criteria.get()
    page = words_on(evaluation, f"/admin/act/judge-criterion/{criterion.pk}/")
    expected = case("W4")["expect"]
    for text in (*expected["labels"], *expected["where"]):
        assert text in page
    # Rules do not follow words.
    assert counts_as(Source.TRIAL, "vendor", "vendor") == Source.DEMO
    said = setting_words("trial", "vendor", "vendor", words=evaluation.words)
    assert said == "Who drove: the vendor; where: on the vendor's course"


def test_a_blank_term_of_a_trial_is_neither_asked_nor_missed() -> None:
    evaluation = worded("cleaning")
    words = {**evaluation.words, "trial_data": "", "trial_what": ""}
    change_brief(evaluation=evaluation, words=words, by=evaluation.owner)
    option = trials.claimed(evaluation)
    vendors.enter(option.evaluation, "demos")
    client, act = signed_in(evaluation.owner), f"/admin/act/plan-trial/{option.pk}/"
    page = client.get(act).text
    assert "Which rooms" in page
    assert "What is cleaned" not in page
    form = {
        **{"title": "Test", "starts_on": "2027-03-01", "ends_on": "2027-03-12"},
        **{"zone": "UTC", "lead": evaluation.owner.pk, "workload": "–"},
        **{"environment": "All", "people_hours": "Two", "exit_plan": "None"},
    }
    assert client.post(act, form).status_code == 302
    planned = option.trials.get()
    trials.criterion(planned, by=evaluation.owner)
    check_propose_contract(planned, evaluation.owner)


def test_gates_memo_and_mails_say_the_nouns_and_the_journal_does_not() -> None:
    evaluation = worded("cleaning")
    blocker = no_trial(GateContext(evaluation))
    assert blocker.sentence == "No shortlisted candidate has a test period."
    assert blocker.verb == "Create test periods"
    frozen = gather_inputs(evaluation)["brief"]["words"]
    assert frozen["demos"] == "site visits"
    option = trials.claimed(evaluation)
    vendors.enter(option.evaluation, "demos")
    trials.demo(option, held=True)
    entry = Entry.objects.get(
        evaluation=evaluation, action=case("W7")["expect"]["action"]
    )
    assert "site visit" not in json.dumps([entry.before, entry.after])
    told = Entry.objects.filter(evaluation=evaluation, action="stage.advanced").last()
    assert told is None or case("W7")["expect"]["stage"] in json.dumps(told.after)


# The journal keeps demo and trial.
KEPT = ("journal",)
NOUN = re.compile(r"\b(?:demos?|trials?)\b", re.IGNORECASE)


def words_on(evaluation: Evaluation, address: str) -> str:
    page = signed_in(evaluation.owner).get(address)
    assert page.status_code == 200, address
    body = re.sub(r"<(script|style)\b.*?</\1>", "", page.text, flags=re.DOTALL)
    return " ".join(unescape(strip_tags(body)).split())


def whole(template: str) -> tuple[Evaluation, Candidate, list[str]]:
    """A purchase with a demo, a trial, a gap and their pages."""
    evaluation = worded(template)
    option = trials.claimed(evaluation)
    Candidate.objects.filter(pk=option.pk).update(name=TYPED)
    vendors.enter(option.evaluation, "demos")
    demo = trials.demo(option, held=True)
    Demo.objects.update(title="Tour")
    vendors.enter(option.evaluation, "trials")
    trial = trials.trial(option)
    tabs = [tab for tab in all_tabs() if tab.slug not in KEPT]
    pages = (tab_address(tab, evaluation, evaluation.owner) for tab in tabs)
    return (
        evaluation,
        option,
        [
            *filter(None, pages),
            f"/admin/demos/{demo.pk}/",
            f"/admin/demos/{demo.pk}/script/",
            f"/admin/trials/{trial.pk}/",
            f"/admin/trials/{trial.pk}/runs/",
            f"/admin/act/plan-trial/{option.pk}/",
            f"/admin/act/end-demo/{demo.pk}/",
            f"/admin/act/schedule-demo/{option.pk}/",
            f"/admin/act/close-trial/{trial.pk}/",
            f"/admin/act/change-words/{evaluation.pk}/",
        ],
    )


@pytest.mark.parametrize("template", ["cleaning", "consultancy"])
@pytest.mark.nightly(
    reason="every page of a purchase; each push reads menu and steps",
    short="::test_menu_and_steps_say_the_nouns",
)
def test_no_page_of_it_says_demo_or_trial(template: str) -> None:
    evaluation, _, pages = whole(template)
    left = {}
    for address in pages:
        text = words_on(evaluation, address).replace(TYPED, "")
        text = re.sub(r"https?://\S+", "", text)
        if said := [
            text[max(0, m.start() - 40) : m.end() + 30] for m in NOUN.finditer(text)
        ]:
            left[address] = said
    assert not left, "\n" + json.dumps(left, indent=1)
