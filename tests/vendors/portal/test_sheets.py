"""The answer sheet in the vendor pages: down with the drafts, up as drafts."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import vendors
from tests.vendors.portal.visitor import Visitor, invited
from vendors.models import AnswerDraft, Claim

PACKED = re.compile(r'name="packed" value="([^"]+)"')


@pytest.fixture
def inside(ada: Visitor) -> Visitor:
    return ada.sign_in()


def fetch(visitor: Visitor) -> Workbook:
    answer = visitor.get(f"{visitor.home}sheet/file/")
    assert answer["Content-Disposition"] == 'attachment; filename="answers.xlsx"'
    return load_workbook(io.BytesIO(answer.content))


def upload(visitor: Visitor, book: Workbook, **fields: str) -> Any:
    stream = io.BytesIO()
    book.save(stream)
    file = SimpleUploadedFile("answers.xlsx", stream.getvalue())
    return visitor.post(f"{visitor.home}sheet/", file=file, **fields)


def keep(visitor: Visitor, preview: Any) -> Any:
    packed = PACKED.search(preview.content.decode())
    assert packed, preview.content.decode()
    return visitor.post(f"{visitor.home}sheet/", packed=packed[1])


def fill(book: Workbook, **cells: Any) -> Workbook:
    for name, value in cells.items():
        book["Answers"][name] = value
    return book


def draft(visitor: Visitor, ref: str, version: int = 0, **typed: str) -> None:
    visitor.post(f"{visitor.home}answer/{ref}/", version=str(version), **typed)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sheets_in_languages.py"
    "::test_a_wrong_cell_names_the_words_of_the_page",
)
def test_a_sheet_is_looked_at_first_and_becomes_drafts_that_are_handed_in(
    inside: Visitor,
) -> None:
    book = fill(fetch(inside), F2="Yes", I2="OIDC.", H2="aws")
    book = fill(book, F3="planned", G3="30.06.2040", I3="In June.")
    preview = upload(inside, book)
    text = " ".join(preview.content.decode().split())
    assert "2 answers would become drafts" in text
    assert "Nothing is handed in yet" in text
    assert "OIDC." in text
    assert not AnswerDraft.objects.exists()
    entries = Entry.objects.count()
    assert keep(inside, preview).headers["Location"] == f"{inside.home}hand-in/"
    assert not Claim.objects.exists()
    assert Entry.objects.count() == entries
    # The form of the page saves over it, and what it does not show stays.
    draft(inside, "R1", 1, availability="now", statement="OIDC and SAML.")
    inside.post(f"{inside.home}hand-in/")
    said = {claim.requirement.ref: claim for claim in Claim.objects.all()}
    assert said["R1"].statement == "OIDC and SAML."
    assert said["R1"].environments == ["aws"]
    assert str(said["R2"].available_from) == "2040-06-30"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sheets_in_languages.py"
    "::test_a_wrong_cell_names_the_words_of_the_page",
)
def test_the_sheet_holds_the_drafts_and_unchanged_it_changes_nothing(
    inside: Visitor,
) -> None:
    draft(inside, "R1", availability="now", statement="=Typed.\x0b")
    draft(inside, "R2", availability="planned", statement="When?")
    draft(inside, "R3", statement="No availability yet.")
    book = fetch(inside)
    rows = list(book["Answers"].iter_rows(min_row=2, values_only=True))
    assert [row[5] for row in rows] == ["now", "planned", None, None]
    preview = upload(inside, book).content.decode()
    assert "The sheet contains your answers so far" in preview
    assert not PACKED.search(preview)
    fill(book, I4="No.", F4="no")
    keep(inside, upload(inside, book))
    drafts = {row.requirement.ref: row for row in AnswerDraft.objects.all()}
    assert drafts["R3"].typed["availability"] == "never"
    assert [drafts[ref].version for ref in ("R1", "R2", "R3")] == [1, 1, 2]


def test_every_wrong_cell_is_named_and_the_file_is_asked_for_again(
    inside: Visitor,
) -> None:
    book = fill(fetch(inside), F2="soon", I2="x", F3="now", A4="R9", F4="now", I4="x")
    refused = upload(inside, book)
    page = refused.content.decode()
    assert refused.status_code == 400
    assert "3 cells are wrong, so nothing was taken." in page
    assert re.findall(r'<th scope="row">(\w+)</th>', page) == ["F2", "I3", "A4"]
    other = SimpleUploadedFile("answers.pdf", b"%PDF-1.7")
    for fields in ({"file": other}, {}, {"packed": "made up"}):
        again = inside.post(f"{inside.home}sheet/", **fields)
        assert again.status_code in (400, 409)
        assert 'role="alert"' in again.content.decode()
    assert not AnswerDraft.objects.exists()


def test_days_are_read_in_the_order_that_the_vendor_chose(inside: Visitor) -> None:
    book = fill(fetch(inside), F2="planned", G2="03/04/2040", I2="x")
    asked = upload(inside, book).content.decode()
    assert "03/04/2040 can be 2040-04-03 or 2040-03-04." in asked
    keep(inside, upload(inside, book, order="day"))
    assert AnswerDraft.objects.get().typed["available_from"] == "2040-04-03"


def test_a_draft_that_changed_since_the_preview_is_not_written_over(
    inside: Visitor,
) -> None:
    preview = upload(inside, fill(fetch(inside), F2="now", I2="Of the sheet."))
    draft(inside, "R1", availability="now", statement="Typed meanwhile.")
    assert keep(inside, preview).status_code == 409
    assert AnswerDraft.objects.get().typed["statement"] == "Typed meanwhile."


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sheets_in_languages.py"
    "::test_a_wrong_cell_names_the_words_of_the_page",
)
def test_a_preview_of_one_invitation_is_kept_in_no_other(
    inside: Visitor, where: Evaluation
) -> None:
    preview = upload(inside, fill(fetch(inside), F2="now", I2="Of Acme."))
    bo = Visitor(invited(where, "Globex ML", "bo@globex.example")).sign_in()
    assert keep(inside, preview).status_code == 302
    packed = PACKED.search(preview.content.decode())
    assert packed
    assert bo.post(f"{bo.home}sheet/", packed=packed[1]).status_code == 409
    assert AnswerDraft.objects.filter(candidate=bo.link.candidate).count() == 0


def test_after_the_deadline_a_sheet_is_still_kept_as_drafts(
    inside: Visitor, where: Evaluation
) -> None:
    book = fill(fetch(inside), F2="now", I2="Late.")
    vendors.close_by_deadline(where)
    keep(inside, upload(inside, book))
    assert AnswerDraft.objects.count() == 1


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sheets_in_languages.py"
    "::test_a_wrong_cell_names_the_words_of_the_page",
)
def test_a_sheet_of_four_answers_asks_no_more_than_one_of_one(
    inside: Visitor,
) -> None:
    def asked(**cells: str) -> list[int]:
        preview = None
        with CaptureQueriesContext(connection) as first:
            preview = upload(inside, fill(fetch(inside), **cells))
        with CaptureQueriesContext(connection) as second:
            keep(inside, preview)
        return [len(first), len(second)]

    few = asked(F2="now", I2="1")
    many = asked(F3="now", I3="1", F4="now", I4="1", F5="now", I5="1")
    assert many == few


def test_a_file_whose_name_hides_something_is_refused(inside: Visitor) -> None:
    file = SimpleUploadedFile("answers\u202e.xlsx", b"PK")
    answer = inside.post(f"{inside.home}sheet/", file=file)
    assert answer.status_code == 400
    assert "invisible mark" in answer.content.decode()
