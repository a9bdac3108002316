"""Answers as a vendor drafts them, by form or sheet, until they are handed in."""

import datetime
import io
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO, Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, Prefetch, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from msgspec import UNSET

from evaltracker.errors import Invalid, NotFound, Refused, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor, actor_of
from evaltracker.evaluations.models import Requirement
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.files import AcceptedFile, files_of_rows, read_file
from evaltracker.toolbox.languages import number
from vendors import answers
from vendors.claims import ClaimWords
from vendors.fields import Names
from vendors.models import (
    AnswerDraft,
    Candidate,
    Claim,
    ClaimFile,
    DraftFile,
    InvitationLink,
    Submission,
)
from vendors.selectors.access import live_link
from vendors.selectors.candidates import asked_requirements, lists_of, with_demands
from vendors.selectors.claims import (
    AnswerRow,
    answers_of,
    draft_files,
    drafts_for,
    earlier_answers,
    last_submission,
    links_since,
    own_claim,
    own_claims,
    own_files,
)
from vendors.services.candidates import lock_candidate, lock_invitation, record_on
from vendors.services.claims import (
    MOST,
    ClaimComparison,
    SubmittedAnswer,
    compare_claims,
    read_all,
    stated,
    submit_claim,
    submit_claims,
)
from vendors.sheets import SheetLine, read_sheet, write_sheet, wrong_cells


@transaction.atomic
def attach_to_answer(
    *,
    link: InvitationLink,
    requirement: Requirement,
    file: IO[bytes],
    name: str,
    by: Actor,
) -> None:
    """Keep a file with the draft of an answer; where nothing is drafted, with the
    answer that stands.

    The same types, sizes and numbers are taken as over REST.
    """
    candidate = lock_candidate(link.candidate)
    rows = drafts_for(link).filter(requirement=requirement)
    require_own_words(rows)
    if not rows.exists() and own_claim(candidate, requirement) is not None:
        attach_file(
            candidate=candidate, requirement=requirement, file=file, name=name, by=by
        )
        return
    accepted = read_file(file, name)
    require_room(candidate, accepted.size)
    now = database_now()
    draft = AnswerDraft.objects.get_or_create(
        candidate=candidate,
        requirement=requirement,
        defaults={"typed": dict(answers.EMPTY), "saved_at": now},
    )[0]
    if draft.files.filter(sha256=accepted.sha256).exists():
        return
    details = {name: getattr(accepted, name) for name in TOLD}
    content = accepted.content
    DraftFile.objects.create(draft=draft, content=content, uploaded_at=now, **details)


@transaction.atomic
def remove_draft_file(
    *, link: InvitationLink, requirement: Requirement, key: uuid.UUID
) -> None:
    """Take a file from a draft; a draft that held nothing else goes, too."""
    draft = drafts_for(link).filter(reads=True, requirement=requirement).first()
    if draft:
        files = draft.files.filter(pk=key)
    else:
        files = DraftFile.objects.none()
    if draft is None or not files.delete()[0]:
        raise NotFound
    if draft.typed == answers.EMPTY and not draft.files.exists():
        draft.delete()


def hand_in_files(link: InvitationLink, by: Actor) -> None:
    candidate = link.candidate
    waiting = draft_files(link)
    for key in list(waiting.order_by("uploaded_at").values_list("pk", flat=True)):
        # One at a time: all of them may be 200 MB.
        file = waiting.defer(None).select_related("draft__requirement").get(pk=key)
        content = bytes(file.content)
        requirement = file.draft.requirement
        file.delete()
        if requirement.retired_at is None:
            attach_file(
                candidate=candidate,
                requirement=requirement,
                file=io.BytesIO(content),
                name=file.name,
                by=by,
            )


OTHER_TAB = gettext_lazy(
    "Not saved: this draft was changed elsewhere. The new version is below. Add your "
    "text and save again."
)


class DraftsWrong(Invalid):
    def __init__(self, wrong: dict[str, list[str]]) -> None:
        sentence = ngettext(
            "%(count)s answer needs another look; nothing was handed in.",
            "%(count)s answers need another look; nothing was handed in.",
            len(wrong),
        )
        super().__init__(sentence % {"count": len(wrong)}, errors=wrong)


