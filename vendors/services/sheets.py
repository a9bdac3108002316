"""Spreadsheets that the owner takes in, and answer sheets that came by mail."""

from __future__ import annotations

import datetime
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, NotFound, Refused, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor, By, actor_of
from evaltracker.evaluations.models import Evaluation, Import, Requirement, User
from evaltracker.evaluations.policy import (
    check_owned,
    lock,
    require_open,
    require_owner,
    require_stage,
)
from evaltracker.evaluations.topics import TOPICS
from evaltracker.importing.plan import settled
from evaltracker.importing.services.log import (
    log_import,
    reading_for,
    refuse_moved,
    refuse_repeat,
    told_of,
)
from evaltracker.requirements.services.requirements import refuse_problems
from evaltracker.talk.rules import files_on
from evaltracker.talk.services import attach_files
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.processes import create_all, in_batches
from evaltracker.toolbox.tabular.cells import Workbook, header_key
from evaltracker.toolbox.tabular.open_books import read_table
from vendors.choices import STATED, Availability, CandidateKind, CandidateState
from vendors.claims import WORDS, ClaimWords
from vendors.imports import ClaimLine, ClaimsPlan, Known, KnownClaim, plan_claims_import
from vendors.imports.answers import STATUS_WORDS, Meaning
from vendors.imports.layout import QUESTIONNAIRE, WHOSE
from vendors.models import Candidate, Claim, MailedSheet, StatusWord
from vendors.models.candidates import MEANINGS
from vendors.policy import NOTE_STAGES, check_read_answers, require_claims_open
from vendors.selectors.candidates import asked_requirements, lists_of
from vendors.services.candidates import lock_candidate, names_of
from vendors.services.claims import (
    Comparison,
    NewWords,
    RevisionCount,
    compare_claims,
    next_revision,
    stated,
    submit_claims,
)
from vendors.services.drafts import hand_in, submit_sheet
from vendors.sheets import NoAnswerSheet


def known_claims(*, evaluation: Evaluation) -> Known:
    """What the evaluation has, for a plan to match and compare a file with.

    A vendor's names count for its candidate while they fit one candidate only.
    """
    candidates = list(
        Candidate.objects.filter(evaluation=evaluation).select_related("vendor")
    )
    requirements = list(asked_requirements(evaluation))
    return Known(
        requirements={row.ref: row.text for row in requirements},
        measures={row.ref: row.measure for row in requirements if row.measure},
        candidates={row.name: names_of(row) for row in candidates},
        claims={
            (row.candidate.name, row.requirement.ref): KnownClaim(
                words=ClaimWords.of(row),
                by_vendor=row.by_vendor,
                is_fresh=row.requirement_revision == row.requirement.revision,
            )
            for row in _current_rows(evaluation)
            if row.availability != Availability.WITHDRAWN
        },
        words=explained_words(evaluation=evaluation),
        lists=lists_of(evaluation),
        as_is=frozenset(
            row.name for row in candidates if row.kind == CandidateKind.AS_IS
        ),
    )


@transaction.atomic
def import_claims(
    *,
    evaluation: Evaluation,
    plan: ClaimsPlan,
    by: By,
    import_id: uuid.UUID | None = None,
) -> dict[str, int]:
    """Do what `plan` says, all of it or nothing, as one journal entry.

    The owner passes on what a file says, so the claims count as noted by the owner;
    an availability stands only where the file has a known word for it, and a vendor's
    own words are never replaced. `import_id` is that of the yes for which it is done.
    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    refuse_repeat(import_id)
    require_stage(evaluation, *NOTE_STAGES)
    refuse_problems(plan.problems)
    candidates = {
        row.name: row
        for row in Candidate.objects.select_for_update(
            of=("self",), no_key=True
        ).filter(evaluation=evaluation)
    }
    _refuse_stale(evaluation, plan)
    lines = [*plan.new, *(change.line for change in plan.changed)]
    if not lines:
        return plan.counts
    requirements = {row.ref: row for row in asked_requirements(evaluation)}
    changes = _write_lines(evaluation, lines, candidates, requirements, by)
    log_import(
        evaluation=evaluation,
        kind=KIND,
        plan=plan,
        by=by,
        kept=changes,
        import_id=import_id,
    )
    _tell_import(evaluation, plan, by)
    return plan.counts


def _tell_import(evaluation: Evaluation, plan: ClaimsPlan, by: By) -> None:
    journal.record(
        evaluation=evaluation,
        action="claims.imported",
        subject=evaluation,
        by=by,
        before=words_by_cell((change.line, change.before) for change in plan.changed),
        after=told_of(
            plan,
            new=words_by_cell((line, line.words) for line in plan.new),
            changed=words_by_cell(
                (change.line, change.line.words) for change in plan.changed
            ),
        ),
    )


def _write_lines(
    evaluation: Evaluation,
    lines: list[ClaimLine],
    candidates: dict[str, Candidate],
    requirements: dict[str, Requirement],
    by: By,
) -> dict[str, Any]:
    """What undoing needs, after the next revision of each line's claim is added."""
    now, actor = database_now(), actor_of(by)
    former: dict[tuple[uuid.UUID, uuid.UUID], Claim] = {
        (row.candidate_id, row.requirement_id): row for row in _current_rows(evaluation)
    }
    superseded, rows = [], []
    for line in lines:
        candidate, requirement = candidates[line.candidate], requirements[line.ref]
        before = former.get((candidate.pk, requirement.pk))
        if before is not None:
            superseded.append(before.pk)
        rows.append(
            Claim(
                candidate=candidate,
                requirement=requirement,
                revision=before.revision + 1 if before else 1,
                requirement_revision=requirement.revision,
                submitted_at=now,
                by_vendor=False,
                noted_by=actor.user,
                submitted_by=actor.name,
                **line.words.fields(),
            )
        )
    for batch in in_batches(superseded, "checked"):
        Claim.objects.filter(pk__in=batch).update(superseded_at=now)
    create_all(rows)
    return kept_of(rows, former)


