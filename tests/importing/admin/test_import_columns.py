"""Saying which column holds what, once; and undoing what came in."""

import io

import pytest
from openpyxl import Workbook, load_workbook

from evaltracker.evaluations.models import ColumnMemory, Entry, Evaluation, Import
from evaltracker.importing.services.log import undo_import
from evaltracker.requirements.imports.lines import plan_requirements_import
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.toolbox.tabular.open_books import read_table
from tests.cast.common import evaluation, noor
from tests.cast.vendors import candidate, enter
from tests.clients import signed_in
from tests.import_pages import Importer
from vendors.services.claims import note_claim

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]
ODD = "Ding;Was;Wie wichtig\nA1;Trains on GPUs;must\nA2;Serves in batches;could\n"


@pytest.fixture
def desk() -> Importer:
    where = evaluation()
    return Importer(where, "requirements", where.owner)


def test_a_header_in_other_words_is_explained_once_and_then_known(
    desk: Importer,
) -> None:
    assert "No requirements were found." in desk.upload(ODD)
    chosen = {"place-0": "ref", "place-1": "text", "place-2": "priority"}
    assert "Import 2 new and 0 changed" in desk.read(**chosen)
    desk.say(desk.yes())
    remembered = [row.columns for row in ColumnMemory.objects.all()]
    assert len(remembered) == 2
    assert {"ref": 0, "text": 1, "priority": 2} in remembered
    assert {"ref": "ding", "text": "was", "priority": "wiewichtig"} in remembered
    body = desk.upload(ODD.replace("A2", "A3"))
    assert "as you said the last time" in body
    assert "Import 1 new and 0 changed" in body
    # The owner's word counts in the owner's next purchase, too.
    other = evaluation(title="Another")
    again = Importer(other, "requirements", other.owner)
    assert "Import 2 new and 0 changed" in again.upload(ODD)


def test_a_column_that_was_taken_for_the_wrong_thing_is_put_right(
    desk: Importer,
) -> None:
    desk.upload("id,question,group,section\nR1,Trains,Fast,Training\n")
    body = desk.read(**{"place-2": "category", "place-3": ""})
    assert '">Fast</td>' in body
    answer = desk.say(
        {
            "step": "read",
            "header_row": 1,
            "shown_row": 1,
            "place-0": "text",
            "place-1": "text",
        }
    )
    assert answer.status_code == 400
    assert "Text is chosen for column A, too." in answer.content.decode()


def test_the_row_of_names_and_the_sheet_can_be_chosen(desk: Importer) -> None:
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "Old"
    for row in (["ref", "text"], ["R1", "Old words"]):
        first.append(row)
    second = book.create_sheet("New")
    for row in (["Ours"], ["nr", "text"], ["no", "question"], ["R2", "New words"]):
        second.append(row)
    target = io.BytesIO()
    book.save(target)
    desk.upload(target.getvalue(), "two.xlsx")
    desk.say({"step": "sheet", "sheet": "New"})
    body = desk.see()
    assert "Old words" not in body
    body = desk.read(header_row="3")
    assert "Import 1 new and 0 changed" in body
    assert 'value="3"' in body


def test_an_empty_sheet_is_filled_in_and_comes_back(desk: Importer) -> None:
    url = desk.url + "sheet.xlsx"
    content = desk.client.get(url).content
    assert "a header and no rows under it" in desk.upload(content, "sheet.xlsx")
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    names = {cell.value: cell.column for cell in sheet[3]}
    sheet.cell(4, names["Ref"], "1.10")
    sheet.cell(4, names["Requirement text"], "Trains on GPUs")
    sheet.cell(4, names["Priority"], "must")
    target = io.BytesIO()
    book.save(target)
    desk.take(target.getvalue(), "sheet.xlsx")
    assert Import.objects.get().counts["new"] == 1
    plan = plan_requirements_import(read_table(target.getvalue(), "sheet.xlsx"))
    assert plan.new[0].ref == "1.10"
    assert signed_in(noor()).get(url).status_code == 404


TWO = "ref,text,category\nR1,One,Training\nR2,Two,Training\n"


def undo(where: Evaluation) -> Import:
    return undo_import(
        imported=Import.objects.filter(undone_at=None).order_by("-at")[0],
        by=where.owner,
    )


def test_undoing_puts_back_what_stood_and_is_done_once(desk: Importer) -> None:
    where = Evaluation.objects.get()
    desk.take(TWO)
    desk.take("ref,text,category\nR1,Other,Serving\nR3,Three,Serving\n")
    page = desk.see()
    done = Import.objects.order_by("-at")[0]
    assert f"/admin/act/undo-old-import/{done.pk}/" in page
    answer = desk.client.post(f"/admin/act/undo-old-import/{done.pk}/", follow=True)
    assert "The import is undone." in answer.content.decode()
    rows = where.requirements.order_by("ref").values_list("ref", "text")
    assert list(rows) == [("R1", "One"), ("R2", "Two")]
    assert list(where.categories.values_list("name", flat=True)) == ["Training"]
    done.refresh_from_db()
    assert done.kept == {}
    assert Entry.objects.filter(action="import.undone").count() == 1
    again = desk.client.post(f"/admin/act/undo-old-import/{done.pk}/")
    assert "undone already" in again.content.decode()
    undo(where)
    assert not where.requirements.exists()
    assert not where.categories.exists()


def test_rows_that_somebody_worked_on_stop_it_and_are_named(desk: Importer) -> None:
    where = Evaluation.objects.get()
    desk.take(TWO)
    done = Import.objects.get()
    change_requirement(
        requirement=where.requirements.get(ref="R2"), text="New", by=where.owner
    )
    answer = desk.client.post(f"/admin/act/undo-old-import/{done.pk}/")
    assert answer.status_code == 409
    assert "changed or were used since: R2." in answer.content.decode()
    assert where.requirements.count() == 2


def test_a_row_that_was_answered_stops_it(desk: Importer) -> None:
    where = Evaluation.objects.get()
    desk.take(TWO)
    option = candidate(where, "Acme ML")
    enter(where, "research")
    asked = where.requirements.get(ref="R1")
    note_claim(candidate=option, requirement=asked, statement="x", by=where.owner)
    answer = desk.client.post(f"/admin/act/undo-old-import/{Import.objects.get().pk}/")
    assert answer.status_code == 409
    assert "used since: R1." in answer.content.decode()
    assert where.requirements.count() == 2


def test_words_that_were_published_are_put_back_as_a_new_revision(
    desk: Importer,
) -> None:
    where = Evaluation.objects.get()
    desk.take(TWO)
    enter(where, "research")
    desk.take("ref,text\nR1,Other\n")
    undo(where)
    row = where.requirements.get(ref="R1")
    assert (row.text, row.revision) == ("One", 3)
