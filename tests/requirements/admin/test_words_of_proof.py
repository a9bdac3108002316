"""What an evaluation calls its demos and trials, and what it asks of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from evaltracker.errors import Forbidden, Invalid
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.evaluations.words import DEFAULTS, say
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.requirements.services.templates import TEMPLATE_PARTS
from tests.clients import signed_in
from tests.factories import stakeholders

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parents[2] / "data" / "cases"
TEMPLATES = json.loads((CASES / "any_purchase_templates.json").read_text())
WORDS = {key: one["words"] for key, one in TEMPLATES["templates"].items()}


def case(key: str) -> Any:
    cases = json.loads((CASES / "any_purchase_cases.json").read_text())
    return next(one for one in cases["words"] if one["id"] == key)


def test_the_usual_words_are_those_that_were_agreed() -> None:
    assert TEMPLATES["default_words"] == DEFAULTS


def test_a_sentence_takes_article_and_capital_and_leaves_names_alone() -> None:
    words = WORDS["consultancy"]
    assert say(words, "Schedule a demo of {}", "Demo Ltd") == (
        "Schedule an interview of Demo Ltd"
    )
    assert say(words, "Trials are closed") == "Samples of work are closed"
    assert say({}, "A demo of {}", "{}") == "A demo of {}"


@pytest.mark.parametrize("key", ["W5", "W6"])
def test_words_that_cannot_be_said_are_refused(purchase: Evaluation, key: str) -> None:
    with pytest.raises(Invalid) as told:
        change_brief(
            evaluation=purchase, words=case(key)["given"]["words"], by=purchase.owner
        )
    sentences = [text for texts in told.value.errors.values() for text in texts]
    assert sentences == [case(key)["expect"]["refused"]]


@pytest.mark.parametrize(
    "words",
    [
        {"show_now": "x" * 201},
        {"show_now": "{text.__class__}"},
        {"show_now": "{text!r}"},
        {"show_now": "{"},
        {"passes": " "},
        {"ran_by": "Who ran {text}"},
        {"demos": "tastings"},
        {"sample": "a key that is none"},
        {"bring": 3},
    ],
)
def test_so_are_other_places_lengths_and_keys(
    purchase: Evaluation, words: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        change_brief(evaluation=purchase, words=words, by=purchase.owner)


def test_the_owner_writes_them_and_a_usual_one_is_not_kept(
    purchase: Evaluation,
) -> None:
    act = f"/admin/act/change-words/{purchase.pk}/"
    form = {**DEFAULTS, "demo": "tasting", "demos": "tastings", "trial_data": ""}
    stakeholders.stakeholders(purchase, "it")
    other = stakeholders.holder("it")
    assert signed_in(other).post(act, form).status_code == 403
    with pytest.raises(Forbidden):
        change_brief(evaluation=purchase, words={}, by=other)
    assert signed_in(purchase.owner).post(act, form).status_code == 302
    purchase.refresh_from_db()
    assert purchase.words == {"demo": "tasting", "demos": "tastings", "trial_data": ""}
    assert purchase.wording["trial"] == "trial"
    entry = Entry.objects.filter(evaluation=purchase).latest("number")
    assert entry.action == "brief.changed"
    assert entry.after == {"words": purchase.words}


def test_a_form_with_a_brace_too_many_says_so_at_the_field(
    purchase: Evaluation,
) -> None:
    page = signed_in(purchase.owner).post(
        f"/admin/act/change-words/{purchase.pk}/", {**DEFAULTS, "bring": "{thing}"}
    )
    assert page.status_code == 400
    assert "cannot be filled in" in page.text


@pytest.mark.parametrize("key", WORDS)
def test_a_template_brings_them_and_saves_them(purchase: Evaluation, key: str) -> None:
    part = TEMPLATE_PARTS["words"]
    assert part.load is not None
    part.load(purchase, WORDS[key], purchase.owner)
    purchase.refresh_from_db()
    assert part.save(purchase) == WORDS[key]
    assert purchase.wording == DEFAULTS | WORDS[key]
