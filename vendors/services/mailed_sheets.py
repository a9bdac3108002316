"""What a vendor filled in and sent by mail, entered by the owner as its own words."""

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

from evaltracker.errors import Invalid, NotFound, Refused, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor, By, actor_of
from evaltracker.evaluations.models import Evaluation, Import, Requirement, User
from evaltracker.evaluations.policy import (
    change_all,
    check_owned,
    lock,
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
from evaltracker.talk.services import attach_files, remove_files_of
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.processes import create_all, in_batches
from evaltracker.toolbox.tabular import Workbook, header_key, read_table
from vendors.candidates import WORDS as WORDS_WORDS
from vendors.candidates import ClaimWords
from vendors.choices import STATED, Availability, CandidateKind, CandidateState
from vendors.holds_for import DATED
from vendors.imports import ClaimLine, ClaimsPlan, Known, KnownClaim, plan_claims_import
from vendors.imports.layout import WHOSE
from vendors.imports.shapes import QUESTIONNAIRE
from vendors.models import Candidate, Claim, CostLine, MailedSheet
from vendors.policy import NOTE_STAGES, check_read_answers, require_claims_open
from vendors.selectors import asked_requirements
from vendors.selectors.candidates import lists_of
from vendors.selectors.vendor_answers import is_answered_by_buyer
from vendors.services.batches import (
    Comparison,
    NewWords,
    compare_claims,
    stated,
    submit_claims,
)
from vendors.services.candidate_import import words_of as explained_words
from vendors.services.candidates import lock_candidate
from vendors.services.claims import (
    KIND,
    SubmitResult,
    check_note_claim,
    current_claim,
    hand_in,
    kept_of,
    note_claim,
)
from vendors.services.costs import (
    SAVED,
    fill,
    lines_of,
    locked,
    name_of,
    open_part,
    read_kept,
    state_of,
)
from vendors.services.sheets import submit_sheet
from vendors.sheets.sheets import NoAnswerSheet

# Undoing an import of costs.


def undo(imported: Import, by: User) -> None:
    """Take out the lines that are new, and put back the rest."""
    evaluation = imported.evaluation
    new, changed = imported.kept["new"], imported.kept["changed"]
    locked(evaluation)
    rows = {str(row.pk): row for row in lines_of(evaluation)}
    expected = new | {key: after for key, (_, after) in changed.items()}
    refuse_moved(
        name_of(rows[key]) if key in rows else "a line that is gone"
        for key, after in expected.items()
        if key not in rows or state_of(rows[key]) != after
    )
    for key, (before, _) in changed.items():
        fill(rows[key], read_kept(before))
    change_all([rows[key] for key in changed], SAVED)
    remove_files_of(
        topic="cost_line",
        subjects=[rows[key].pk for key in new],
        evaluation=evaluation,
        by=by,
    )
    CostLine.objects.filter(pk__in=list(new)).delete()
    journal.record(
        evaluation=evaluation,
        action="costs.put_back",
        subject=evaluation,
        by=by,
        before={
            name_of(rows[key]): open_part(evaluation, after)
            for key, after in expected.items()
        },
        after={
            name_of(rows[key]): open_part(evaluation, before)
            for key, (before, _) in changed.items()
        },
        rows=[rows[key] for key in changed],
        removed=[rows[key] for key in new],
    )


# Taking the claims of a spreadsheet into an evaluation.


def known_claims(*, evaluation: Evaluation) -> Known:
    """What the evaluation has, for a plan to match and compare a file with.

    A vendor's names count for its candidate while they fit one candidate only.
    """
    candidates = list(
        Candidate.objects.filter(evaluation=evaluation).select_related("vendor")
    )
    asked = list(asked_requirements(evaluation))
    return Known(
        requirements={row.ref: row.text for row in asked},
        measures={row.ref: row.measure for row in asked if row.measure},
        candidates={row.name: names_of(row) for row in candidates},
        claims={
            (row.candidate.name, row.requirement.ref): KnownClaim(
                words=words_of(row),
                by_vendor=row.by_vendor,
                is_fresh=row.requirement_revision == row.requirement.revision,
            )
            for row in current(evaluation)
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

    Returns:
        The counts of the plan.

    Raises:
        Forbidden: not the owner. Refused: requirements are not signed yet, or the
            decision has begun, or done already. Invalid: the plan has problems.
        Stale: the claims changed since.

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
    refuse_stale(evaluation, plan)
    lines = [*plan.new, *(change.line for change in plan.changed)]
    if not lines:
        return plan.counts
    requirements = {row.ref: row for row in asked_requirements(evaluation)}
    rows, kept = write(evaluation, lines, candidates, requirements, by)
    log_import(
        evaluation=evaluation,
        kind=KIND,
        plan=plan,
        by=by,
        kept=kept,
        import_id=import_id,
    )
    tell(evaluation, plan, rows, by)
    return plan.counts


def tell(evaluation: Evaluation, plan: ClaimsPlan, rows: list[Claim], by: By) -> None:
    """Write the whole import into the journal, as one entry."""
    journal.record(
        evaluation=evaluation,
        action="claims.imported",
        subject=evaluation,
        by=by,
        before=by_cell((change.line, change.before) for change in plan.changed),
        after=told_of(
            plan,
            new=by_cell((line, line.words) for line in plan.new),
            changed=by_cell(
                (change.line, change.line.words) for change in plan.changed
            ),
        ),
        rows=rows,
    )


def write(
    evaluation: Evaluation,
    lines: list[ClaimLine],
    candidates: dict[str, Candidate],
    requirements: dict[str, Requirement],
    by: By,
) -> tuple[list[Claim], dict[str, Any]]:
    """Add the next revision of each line's claim, and supersede the one before.

    Returns:
        The claims that were added, and what undoing it needs.

    """
    now, actor = database_now(), actor_of(by)
    former: dict[tuple[uuid.UUID, uuid.UUID], Claim] = {
        (row.candidate_id, row.requirement_id): row for row in current(evaluation)
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
    return rows, kept_of(rows, former)


def refuse_stale(evaluation: Evaluation, plan: ClaimsPlan) -> None:
    """Refuse a plan that was made for other claims than there are now."""
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


def current(evaluation: Evaluation) -> list[Claim]:
    """Every revision that is not superseded, withdrawals too."""
    return list(
        Claim.objects.in_evaluation(evaluation)
        .filter(superseded_at__isnull=True)
        .select_related("candidate", "requirement")
    )


def names_of(candidate: Candidate) -> list[str]:
    """What else a file may call a candidate."""
    names = [str(alias) for alias in candidate.aliases]
    if candidate.vendor is not None:
        names += [candidate.vendor.name, *map(str, candidate.vendor.aliases)]
    return names


def words_of(claim: Claim) -> ClaimWords:
    """The words of a stored claim."""
    return ClaimWords(**{field: getattr(claim, field) for field in WORDS_WORDS})


def by_cell(
    words: Iterable[tuple[ClaimLine, ClaimWords]],
) -> dict[str, dict[str, Any]]:
    """Words by candidate and ref, as the journal keeps them."""
    told: dict[str, dict[str, Any]] = {}
    for line, said in words:
        told.setdefault(line.candidate, {})[line.ref] = said.fields()
    return told


# A questionnaire of any form that a vendor filled in, read as its own words.

HOW = (
    "Upload the file under Import answers first: there you say what its columns and "
    "words mean. Discard it there, and upload it here again."
)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """What a questionnaire says against what stands, and what of it was passed over."""

    found: Comparison
    remarks: tuple[str, ...]


def read_questionnaire(
    *, candidate: Candidate, content: bytes, filename: str, by: User
) -> Questionnaire:
    """Compare a questionnaire with what the vendor has said itself.

    Columns and words are read as people of the evaluation have explained them in its
    imports; a vendor states an availability, so a word without a meaning is refused.

    Raises:
        Refused: answering is not open. Invalid: no questionnaire, or each wrong row.

    """
    plan = planned(candidate, read_table(content, filename), by)
    lines = plan.new
    wrong = [str(problem) for problem in plan.problems]
    wrong += [
        f"“{word.shown}” ({word.count:,}×) is no availability that is known here."
        for word in plan.unknown_words
    ]
    if not wrong:
        wrong = [
            f"{place_of(line)} states no availability."
            for line in lines
            if line.words.availability not in STATED
        ]
    if wrong:
        raise Invalid(
            "This questionnaire cannot be read yet.", errors={"file": [*wrong, HOW]}
        )
    claims = [stated(it.ref, it.words) for it in lines]
    try:
        found = compare_claims(candidate=candidate, claims=claims)
    except Invalid as error:
        raise by_row(error.errors, lines) from error
    return Questionnaire(found, plan.remarks)


def planned(candidate: Candidate, book: Workbook, by: User) -> ClaimsPlan:
    """The plan of an import in which all answers are this candidate's."""
    evaluation = candidate.evaluation
    book, reading, _ = reading_for(
        evaluation=evaluation, kind=KIND, by=by, book=book, said={}
    )
    known = known_claims(evaluation=evaluation)
    names = {candidate.name: known.candidates[candidate.name]}
    whose = {f"{WHOSE}:{header_key(it.name)}": candidate.name for it in book.visible}
    answers = {**reading.answers, **whose}
    plan = plan_claims_import(
        book,
        replace(known, claims={}, candidates=names),
        orientation=QUESTIONNAIRE,
        headers=reading.headers,
        answers=answers,
    )
    return settled(plan, answers)


def by_row(errors: Mapping[str, Sequence[str]], lines: Sequence[ClaimLine]) -> Invalid:
    """What is wrong with answers, each with the row of the file."""
    told = []
    for name, sentences in errors.items():
        _, index, _ = name.split(".")
        told.append(f"{place_of(lines[int(index)])}: {' '.join(sentences)}")
    return Invalid("Nothing was taken.", errors={"file": told})


def place_of(line: ClaimLine) -> str:
    """“Row 4”, with its sheet."""
    where = f" of sheet “{line.sheet}”" if line.sheet else ""
    return f"Row {line.row}{where}"


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


# Answering for a candidate that has nobody else to ask: the buyer's own claims.

WORDS = ("availability", "available_from", "environments", "statement", "evidence_url")


def check_answer_requirement(
    candidate: Candidate, requirement: Requirement, by: By
) -> None:
    """The owner answers for a candidate that has nobody else to ask."""
    check_note_claim(candidate, requirement, by)
    if not is_answered_by_buyer(candidate):
        raise Refused(f"{candidate.vendor or candidate.name} answers for itself.")


def answer_requirement(
    *, candidate: Candidate, requirement: Requirement, by: By, **words: Any
) -> SubmitResult:
    """Note as the owner what the candidate does; `words` as in `note_claim`.

    Raises:
        Forbidden: not the owner. Refused: wrong stage, or somebody else answers.
        Invalid: by field. NotFound: the requirement belongs elsewhere.

    """
    check_answer_requirement(candidate, requirement, by)
    return note_claim(candidate=candidate, requirement=requirement, by=by, **words)


def change_answer(
    *, candidate: Candidate, requirement: Requirement, by: By, **words: Any
) -> SubmitResult:
    """Change some words of the buyer's own answer; the others stay as they stand.

    A day alone makes it planned, and what has no day loses the one that it had.

    Raises:
        Forbidden: not the owner. Refused: wrong stage, or somebody else answers.
        Invalid: by field.

    """
    check_answer_requirement(candidate, requirement, by)
    said = {**_standing_words(candidate, requirement), **words}
    if not str(said["statement"]).strip():
        sentence = "Write the answer first, then say when it is there."
        raise Invalid(sentence, errors={name: [sentence] for name in words})
    if words.get("available_from") and "availability" not in words:
        if said["availability"] not in DATED:
            said["availability"] = Availability.PLANNED
    elif "availability" in words and said["availability"] not in DATED:
        said["available_from"] = words.get("available_from")
    return answer_requirement(
        candidate=candidate, requirement=requirement, by=by, **said
    )


def _standing_words(candidate: Candidate, requirement: Requirement) -> dict[str, Any]:
    """What the answer says now, as `note_claim` takes it."""
    current = current_claim(candidate, requirement)
    if current is None or current.availability == Availability.WITHDRAWN:
        return {"statement": "", "availability": Availability.UNSTATED}
    words = {name: getattr(current, name) for name in WORDS}
    words["holds_for"] = (current.holds_for or {}).get("said")
    return {**words, "number": current.number} if current.number else words
