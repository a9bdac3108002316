"""An answer sheet that came by mail becomes the vendor's words, by the owner's hand."""

import datetime
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice, Scope
from evaltracker.notices.kinds import KINDS
from tests.cast import common, stakeholders, vendors
from tests.clients import signed_in
from tests.vendors.portal.visitor import Visitor, invited
from vendors.imports.answers import Meaning
from vendors.models import Candidate, Claim, MailedSheet, Submission
from vendors.services.dialogue import close_claims, owe_receipts
from vendors.services.drafts import answer_sheet
from vendors.services.sheets import answers_on, enter_sheet, explain_words, take_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    found = common.evaluation()
    common.requirement(found, "R1")
    common.requirement(found, "R2", "should")
    return vendors.in_research(found)


@pytest.fixture
def ada(where: Evaluation) -> Visitor:
    return Visitor(invited(where))


@pytest.fixture
def acme(ada: Visitor, where: Evaluation) -> Candidate:
    found: Candidate = where.candidates.get(name="Acme ML")
    return found


def filled(candidate: Candidate, **answers: str) -> SimpleUploadedFile:
    """The sheet as it was handed out, with these availabilities by ref."""
    book = load_workbook(io.BytesIO(answer_sheet(candidate)))
    sheet = book["Answers"]
    heads = {str(cell.value): cell.column for cell in sheet[1]}
    for row in sheet.iter_rows(min_row=2):
        if said := answers.get(str(row[heads["Requirement"] - 1].value)):
            row[heads["Availability"] - 1].value = said
            row[heads["Statement"] - 1].value = "As in our mail."
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile("acme.xlsx", stream.getvalue())


def taken(candidate: Candidate, file: SimpleUploadedFile, **more: Any) -> MailedSheet:
    owner = candidate.evaluation.owner
    terms = {"arrived_at": timezone.now() - datetime.timedelta(minutes=1), "by": owner}
    return take_sheet(candidate=candidate, file=file, **{**terms, **more})


def test_it_becomes_the_vendors_words_handed_in_and_says_who_entered_it(
    acme: Candidate, where: Evaluation
) -> None:
    sheet = taken(acme, filled(acme, R1="now", R2="never"))
    assert not Claim.objects.exists()
    sheet = enter_sheet(sheet=sheet, by=where.owner)
    claims = Claim.objects.all()
    assert {claim.by_vendor for claim in claims} == {True}
    receipt = Submission.objects.get()
    assert sheet.submission == receipt
    assert receipt.claims == 2
    by = f"Acme (by mail, entered by {where.owner.name})"
    assert {claim.submitted_by for claim in claims} == {receipt.submitted_by} == {by}
    for action in ("claims.submitted", "answer.handed_in"):
        entry = Entry.objects.get(action=action)
        assert (entry.actor, entry.actor_name) == (where.owner, by)
    entered = Entry.objects.get(action="mailed_sheet.entered")
    assert entered.after["sha256"] == sheet.file.sha256
    with pytest.raises(Refused, match="entered already"):
        enter_sheet(sheet=sheet, by=where.owner)


def test_what_the_vendor_said_itself_later_is_listed_and_left_out(
    acme: Candidate, where: Evaluation
) -> None:
    file = filled(acme, R1="never", R2="now")
    first = where.requirements.get(ref="R1")
    vendors.claim(acme, first, "now")
    sheet = taken(acme, file)
    found = answers_on(sheet, where.owner)
    assert [new.requirement.ref for new in found.left_out] == ["R1"]
    enter_sheet(sheet=sheet, by=where.owner)
    stands = Claim.objects.get(requirement=first, superseded_at__isnull=True)
    assert stands.availability == "now"
    assert Entry.objects.get(action="mailed_sheet.entered").after["left_out"] == ["R1"]


def test_a_later_mail_goes_over_an_earlier_one_whenever_each_was_entered(
    acme: Candidate, where: Evaluation
) -> None:
    now = timezone.now()
    monday, tuesday = now - datetime.timedelta(days=2), now - datetime.timedelta(days=1)
    old, new = filled(acme, R1="never"), filled(acme, R1="now")
    enter_sheet(sheet=taken(acme, new, arrived_at=tuesday), by=where.owner)
    with pytest.raises(Refused, match="Nothing on this sheet is new"):
        enter_sheet(sheet=taken(acme, old, arrived_at=monday), by=where.owner)
    assert Claim.objects.get().availability == "now"


def test_every_wrong_cell_is_named_and_nothing_is_kept(acme: Candidate) -> None:
    with pytest.raises(Invalid) as refusal:
        taken(acme, filled(acme, R1="perhaps", R2="maybe"))
    said = " ".join(refusal.value.errors["file"])
    assert said.count("Cell ") == 2
    assert not MailedSheet.objects.exists()
    assert not acme.evaluation.attached_files.exists()


def test_only_the_owner_while_answers_are_open_of_a_mail_that_has_come(
    acme: Candidate, where: Evaluation
) -> None:
    file = filled(acme, R1="now")
    part = stakeholders.stakeholders(where, "it")["it"]
    vendors.declare_none(where)
    with pytest.raises(Forbidden):
        taken(acme, file, by=part.user)
    with pytest.raises(Invalid, match="still to come"):
        taken(acme, file, arrived_at=timezone.now() + datetime.timedelta(hours=1))
    sheet = taken(acme, file)
    close_claims(evaluation=where, by=where.owner)
    where.refresh_from_db()
    with pytest.raises(Refused, match="losed"):
        taken(acme, file)
    with pytest.raises(Refused, match="losed"):
        enter_sheet(sheet=sheet, by=where.owner)
    assert not Claim.objects.exists()