@transaction.atomic
def save_draft(
    *,
    link: InvitationLink,
    requirement: Requirement,
    typed: Mapping[str, Any],
    version: int,
    standing: Claim | None,
) -> AnswerDraft | None:
    """Keep what was typed over the draft of that version, 0 for none yet.

    What says the same as the claim that stands is no draft, unless the requirement
    has changed since. Drafts are kept after the deadline, too.

    Raises:
        Stale: another tab was first; `difference` is not told, the page shows it.
    """
    require_own_words(drafts_for(link).filter(requirement=requirement))
    candidate = link.candidate
    rows = AnswerDraft.objects.filter(candidate=candidate, requirement=requirement)
    draft = rows.select_for_update(of=("self",), no_key=True).first()
    if draft is not None and answers.ENVIRONMENTS in draft.typed:
        typed = {answers.ENVIRONMENTS: draft.typed[answers.ENVIRONMENTS], **typed}
    if draft is not None and draft.typed == typed:
        return draft
    if (draft.version if draft else 0) != version:
        raise Stale(str(OTHER_TAB))
    has_files = draft is not None and draft.files.exists()
    if not (has_files or is_new(typed, requirement, standing)):
        rows.delete()
        return None
    now = database_now()
    if draft is None:
        # Of two tabs that begin at once, one is first.
        made = AnswerDraft(
            candidate=candidate,
            requirement=requirement,
            typed=dict(typed),
            saved_at=now,
        )
        AnswerDraft.objects.bulk_create([made], ignore_conflicts=True)
        first = rows.get()
        if first.pk != made.pk:
            raise Stale(str(OTHER_TAB))
        return first
    draft.typed = dict(typed)
    draft.version = version + 1
    draft.saved_at = now
    draft.save(update_fields=["typed", "version", "saved_at"])
    return draft


def earlier_drafts(link: InvitationLink) -> list[tuple[AnswerRow, str]]:
    """What `use_earlier_answers` would draft, each with where it was answered."""
    now = database_now()
    rows = []
    for row, claim in earlier_answers(link):
        draft = AnswerDraft(candidate=link.candidate, requirement=row, saved_at=now)
        draft.typed = answers.carried_over(claim, row, now.date())
        rows.append((AnswerRow(row, None, draft), claim.candidate.evaluation.title))
    return rows


@transaction.atomic
def use_earlier_answers(*, link: InvitationLink) -> None:
    lock_candidate(link.candidate)
    drafts = [row.draft for row, _ in earlier_drafts(link) if row.draft]
    AnswerDraft.objects.bulk_create(drafts, ignore_conflicts=True)


@transaction.atomic
def discard_draft(*, link: InvitationLink, requirement: Requirement, by: Actor) -> None:
    """Take a draft away; what was handed in stands.

    Of one that the contact does not read, those are told who do.
    """
    candidate = lock_candidate(link.candidate)
    draft = drafts_for(link).filter(requirement=requirement).first()
    if draft is None:
        return
    if not draft.reads:
        links = links_since().filter(live_link(), candidate=candidate)
        readers = links.filter(since__lt=draft.started_at).order_by("address")
        after = {"told": list(readers.values_list("address", flat=True))}
        journal.record(
            candidate.evaluation, "draft.started_over", candidate, by, after=after
        )
    AnswerDraft.objects.filter(pk=draft.pk).delete()


def require_own_words(drafts: QuerySet[Any]) -> None:
    """Refuse what would stand over a draft that is not shown."""
    if drafts.filter(reads=False).exists():
        sentence = _(
            "A colleague has a draft here; start over, or ask them to let you read it."
        )
        raise Stale(sentence)


@transaction.atomic
@files_of_rows()
def hand_in_drafts(*, link: InvitationLink, by: Actor) -> Submission:
    """Make claims of the drafts that the contact reads, and proof of their files, by
    the same services as the API, and hand in.
    """
    candidate, _now = lock_invitation(link.candidate)
    stated = read_drafts(link)
    last = last_submission(candidate)
    if (
        not stated
        and last
        and answers.is_receipt_of(last.sha256, own_claims(candidate))
    ):
        sentence = _(
            "Nothing has changed since receipt %(number)s, so there is nothing to hand "
            "in."
        )
        raise Refused(sentence % {"number": last.number}, code="nothing_to_hand_in")
    if stated:
        _submit(candidate, stated, by)
        hand_in_files(link, by)
    receipt = hand_in(candidate=candidate, by=by)
    drafts_for(link).filter(reads=True).delete()
    return receipt


def read_drafts(link: InvitationLink) -> list[SubmittedAnswer]:
    candidate = link.candidate
    claims = {claim.requirement_id: claim for claim in own_claims(candidate)}
    lists = lists_of(candidate.evaluation)
    rows = asked_requirements(candidate.evaluation).values("pk")
    drafts = drafts_for(link).filter(reads=True, requirement__in=rows)
    stated = []
    wrong = {}
    for draft in drafts.select_related("requirement").order_by("requirement__ref"):
        former = claims.get(draft.requirement_id)
        ref = draft.requirement.ref
        try:
            stated.append(answers.stated_in(draft.typed, ref, lists, former))
        except Invalid as error:
            wrong[ref] = [text for texts in error.errors.values() for text in texts]
    if wrong:
        raise DraftsWrong(wrong)
    return stated


