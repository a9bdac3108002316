"""Templates keep scripts, criteria, rules and the words of the scale, for any time."""

from decimal import Decimal
from typing import Any

import pytest

from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.decision.memo.text import scale_words
from evaltracker.errors import Forbidden, Invalid, NotFound, Refused
from evaltracker.evaluations.models import Entry, Evaluation, EvaluationTemplate, User
from evaltracker.requirements.services.templates import (
    fill_from,
    save_as_template,
    take_from_template,
)
from stakeholders.services.people import set_sign_off_rule
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from trials.services.criteria import take_criteria
from trials.services.scores import give_score, word_scale
from trials.services.scripts import add_script_item, draw_up_script, take_script
from vendors.services.costs import set_cost_line

pytestmark = pytest.mark.django_db
MEANINGS = ["useless", "poor", "weak", "fair", "good", "excellent"]


@pytest.fixture
def where() -> Evaluation:
    """An evaluation with a script that quotes a vendor, and an agreed trial."""
    option = trials.claimed(trials.platform("must"), statement="Acme logs it all.")
    evaluation = option.evaluation
    demo = trials.demo(option)
    draw_up_script(demo=demo, by=evaluation.owner)
    add_script_item(demo=demo, question="Who answers at night?", by=evaluation.owner)
    vendors.enter(evaluation, "trials")
    trials.trial(option)
    return evaluation


def saved(where: Evaluation, title: str = "Ours") -> str:
    set_sign_off_rule(
        evaluation=where, stage="decision", role="it", required=1, by=where.owner
    )
    template: EvaluationTemplate = save_as_template(
        evaluation=where, title=title, by=where.owner
    )
    return str(template.pk)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_kinds_that_have_prices_stay_and_a_second_rise_is_not_taken",
)
def test_a_script_is_saved_without_a_word_of_the_vendor(where: Evaluation) -> None:
    content = EvaluationTemplate.objects.get(pk=saved(where)).content
    assert len(content["script"]) == 2
    assert "Acme" not in str(content)
    assert "You say that" not in str(content["script"])
    (criterion,) = content["criteria"]
    assert criterion["ref"] == "R1"


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_kinds_that_have_prices_stay_and_a_second_rise_is_not_taken",
)
def test_a_script_and_criteria_are_taken_where_they_are_missing(
    where: Evaluation,
) -> None:
    key = saved(where)
    other = common.evaluation(title="Next")
    common.requirement(other, "R1")
    stakeholders.stakeholders(other)
    vendors.in_research(other)
    option = trials.claimed(other)
    demo = trials.demo(option)
    items = take_script(demo=demo, key=key, by=other.owner)
    assert [bool(item.requirement) for item in items] == [True, False]
    with pytest.raises(Invalid, match="left to add"):
        take_script(demo=demo, key=key, by=other.owner)
    assert Entry.objects.filter(action="demo.script_taken").count() == 1
    vendors.enter(other, "trials")
    planned = trials.trial(option, agreed=False)
    planned.criteria.all().delete()
    (criterion,) = take_criteria(trial=planned, key=key, by=other.owner)
    assert criterion.requirement.ref == "R1"
    with pytest.raises(NotFound):
        take_criteria(trial=planned, key="nonsense", by=other.owner)


def take(where: Evaluation, key: str, *parts: str, by: User | None = None) -> None:
    take_from_template(evaluation=where, key=key, parts=parts, by=by or where.owner)


def test_requirements_are_taken_beside_what_is_there(db: None) -> None:
    other = common.evaluation()
    common.requirement(other, "SIG-1", text="Ours stays")
    take(other, "e_signature", "requirements")
    assert other.requirements.count() == 14
    assert other.requirements.get(ref="SIG-1").text == "Ours stays"
    assert other.brief_fields.count() == 4
    with pytest.raises(Invalid, match="here already"):
        take(other, "e_signature", "requirements")
    with pytest.raises(Forbidden):
        take(other, "e_signature", "requirements", by=common.otto())
    vendors.enter(other, "research")
    with pytest.raises(Refused):
        take(other, "cleaning", "requirements")


