"""What candidates say: writing, noting and withdrawing claims, by revisions."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from evaltracker.errors import Forbidden, Invalid, NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor, By, actor_of
from evaltracker.evaluations.models import Requirement
from evaltracker.evaluations.policy import require_owner, require_stage
from evaltracker.kit.clock import database_now
from vendors.choices import Availability
from vendors.models import Candidate, Claim
from vendors.policy import ANSWERED_BY_BUYER, NOTE_STAGES, require_claims_open
from vendors.selectors import own_claim
from vendors.services.candidates import lock_candidate
from vendors.services.revisions import (
    RevisionCount,
    make_room,
    next_revision,
    says_the_same,
    told,
)
from vendors.words import ClaimWords, read_claim

WITHDRAWN = ClaimWords(availability=Availability.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """The claim that stands now, and whether this call wrote it."""

    claim: Claim
    created: bool


@transaction.atomic
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
) -> SubmitResult:
    """Take a vendor's answer to a requirement; the same words again write nothing.

    1. The evaluation is locked, then the candidate, then the clock is read: whoever
       waited behind the deadline is late, and closing cannot overtake a claim.
    2. Other words, or the same on a new revision of the requirement, become the next
       revision; the one before is superseded, never changed.

    Raises:
        Refused: claims are not open (code `claims_closed`). Invalid: by field.
        NotFound: not invited, or the requirement belongs elsewhere or is retired.

    """
    candidate = lock_candidate(candidate)
    if candidate.invited_at is None:
        raise NotFound
    now = database_now()
    require_claims_open(candidate.evaluation, now)
    requirement = asked(candidate, requirement)
    words = read_claim(
        availability=availability,
        available_from=available_from,
        environments=environments,
        statement=statement,
        evidence_url=evidence_url,
        today=now.date(),
    )
    return _write(candidate, requirement, words, now, by, by_vendor=True)


@transaction.atomic
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
) -> SubmitResult:
    """Note, as the owner, what a candidate is said to do.

    For what is bought only *unstated*, because a status is the vendor's to give,
    and never over the vendor's own words. For build, open source and stay-as-is the
    buyer answers, so may state an availability.

    Raises:
        Forbidden: not the owner. Refused: wrong stage, or the vendor has spoken.
        Invalid: by field. NotFound: the requirement belongs elsewhere.

    """
    candidate = lock_candidate(candidate)
    require_owner(by, candidate.evaluation)
    require_stage(candidate.evaluation, *NOTE_STAGES)
    requirement = asked(candidate, requirement)
    if (
        candidate.kind not in ANSWERED_BY_BUYER
        and availability != Availability.UNSTATED
    ):
        sentence = (
            f"Only {candidate.name}'s vendor can state an availability; note the "
            "statement as unstated."
        )
        raise Invalid(sentence, errors={"availability": [sentence]})
    current = current_claim(candidate, requirement)
    if current and current.by_vendor and current.availability != WITHDRAWN.availability:
        raise Refused(
            f"{candidate.vendor} has answered {requirement.ref} itself; a note cannot "
            "replace it."
        )
    words = read_claim(
        availability=availability,
        available_from=available_from,
        environments=environments,
        statement=statement,
        evidence_url=evidence_url,
        noted=True,
    )
    return _write(candidate, requirement, words, database_now(), by, by_vendor=False)


@transaction.atomic
def withdraw_claim(*, candidate: Candidate, requirement: Requirement, by: By) -> Claim:
    """Take an answer back: a revision that says *withdrawn*; history stays.

    A vendor withdraws its own while claims are open, the owner what was noted.

    Raises:
        NotFound: there is nothing to withdraw. Refused: the wrong moment.
        Forbidden: somebody else's words.

    """
    candidate = lock_candidate(candidate)
    now = database_now()
    by_vendor = actor_of(by).user is None
    if by_vendor:
        require_claims_open(candidate.evaluation, now)
    else:
        require_owner(by, candidate.evaluation)
        require_stage(candidate.evaluation, *NOTE_STAGES)
    current = _standing(candidate, requirement, by_vendor=by_vendor)
    if current is None or current.availability == WITHDRAWN.availability:
        raise NotFound(f"There is no claim on {requirement.ref} to withdraw.")
    if current.by_vendor and not by_vendor:
        raise Forbidden(
            f"These are {candidate.vendor}'s words; only it withdraws them."
        )
    requirement = asked(candidate, requirement)
    return _write(candidate, requirement, WITHDRAWN, now, by, by_vendor=by_vendor).claim


def asked(candidate: Candidate, requirement: Requirement) -> Requirement:
    """The requirement in its words of now, if this candidate is asked it."""
    fresh = Requirement.objects.filter(
        pk=requirement.pk,
        evaluation=candidate.evaluation_id,
        retired_at__isnull=True,
    ).first()
    if fresh is None:
        raise NotFound("There is no such requirement.")
    return fresh


def current_claim(candidate: Candidate, requirement: Requirement) -> Claim | None:
    """The one revision that is not superseded, whosever it is; for the buyer alone."""
    return Claim.objects.filter(
        candidate=candidate, requirement=requirement, superseded_at__isnull=True
    ).first()


def _standing(
    candidate: Candidate, requirement: Requirement, *, by_vendor: bool
) -> Claim | None:
    """What stands for whoever writes: a vendor sees its own words alone."""
    find = own_claim if by_vendor else current_claim
    return find(candidate, requirement)


def _write(
    candidate: Candidate,
    requirement: Requirement,
    words: ClaimWords,
    now: datetime.datetime,
    by: By,
    *,
    by_vendor: bool,
) -> SubmitResult:
    """Add the next revision unless the current one says the same."""
    current = _standing(candidate, requirement, by_vendor=by_vendor)
    if current and says_the_same(current, words, requirement, by_vendor=by_vendor):
        current.requirement = requirement
        return SubmitResult(current, created=False)
    counts = make_room(candidate, [requirement.pk], now)
    count = counts.get(requirement.pk, RevisionCount())
    claim = next_revision(
        count, candidate, requirement, words, now, by, by_vendor=by_vendor
    )
    claim.save(force_insert=True)
    journal.record(evaluation=candidate.evaluation, by=by, **told(claim, current))
    return SubmitResult(claim, created=True)
