"""A large file is put right like a small one, though its page never reads it."""

import io
from typing import Any

import pytest
from django.http import HttpResponse
from openpyxl import load_workbook

from evaltracker.evaluations.models import Evaluation, ImportDraft
from evaltracker.toolbox.processes import do_long_work
from tests.cast import common
from tests.import_pages import Importer

pytestmark = pytest.mark.django_db
FILLING = "x" * 30_000
NAMES_AT = 82


def lines(names: str, *, before: int = 0, filling: str = FILLING) -> str:
    """A table of sixty rows, as big as one of ten thousand, under other rows."""
    above = [f"Remark {at},," for at in range(1, before + 1)]
    rows = [f'R{at},"What R{at} asks",{filling}' for at in range(1, 61)]
    return "\n".join([*above, names, *rows])


@pytest.fixture
def desk(purchase: Evaluation) -> Importer:
    return Importer(purchase, "requirements", purchase.owner)


def rest_of(desk: Importer) -> HttpResponse:
    answer: HttpResponse = desk.client.get(f"{desk.url}rest.xlsx")
    return answer


def cells_of(answer: HttpResponse) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_what_would_stay_out_of_a_large_file_is_handed_out_before_it_comes_in(
    desk: Importer,
) -> None:
    desk.upload(
        lines("ref,text,note").replace('"What R7 asks"', "").replace("R9,", ",")
    )
    assert rest_of(desk).status_code == 404
    do_long_work()
    assert "All of them as a spreadsheet" in desk.see()
    rows = cells_of(rest_of(desk))
    assert [row[0] for row in rows] == ["ref", "R7", ""]
    assert "It has no text." in rows[1][-1]
    desk.say({"step": "answer", "refused:rows": "leave-out"})
    assert rest_of(desk).status_code == 404
    do_long_work()
    assert len(cells_of(rest_of(desk))) == 3


def test_what_waits_for_somebody_else_is_not_handed_out(desk: Importer) -> None:
    desk.upload(lines("ref,text,note").replace('"What R7 asks"', ""))
    do_long_work()
    ImportDraft.objects.update(person=common.otto())
    rows = cells_of(rest_of(desk))
    assert rows == [["Nothing stays out."]]


@pytest.mark.parametrize("filling", ["x", FILLING], ids=["small", "large"])
def test_names_stand_far_down(desk: Importer, filling: str) -> None:
    desk.upload(lines("ref,text,note", before=NAMES_AT - 1, filling=filling))
    do_long_work()
    assert "No requirements were found." in desk.see()
    desk.read(further_row=str(NAMES_AT))
    do_long_work()
    body = desk.see()
    assert "Import 59 new and 1 changed" in body
    assert f'value="{NAMES_AT}"' in body
    assert f"Remark {NAMES_AT - 1}" in body
    assert "Remark 5" not in body


def test_a_column_chosen_with_a_row_far_down_stays_chosen(desk: Importer) -> None:
    desk.upload(lines("ref,asks,note", before=NAMES_AT - 1))
    do_long_work()
    desk.read(**{"further_row": str(NAMES_AT), "place-1": "text"})
    do_long_work()
    assert "Import 59 new and 1 changed" in desk.see()


def test_a_row_far_down_that_is_blank_is_told(desk: Importer) -> None:
    desk.upload(lines("ref,text,note"))
    do_long_work()
    desk.read(further_row="400")
    do_long_work()
    assert "this row is blank" in desk.see()
    desk.read(header_row="1")
    do_long_work()
    assert "Import 59 new and 1 changed" in desk.see()


def test_a_row_whose_names_are_not_known_is_read_as_no_other_is(
    desk: Importer,
) -> None:
    desk.upload("ref,text\nDing,Was\nR1,What R1 asks\n")
    assert "Import" in desk.see()
    body = desk.read(header_row="2")
    assert "No requirements were found." in body
    assert 'value="apply"' not in body
