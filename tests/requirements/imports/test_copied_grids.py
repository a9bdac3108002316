"""What somebody copies out of a grid, and out of the matrix, comes back as it is."""

import csv
from io import StringIO

import pytest

from evaltracker.evaluations.models import Evaluation
from evaltracker.importing.services.imports import undo_import
from evaltracker.pages.grid import GRIDS
from evaltracker.requirements.services.requirements import add_metric
from tests.factories import common, vendors
from tests.imported import plan_of, take
from tests.measures.cases import LATENCY
from vendors.services.candidates import change_candidate
from vendors.services.contacts import note_contact

pytestmark = pytest.mark.django_db


def copied(where: Evaluation, name: str) -> str:
    """The whole grid as its copy is: names, and the words of its cells."""
    grid, by = GRIDS[name], where.owner
    columns = grid.columns(where, by)
    text = StringIO()
    lines = csv.writer(text, "excel-tab")
    lines.writerow(column.label for column in columns)
    for row in grid.rows(where, by):
        values = [column.value(row) for column in columns]
        labels = [
            column.label_of(it) for column, it in zip(columns, values, strict=True)
        ]
        lines.writerow("" if label == "blank" else label for label in labels)
    return text.getvalue()


@pytest.fixture
def where() -> Evaluation:
    return common.evaluation()


def test_a_grid_of_requirements_comes_back_without_a_question(
    where: Evaluation,
) -> None:
    metric = add_metric(evaluation=where, name="Days saved", by=where.owner)
    common.requirement(where, "R1", text="Trains", metric=metric, measure=LATENCY)
    common.requirement(where, "R2", text="Serves", priority="must", vendor_help="How?")
    plan = plan_of("requirements", where, copied(where, "requirements"))
    assert plan.is_certain, plan.lines
    assert [record.name for record in plan.same] == ["R1", "R2"]


def test_rows_land_in_an_empty_evaluation_with_their_categories(
    where: Evaluation,
) -> None:
    common.requirement(where, "R1", text="Trains")
    text = copied(where, "requirements")
    empty = common.evaluation(title="Empty", slug="empty")
    metric = add_metric(evaluation=empty, name="Lead time", by=empty.owner)
    assert plan_of("requirements", empty, text).is_certain
    take("requirements", empty, text)
    (category,) = empty.categories.all()
    (row,) = GRIDS["requirements"].rows(empty, empty.owner)
    assert (row.category, row.metric) == (category, metric)
    assert category.name in copied(empty, "requirements")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_grid_of_requirements_comes_back_without_a_question",
)
def test_a_grid_of_candidates_comes_back_without_a_question(where: Evaluation) -> None:
    for name, kind in (
        ("Acme ML", "buy"),
        ("Ours", "build"),
        ("Mlflow", "open_source"),
    ):
        vendors.candidate(where, name=name, kind=kind, aliases=["A", f"{name} 2"])
    acme = where.candidates.get(name="Acme ML")
    more = {
        "months_to_live": 3,
        "hours_saved": "0.5",
        "builders": 2,
        "support_offered": "business_hours",
    }
    change_candidate(candidate=acme, by=where.owner, **more)
    note_contact(candidate=acme, contact="Ada <ada@acme.example>", by=where.owner)
    plan = plan_of("candidates", where, copied(where, "candidates"))
    assert plan.is_certain, plan.lines
    assert len(plan.same) == 3
    text = copied(where, "candidates").replace("Acme ML", "Acme 2")
    done = take("candidates", where, text)
    pair = where.candidates.filter(name__startswith="Acme").values_list(*more)
    assert len(pair) == 2
    assert pair[0] == pair[1]
    assert done is not None
    undo_import(imported=done, by=where.owner)
    assert where.candidates.count() == 3