def _refuse_stale(evaluation: Evaluation, plan: ClaimsPlan) -> None:
    now = known_claims(evaluation=evaluation)
    expected = {line.cell: None for line in plan.new} | {
        change.line.cell: change.before for change in plan.changed
    }
    moved = []
    for cell, before in expected.items():
        claim = now.claims.get(cell)
        stands = claim.words if claim and not claim.by_vendor else claim
        is_asked = cell[0] in now.candidates and cell[1] in now.requirements
        if stands != before or not is_asked:
            moved.append(" / ".join(cell))
    if moved:
        raise Stale(
            "The evaluation changed since the file was compared with it. Import it "
            "again to see the difference.",
            difference=", ".join(moved),
        )


def _current_rows(evaluation: Evaluation) -> list[Claim]:
    return list(
        Claim.objects.in_evaluation(evaluation)
        .filter(superseded_at__isnull=True)
        .select_related("candidate", "requirement")
    )


def words_by_cell(
    words: Iterable[tuple[ClaimLine, ClaimWords]],
) -> dict[str, dict[str, Any]]:
    by_candidate: dict[str, dict[str, Any]] = {}
    for line, claim in words:
        by_candidate.setdefault(line.candidate, {})[line.ref] = claim.fields()
    return by_candidate


HOW = (
    "Upload the file under Import answers first: there you say what its columns and "
    "words mean. Discard it there, and upload it here again."
)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    found: Comparison
    remarks: tuple[str, ...]


def _read_questionnaire(
    *, candidate: Candidate, content: bytes, filename: str, by: User
) -> Questionnaire:
    """Compare a questionnaire with what the vendor has said itself.

    Columns and words are read as people of the evaluation have explained them in its
    imports; a vendor states an availability, so a word without a meaning is refused.
    """
    plan = _planned(candidate, read_table(content, filename), by)
    lines = plan.new
    wrong = [str(problem) for problem in plan.problems]
    wrong += [
        f"“{word.shown}” ({word.count:,}×) is no availability that is known here."
        for word in plan.unknown_words
    ]
    if not wrong:
        wrong = [
            f"{_place_of(line)} states no availability."
            for line in lines
            if line.words.availability not in STATED
        ]
    if wrong:
        raise Invalid(
            "This questionnaire cannot be read yet.", errors={"file": [*wrong, HOW]}
        )
    claims = [stated(line.ref, line.words) for line in lines]
    try:
        comparison = compare_claims(candidate=candidate, claims=claims)
    except Invalid as error:
        raise _by_row(error.errors, lines) from error
    return Questionnaire(comparison, plan.remarks)


def _planned(candidate: Candidate, book: Workbook, by: User) -> ClaimsPlan:
    evaluation = candidate.evaluation
    book, reading, _ = reading_for(
        evaluation=evaluation, kind=KIND, by=by, book=book, said={}
    )
    known = known_claims(evaluation=evaluation)
    names = {candidate.name: known.candidates[candidate.name]}
    whose = {f"{WHOSE}:{header_key(tab.name)}": candidate.name for tab in book.visible}
    answers = {**reading.answers, **whose}
    plan = plan_claims_import(
        book,
        replace(known, claims={}, candidates=names),
        orientation=QUESTIONNAIRE,
        headers=reading.headers,
        answers=answers,
    )
    return settled(plan, answers)


def _by_row(errors: Mapping[str, Sequence[str]], lines: Sequence[ClaimLine]) -> Invalid:
    shown = []
    for name, sentences in errors.items():
        _, index, _ = name.split(".")
        shown.append(f"{_place_of(lines[int(index)])}: {' '.join(sentences)}")
    return Invalid("Nothing was taken.", errors={"file": shown})


