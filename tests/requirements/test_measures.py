"""A requirement carries the number that it must reach, wherever it is written down."""

from typing import Any

import pytest

from evaltracker.decision.memo.signed_words import requirements_document
from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Entry, Evaluation, Import, Requirement
from evaltracker.importing.services.imports import undo_import
from evaltracker.requirements.services.evaluations import create_evaluation
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.requirements.services.templates import (
    copy_needs,
    save_as_template,
    take_from_template,
)
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.factories.stakeholders import sign_off_rules
from tests.import_pages import Importer
from tests.measures.cases import LATENCY, WORDS, kept, measured

pytestmark = pytest.mark.django_db
TABLE = f'Ref,Text,Measure\nR1,What R1 asks for,"{WORDS}"\nR2,Loads,\n'
FORM = {f"measure_{name}": value for name, value in LATENCY.items()}


@pytest.fixture
def where() -> Evaluation:
    return common.evaluation()


def page_of(where: Evaluation) -> str:
    address = f"/admin/e/{where.slug}/requirements/"
    return signed_in(where.owner).get(address).content.decode()


def sent(where: Evaluation, act: str, form: dict[str, Any]) -> Any:
    return signed_in(where.owner).post(f"/admin/act/{act}", form)


def test_a_form_gives_it_and_page_journal_and_signed_words_tell_it(
    where: Evaluation,
) -> None:
    asked = common.requirement(where)
    form = {"category": asked.category_id, "text": asked.text, "priority": "must"}
    form |= {"weight": 5, "metric": asked.metric_id, **FORM}
    answer = sent(where, f"change-requirement/{asked.pk}/", form)
    assert answer.status_code == 302, answer.content.decode()
    asked.refresh_from_db()
    assert asked.measure == kept()
    assert f"Must reach {WORDS}" in page_of(where)
    assert Entry.objects.latest("number").after["measure"] == kept()
    assert WORDS in requirements_document(where)
    again = signed_in(where.owner).get(f"/admin/act/change-requirement/{asked.pk}/")
    assert 'value="20"' in again.content.decode()


def test_without_one_the_signed_words_are_as_before(where: Evaluation) -> None:
    common.requirement(where)
    assert "Must reach" not in requirements_document(where)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("unit", "", "Unit: Name the unit"),
        ("bound", "", "Number: Say the number"),
        ("unit", "furlongs", "“furlongs” is not a unit"),
        ("bound", "NaN", "Number: This is not a number"),
        ("tolerance", "-1", "Tolerance: A tolerance is not below zero."),
        ("statistic", "p100", "Statistic: “p100” is not a statistic"),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[unit--Unit: Name the unit]",
)
def test_half_a_measure_is_refused_at_its_field_and_nothing_typed_is_lost(
    where: Evaluation, field: str, typed: str, sentence: str
) -> None:
    group = common.category(where)
    form = {"ref": "R1", "category": group.pk, "text": "Fast", "priority": "should"}
    form |= {"weight": 5, **FORM, f"measure_{field}": typed}
    answer = sent(where, f"add-requirement/{where.pk}/", form)
    body = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in body
    assert 'value="latency"' in body
    assert not Requirement.objects.exists()
    with pytest.raises(Invalid) as refused:
        common.requirement(where, measure={**LATENCY, field: typed})
    assert list(refused.value.errors) == [f"measure_{field}"]


def test_another_number_is_another_revision_and_the_same_is_none(
    where: Evaluation,
) -> None:
    asked = measured(common.requirement(where))
    assert asked.revision == 1
    vendors.in_research(where)
    assert measured(asked).revision == 1
    assert measured(asked, bound="20.0").revision == 1
    assert measured(asked, bound="19").revision == 2


def test_a_file_brings_it_and_undoing_takes_it_back(where: Evaluation) -> None:
    common.requirement(where)
    desk = Importer(where, "requirements", where.owner)
    desk.take(TABLE)
    assert {row.ref: row.measure for row in where.requirements.all()} == {
        "R1": kept(),
        "R2": {},
    }
    assert 'name="shown"' not in desk.upload(TABLE)
    undo_import(imported=Import.objects.get(), by=where.owner)
    assert where.requirements.get().measure == {}


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("fast", "Write a measure as “p95 latency at most 20 ms"),
        ("latency <= 20 furlongs", "“furlongs” is not a unit"),
        ("p100 latency <= 20 ms", "“p100” is not a statistic"),
    ],
)
def test_a_cell_that_is_no_measure_is_named_with_its_row(
    where: Evaluation, cell: str, sentence: str
) -> None:
    desk = Importer(where, "requirements", where.owner)
    body = desk.upload(f"Ref,Text,Measure\nR1,Fast,{cell}\n")
    assert sentence in body
    assert not where.requirements.exists()


def test_copies_and_templates_carry_it(where: Evaluation) -> None:
    measured(common.requirement(where))
    brief: Any = {**common.BRIEF}
    following = create_evaluation(title="Again", buyer="B", by=where.owner, **brief)
    copy_needs(origin=where, evaluation=following, by=where.owner)
    assert following.requirements.get().measure == kept()
    sign_off_rules(where, "decision", ("it",))
    template = save_as_template(evaluation=where, title="Fast things", by=where.owner)
    assert template.content["requirements"][0]["measure"] == WORDS
    third = create_evaluation(title="Third", buyer="B", by=where.owner, **brief)
    take_from_template(
        evaluation=third, key=str(template.pk), parts=["requirements"], by=where.owner
    )
    assert third.requirements.get().measure == kept()


def test_leaving_it_blank_takes_it_away(where: Evaluation) -> None:
    asked = measured(common.requirement(where))
    left = change_requirement(requirement=asked, measure={}, by=where.owner)
    assert left.measure == {}
    assert left.measure_words == ""