def is_new(
    typed: Mapping[str, Any], requirement: Requirement, standing: Claim | None
) -> bool:
    if standing and standing.requirement_revision < requirement.revision:
        return True
    return typed not in (answers.EMPTY, answers.typed_of(standing))


def _submit(candidate: Candidate, stated: list[SubmittedAnswer], by: Actor) -> None:
    try:
        if len(stated) > 1:
            submit_claims(candidate=candidate, claims=stated, by=by)
            return
        [claim] = stated
        requirements = asked_requirements(candidate.evaluation)
        values = {name: getattr(claim, name) for name in claim.__struct_fields__}
        values["requirement"] = requirements.get(ref=claim.requirement)
        submit_claim(candidate=candidate, by=by, **values)
    except Invalid as error:
        raise DraftsWrong(_by_ref(error, stated)) from error


def _by_ref(error: Invalid, stated: list[SubmittedAnswer]) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    for place, sentences in error.errors.items():
        parts = place.split(".")
        if parts[0] == "claims" and len(parts) > 1:
            index = int(parts[1])
        else:
            index = 0
        wrong.setdefault(stated[index].requirement, []).extend(sentences)
    return wrong


@dataclass(frozen=True, slots=True)
class SheetResult:
    found: ClaimComparison
    rows: dict[str, int]


def answer_sheet(candidate: Candidate) -> bytes:
    requirements = with_demands(asked_requirements(candidate.evaluation))
    asks = candidate.evaluation.asks_effort
    return write_sheet(requirements, _standing(candidate), asks_effort=asks)


@transaction.atomic
def submit_sheet(
    *,
    candidate: Candidate,
    content: bytes,
    filename: str,
    by: Actor,
    dry_run: bool,
    order: str = "",
) -> SheetResult:
    """Take the answers of a filled sheet, all of them or none; or, dry, compare only.

    Raises:
        Refused: claims are not open. NotFound: the candidate was not invited. Invalid:
        by cell, each named “Answers.<cell>”, all that is wrong at once.
    """
    lines = read_lines(content, filename, _standing(candidate), order)
    claims = [stated(line.requirement, line.words) for line in lines]
    comparison = ClaimComparison()
    with naming_cells(lines):
        if dry_run or any(line.row.wrong for line in lines):
            comparison = compare_claims(candidate=candidate, claims=claims)
        else:
            comparison = submit_claims(candidate=candidate, claims=claims, by=by)
    rows = {line.requirement: line.row.number for line in lines}
    return SheetResult(comparison, rows)


def read_lines(
    content: bytes, filename: str, current: Mapping[str, ClaimWords], order: str
) -> list[SheetLine]:
    lines = read_sheet(content, filename, current, order)
    if not lines:
        raise Invalid(_("No row of the sheet has an answer."), field="file")
    if len(lines) > MOST:
        sentence = _("A sheet may answer %(most)s requirements; send it in parts.")
        raise Invalid(sentence % {"most": number(MOST)}, field="file")
    return lines


@contextmanager
def naming_cells(lines: Sequence[SheetLine]) -> Iterator[None]:
    """Refuse whatever cannot be read in cells or is refused within, cell by cell."""
    wrong = {
        (line.row.number, line.row.place(name)): [sentence]
        for line in lines
        for name, sentence in line.row.wrong.items()
    }
    try:
        yield
    except Invalid as error:
        for place, sentences in error.errors.items():
            index, name = place.split(".")[1:]
            line = lines[int(index)]
            wrong.setdefault((line.row.number, line.row.place(name)), sentences)
    if wrong:
        in_order = sorted(wrong, key=lambda cell: (cell[0], len(cell[1]), cell[1]))
        errors = {place: wrong[row, place] for row, place in in_order}
        raise wrong_cells(errors)


def _standing(candidate: Candidate) -> dict[str, ClaimWords]:
    return {row.requirement.ref: ClaimWords.of(row) for row in own_claims(candidate)}


# The answer sheet in the vendor pages: it goes out with the drafts and comes back as
# drafts, so that nothing is handed in by a file.

# What is typed by ref, and over which version of a draft.
type TypedByRef = Mapping[str, tuple[dict[str, Any], int]]


