"""What candidates say: writing, noting and withdrawing claims, by revisions."""

import datetime
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from evaltracker.errors import Forbidden, Invalid, NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor, By, actor_of
from evaltracker.evaluations.models import Import, Requirement, User
from evaltracker.evaluations.policy import (
    check_owned,
    checked,
    require_open,
    require_owner,
    require_stage,
)
from evaltracker.importing.services.log import refuse_moved
from evaltracker.toolbox.database import Pipeline, pipeline
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.files import AcceptedFile, files_of_rows, read_file
from evaltracker.toolbox.text import read_reason
from vendors.answers import digest_of, is_receipt_of
from vendors.candidates import WORDS, ClaimWords, read_claim
from vendors.choices import Availability, CandidateKind
from vendors.models import Candidate, Claim, ClaimFile, DraftFile, Ruling, Submission
from vendors.policy import ANSWERED_BY_BUYER, NOTE_STAGES
from vendors.selectors import asked_requirements, own_claim, own_claims, own_files
from vendors.selectors.rivals import read_item_values
from vendors.services.batches import (
    UNKNOWN,
    LockedClaims,
    RevisionCount,
    Stated,
    next_revision,
    read_stated,
    says_the_same,
    told,
)
from vendors.services.candidates import lock_candidate, lock_invitation
from vendors.services.idempotency import Answer, KeptAnswer, Turn, queue_turn

# A call with claims: its turn, what stands and its answer, in two trips.


class NeverSeen(Exception):
    """The vendor calls by this invitation for the first time, which is to be noted."""


def answer_claims(
    *,
    invitation: uuid.UUID,
    vendor: uuid.UUID,
    refs: Collection[str],
    work: Callable[[LockedClaims], Answer],
    turn: Turn | None = None,
    body: bytes = b"",
) -> tuple[Answer, bool]:
    """What `answer_once` does, for `work` on claims that are locked for it.

    It is the last that its transaction does, and commits it. Without a turn, nothing
    is replayed.

    Raises:
        NotFound: it is not the vendor's invitation. NeverSeen: nothing was done.
        KeyInUse, KeyReused: as `take_turn` and `answer_once` say.

    """
    with pipeline(last=True) as pipe:
        kept = None
        if turn is not None:
            queue_turn(pipe, turn)
            kept = KeptAnswer(pipe, turn, body)
        claims = LockedClaims.of(pipe, invitation, refs, vendor=vendor)
        if claims.candidate.first_seen_at is None:
            raise NeverSeen
        if kept and (replayed := kept.replayed()):
            return replayed, True
        answer = work(claims)
        if kept:
            kept.keep(pipe, answer)
    return answer, False


# Undoing an import of claims: by the next revision, for history stays.

KIND = "claims"
BATCH = 500


def kept_of(rows: Iterable[Claim], former: Mapping[Any, Claim]) -> dict[str, Any]:
    """By the id of each claim that came in, what stood before; None is nothing."""
    kept: dict[str, Any] = {}
    for row in rows:
        before = former.get((row.candidate_id, row.requirement_id))
        stood = before is not None and before.availability != Availability.WITHDRAWN
        kept[str(row.pk)] = (
            journal.snapshot(before, WORDS) if before and stood else None
        )
    return {"claims": kept}


def undo(imported: Import, by: User) -> None:
    """Withdraw what is new, and say again what stood before the rest."""
    evaluation = imported.evaluation
    require_stage(evaluation, *NOTE_STAGES)
    kept: dict[str, Any] = imported.kept["claims"]
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
        if str(row.pk) in kept
    ]
    refuse_moved(
        f"{row.candidate} / {row.requirement}"
        for row in rows
        if row.superseded_at is not None or row.requirement.retired_at is not None
    )
    fresh = put_back(rows, kept, by)
    journal.record(
        evaluation=evaluation,
        action="claims.put_back",
        subject=evaluation,
        by=by,
        before=by_cell(rows),
        after=by_cell(fresh),
        rows=fresh,
    )