def test_the_owner_hands_the_sheet_out_uploads_previews_and_enters(
    acme: Candidate, where: Evaluation
) -> None:
    owner = signed_in(where.owner)
    out = owner.get(f"/admin/candidates/{acme.pk}/answer-sheet/")
    assert out["Content-Disposition"] == 'attachment; filename="answers.xlsx"'
    page = owner.get(f"/admin/candidates/{acme.pk}/").content.decode()
    upload = f"/admin/act/take-sheet/{acme.pk}/"
    assert upload in page
    came = {"arrived_at": "2020-01-01", "arrived_time": "09:00"}
    answer = owner.post(upload, {"file": filled(acme, R1="now"), **came})
    sheet = MailedSheet.objects.get()
    assert answer["Location"] == f"/admin/act/enter-sheet/{sheet.pk}/"
    preview = owner.get(answer["Location"]).content.decode()
    assert "What would be new: 1" in preview
    assert sheet.sha256 in preview
    assert not Claim.objects.exists()
    assert owner.post(answer["Location"]).status_code == 302
    assert Claim.objects.get().by_vendor
    reader = stakeholders.stakeholders(where, "it")["it"].user
    vendors.declare_none(where)
    sealed = signed_in(reader).get(f"/admin/candidates/{acme.pk}/answer-sheet/")
    assert sealed.status_code == 403


def test_a_questionnaire_of_any_form_becomes_the_vendors_words_with_it_as_proof(
    acme: Candidate, where: Evaluation
) -> None:
    text = "ID,Question,Answer,Remark\nR1,Batch?,Yes,Since 2024\nR2,Sign-on?,No,\n"
    sheet = taken(acme, SimpleUploadedFile("hecvat.csv", text.encode()))
    found = answers_on(sheet, where.owner)
    assert [new.words.availability for new in found.new] == ["now", "never"]
    page = signed_in(where.owner).get(f"/admin/act/enter-sheet/{sheet.pk}/")
    assert "What would be new: 2" in page.content.decode()
    enter_sheet(sheet=sheet, by=where.owner)
    claims = Claim.objects.order_by("requirement__ref")
    assert [claim.availability for claim in claims] == ["now", "never"]
    assert {claim.by_vendor for claim in claims} == {True}
    assert sheet.file.name == "hecvat.csv"


def test_a_no_of_a_questionnaire_is_no_for_every_value_of_the_brief(
    acme: Candidate, where: Evaluation
) -> None:
    scope = Scope.objects.create(evaluation=where, name="Runs on")
    scope.values.create(name="AWS", position=1)
    text = "ID,Question,Answer\nR1,Batch?,Yes\nR2,Sign-on?,No\n"
    sheet = taken(acme, SimpleUploadedFile("theirs.csv", text.encode()))
    enter_sheet(sheet=sheet, by=where.owner)
    said = Claim.objects.get(requirement__ref="R2")
    everywhere = {"Runs on": {"AWS": ["never", None]}}
    assert said.holds_for == {"said": None, "means": everywhere}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("R1,Batch?,Partly", "“Partly” (1×) is no availability that is known here."),
        ("R9,What?,Yes", "requirement “R9”"),
        ("R1,Batch?,planned", "states no availability"),
    ],
)
def test_a_questionnaire_with_words_that_state_nothing_is_refused(
    acme: Candidate, row: str, why: str
) -> None:
    text = f"ID,Question,Answer\nR2,Sign-on?,No\n{row}\n"
    with pytest.raises(Invalid) as refusal:
        taken(acme, SimpleUploadedFile("theirs.csv", text.encode()))
    said = " ".join(refusal.value.errors["file"])
    assert why in said
    assert "Upload the file under Import answers first" in said
    assert not MailedSheet.objects.exists()


def test_a_word_that_was_explained_in_an_import_is_read(
    acme: Candidate, where: Evaluation
) -> None:
    explain_words(
        evaluation=where, meanings={"in pilot": Meaning("beta")}, by=where.owner
    )
    text = "ID,Question,Answer\nR1,Batch?,In pilot\n"
    sheet = taken(acme, SimpleUploadedFile("theirs.csv", text.encode()))
    enter_sheet(sheet=sheet, by=where.owner)
    assert Claim.objects.get().availability == "beta"


def test_the_vendor_is_told_by_mail_and_confirms_in_its_pages(
    ada: Visitor, acme: Candidate, where: Evaluation
) -> None:
    enter_sheet(sheet=taken(acme, filled(acme, R1="now")), by=where.owner)
    owe_receipts()
    notice = Notice.objects.get(kind="answer_handed_in")
    assert "confirm" in KINDS[notice.kind].compose(notice).text
    ada.sign_in()
    sheet = MailedSheet.objects.get()
    assert "Confirm these answers" in ada.get().content.decode()
    address = f"{ada.home}confirm-sheet/{sheet.pk}/"
    assert ada.get(address).status_code == 405
    assert ada.post(address, page=ada.home).status_code == 302
    sheet.refresh_from_db()
    assert sheet.confirmed_by == "Acme (Ada Park)"
    entry = Entry.objects.get(action="mailed_sheet.confirmed")
    assert (entry.actor, entry.actor_name) == (None, "Acme (Ada Park)")
    assert "Confirm these answers" not in ada.get().content.decode()
    assert ada.post(address, page=ada.home).status_code == 404