@dataclass(frozen=True, slots=True)
class DraftChange:
    requirement: Requirement
    former: ClaimWords | None
    words: ClaimWords
    # The words as a form holds them, over which version of a draft.
    typed: dict[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class SheetPreview:
    changes: list[DraftChange]
    unchanged: int

    @property
    def typed(self) -> TypedByRef:
        return {row.requirement.ref: (row.typed, row.version) for row in self.changes}


def drafts_sheet(link: InvitationLink) -> bytes:
    candidate = link.candidate
    lists = lists_of(candidate.evaluation)
    current = {
        row.requirement.ref: typed
        for row in answers_of(link).rows
        if (typed := _current(row, lists)) is not None
    }
    requirements = with_demands(asked_requirements(candidate.evaluation))
    asks = candidate.evaluation.asks_effort
    return write_sheet(requirements, current, asks_effort=asks)


def preview_sheet(
    *, link: InvitationLink, content: bytes, filename: str, order: str = ""
) -> SheetPreview:
    """What a filled sheet would change in the drafts; nothing is written.

    Raises:
        Invalid: by cell, each named “Answers.<cell>”, all that is wrong at once.
    """
    rows = {row.requirement.ref: row for row in answers_of(link).rows}
    lists = lists_of(link.candidate.evaluation)
    current = {ref: _current(row, lists) for ref, row in rows.items()}
    stands = {ref: typed for ref, typed in current.items() if typed is not None}
    lines = read_lines(content, filename, stands, order)
    times = Counter(line.requirement for line in lines)
    # A draft that is not whole yet may stay as it is.
    new = [
        line
        for line in lines
        if times[line.requirement] > 1
        or line.row.wrong
        or line.words is not current.get(line.requirement)
    ]
    with naming_cells(new):
        today = database_now().date()
        by_ref = {ref: row.requirement for ref, row in rows.items()}
        claims = [stated(line.requirement, line.words) for line in new]
        read = read_all(claims, by_ref, today, lists, link.candidate)
    differences = [
        _change(rows[line.requirement], current[line.requirement], answer)
        for line, answer in zip(new, read, strict=True)
    ]
    changes = [change for change in differences if change is not None]
    return SheetPreview(changes, len(lines) - len(changes))


@transaction.atomic
def save_drafts(*, candidate: Candidate, typed: TypedByRef) -> int:
    """Keep what a sheet says as drafts, all of it or nothing; how many there were."""
    requirements = asked_requirements(candidate.evaluation).filter(ref__in=typed)
    rows = {row.requirement.ref: row for row in _locked(candidate, requirements)}
    now = database_now()
    made = []
    changed = []
    gone = []
    for ref, (values, version) in typed.items():
        row = rows.get(ref)
        draft = row.draft if row else None
        if row is None or (draft.version if draft else 0) != version:
            raise Stale(str(OTHER_TAB))
        if draft is None:
            draft = AnswerDraft(candidate=candidate, requirement=row.requirement)
            made.append(draft)
        elif draft.files.all() or is_new(values, row.requirement, row.claim):
            changed.append(draft)
        else:
            gone.append(draft.pk)
        draft.typed = values
        draft.version = version + 1
        draft.saved_at = now
    AnswerDraft.objects.filter(pk__in=gone).delete()
    AnswerDraft.objects.bulk_update(changed, ["typed", "version", "saved_at"])
    # Of two that begin at once, one is first.
    AnswerDraft.objects.bulk_create(made, ignore_conflicts=True)
    if AnswerDraft.objects.filter(pk__in=[row.pk for row in made]).count() < len(made):
        raise Stale(str(OTHER_TAB))
    return len(typed)


def _locked(
    candidate: Candidate, requirements: QuerySet[Requirement]
) -> Iterator[AnswerRow]:
    claims = {claim.requirement_id: claim for claim in own_claims(candidate)}
    rows = AnswerDraft.objects.filter(candidate=candidate, requirement__in=requirements)
    files = Prefetch("files", DraftFile.objects.defer("content"))
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    drafts = {row.requirement_id: row for row in locked.prefetch_related(files)}
    for requirement in requirements:
        claim = claims.get(requirement.pk)
        yield AnswerRow(requirement, claim, drafts.get(requirement.pk))


def _current(row: AnswerRow, lists: Names) -> ClaimWords | None:
    if row.draft is not None:
        return answers.words_in(row.draft.typed, lists, row.claim)
    if row.claim is None:
        return None
    return ClaimWords.of(row.claim)


def _change(
    row: AnswerRow, former: ClaimWords | None, answer: ClaimWords
) -> DraftChange | None:
    """The words of a sheet as they would be typed; None if they are typed already."""
    typed = answers.typed_of(answer)
    if answer.environments != (row.claim.environments if row.claim else []):
        typed[answers.ENVIRONMENTS] = answer.environments
    if row.draft:
        stands = row.draft.typed
    else:
        stands = answers.typed_of(row.claim)
    if answer.effort is UNSET:
        typed |= {name: stands[name] for name in answers.EFFORT if name in stands}
        answer = replace(answer, effort=former and former.effort)
    if typed == stands:
        return None
    version = row.draft.version if row.draft else 0
    return DraftChange(row.requirement, former, answer, typed, version)


FOLDER = "claim_files"
# What is said of a file.
TOLD = ("name", "content_type", "size", "sha256")
MOST_FILES = 20
MOST_BYTES = 200 * 1024 * 1024
QUOTA = "quota_reached"


@dataclass(frozen=True, slots=True)
class AttachResult:
    file: ClaimFile
    created: bool


@transaction.atomic
@files_of_rows()
def attach_file(
    *,
    candidate: Candidate,
    requirement: Requirement,
    file: IO[bytes],
    name: str,
    by: Actor,
) -> AttachResult:
    """Keep a file as proof of the vendor's claim on a requirement.

    The same content on the same revision again keeps nothing more. It is stored under
    a name that tells nothing; an invitation has room for 20 files and 200 MB.
    """
    accepted = read_file(file, name)
    candidate, now = lock_invitation(candidate)
    requirements = asked_requirements(candidate.evaluation)
    if not requirements.filter(pk=requirement.pk).exists():
        raise NotFound(_("There is no such requirement."))
    claim = own_claim(candidate, requirement)
    if claim is None:
        sentence = _("Answer %(ref)s first; a file is proof of a claim.")
        raise Refused(sentence % {"ref": requirement.ref}, code="no_claim")
    claim.candidate = candidate
    same = own_files(candidate).filter(claim=claim, sha256=accepted.sha256).first()
    if same is not None:
        return AttachResult(same, created=False)
    require_room(candidate, accepted.size)
    stored_as = default_storage.save(
        f"{FOLDER}/{accepted.stored_as}", ContentFile(accepted.content)
    )
    row = _keep(claim, accepted, stored_as, now, by)
    return AttachResult(row, created=True)


def require_room(candidate: Candidate, size: int) -> None:
    """Refuse what goes over the quota, what waits with drafts counted; the lock on the
    candidate makes it exact."""
    waiting = DraftFile.objects.filter(draft__candidate=candidate)
    usages = [
        rows.aggregate(files=Count("pk"), total=Coalesce(Sum("size"), 0))
        for rows in (own_files(candidate), waiting)
    ]
    taken = sum(usage["total"] for usage in usages)
    if sum(usage["files"] for usage in usages) >= MOST_FILES:
        sentence = _("There are %(most)s files already, and no more are kept.")
        raise Refused(sentence % {"most": MOST_FILES}, code=QUOTA)
    if taken + size > MOST_BYTES:
        sentence = _("All files together would be over %(size)s MB.")
        raise Refused(sentence % {"size": MOST_BYTES // 2**20}, code=QUOTA)


def _keep(
    claim: Claim,
    accepted: AcceptedFile,
    stored_as: str,
    now: datetime.datetime,
    by: Actor,
) -> ClaimFile:
    details = {name: getattr(accepted, name) for name in TOLD}
    row = ClaimFile.objects.create(
        claim=claim, stored_as=stored_as, uploaded_at=now, **details
    )
    row.own_revision = claim.own_revision
    details |= {"requirement": claim.requirement.ref, "revision": claim.revision}
    record_on(claim.candidate, "claim.file_attached", by, row, **details)
    return row


@transaction.atomic
def hand_in(*, candidate: Candidate, by: Actor) -> Submission:
    """Confirm the current claims as the vendor's answer and give a receipt.

    Handing the same answer in again gives the same receipt back.
    """
    candidate, now = lock_invitation(candidate)
    claims = list(own_claims(candidate))
    if not claims:
        sentence = _("There is no claim to hand in yet.")
        raise Refused(sentence, code="nothing_to_hand_in")
    earlier = Submission.objects.filter(candidate=candidate)
    last = earlier.order_by("submitted_at").last()
    if last is not None and answers.is_receipt_of(last.sha256, claims):
        return last
    submission = Submission.objects.create(
        candidate=candidate,
        number=f"{str(candidate.pk)[:8].upper()}-{earlier.count() + 1}",
        submitted_at=now,
        submitted_by=actor_of(by).name,
        claims=len(claims),
        sha256=answers.digest_of(claims),
    )
    details = journal.snapshot(submission, ("number", "claims", "sha256"))
    record_on(candidate, "answer.handed_in", by, submission, **details)
    return submission
