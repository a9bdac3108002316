"""The answer sheet: out with drop-downs, back all or nothing, errors by cell."""

import datetime
import io
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.text import harmless, meant, spelled
from tests.factories import vendors
from tests.vendors.api.conftest import Party, refused
from vendors.models import Claim

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EVIL = [
    '=HYPERLINK("http://evil.example")',
    "+1+1",
    "-1",
    "@SUM(A1)",
    "'=1",
    "''=1",
    "'quoted'",
    "  spaces\u00a0inside",
    "line\nbreak",
    "|pipe",
    "100%",
    "ünïcode 漢字 🙂",
    "_x0041_",
    "&amp; <b>",
]


def fetch(party: Party) -> Workbook:
    answer = party.call("GET", f"{party.home}answer-sheet/", accept=XLSX)
    assert answer.status_code == 200
    assert answer["Content-Type"] == XLSX
    assert answer["Content-Disposition"] == 'attachment; filename="answers.xlsx"'
    assert answer["Cache-Control"] == "no-store"
    return load_workbook(io.BytesIO(answer.content))


def send(party: Party, book: Workbook, query: str = "", **headers: str) -> Any:
    stream = io.BytesIO()
    book.save(stream)
    address = f"{party.home}answer-sheet/{query}"
    return party.upload(address, stream.getvalue(), "answers.xlsx", **headers)


def fill(book: Workbook, **cells: Any) -> Workbook:
    for name, value in cells.items():
        book["Answers"][name] = value
    return book


def test_the_sheet_shows_what_is_asked_and_answered_with_a_drop_down(
    acme: Party,
) -> None:
    acme.claim(
        availability="planned", available_from="2040-03-01", environments=["aws", "gcp"]
    )
    sheet = fetch(acme)["Answers"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "Requirement"
    assert rows[1][:5] == ("R1", "Training", "What R1 asks for", "Must have", "Name it")
    assert rows[1][5:] == (
        "planned",
        datetime.datetime(2040, 3, 1),  # noqa: DTZ001 -- cells know no zone
        "aws; gcp",
        "Yes.",
        None,
        "Runs on: AWS, on premises",
        None,
    )
    assert rows[2][0] == "R2"
    assert set(rows[2][5:]) == {None}
    offered = sheet.data_validations.dataValidation[0]
    assert offered.formula1 == '"now,beta,planned,on_request,never"'
    assert str(offered.sqref) == "F2:F3"
    assert "SCORER-MARK" not in str(rows)


def test_a_filled_sheet_is_taken_and_the_same_again_changes_nothing(
    acme: Party,
) -> None:
    book = fill(fetch(acme), F2="Now", I2="Yes.", F3="on request", I3="At a price.")
    told = send(acme, book)
    assert told.status_code == 200, told.content
    assert (told.json()["created"], told.json()["unchanged"]) == (2, 0)
    claims = acme.call("GET", f"{acme.home}claims/").json()["results"]
    assert [claim["availability"] for claim in claims] == ["now", "on_request"]
    again = send(acme, fetch(acme)).json()
    assert (again["created"], again["unchanged"], again["changes"]) == (0, 2, [])


def test_a_dry_run_tells_what_would_change_and_writes_nothing(acme: Party) -> None:
    acme.claim()
    book = fill(fetch(acme), I2="Better.", F3="never", I3="No.")
    told = send(acme, book, "?dry_run=1").json()
    assert (told["dry_run"], told["created"]) == (True, 2)
    first, second = told["changes"]
    assert (first["requirement"], first["row"]) == ("R1", 2)
    assert first["before"]["statement"] == "Yes."
    assert first["after"]["statement"] == "Better."
    assert second["before"] is None
    assert Claim.objects.count() == 1


def test_every_wrong_cell_is_named_at_once_and_nothing_is_taken(acme: Party) -> None:
    # What cannot be read, what no answer may say, what is asked of nobody.
    book = fill(fetch(acme), F2="soon", J2="javascript:alert(1)")
    book = fill(book, F3="planned", G3="March", I3="Yes.", A4="R9", F4="never")
    for query in ("", "?dry_run=1"):
        problem = refused(send(acme, book, query), 400)
        assert [error["pointer"] for error in problem["errors"]] == [
            f"#/Answers/{cell}" for cell in ("F2", "I2", "J2", "G3", "A4", "I4")
        ]
        assert problem["detail"] == "6 cells are wrong, so nothing was taken."
    assert not Claim.objects.exists()


def test_yes_and_no_and_days_of_a_country_are_read(acme: Party) -> None:
    book = fill(fetch(acme), F2="Yes", I2="x", F3="planned", G3="30.06.2040", I3="y")
    assert send(acme, book).status_code == 200
    claims = acme.call("GET", f"{acme.home}claims/").json()["results"]
    assert [claim["availability"] for claim in claims] == ["now", "planned"]
    assert claims[1]["available_from"] == "2040-06-30"
    book = fill(book, F2="nein", F3="Planned (2040-07-01)", G3=None)
    problem = send(acme, book)
    assert problem.status_code == 400
    assert [error["pointer"] for error in problem.json()["errors"]] == ["#/Answers/F3"]


def test_a_day_that_can_be_two_is_settled_by_the_column_or_by_the_caller(
    acme: Party,
) -> None:
    book = fill(fetch(acme), F2="planned", G2="03/04/2040", I2="x")
    problem = refused(send(acme, book), 400)
    assert problem["errors"][0]["pointer"] == "#/Answers/G2"
    assert "can be 2040-04-03 or 2040-03-04" in problem["errors"][0]["detail"]
    refused(send(acme, book, "?date_order=year"), 400)

    def said(book: Workbook, query: str) -> str:
        told = send(acme, book, f"?dry_run=1{query}").json()
        return str(told["changes"][0]["after"]["available_from"])

    assert said(book, "&date_order=day") == "2040-04-03"
    assert said(book, "&date_order=month") == "2040-03-04"
    other = fill(book, F3="beta", G3="04/30/2040", I3="y")
    assert said(other, "") == "2040-03-04"


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        ({"F2": None, "I2": "Yes."}, "F2"),
        ({"F2": "now", "I2": None}, "I2"),
        ({"F2": "now", "G2": "2040-01-01", "I2": "x"}, "G2"),
        ({"A4": "R9", "F4": "now", "I4": "x"}, "A4"),
        ({"A4": 1.1, "F4": "now", "I4": "x"}, "A4"),
        ({"F4": "now", "I4": "x"}, "A4"),
        ({"F2": "now", "I2": "x", "A4": "R1", "F4": "now", "I4": "y"}, "A4"),
        ({"F2": "now", "I2": "=1+1"}, "I2"),
        ({"F2": "now", "I2": "x", "H2": "a\u202eb"}, "H2"),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[cells2-G2]"
)
def test_a_cell_that_is_wrong_is_400(
    acme: Party, cells: dict[str, Any], place: str
) -> None:
    problem = refused(send(acme, fill(fetch(acme), **cells)), 400)
    assert [error["pointer"] for error in problem["errors"]] == [f"#/Answers/{place}"]


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[@SUM(A1)]"
)
def test_no_text_becomes_a_formula_and_each_comes_back_as_it_was(
    acme: Party, text: str
) -> None:
    acme.claim(statement=text, environments=["a, b", "c"])
    book = fetch(acme)
    for row in book["Answers"].iter_rows():
        assert all(cell.data_type != "f" for cell in row)
    book["Answers"]["F3"], book["Answers"]["I3"] = "now", "x"
    # The library that saves it here leaves this to whoever calls.
    book["Answers"]["I2"] = spelled(str(book["Answers"]["I2"].value))
    told = send(acme, book).json()
    assert (told["created"], told["unchanged"]) == (1, 1)
    assert meant(harmless(text)) == text


