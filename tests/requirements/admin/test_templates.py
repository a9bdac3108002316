"""Starting from a template, and saving one's own evaluation as one."""

import re
from typing import Any

import pytest

from evaltracker.errors import Forbidden, Invalid
from evaltracker.evaluations.models import Evaluation, EvaluationTemplate, Import
from evaltracker.importing.services.imports import undo_import
from evaltracker.requirements.services.templates import (
    TEMPLATE_PARTS,
    StartingPoint,
    check_content,
    drop_template,
    fill_from,
    save_as_template,
    shipped,
    starting_points,
)
from stakeholders.models import Role
from stakeholders.services.people import set_sign_off_rule
from tests.clients import signed_in
from tests.factories.common import category, evaluation, lina, noor, otto, requirement
from tests.factories.vendors import candidate

pytestmark = pytest.mark.django_db
COUNTS = {
    "ml_platform": 38,
    "e_signature": 14,
    "cleaning": 11,
    "general": 7,
    "security_baseline": 25,
    "vehicles": 14,
    "consultancy": 14,
}
RISE = {"kind": "rise", "name": "rise", "group": "recurring", "due": "yearly"}
RISE |= {"counts_as": "rise"}
# What no template holds, and the place that the refusal names.
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"colour": "green"}, "/colour: It is not known here"),
    ({"costs": [RISE | {"colour": "green"}]}, "/costs/0/colour: It is not known"),
    ({"costs": [RISE, RISE | {"kind": "two"}]}, "/costs: Only one kind can be"),
    ({"costs": [RISE | {"group": "yearly"}]}, "/costs/0/group: “yearly” is none of"),
    ({"roles": {"cook": "Cook"}}, "/roles/cook: It is not known here"),
    ({"sign_offs": []}, "/sign_offs: The decision needs at least one role"),
    (
        {"sign_offs": [{"stage": "picnic", "role": "pm", "required": 1}]},
        "/sign_offs/0/stage: “picnic” is none of",
    ),
    ({"different_people": {"picnic": 2}}, "/different_people/picnic: It is not known"),
    ({"words": {"show_thing": "Show."}}, "/words/show_thing: It is not known here"),
]
START = "/admin/act/start-evaluation/"


def ask_it(where: Evaluation, stage: str = "decision", required: int = 1) -> None:
    set_sign_off_rule(
        evaluation=where, stage=stage, role="it", required=required, by=where.owner
    )


@pytest.mark.parametrize("point", shipped(), ids=lambda item: item.key)
def test_what_comes_with_the_product_holds_together(point: StartingPoint) -> None:
    content = point.content
    check_content(content)
    refs = {row["ref"] for row in content["requirements"]}
    assert {
        row["ref"] for row in (*content.get("script", ()), *content.get("criteria", ()))
    } <= refs
    # A must-have that no trial is about could not be proven by anybody.
    tried = {row["ref"] for row in content.get("criteria", ())}
    musts = {row["ref"] for row in content["requirements"] if row["priority"] == "must"}
    assert musts <= tried or not tried
    asked = {row["role"] for row in content["sign_offs"]}
    assert asked <= content["roles"].keys() <= set(Role.values)
    assert content["different_people"].keys() == {
        row["stage"] for row in content["sign_offs"]
    }


@pytest.mark.parametrize(("part", "sentence"), WRONG)
def test_what_no_template_holds_is_refused_by_key_and_place(
    part: dict[str, Any], sentence: str
) -> None:
    whole = next(point.content for point in shipped() if point.key == "cleaning")
    with pytest.raises(Invalid, match=re.escape(sentence)):
        check_content({**whole, **part})


@pytest.mark.parametrize("point", shipped(), ids=lambda item: item.key)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[general]"
)
def test_what_comes_with_the_product_fills_an_evaluation(point: StartingPoint) -> None:
    where = evaluation()
    fill_from(evaluation=where, key=point.key, by=where.owner)
    rows = where.requirements.all()
    assert len(rows) == COUNTS[point.key]
    assert rows.filter(priority="must").exists()
    assert not where.categories.filter(weight=None).exists()
    undo_import(imported=Import.objects.get(), by=where.owner)
    assert not where.requirements.exists()


