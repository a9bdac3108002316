"""Commands that import are told how to read, or use what the page remembered."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from evaltracker.evaluations.models import Evaluation
from tests.cast import common
from tests.import_pages import Importer

pytestmark = pytest.mark.django_db
OWN = "Kennung,Anforderung,Rang\nR1,Liest CSV,Muss\n"
COLUMNS = ("--column=Kennung=ref", "--column=Anforderung=text")
RANK = "--column=Rang=priority"


@pytest.fixture
def where() -> Evaluation:
    return common.evaluation()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text(OWN)
    return path


def run(where: Evaluation, file: Path, *options: str) -> str:
    """What the command says, of problems too."""
    out = StringIO()
    try:
        call_command(
            "import_requirements",
            where.slug,
            str(file),
            *options,
            stdout=out,
            stderr=out,
        )
    except CommandError as error:
        out.write(str(error))
    return out.getvalue()


def refs(where: Evaluation) -> list[str]:
    return list(where.requirements.order_by("ref").values_list("ref", flat=True))


def test_columns_are_said_and_open_words_are_refused_with_the_option(
    where: Evaluation, file: Path
) -> None:
    said = run(where, file, *COLUMNS, RANK)
    assert "--answer 'word:priority:muss=must'" in said
    assert "Nothing was imported" in said
    assert refs(where) == []
    run(where, file, *COLUMNS, RANK, "--answer=word:priority:muss=must")
    assert where.requirements.get().priority == "must"


def test_what_the_page_remembered_holds_for_the_command(
    where: Evaluation, file: Path
) -> None:
    desk = Importer(where, "requirements", where.owner)
    desk.upload(OWN)
    desk.read(**{"place-0": "ref", "place-1": "text", "place-2": "priority"})
    desk.say({"step": "answer", "word:priority:muss": "must"})
    run(where, file)
    assert where.requirements.get().priority == "must"


def test_a_sheet_and_a_row_of_names_are_said(where: Evaluation, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["ref", "text"])
    book.active.append(["R9", "Of last year"])
    sheet = book.create_sheet("New")
    for row in (["id", "no", "text"], ["ref", "x", "text"], ["R1", "", "Trains"]):
        sheet.append(row)
    book.save(tmp_path / "two.xlsx")
    run(where, tmp_path / "two.xlsx", "--sheet=New", "--header-row=2")
    assert refs(where) == ["R1"]
    assert "There are: “Sheet”, “New”" in run(
        where, tmp_path / "two.xlsx", "--sheet=Old"
    )


def test_rows_that_cannot_come_in_are_left_out(where: Evaluation, file: Path) -> None:
    file.write_text("ref,text,weight\nR1,Trains,5\nR2,Serves,50\n")
    assert "--answer 'refused:rows=leave-out'" in run(where, file)
    assert "row 3" in run(where, file, "--leave-out=refused").casefold()
    assert refs(where) == ["R1"]


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--column=Kennung=beer", "There is no field “beer”."),
        ("--column=Kennung", "is written NAME=VALUE"),
        ("--column=Nummer=ref", "No sheet has “Nummer”."),
        ("--header-row=99", "No sheet has anything in row 99."),
    ],
)
def test_an_option_that_fits_nothing_is_refused(
    where: Evaluation, file: Path, option: str, sentence: str
) -> None:
    assert sentence in run(where, file, option)
