"""Starting from a template, and saving one's own evaluation as one."""

import pytest

from evaltracker.errors import Forbidden, Invalid
from evaltracker.evaluations.models import Evaluation, EvaluationTemplate, Import
from evaltracker.importing.services.log import undo_import
from evaltracker.requirements.services.templates import (
    drop_template,
    fill_from,
    save_as_template,
    shipped,
    starting_points,
)
from stakeholders.services.people import set_sign_off_rule
from tests.cast.common import category, evaluation, lina, noor, otto, requirement
from tests.cast.vendors import candidate
from tests.clients import signed_in

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]
COUNTS = {
    "ml_platform": 38,
    "e_signature": 14,
    "cleaning": 11,
    "general": 7,
    "security_baseline": 25,
}
START = "/admin/act/start-evaluation/"


@pytest.mark.parametrize("point", shipped(), ids=lambda item: item.key)
def test_what_comes_with_the_product_fills_an_evaluation(point: object) -> None:
    where = evaluation()
    fill_from(evaluation=where, key=point.key, by=where.owner)  # type: ignore[attr-defined]
    rows = where.requirements.all()
    assert len(rows) == COUNTS[point.key]  # type: ignore[attr-defined]
    assert rows.filter(priority="must").exists()
    assert not where.categories.filter(weight=None).exists()
    undo_import(imported=Import.objects.get(), by=where.owner)
    assert not where.requirements.exists()


def test_one_starts_from_a_template_or_from_nothing() -> None:
    who = lina()
    client = signed_in(who)
    page = client.get(START).content.decode()
    assert "ML platform (38 requirements)" in page
    assert "Security baseline (MVSP) (25 requirements)" in page
    terms = {"title": "A", "buyer": "B", "zone": "UTC", "currency": "USD"}
    client.post(START, {**terms, "start_from": "security_baseline"})
    client.post(START, {**terms, "title": "C", "start_from": ""})
    assert Evaluation.objects.get(title="A").requirements.count() == 25
    assert Evaluation.objects.get(title="C").requirements.count() == 0
    assert client.post(START, {**terms, "start_from": "nonsense"}).status_code == 400


def test_ones_own_is_saved_without_vendors_and_gives_the_same_again() -> None:
    where = evaluation()
    category(where, "Training")
    requirement(where, "1.10", text="Trains", priority="must", weight=9)
    candidate(where, "Acme ML")
    set_sign_off_rule(
        evaluation=where, stage="trials", role="it", required=2, by=where.owner
    )
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
    assert list(rules) == [("trials", "it", 2)]
    assert not other.candidates.exists()


def test_a_template_needs_a_name_of_its_own_and_something_in_it() -> None:
    where = evaluation()
    with pytest.raises(Invalid, match="no requirement to save"):
        save_as_template(evaluation=where, title="Ours", by=where.owner)
    requirement(where, "R1")
    save_as_template(evaluation=where, title="Ours", by=where.owner)
    for taken in ("Ours", "ml platform"):
        with pytest.raises(Invalid, match="exists already"):
            save_as_template(evaluation=where, title=taken, by=where.owner)


def test_only_the_owner_saves_and_only_who_saved_deletes() -> None:
    where = evaluation()
    requirement(where, "R1")
    with pytest.raises(Forbidden):
        save_as_template(evaluation=where, title="Ours", by=otto())
    saved = save_as_template(evaluation=where, title="Ours", by=where.owner)
    with pytest.raises(Forbidden):
        drop_template(template=saved, by=otto())
    assert starting_points(by=noor()) == []
    drop_template(template=saved, by=where.owner)
    assert not EvaluationTemplate.objects.exists()