@pytest.mark.parametrize("point", shipped(), ids=lambda item: item.key)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[general]"
)
def test_what_a_template_brings_is_saved_again_as_it_was(point: StartingPoint) -> None:
    where = evaluation()
    fill_from(evaluation=where, key=point.key, by=where.owner)
    saved = save_as_template(evaluation=where, title="Ours", by=where.owner)
    parts = [name for name, part in TEMPLATE_PARTS.items() if part.load]
    for name in parts:
        brought, kept = point.content.get(name), saved.content[name]
        if name == "roles":
            assert dict(kept) == brought or brought == dict(Role.choices)
        elif name == "sign_offs":
            assert sorted(map(str, kept)) == sorted(map(str, brought or ()))
        else:
            assert (kept or None) == (brought or None), name


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_a_template_brings_is_saved_again_as_it_was[general]",
)
def test_one_starts_from_a_template_or_from_nothing() -> None:
    who = lina()
    client = signed_in(who)
    page = client.get(START).content.decode()
    assert "ML platform<br><small>38 requirements · 14 kinds of cost" in page
    assert (
        "Cleaning of offices<br><small>11 requirements · 7 kinds of cost · "
        "site visits and test periods · signed by Facility, Leadership, Health and "
        "safety and Finance</small>"
    ) in page
    terms = {"title": "A", "buyer": "B", "zone": "UTC", "currency": "USD"}
    client.post(START, {**terms, "start_from": "security_baseline"})
    client.post(START, {**terms, "title": "C", "start_from": ""})
    assert Evaluation.objects.get(title="A").requirements.count() == 25
    assert Evaluation.objects.get(title="C").requirements.count() == 0
    assert client.post(START, {**terms, "start_from": "nonsense"}).status_code == 400


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/requirements/test_measures.py::test_copies_and_templates_carry_it",
)
def test_ones_own_is_saved_without_vendors_and_gives_the_same_again() -> None:
    where = evaluation()
    category(where, "Training")
    requirement(where, "1.10", text="Trains", priority="must", weight=9)
    candidate(where, "Acme ML")
    ask_it(where, "decision", 2)
    saved = save_as_template(evaluation=where, title="Ours", by=where.owner)
    assert "Acme" not in str(saved.content)
    other = evaluation(title="Next")
    fill_from(evaluation=other, key=str(saved.pk), by=other.owner)
    row = other.requirements.get()
    assert (row.ref, row.text, row.priority, row.weight) == (
        "1.10",
        "Trains",
        "must",
        9,
    )
    rules = other.sign_off_rules.values_list("stage", "role", "required")
    assert list(rules) == [("decision", "it", 2)]
    assert not other.candidates.exists()


def test_a_template_needs_a_name_of_its_own_and_something_in_it() -> None:
    where = evaluation()
    with pytest.raises(Invalid, match="no requirement to save"):
        save_as_template(evaluation=where, title="Ours", by=where.owner)
    requirement(where, "R1")
    with pytest.raises(Invalid, match="decision needs at least one role"):
        save_as_template(evaluation=where, title="Ours", by=where.owner)
    ask_it(where)
    save_as_template(evaluation=where, title="Ours", by=where.owner)
    for taken in ("Ours", "ml platform"):
        with pytest.raises(Invalid, match="exists already"):
            save_as_template(evaluation=where, title=taken, by=where.owner)


def test_only_the_owner_saves_and_only_who_saved_deletes() -> None:
    where = evaluation()
    requirement(where, "R1")
    ask_it(where)
    with pytest.raises(Forbidden):
        save_as_template(evaluation=where, title="Ours", by=otto())
    saved = save_as_template(evaluation=where, title="Ours", by=where.owner)
    with pytest.raises(Forbidden):
        drop_template(template=saved, by=otto())
    assert starting_points(by=noor()) == []
    drop_template(template=saved, by=where.owner)
    assert not EvaluationTemplate.objects.exists()
