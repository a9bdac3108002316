"""What keeps an evaluation in the requirements stage."""

import pytest

from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.categories import weigh_category
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.requirements.services.requirements import (
    change_requirement,
    retire_requirement,
)
from evaltracker.requirements.services.scopes import add_list, change_list
from evaltracker.workflow.gates import GateContext
from evaltracker.workflow.gates.rules import (
    brief_complete,
    categories_weighted,
    has_a_must_have,
    must_haves_tied,
    requirements_signed,
)
from tests.factories import common, stakeholders
from tests.factories.workflow import sign_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluation() -> Evaluation:
    return common.evaluation()


@pytest.mark.parametrize(
    ("field", "empty", "words"),
    [
        ("problem", "", "the problem to solve"),
        ("support_wanted", "", "how much support is wanted"),
        ("must_run_by", None, "the day it must be running"),
        ("budget", None, "the budget"),
    ],
)
def test_brief_complete_names_what_is_missing(
    evaluation: Evaluation, field: str, empty: object, words: str
) -> None:
    assert list(brief_complete(GateContext(evaluation))) == []
    evaluation = change_brief(
        evaluation=evaluation, by=evaluation.owner, **{field: empty}
    )
    (blocker,) = brief_complete(GateContext(evaluation))
    assert words in blocker.sentence
    assert blocker.link.endswith(f"/edit-brief/{evaluation.pk}/#id_{field}")


def test_brief_complete_lets_go_of_what_does_not_matter(
    evaluation: Evaluation,
) -> None:
    evaluation = change_brief(
        evaluation=evaluation,
        by=evaluation.owner,
        support_wanted="",
        does_not_matter=["support_wanted"],
    )
    assert list(brief_complete(GateContext(evaluation))) == []


def test_brief_complete_asks_for_the_values_of_a_list(evaluation: Evaluation) -> None:
    scope = add_list(
        evaluation=evaluation, name="Runs on", values=[], by=evaluation.owner
    )
    (blocker,) = brief_complete(GateContext(evaluation))
    assert blocker.sentence.startswith("“Runs on” of the brief names no value")
    change_list(scope=scope, name="Runs on", values=["AWS"], by=evaluation.owner)
    assert list(brief_complete(GateContext(evaluation))) == []


def test_has_a_must_have_opens_with_the_first_and_closes_when_it_retires(
    evaluation: Evaluation,
) -> None:
    common.requirement(evaluation, "R1", priority="should")
    assert len(list(has_a_must_have(GateContext(evaluation)))) == 1
    must = common.requirement(evaluation, "R2", priority="must")
    assert list(has_a_must_have(GateContext(evaluation))) == []
    retire_requirement(requirement=must, reason="Not needed", by=evaluation.owner)
    assert len(list(has_a_must_have(GateContext(evaluation)))) == 1


def test_categories_weighted_takes_zero_for_a_weight_and_blank_for_none(
    evaluation: Evaluation,
) -> None:
    category = common.category(evaluation, weight=None)
    assert list(categories_weighted(GateContext(evaluation))) == []
    common.requirement(evaluation, category=category)
    (blocker,) = categories_weighted(GateContext(evaluation))
    assert "Training" in blocker.sentence
    weigh_category(category=category, weight=0, by=evaluation.owner)
    assert list(categories_weighted(GateContext(evaluation))) == []


def test_must_haves_tied_accepts_a_metric_or_an_excuse(evaluation: Evaluation) -> None:
    must = common.requirement(evaluation, "R1", metric=None)
    (blocker,) = must_haves_tied(GateContext(evaluation))
    assert "R1" in blocker.sentence
    change_requirement(
        requirement=must, metric_excuse="A legal duty", by=evaluation.owner
    )
    assert list(must_haves_tied(GateContext(evaluation))) == []


def test_requirements_signed_asks_for_a_rule_and_then_for_each_role(
    evaluation: Evaluation,
) -> None:
    common.requirement(evaluation)
    (nobody,) = requirements_signed(GateContext(evaluation))
    assert "Nobody is asked" in nobody.sentence
    stakeholders.stakeholders(evaluation)
    stakeholders.sign_off_rules(evaluation, roles=("it",))
    (awaited,) = requirements_signed(GateContext(evaluation))
    assert "Ivan" in awaited.sentence
    sign_as(evaluation, "it")
    assert list(requirements_signed(GateContext(evaluation))) == []


def test_requirements_signed_opens_again_when_the_words_change(
    evaluation: Evaluation,
) -> None:
    must = common.requirement(evaluation)
    stakeholders.stakeholders(evaluation)
    stakeholders.sign_off_rules(evaluation, roles=("it",))
    sign_as(evaluation, "it")
    change_requirement(requirement=must, text="Something else", by=evaluation.owner)
    (blocker,) = requirements_signed(GateContext(evaluation))
    assert "other words" in blocker.sentence