def _place_of(line: ClaimLine) -> str:
    where = f" of sheet “{line.sheet}”" if line.sheet else ""
    return f"Row {line.row}{where}"


@dataclass(frozen=True, slots=True)
class MailedAnswers:
    new: list[NewWords]
    left_out: list[NewWords]
    unchanged: int
    # What of a questionnaire was passed over.
    remarks: tuple[str, ...] = ()


def check_take_sheet(candidate: Candidate, by: User) -> None:
    check_owned(candidate.evaluation, by)
    check_read_answers(candidate.evaluation, by)
    if candidate.invited_at is None:
        raise Refused(f"{candidate.name} is not invited yet; invite it first.")
    if candidate.state == CandidateState.ELIMINATED:
        raise Refused(f"{candidate.name} is eliminated; reinstate it first.")
    require_claims_open(candidate.evaluation, database_now())


def check_enter_sheet(sheet: MailedSheet, by: User) -> None:
    check_take_sheet(sheet.candidate, by)
    if sheet.entered_at is not None:
        raise Refused("This sheet was entered already.")
    if not sheet.file.stored_as:
        raise Refused("The file was removed; upload the sheet again.")


def actor_by_mail(candidate: Candidate, by: User) -> Actor:
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
    candidate = lock_candidate(candidate)
    check_take_sheet(candidate, by)
    now = database_now()
    if arrived_at > now:
        sentence = "This is still to come. Give the time at which the mail came."
        raise Invalid(sentence, errors={"arrived_at": [sentence]})
    content = file.read()
    _read_answers(candidate, content, file.name or "", arrived_at, by)
    file.seek(0)
    subject = TOPICS["candidate"].find(by, candidate.pk)
    if subject is None:
        raise NotFound
    attached = attach_files(subject=subject, files=[file], by=by)
    stored = attached[0] if attached else files_on(subject).get(sha256=_digest(content))
    sheet: MailedSheet = MailedSheet.objects.create(
        candidate=candidate,
        file=stored,
        sha256=stored.sha256,
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
    with default_storage.open(sheet.file.stored_as, "rb") as file:
        content = file.read()
    candidate = sheet.candidate
    return _read_answers(candidate, content, sheet.file.name, sheet.arrived_at, by)


@transaction.atomic
def enter_sheet(*, sheet: MailedSheet, by: User) -> MailedSheet:
    """Make the answers of a sheet the vendor's claims, and hand them in for it.

    What the vendor has said itself since the mail came stands.
    """
    candidate = lock_candidate(sheet.candidate)
    sheet = MailedSheet.objects.select_related("file").get(pk=sheet.pk)
    sheet.candidate = candidate
    check_enter_sheet(sheet, by)
    answers = answers_on(sheet, by)
    if not answers.new:
        raise Refused("Nothing on this sheet is new, so there is nothing to enter.")
    actor = actor_by_mail(candidate, by)
    submit_claims(
        candidate=candidate,
        claims=[stated(new.requirement.ref, new.words) for new in answers.new],
        by=actor,
    )
    submission = hand_in(candidate=candidate, by=actor)
    first = Claim.objects.filter(
        candidate=candidate,
        requirement=answers.new[0].requirement,
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
            "left_out": [new.requirement.ref for new in answers.left_out],
        },
    )
    return sheet


def _read_answers(
    candidate: Candidate,
    content: bytes,
    filename: str,
    arrived_at: datetime.datetime,
    by: User,
) -> MailedAnswers:
    remarks: tuple[str, ...] = ()
    try:
        comparison = submit_sheet(
            candidate=candidate,
            content=content,
            filename=filename,
            by=actor_by_mail(candidate, by),
            dry_run=True,
        ).found
    except NoAnswerSheet:
        read = _read_questionnaire(
            candidate=candidate, content=content, filename=filename, by=by
        )
        comparison, remarks = read.found, read.remarks
    except Invalid as error:
        raise _for_form(error) from error
    entered = dict(
        MailedSheet.objects.filter(
            candidate=candidate, entered_at__isnull=False
        ).values_list("entered_at", "arrived_at")
    )
    new: list[NewWords] = []
    left_out: list[NewWords] = []
    for claim in comparison.new:
        said_at = claim.former.submitted_at if claim.former else None
        said_at = entered.get(said_at, said_at)
        is_later = said_at is not None and said_at > arrived_at
        (left_out if is_later else new).append(claim)
    return MailedAnswers(new, left_out, comparison.unchanged, remarks)


def _for_form(error: Invalid) -> Invalid:
    lines = [
        f"Cell {place.rpartition('.')[2]}: {' '.join(sentences)}"
        if "." in place
        else " ".join(sentences)
        for place, sentences in error.errors.items()
    ]
    return Invalid(error.sentence, errors={"file": lines or [error.sentence]})


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


