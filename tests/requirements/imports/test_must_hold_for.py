"""A column of a file says for which lists of the brief requirements must hold."""

import pytest

from evaltracker.evaluations.models import Evaluation, Import
from evaltracker.importing.services.log import undo_import
from evaltracker.requirements.services.scopes import add_list
from tests.cast import common
from tests.import_pages import Importer

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]
TABLE = "Ref,Text,Must hold for\nR1,Trains,Languages; Runs on\nR2,Serves,\n"


@pytest.fixture
def where() -> Evaluation:
    place = common.evaluation()
    for name in ("Runs on", "Languages"):
        add_list(evaluation=place, name=name, values=["a", "b"], by=place.owner)
    return place


def held(where: Evaluation) -> dict[str, list[str]]:
    return {
        row.ref: sorted(it.scope.name for it in row.demands.all())
        for row in where.requirements.all()
    }


def test_it_marks_what_is_new_and_what_changes_and_is_undone(
    where: Evaluation,
) -> None:
    common.requirement(where, "R2", text="Serves")
    desk = Importer(where, "requirements", where.owner)
    desk.take(TABLE)
    assert held(where) == {"R1": ["Languages", "Runs on"], "R2": []}
    desk.take(TABLE.replace("Serves,", "Serves,Runs on"))
    assert held(where)["R2"] == ["Runs on"]
    undo_import(imported=Import.objects.latest("at"), by=where.owner)
    assert held(where)["R2"] == []
    undo_import(imported=Import.objects.earliest("at"), by=where.owner)
    assert held(where) == {"R2": []}


def test_the_same_file_again_changes_nothing(where: Evaluation) -> None:
    desk = Importer(where, "requirements", where.owner)
    desk.take(TABLE)
    assert 'name="shown"' not in desk.upload(TABLE)


def test_a_list_that_the_brief_has_not_is_named_with_its_row(where: Evaluation) -> None:
    desk = Importer(where, "requirements", where.owner)
    body = desk.upload(TABLE.replace("Languages", "Regions"))
    assert "The brief has no list “Regions”; it has: Runs on, Languages." in body