def test_rules_are_taken_as_the_template_has_them(db: None) -> None:
    where = common.evaluation()
    set_sign_off_rule(
        evaluation=where, stage="trials", role="it", required=2, by=where.owner
    )
    take(where, "general", "sign_offs")
    rules = where.sign_off_rules.values_list("stage", "role", "required")
    assert set(rules) == {
        ("requirements", "pm", 1),
        ("requirements", "leadership", 1),
        ("decision", "pm", 1),
        ("decision", "leadership", 1),
    }
    assert not where.requirements.exists()
    with pytest.raises(Invalid, match="does not have this: scale"):
        take(where, "general", "sign_offs", "scale")


def test_kinds_that_have_prices_stay_and_a_second_rise_is_not_taken(db: None) -> None:
    where = common.evaluation()
    option = vendors.candidate(where)
    for kind, pricing in (("licence", ""), ("renewal_rise", "percent")):
        set_cost_line(
            candidate=option,
            kind=kind,
            pricing=pricing,
            likely=Decimal(3),
            by=where.owner,
        )
    take(where, "cleaning", "costs", "words")
    where.refresh_from_db()
    assert list(where.price_items.values_list("kind", flat=True)) == [
        *("start", "regular", "periodic", "on_request", "supplies", "exit"),
        *("licence", "renewal_rise"),
    ]
    assert where.words["demo"] == "site visit"


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_rules_are_taken_as_the_template_has_them",
)
def test_the_scale_has_own_words_until_the_first_score(where: Evaluation) -> None:
    owner = where.owner
    word_scale(evaluation=where, meanings=MEANINGS, by=owner)
    where.refresh_from_db()
    inputs: Any = gather_inputs(where)
    unworded: Any = {}
    assert "0 useless; 1 poor" in scale_words(inputs)
    assert scale_words(unworded) == ""
    page = f"/admin/e/{where.slug}/scores/"
    assert "excellent" in signed_in(owner).get(page).content.decode()
    scorer = stakeholders.holder("devops")
    mine = signed_in(scorer).get(page).content.decode()
    assert "4: good" in mine
    other = common.evaluation(title="Next")
    fill_from(evaluation=other, key=saved(where), by=other.owner)
    other.refresh_from_db()
    assert other.scale == MEANINGS
    with pytest.raises(Invalid, match="all six"):
        word_scale(evaluation=where, meanings=["a", *[""] * 5], by=owner)
    option = where.candidates.get()
    give_score(
        stakeholder=where.stakeholders.get(role="devops"),
        candidate=option,
        category=where.categories.all()[0],
        value=4,
        reason="Good.",
        by=scorer,
    )
    with pytest.raises(Refused, match="Scores have been given"):
        word_scale(evaluation=where, meanings=[""] * 6, by=owner)


def test_each_is_offered_on_its_page(where: Evaluation) -> None:
    owner = where.owner
    set_sign_off_rule(evaluation=where, stage="trials", role="it", required=1, by=owner)
    key = saved(where)
    for name, target in (
        ("take-script", where.candidates.get().demos.get()),
        ("take-criteria", where.candidates.get().trials.get()),
        ("take-from-template", where),
    ):
        url = f"/admin/act/{name}/{target.pk}/"
        assert "Ours" in signed_in(owner).get(url).content.decode(), name
    form = {"key": key, "parts": ["sign_offs"]}
    assert act("take-from-template", where, stakeholders.holder("it"), **form) == 403
    empty = common.evaluation(title="Empty")
    page = signed_in(owner).get(f"/admin/e/{empty.slug}/requirements/")
    assert f"/admin/act/take-from-template/{empty.pk}/" in page.content.decode()