KIND = "claims"
BATCH = 500


def kept_of(rows: Iterable[Claim], former: Mapping[Any, Claim]) -> dict[str, Any]:
    """By the id of each claim that came in, what stood before; None is nothing."""
    by_claim: dict[str, Any] = {}
    for row in rows:
        before = former.get((row.candidate_id, row.requirement_id))
        stood = before is not None and before.availability != Availability.WITHDRAWN
        by_claim[str(row.pk)] = (
            journal.snapshot(before, WORDS) if before and stood else None
        )
    return {"claims": by_claim}


def undo(imported: Import, by: User) -> None:
    evaluation = imported.evaluation
    require_stage(evaluation, *NOTE_STAGES)
    by_claim: dict[str, Any] = imported.kept["claims"]
    # Whoever writes a claim locks its candidate.
    list(
        Candidate.objects.select_for_update(of=("self",), no_key=True).filter(
            evaluation=evaluation
        )
    )
    rows = [
        row
        for row in Claim.objects.in_evaluation(evaluation).select_related(
            "candidate", "requirement"
        )
        if str(row.pk) in by_claim
    ]
    refuse_moved(
        f"{row.candidate} / {row.requirement}"
        for row in rows
        if row.superseded_at is not None or row.requirement.retired_at is not None
    )
    fresh = _put_back(rows, by_claim, by)
    journal.record(
        evaluation=evaluation,
        action="claims.put_back",
        subject=evaluation,
        by=by,
        before=_cells_of(rows),
        after=_cells_of(fresh),
    )


def _put_back(rows: list[Claim], kept: Mapping[str, Any], by: User) -> list[Claim]:
    now = database_now()
    fresh = [
        next_revision(
            RevisionCount(row.revision),
            row.candidate,
            row.requirement,
            _words_from(kept[str(row.pk)]),
            now,
            by,
            by_vendor=False,
        )
        for row in rows
    ]
    ids = [row.pk for row in rows]
    for start in range(0, len(ids), BATCH):
        Claim.objects.filter(pk__in=ids[start : start + BATCH]).update(
            superseded_at=now
        )
    Claim.objects.bulk_create(fresh, batch_size=BATCH)
    return fresh


def _words_from(stood: Mapping[str, Any] | None) -> ClaimWords:
    if stood is None:
        return ClaimWords(availability=Availability.WITHDRAWN)
    day = stood["available_from"]
    date = datetime.date.fromisoformat(day) if day else None
    return ClaimWords(**{**stood, "available_from": date})


def _cells_of(rows: Iterable[Claim]) -> dict[str, dict[str, Any]]:
    by_candidate: dict[str, dict[str, Any]] = {}
    for row in rows:
        values = journal.snapshot(row, WORDS)
        by_candidate.setdefault(row.candidate.name, {})[row.requirement.ref] = values
    return by_candidate


LONGEST = 60


def explained_words(*, evaluation: Evaluation) -> dict[str, Meaning]:
    return {
        row.word: Meaning(row.availability, row.available_from)
        for row in StatusWord.objects.filter(evaluation=evaluation)
    }


@transaction.atomic
def explain_words(
    *, evaluation: Evaluation, meanings: Mapping[str, Meaning], by: User
) -> None:
    """Remember what words mean here; *unstated* keeps a word as text for good.

    What was imported before stays as it is: import the file again to read it anew.
    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    require_open(evaluation)
    before = explained_words(evaluation=evaluation)
    fresh = {
        word: meaning
        for word, meaning in meanings.items()
        if before.get(word) != meaning
    }
    for word, meaning in fresh.items():
        _check_word(word, meaning)
        StatusWord.objects.update_or_create(
            evaluation=evaluation,
            word=word,
            defaults={
                "availability": meaning.availability,
                "available_from": meaning.available_from,
                "set_by": by,
                "set_at": timezone.now(),
            },
        )
    if fresh:
        journal.record(
            evaluation=evaluation,
            action="claims.words_explained",
            subject=evaluation,
            by=by,
            before={
                word: _meaning_words(before[word]) for word in fresh if word in before
            },
            after={word: _meaning_words(meaning) for word, meaning in fresh.items()},
        )


def _check_word(word: str, meaning: Meaning) -> None:
    if not word or len(word) > LONGEST or word in STATUS_WORDS:
        raise Invalid(f"“{word[:LONGEST]}” is no word that can be explained.")
    if meaning.availability not in MEANINGS:
        raise Invalid(f"“{meaning.availability}” is no availability.")
    if meaning.available_from and meaning.availability != Availability.PLANNED:
        raise Invalid(f"“{word}”: only planned has a date.")


def _meaning_words(meaning: Meaning) -> str:
    day = meaning.available_from
    return f"{meaning.availability} {day}" if day else meaning.availability
