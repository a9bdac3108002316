"""What an import asks, shows, takes in once and remembers."""

import io

import openpyxl
import pytest
from django.http import HttpResponse

from evaltracker.errors import Refused
from evaltracker.evaluations.models import (
    ColumnMemory,
    Entry,
    Evaluation,
    Import,
    ImportDraft,
)
from evaltracker.importing.services.imports import undo_import
from evaltracker.requirements.services.requirements import change_requirement
from tests.factories import common, stakeholders
from tests.import_pages import Importer
from tests.keys import without_keys

pytestmark = pytest.mark.django_db
OWN = "Ref,Requirement,Priority\nR7,Trains on three GPUs,must\n"
FOREIGN = (
    "Nr;Anforderung;Priorität\n"
    "7;Das System trainiert auf drei GPUs.;High\n"
    "8;Das System zeigt Kosten je Team.;High\n"
)
BAD = "Ref,Requirement,Weight\nR7,Trains on three GPUs,5\nR8,Shows cost,eleven\n"


def rows_of(answer: HttpResponse) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return [row for sheet in book for row in sheet.iter_rows(values_only=True)]


def test_what_the_product_writes_itself_comes_in_with_one_yes(
    purchase: Evaluation, desk: Importer
) -> None:
    body = desk.upload(OWN)
    assert "to choose" not in body
    assert "proposed" not in body
    assert desk.say(desk.yes()).status_code == 302
    assert purchase.requirements.get(ref="R7").priority == "must"
    assert not ImportDraft.objects.exists()


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_refused_cell_is_typed_anew_in_its_place",
)
def test_nothing_comes_in_while_a_word_is_open(
    purchase: Evaluation, desk: Importer
) -> None:
    body = desk.upload(FOREIGN)
    assert "“High”" in body
    assert "1 thing to choose" in body
    assert desk.say(desk.yes()).status_code == 409
    assert purchase.requirements.count() == 2
    body = desk.answer({"words:priority:high": "must"})
    assert "to choose" not in body
    assert desk.say(desk.yes()).status_code == 302
    assert purchase.requirements.get(ref="8").priority == "must"


def test_an_answer_is_taken_back_by_the_first_choice_of_its_menu(
    desk: Importer,
) -> None:
    desk.upload(FOREIGN)
    assert "to choose" not in desk.answer({"words:priority:high": "must"})
    assert "1 thing to choose" in desk.answer({"words:priority:high": ""})


def test_a_refused_cell_is_typed_anew_in_its_place(
    purchase: Evaluation, desk: Importer
) -> None:
    body = desk.upload(BAD)
    assert "A weight is a whole number from 0 to 10." in body
    assert 'name="cell:' in body
    name = body.partition('name="cell:')[2].partition('"')[0]
    assert name.endswith(":3:2")
    body = desk.answer({f"cell:{name}": "9", f"stood:cell:{name}": "eleven"})
    assert "Corrected here" in body
    desk.say(desk.yes())
    assert purchase.requirements.get(ref="R8").weight == 9
    told = Entry.objects.filter(action="requirements.imported").get().after
    assert any("C3" in place for place in told["typed"])
    assert "eleven" not in str(told)