def put_back(rows: list[Claim], kept: Mapping[str, Any], by: User) -> list[Claim]:
    """Supersede `rows` by what stood before each of them."""
    now = database_now()
    fresh = [
        next_revision(
            RevisionCount(row.revision),
            row.candidate,
            row.requirement,
            words_from(kept[str(row.pk)]),
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


def words_from(stood: Mapping[str, Any] | None) -> ClaimWords:
    """The words to say; nothing stood, so a withdrawal."""
    if stood is None:
        return ClaimWords(availability=Availability.WITHDRAWN)
    day = stood["available_from"]
    date = datetime.date.fromisoformat(day) if day else None
    return ClaimWords(**{**stood, "available_from": date})


def by_cell(rows: Iterable[Claim]) -> dict[str, dict[str, Any]]:
    """Words by candidate and ref."""
    told: dict[str, dict[str, Any]] = {}
    for row in rows:
        words = journal.snapshot(row, WORDS)
        told.setdefault(row.candidate.name, {})[row.requirement.ref] = words
    return told


WITHDRAWN = ClaimWords(availability=Availability.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """The claim that stands now, and whether this call wrote it."""

    claim: Claim
    created: bool


def submit_claim(
    *,
    candidate: Candidate,
    requirement: Requirement,
    availability: str,
    statement: str,
    by: Actor,
    available_from: datetime.date | None = None,
    environments: Iterable[str] = (),
    evidence_url: str = "",
    holds_for: object = None,
    number: object = None,
) -> SubmitResult:
    """Take a vendor's answer to a requirement; the same words again write nothing.

    Raises:
        Refused: claims are not open (code `claims_closed`). Invalid: by field.
        NotFound: not invited, or the requirement belongs elsewhere or is retired.

    """
    said = Stated(
        requirement=requirement.ref,
        availability=availability,
        statement=statement,
        available_from=available_from,
        environments=environments,
        evidence_url=evidence_url,
        holds_for=holds_for,
        number=number,
    )
    with pipeline() as pipe:
        claims = _locked(pipe, candidate, requirement)
        claims.require_open()
        claims.asked(requirement)
        return submit_one(claims, said, by)


def submit_one(claims: LockedClaims, said: Stated, by: Actor) -> SubmitResult:
    """Take an answer where claims are locked.

    1. The evaluation was locked, then the candidate, then the clock was read: whoever
       waited behind the deadline is late, and closing cannot overtake a claim.
    2. Other words, or the same on a new revision of the requirement, become the next
       revision; the one before is superseded, never changed.

    Raises:
        Refused: claims are not open (code `claims_closed`). Invalid: by field.

    """
    claims.require_open()
    requirement = claims.requirements.get(said.requirement)
    if requirement is None:
        raise Invalid(f"requirement: {UNKNOWN}", errors={"requirement": [UNKNOWN]})
    terms = (claims.now.date(), claims.lists, requirement.measure)
    words = read_stated(said, *terms)
    return _write(claims, requirement, words, by, by_vendor=True)


def check_note_claim(candidate: Candidate, requirement: Requirement, by: By) -> None:
    """The owner notes what the candidate's vendor has not answered itself."""
    current = current_claim(candidate, requirement)
    check_noting(candidate, requirement, by, current)


def check_noting(
    candidate: Candidate, requirement: Requirement, by: By, current: Claim | None
) -> None:
    """The same for whoever has read what stands."""
    check_owned(candidate.evaluation, by, *NOTE_STAGES)
    if current and current.by_vendor and not _is_withdrawn(current):
        raise Refused(
            f"{candidate.vendor} has answered {requirement.ref} itself; a note "
            "cannot replace it."
        )


def check_withdraw_note(candidate: Candidate, requirement: Requirement, by: By) -> None:
    """The owner takes back what was noted, not the vendor's own words."""
    current = current_claim(candidate, requirement)
    check_withdrawing(candidate, requirement, by, current)


def check_withdrawing(
    candidate: Candidate, requirement: Requirement, by: By, current: Claim | None
) -> None:
    """The same for whoever has read what stands."""
    check_owned(candidate.evaluation, by, *NOTE_STAGES)
    if require_words(requirement, current).by_vendor:
        raise Forbidden(
            f"These are {candidate.vendor}'s words; only it withdraws them."
        )


def require_words(requirement: Requirement, current: Claim | None) -> Claim:
    """What stands on the requirement; not found if nothing does."""
    if current is None or _is_withdrawn(current):
        raise NotFound(f"There is no claim on {requirement.ref} to withdraw.")
    return current


def note_claim(
    *,
    candidate: Candidate,
    requirement: Requirement,
    statement: str,
    by: By,
    availability: str = Availability.UNSTATED,
    available_from: datetime.date | None = None,
    environments: Iterable[str] = (),
    evidence_url: str = "",
    holds_for: object = None,
    number: object = None,
) -> SubmitResult:
    """Note, as the owner, what a candidate is said to do.

    For what is bought only *unstated*, because a status is the vendor's to give,
    and never over the vendor's own words. For build, open source and stay-as-is the
    buyer answers, so may state an availability.

    Raises:
        Forbidden: not the owner. Refused: wrong stage, or the vendor has spoken.
        Invalid: by field. NotFound: the requirement belongs elsewhere.

    """
    with pipeline() as pipe:
        claims = _locked(pipe, candidate, requirement, noting=True)
        candidate = claims.candidate
        current = claims.standing.get(requirement.pk)
        check_noting(candidate, requirement, by, current)
        requirement = claims.asked(requirement)
        states = availability != Availability.UNSTATED or isinstance(holds_for, list)
        if states and candidate.kind not in ANSWERED_BY_BUYER:
            sentence = (
                f"Only {candidate.name}'s vendor can state an availability; note the "
                "statement as unstated."
            )
            raise Invalid(sentence, errors={"availability": [sentence]})
        words = read_claim(
            availability=availability,
            available_from=available_from,
            environments=environments,
            statement=statement,
            evidence_url=evidence_url,
            holds_for=holds_for,
            number=number,
            measure=requirement.measure,
            lists=claims.lists,
            as_is=candidate.kind == CandidateKind.AS_IS,
            noted=True,
        )
        return _write(claims, requirement, words, by, by_vendor=False)


def withdraw_claim(*, candidate: Candidate, requirement: Requirement, by: By) -> Claim:
    """Take an answer back: a revision that says *withdrawn*; history stays.

    A vendor withdraws its own while claims are open, the owner what was noted.

    Raises:
        NotFound: there is nothing to withdraw. Refused: the wrong moment.
        Forbidden: somebody else's words.

    """
    by_vendor = actor_of(by).user is None
    with pipeline() as pipe:
        claims = _locked(pipe, candidate, requirement, noting=not by_vendor)
        if by_vendor:
            claims.require_open()
        current = claims.standing.get(requirement.pk)
        if not by_vendor:
            check_withdrawing(claims.candidate, requirement, by, current)
        require_words(requirement, current)
        requirement = claims.asked(requirement)
        return _write(claims, requirement, WITHDRAWN, by, by_vendor=by_vendor).claim


def current_claim(candidate: Candidate, requirement: Requirement) -> Claim | None:
    """The one revision that is not superseded, whosever it is; for the buyer alone."""
    return Claim.objects.filter(
        candidate=candidate, requirement=requirement, superseded_at__isnull=True
    ).first()


def _locked(
    pipe: Pipeline,
    candidate: Candidate,
    requirement: Requirement,
    *,
    noting: bool = False,
) -> LockedClaims:
    return LockedClaims.of(
        pipe,
        candidate.pk,
        [requirement.ref],
        vendor=candidate.vendor_id,
        noting=noting,
    )


def _is_withdrawn(claim: Claim) -> bool:
    return claim.availability == WITHDRAWN.availability


def _write(
    claims: LockedClaims,
    requirement: Requirement,
    words: ClaimWords,
    by: By,
    *,
    by_vendor: bool,
) -> SubmitResult:
    """Add the next revision unless the current one says the same."""
    current = claims.standing.get(requirement.pk)
    if current and says_the_same(current, words, requirement, by_vendor=by_vendor):
        current.requirement = requirement
        return SubmitResult(current, created=False)
    said = [(requirement, words)]
    [claim] = claims.next_revisions(said, by, by_vendor=by_vendor)
    claims.record(by=by, **told(claim, current))
    return SubmitResult(claim, created=True)


# Proof that a vendor attaches to its claims.

FOLDER = "claim_files"
MOST_FILES = 20
MOST_BYTES = 200 * 1024 * 1024
QUOTA = "quota_reached"


@dataclass(frozen=True, slots=True)
class AttachResult:
    """The file that is attached, and whether this call attached it."""

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

    Raises:
        Invalid: no file that is taken. NotFound: not invited, or not asked that.
        Refused: claims are not open, there is no claim yet, or there is no room.
        StorageFull: the disk is full.

    """
    accepted = read_file(file, name)
    candidate, now = lock_invitation(candidate)
    asked = asked_requirements(candidate.evaluation)
    if not asked.filter(pk=requirement.pk).exists():
        raise NotFound("There is no such requirement.")
    claim = _own_claim(candidate, requirement)
    same = own_files(candidate).filter(claim=claim, sha256=accepted.sha256).first()
    if same is not None:
        return AttachResult(same, created=False)
    require_room(candidate, accepted.size)
    stored_as = default_storage.save(
        f"{FOLDER}/{accepted.stored_as}", ContentFile(accepted.content)
    )
    row = _keep(claim, accepted, stored_as, now, by)
    return AttachResult(row, created=True)


def _own_claim(candidate: Candidate, requirement: Requirement) -> Claim:
    claim = own_claim(candidate, requirement)
    if claim is None:
        raise Refused(
            f"Answer {requirement.ref} first; a file is proof of a claim.",
            code="no_claim",
        )
    claim.candidate = candidate
    return claim


def require_room(candidate: Candidate, size: int) -> None:
    """Refuse what goes over the quota, what waits with drafts counted; the lock on the
    candidate makes it exact."""
    waiting = DraftFile.objects.filter(draft__candidate=candidate)
    kept = [
        rows.aggregate(files=Count("pk"), total=Coalesce(Sum("size"), 0))
        for rows in (own_files(candidate), waiting)
    ]
    taken = sum(each["total"] for each in kept)
    if sum(each["files"] for each in kept) >= MOST_FILES:
        raise Refused(
            f"There are {MOST_FILES} files already, and no more are kept.", code=QUOTA
        )
    if taken + size > MOST_BYTES:
        raise Refused(
            f"All files together would be over {MOST_BYTES // 2**20} MB.", code=QUOTA
        )


def _keep(
    claim: Claim,
    accepted: AcceptedFile,
    stored_as: str,
    now: datetime.datetime,
    by: Actor,
) -> ClaimFile:
    row = ClaimFile.objects.create(
        claim=claim,
        name=accepted.name,
        content_type=accepted.content_type,
        size=accepted.size,
        sha256=accepted.sha256,
        stored_as=stored_as,
        uploaded_at=now,
    )
    row.own_revision = claim.own_revision
    journal.record(
        evaluation=claim.candidate.evaluation,
        action="claim.file_attached",
        subject=row,
        by=by,
        after={
            "candidate": claim.candidate.name,
            "requirement": claim.requirement.ref,
            "revision": claim.revision,
            **journal.snapshot(row, ("name", "content_type", "size", "sha256")),
        },
    )
    return row


# The owner's rulings that a requirement does not apply to a candidate.


@transaction.atomic
def rule_not_applicable(
    *,
    candidate: Candidate,
    requirement: Requirement,
    reason: str,
    by: By,
    named_values: object = None,
) -> Ruling:
    """Rule that a requirement does not apply to a candidate, so it is not counted.

    Where the brief has lists it holds for the values that it names, or for all.

    Raises:
        Forbidden: not the owner. Refused: ruled already. Invalid: no reason.

    """
    candidate = lock_candidate(candidate)
    require_owner(by, candidate.evaluation)
    require_open(candidate.evaluation)
    if requirement.evaluation_id != candidate.evaluation_id:
        raise NotFound
    reason = read_reason(reason, "Say why it does not apply.")
    if Ruling.objects.filter(candidate=candidate, requirement=requirement).exists():
        raise Refused(f"{requirement.ref} is ruled not applicable already.")
    ruling = Ruling(
        candidate=candidate,
        requirement=requirement,
        reason=reason,
        named_values=read_item_values(named_values, candidate.evaluation),
        ruled_by=actor_of(by).user,
    )
    checked(ruling)
    ruling.save()
    journal.record(
        evaluation=candidate.evaluation,
        action="requirement.ruled_out",
        subject=ruling,
        by=by,
        after={
            "candidate": candidate,
            "requirement": requirement.ref,
            **({"named_values": ruling.named_values} if ruling.named_values else {}),
        },
        reason=reason,
    )
    return ruling


@transaction.atomic
def revoke_ruling(*, ruling: Ruling, reason: str, by: By) -> None:
    """Take a ruling back; the requirement counts for the candidate again."""
    candidate = lock_candidate(ruling.candidate)
    require_owner(by, candidate.evaluation)
    require_open(candidate.evaluation)
    reason = read_reason(reason, "Say why it applies after all.")
    before = {
        "candidate": candidate,
        "requirement": ruling.requirement.ref,
        "reason": ruling.reason,
    }
    journal.record(
        evaluation=candidate.evaluation,
        action="requirement.ruled_in",
        subject=ruling,
        by=by,
        before=before,
        reason=reason,
    )
    ruling.delete()


# Handing an answer in, for a receipt.


@transaction.atomic
def hand_in(*, candidate: Candidate, by: Actor) -> Submission:
    """Confirm the current claims as the vendor's answer and give a receipt.

    Handing the same answer in again gives the same receipt back.

    Raises:
        Refused: claims are not open, or there is nothing to hand in.
        NotFound: the candidate was not invited.

    """
    candidate, now = lock_invitation(candidate)
    claims = list(own_claims(candidate))
    if not claims:
        raise Refused("There is no claim to hand in yet.", code="nothing_to_hand_in")
    earlier = Submission.objects.filter(candidate=candidate)
    last = earlier.order_by("submitted_at").last()
    if last is not None and is_receipt_of(last.sha256, claims):
        return last
    submission = Submission.objects.create(
        candidate=candidate,
        number=f"{str(candidate.pk)[:8].upper()}-{earlier.count() + 1}",
        submitted_at=now,
        submitted_by=actor_of(by).name,
        claims=len(claims),
        sha256=digest_of(claims),
    )
    journal.record(
        evaluation=candidate.evaluation,
        action="answer.handed_in",
        subject=submission,
        by=by,
        after={
            "candidate": candidate.name,
            **journal.snapshot(submission, ("number", "claims", "sha256")),
        },
    )
    return submission
