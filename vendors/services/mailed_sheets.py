"""What a vendor filled in and sent by mail, entered by the owner as its own words."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from evaltracker.errors import Invalid, NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import check_owned
from evaltracker.evaluations.topics import TOPICS
from evaltracker.files.selectors import files_on
from evaltracker.files.services.files import attach_files
from evaltracker.kit.clock import database_now
from vendors.choices import CandidateState
from vendors.models import Candidate, Claim, MailedSheet
from vendors.policy import check_read_answers, require_claims_open
from vendors.services.batches import NewWords, stated, submit_claims
from vendors.services.candidates import lock_candidate
from vendors.services.mailed_questionnaires import read_questionnaire
from vendors.services.sheets import submit_sheet
from vendors.services.submissions import hand_in
from vendors.sheets.reading import NoAnswerSheet


@dataclass(frozen=True, slots=True)
class MailedAnswers:
    """What a sheet would change, and what the vendor has said itself since."""

    new: list[NewWords]
    left_out: list[NewWords]
    unchanged: int
    # What of a questionnaire was passed over.
    remarks: tuple[str, ...] = ()


def check_take_sheet(candidate: Candidate, by: User) -> None:
    """The owner, who may read answers, while the vendor itself could still answer."""
    check_owned(candidate.evaluation, by)
    check_read_answers(candidate.evaluation, by)
    if candidate.invited_at is None:
        raise Refused(f"{candidate.name} is not invited yet; invite it first.")
    if candidate.state == CandidateState.ELIMINATED:
        raise Refused(f"{candidate.name} is eliminated; reinstate it first.")
    require_claims_open(candidate.evaluation, database_now())


def check_enter_sheet(sheet: MailedSheet, by: User) -> None:
    """The same, once for each sheet."""
    check_take_sheet(sheet.candidate, by)
    if sheet.entered_at is not None:
        raise Refused("This sheet was entered already.")
    if not sheet.file.stored_as:
        raise Refused("The file was removed; upload the sheet again.")


def actor_by_mail(candidate: Candidate, by: User) -> Actor:
    """Who speaks in journal and receipt: the vendor, by the hand of the owner."""
    vendor = str(candidate.vendor)[:80]
    return Actor(name=f"{vendor} (by mail, entered by {by.name[:90]})", user=by)


@transaction.atomic
def take_sheet(
    *,
    candidate: Candidate,
    file: UploadedFile[bytes],
    arrived_at: datetime.datetime,
    by: User,
) -> MailedSheet:
    """Keep a sheet that came by mail; nothing of it counts before it is entered.

    Raises:
        Forbidden: not the owner, or a conflict. Refused: answering is not open.
        Invalid: not a sheet that can be entered, each wrong cell named.

    """
    candidate = lock_candidate(candidate)
    check_take_sheet(candidate, by)
    now = database_now()
    if arrived_at > now:
        sentence = "This is still to come. Give the time at which the mail came."
        raise Invalid(sentence, errors={"arrived_at": [sentence]})
    content = file.read()
    read_answers(candidate, content, file.name or "", arrived_at, by)
    file.seek(0)
    subject = TOPICS["candidate"].find(by, candidate.pk)
    if subject is None:
        raise NotFound
    attached = attach_files(subject=subject, files=[file], by=by)
    kept = attached[0] if attached else files_on(subject).get(sha256=_digest(content))
    sheet: MailedSheet = MailedSheet.objects.create(
        candidate=candidate,
        file=kept,
        sha256=kept.sha256,
        arrived_at=arrived_at,
        uploaded_at=now,
        uploaded_by=by,
    )
    journal.record(
        evaluation=candidate.evaluation,
        action="mailed_sheet.uploaded",
        subject=sheet,
        by=by,
        after={"candidate": candidate.name, "sha256": sheet.sha256},
    )
    return sheet


def answers_on(sheet: MailedSheet, by: User) -> MailedAnswers:
    """What entering a kept sheet would change now.

    Raises:
        Refused: answering is not open. Invalid: cells that have become wrong.

    """
    with default_storage.open(sheet.file.stored_as, "rb") as file:
        content = file.read()
    candidate = sheet.candidate
    return read_answers(candidate, content, sheet.file.name, sheet.arrived_at, by)


@transaction.atomic
def enter_sheet(*, sheet: MailedSheet, by: User) -> MailedSheet:
    """Make the answers of a sheet the vendor's claims, and hand them in for it.

    What the vendor has said itself since the mail came stands.

    Raises:
        Forbidden: not the owner, or a conflict. Refused: answering is not open, it was
            entered already, or nothing is new. Invalid: by cell.

    """
    candidate = lock_candidate(sheet.candidate)
    sheet = MailedSheet.objects.select_related("file").get(pk=sheet.pk)
    sheet.candidate = candidate
    check_enter_sheet(sheet, by)
    found = answers_on(sheet, by)
    if not found.new:
        raise Refused("Nothing on this sheet is new, so there is nothing to enter.")
    actor = actor_by_mail(candidate, by)
    submit_claims(
        candidate=candidate,
        claims=[stated(new.requirement.ref, new.words) for new in found.new],
        by=actor,
    )
    submission = hand_in(candidate=candidate, by=actor)
    first = Claim.objects.filter(
        candidate=candidate,
        requirement=found.new[0].requirement,
        superseded_at__isnull=True,
    )
    sheet.entered_at = first.get().submitted_at
    sheet.submission = submission
    sheet.save(update_fields=["entered_at", "submission"])
    journal.record(
        evaluation=candidate.evaluation,
        action="mailed_sheet.entered",
        subject=sheet,
        by=by,
        after={
            "candidate": candidate.name,
            "sha256": sheet.sha256,
            "receipt": submission.number,
            "left_out": [new.requirement.ref for new in found.left_out],
        },
    )
    return sheet


def read_answers(
    candidate: Candidate,
    content: bytes,
    filename: str,
    arrived_at: datetime.datetime,
    by: User,
) -> MailedAnswers:
    """Compare a sheet with what stands; see `answers_on`."""
    remarks: tuple[str, ...] = ()
    try:
        found = submit_sheet(
            candidate=candidate,
            content=content,
            filename=filename,
            by=actor_by_mail(candidate, by),
            dry_run=True,
        ).found
    except NoAnswerSheet:
        read = read_questionnaire(
            candidate=candidate, content=content, filename=filename, by=by
        )
        found, remarks = read.found, read.remarks
    except Invalid as error:
        raise _for_form(error) from error
    entered = dict(
        MailedSheet.objects.filter(
            candidate=candidate, entered_at__isnull=False
        ).values_list("entered_at", "arrived_at")
    )
    new: list[NewWords] = []
    left_out: list[NewWords] = []
    for words in found.new:
        said_at = words.former.submitted_at if words.former else None
        said_at = entered.get(said_at, said_at)
        is_later = said_at is not None and said_at > arrived_at
        (left_out if is_later else new).append(words)
    return MailedAnswers(new, left_out, found.unchanged, remarks)


def _for_form(error: Invalid) -> Invalid:
    """All wrong cells as sentences at the file."""
    said = [
        f"Cell {place.rpartition('.')[2]}: {' '.join(sentences)}"
        if "." in place
        else " ".join(sentences)
        for place, sentences in error.errors.items()
    ]
    return Invalid(error.sentence, errors={"file": said or [error.sentence]})


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
