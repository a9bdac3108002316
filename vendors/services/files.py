"""Proof that a vendor attaches to its claims."""

import datetime
from dataclasses import dataclass
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from evaltracker.errors import NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Requirement
from evaltracker.kit.files import AcceptedFile, read_file
from evaltracker.kit.storage import files_of_rows
from vendors.models import Candidate, Claim, ClaimFile, DraftFile
from vendors.selectors import asked_requirements, own_claim, own_files
from vendors.services.candidates import lock_invitation

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