def test_who_reads_any_file_as_bytes_gets_it_so(acme: Party) -> None:
    kind = "application/octet-stream"
    answer = acme.call("GET", f"{acme.home}answer-sheet/", accept=kind)
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert "Answers" in load_workbook(io.BytesIO(answer.content)).sheetnames


def test_other_files_are_400(acme: Party) -> None:
    address = f"{acme.home}answer-sheet/"
    for content, name in (
        (b"%PDF-1.7", "answers.pdf"),
        (b"PK\x03\x04broken", "answers.xlsx"),
        (b"a,b\n1,2\n", "answers.csv"),
        (b"", "answers.xlsx"),
    ):
        problem = refused(acme.upload(address, content, name), 400)
        assert problem["errors"][0]["pointer"] == "#/file"
    empty = fetch(acme)
    refused(send(acme, empty), 400)
    empty.remove(empty["Answers"])
    assert "Answers" in refused(send(acme, empty), 400)["detail"]


def test_after_the_deadline_a_sheet_is_refused_even_dry(
    acme: Party, where: Evaluation
) -> None:
    book = fill(fetch(acme), F2="now", I2="Yes.")
    vendors.close_by_deadline(where)
    for query in ("", "?dry_run=1"):
        assert refused(send(acme, book, query), 409)["code"] == "claims_closed"
    refused(send(acme, book, "?dry_run=yes"), 400)


def test_a_key_takes_a_sheet_once(acme: Party) -> None:
    book = fill(fetch(acme), F2="now", I2="Yes.")
    stream = io.BytesIO()
    book.save(stream)
    sent = [
        acme.upload(
            f"{acme.home}answer-sheet/",
            stream.getvalue(),
            "a.xlsx",
            idempotency_key="sheet",
        )
        for _ in range(2)
    ]
    assert sent[0].content == sent[1].content
    assert sent[1]["Idempotent-Replayed"] == "true"
    assert Claim.objects.count() == 1
