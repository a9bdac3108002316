"""A file is put right in its preview; the file itself stays as it came."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Entry, Evaluation, Import, ImportDraft
from evaltracker.importing.services.waiting import say_how_to_read
from tests.cast import common
from tests.import_pages import Importer

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]
NEEDS = "ref,text,weight\nR1,Trains,5\nR2,Serves,fifty\nR3,Logs,7\n"
LEAVE_REST = {"step": "answer", "refused:rows": "leave-out"}


@pytest.fixture
def where() -> Evaluation:
    return common.evaluation()


@pytest.fixture
def desk(where: Evaluation) -> Importer:
    return Importer(where, "requirements", where.owner)


def refs(where: Evaluation) -> list[str]:
    return list(where.requirements.order_by("ref").values_list("ref", flat=True))


def rest_of(desk: Importer, query: str = "") -> list[list[Any]]:
    answer = desk.client.get(f"{desk.url}rest.xlsx{query}")
    assert answer.status_code == 200
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_cell_is_typed_anew_beside_what_is_wrong_with_it(
    where: Evaluation, desk: Importer
) -> None:
    body = desk.upload(NEEDS)
    assert 'aria-label="Row 3, column C, typed anew"' in body
    desk.say({"step": "mend", "place": "3:2:", "typed": "6"})
    body = desk.see()
    assert "Typed anew here, and not as in the file: C3." in body
    assert "Import 3 new" in body
    assert bytes(ImportDraft.objects.get().content) == NEEDS.encode()
    desk.say(desk.yes())
    assert where.requirements.get(ref="R2").weight == 6
    entry = Entry.objects.get(action="requirements.imported")
    assert entry.after["typed"] == ["C3"]


def test_the_text_of_the_file_takes_back_what_was_typed(desk: Importer) -> None:
    desk.upload(NEEDS)
    desk.say({"step": "mend", "place": "3:2:", "typed": "6"})
    body = desk.see()
    assert "Row 3, column C: The file has “fifty” here." in body
    desk.say({"step": "mend", "place": "3:2:", "typed": "fifty"})
    assert ImportDraft.objects.get().reading["typed"] == []
    assert "“fifty” is no weight" in desk.see()


@pytest.mark.parametrize("place", ["", "9:2:", "2:2:", "3:900:", "3:2:Other"])
def test_a_cell_that_is_not_there_is_refused(desk: Importer, place: str) -> None:
    desk.upload(NEEDS)
    answer = desk.say({"step": "mend", "place": place, "typed": "6"})
    assert answer.status_code == 400
    assert not ImportDraft.objects.get().reading


def test_rows_are_left_out_one_by_one_and_taken_back_in(
    where: Evaluation, desk: Importer
) -> None:
    desk.upload(NEEDS)
    desk.say({"step": "mend", "offered": ["3:", "4:"], "out": ["3:", "4:"]})
    body = desk.see()
    assert "Left out, as you said: 2 rows (3, 4)." in body
    assert "Import 1 new" in body
    desk.say({"step": "mend", "offered": ["3:", "4:"], "out": ["3:"]})
    assert "Import 2 new" in desk.see()
    desk.say(desk.yes())
    assert refs(where) == ["R1", "R3"]
    entry = Entry.objects.get(action="requirements.imported")
    assert entry.after["left_out"] == {"": [3]}


def test_rows_are_left_out_by_their_numbers(where: Evaluation, desk: Importer) -> None:
    desk.upload(NEEDS)
    for wrong in ("x", "9-3", "3-99999", ","):
        answer = desk.say({"step": "leave", "rows": wrong})
        assert answer.status_code == 400
        assert f'value="{wrong}"' in answer.content.decode()
    desk.say({"step": "leave", "rows": "3–4, 70"})
    desk.say(desk.yes())
    assert refs(where) == ["R1"]


def test_what_stays_out_is_handed_out_with_the_reasons(
    where: Evaluation, desk: Importer
) -> None:
    hostile = NEEDS.replace("Serves", "=1+1")
    desk.upload(hostile)
    shown = rest_of(desk)
    assert shown[0] == ["ref", "text", "weight", "Why it stayed out"]
    assert shown[1][:3] == ["R2", "'=1+1", "fifty"]
    assert "Row 3, column C: “fifty” is no weight" in shown[1][3]
    assert len(shown) == 2
    desk.say(LEAVE_REST)
    answer = desk.client.post(desk.url, desk.yes(), follow=True)
    done = Import.objects.get()
    assert "The rows that stayed out are kept as a list." in answer.content.decode()
    assert f"rest.xlsx?import={done.pk}" in desk.see()
    assert rest_of(desk, f"?import={done.pk}") == shown
    assert refs(where) == ["R1", "R3"]


def test_what_stayed_out_is_for_whoever_handed_it_in(
    where: Evaluation, desk: Importer
) -> None:
    desk.upload(NEEDS)
    desk.say(LEAVE_REST)
    desk.say(desk.yes())
    done = Import.objects.get()
    Evaluation.objects.update(owner=common.otto())
    where.refresh_from_db()
    other = Importer(where, "requirements", common.otto())
    assert "rest.xlsx" not in other.see()
    for query in (f"?import={done.pk}", "?import=none"):
        assert other.client.get(f"{desk.url}rest.xlsx{query}").status_code == 404
    assert rest_of(other) == [["Nothing stays out."]]


def test_a_total_is_left_out_and_can_be_taken_in(
    where: Evaluation, desk: Importer
) -> None:
    body = desk.upload("ref,text,weight\nR1,Trains,5\nTotal,all,5\n")
    assert "Left out as totals: 1" in body
    assert "Take in Row 3: “Total”" in body
    desk.say({"step": "mend", "keepable": "3:", "kept": "3:"})
    assert "Row 3: “Total · all · 5” comes in" in desk.see()
    desk.say(desk.yes())
    assert refs(where) == ["R1", "Total"]


def test_a_company_that_is_called_total_is_no_total(where: Evaluation) -> None:
    desk = Importer(where, "candidates", where.owner)
    body = desk.upload("name,kind\nAcme ML,buy\nTotal,buy\n")
    assert "though “Total” stands first: 1 row (3)." in body
    assert "Import 2 new" in body


def test_a_heading_can_be_taken_in_as_a_row(where: Evaluation, desk: Importer) -> None:
    table = "ref,text,weight\n,Training at scale,\nR1,Trains,5\nR2,Tunes,5\n"
    assert "Take in Row 2: “Training at scale”" in desk.upload(table)
    desk.say({"step": "mend", "keepable": "2:", "kept": "2:"})
    assert "1 row is a heading" not in desk.see()


def test_a_pasted_table_is_read_like_a_file(where: Evaluation, desk: Importer) -> None:
    pasted = 'ref\ttext\r\nR1\tTrains\r\nR2\t"Serves\nin batches"\r\n'
    assert desk.say({"step": "upload", "pasted": pasted}).status_code == 302
    assert "Import 2 new" in desk.see()
    desk.say(desk.yes())
    assert where.requirements.get(ref="R2").text == "Serves\nin batches"
    assert Import.objects.get().filename == "Pasted table.txt"


def test_a_markdown_table_is_pasted_too(desk: Importer) -> None:
    pasted = "| ref | text |\n| --- | --- |\n| R1 | Trains |\n"
    assert desk.say({"step": "upload", "pasted": pasted}).status_code == 302
    assert "Import 1 new" in desk.see()


def test_a_pasted_cell_keeps_the_quotation_marks_in_front(
    where: Evaluation, desk: Importer
) -> None:
    pasted = 'ref\ttext\nR1\t"Zero trust" design\nR2\t"Serves\nin ""batches"""\n'
    desk.say({"step": "upload", "pasted": pasted})
    desk.say(desk.yes())
    assert where.requirements.get(ref="R1").text == '"Zero trust" design'
    assert where.requirements.get(ref="R2").text == 'Serves\nin "batches"'


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"pasted": " \n"}, "Choose a file, or paste a table."),
        ({"pasted": "%PDF-1.7"}, "This is a PDF file"),
        (
            {"pasted": 'ref\ttext\nR1\t"a\nR2"\tb\nR3\t"two\nlines"\n'},
            "cannot be told where that cell ends",
        ),
    ],
)
def test_a_paste_that_is_no_table_stays_in_its_box(
    desk: Importer, said: dict[str, str], sentence: str
) -> None:
    answer = desk.say({"step": "upload", **said})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not ImportDraft.objects.exists()


def test_two_rows_of_names_are_read_as_one(where: Evaluation, desk: Importer) -> None:
    table = "Requirement,,\nID,Text,Owner\nR1,Trains,Ann\n"
    desk.upload(table)
    body = desk.read(header_row="2", joined="on", **{"place-1": "text"})
    assert "Import 1 new" in body
    desk.say(desk.yes())
    assert where.requirements.get(ref="R1").text == "Trains"


def test_columns_are_remembered_though_another_one_is_added(desk: Importer) -> None:
    desk.upload("Ding;Was\nA1;Trains\n")
    desk.read(**{"place-0": "ref", "place-1": "text"})
    body = desk.upload("Neu;Was;Ding\nx;Trains;A1\ny;Serves;A2\n")
    assert "as you said the last time" in body
    assert "Import 2 new" in body


def test_what_another_page_took_in_is_not_read_another_way(
    where: Evaluation, desk: Importer
) -> None:
    desk.upload("ref,text\nR1,Trains\n")
    draft = ImportDraft.objects.get()
    desk.say(desk.yes())
    with pytest.raises(Refused, match="not kept any more"):
        say_how_to_read(draft=draft, reading={})
    assert refs(where) == ["R1"]