def test_rows_that_cannot_come_in_are_left_out_and_handed_back(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.upload(BAD)
    desk.answer({"refused": "leave"})
    waiting = desk.client.get(f"{desk.url}rest.xlsx")
    assert rows_of(waiting)[1][:3] == ("R8", "Shows cost", "eleven")
    desk.say(desk.yes())
    assert purchase.requirements.count() == 3
    done = Import.objects.get()
    address = f"{desk.url}rest.xlsx?import={done.pk}"
    names, row = rows_of(desk.client.get(address))
    assert names[3] == "Why it stayed out"
    assert "whole number" in str(row[3])
    told = Entry.objects.filter(action="requirements.imported").get().after
    assert list(told["left_out"].values()) == [[3]]
    other = Importer(purchase, "requirements", common.otto())
    assert other.client.get(address).status_code in (403, 404)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_file_is_its_persons_alone_and_goes_when_it_is_put_away",
)
def test_what_changed_since_is_shown_and_not_written_over(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.upload("Ref,Requirement\nR1,Trains on ten GPUs\n")
    yes = desk.yes()
    row = purchase.requirements.get(ref="R1")
    change_requirement(requirement=row, text="Meanwhile", by=purchase.owner)
    answer = desk.say(yes)
    assert answer.status_code == 409
    assert "nothing was written" in answer.content.decode()
    assert "<del>Meanwhile</del>" in answer.content.decode()
    assert desk.say(desk.yes()).status_code == 302
    again = desk.client.post(desk.url, yes, follow=True).content.decode()
    assert "Nothing was repeated." in again


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_file_is_its_persons_alone_and_goes_when_it_is_put_away",
)
def test_columns_and_words_are_remembered_with_the_yes_and_can_be_forgotten(
    desk: Importer,
) -> None:
    desk.upload(FOREIGN)
    desk.answer({"words:priority:high": "must"})
    assert not ColumnMemory.objects.exists()
    desk.say(desk.yes())
    later = FOREIGN.replace("7;", "17;").replace("8;", "18;")
    body = desk.upload(later)
    assert "to choose" not in body
    assert "proposed" not in body
    assert "high: must" in body
    signatures = ColumnMemory.objects.values_list("signature", flat=True)
    for signature in list(signatures):
        desk.say({"step": "forget", "signature": signature})
    body = desk.see()
    assert "1 thing to choose" in body
    assert "proposed" in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_file_is_its_persons_alone_and_goes_when_it_is_put_away",
)
def test_the_house_proposes_what_an_evaluation_that_one_sees_decided(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.upload(FOREIGN)
    desk.answer({"words:priority:high": "must"})
    desk.say(desk.yes())
    second = common.evaluation(title="Vans", owner=purchase.owner)
    body = Importer(second, "requirements", purchase.owner).upload(FOREIGN)
    assert f"as in {purchase}" in body
    assert "to choose" not in body
    foreign = common.evaluation(title="Trucks")
    foreign.owner = common.noor()
    foreign.save(update_fields=["owner"])
    body = Importer(foreign, "requirements", common.noor()).upload(FOREIGN)
    assert str(purchase) not in body
    assert "1 thing to choose" in body


def test_an_import_is_undone_once_and_not_after_its_rows_were_used(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.take(OWN)
    row = purchase.requirements.get(ref="R7")
    change_requirement(requirement=row, text="Other words", by=purchase.owner)
    done = Import.objects.get()
    with pytest.raises(Refused, match="changed or were used since: R7"):
        undo_import(imported=done, by=purchase.owner)
    change_requirement(requirement=row, text="Trains on three GPUs", by=purchase.owner)
    answer = desk.client.post(f"/admin/act/undo-import/{done.pk}/", follow=True)
    assert "The import is undone." in answer.content.decode()
    assert not purchase.requirements.filter(ref="R7").exists()
    with pytest.raises(Refused, match="undone already"):
        undo_import(imported=done, by=purchase.owner)


def test_a_file_is_its_persons_alone_and_goes_when_it_is_put_away(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.upload(OWN)
    other = Importer(purchase, "requirements", stakeholders.holder("it"))
    assert other.client.get(other.url).status_code in (403, 404)
    desk.say({"step": "discard"})
    assert not ImportDraft.objects.exists()
    assert "R7" not in without_keys(desk.see())


def test_the_empty_sheet_comes_back_with_what_was_filled_in(
    purchase: Evaluation, desk: Importer
) -> None:
    answer = desk.client.get(f"{desk.url}sheet.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[3]]
    values = {"Ref": "R7", "Requirement": "Trains on three GPUs", "Weight": "4"}
    for at, head in enumerate(heads, 1):
        sheet.cell(4, at, values.get(str(head), ""))
    filled = io.BytesIO()
    book.save(filled)
    body = desk.upload(filled.getvalue(), "sheet.xlsx")
    assert "to choose" not in body
    desk.say(desk.yes())
    assert purchase.requirements.get(ref="R7").weight == 4
    assert purchase.requirements.count() == 3


def test_steps_and_keys_that_no_page_can_have_made_are_refused(
    desk: Importer,
) -> None:
    desk.upload(OWN)
    assert desk.say({"step": "fly"}).status_code == 400
    assert desk.say({"step": "apply", "import": "x", "shown": ""}).status_code == 404
    long = {"step": "answer", "cell::2:1": "x" * 40_000}
    assert desk.say(long).status_code == 400
    desk.say({"step": "discard"})
    assert desk.say({"step": "answer", "refused": "leave"}).status_code == 409


def test_a_file_without_a_table_says_so_at_its_field(desk: Importer) -> None:
    answer = desk.post("\n\n", "empty.csv")
    assert answer.status_code == 400
    assert desk.say({"step": "upload"}).status_code == 400
    assert not ImportDraft.objects.exists()
