"""What candidates say: writing, noting and withdrawing claims, by revisions."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from evaltracker.errors import Forbidden, Invalid, NotFound, Refused
from evaltracker.evaluations.journal import Actor, By, actor_of
from evaltracker.evaluations.models import Requirement
from evaltracker.evaluations.policy import check_owned
from evaltracker.kit.pipeline import Pipeline, pipeline
from vendors.choices import Availability, CandidateKind
from vendors.models import Candidate, Claim
from vendors.policy import ANSWERED_BY_BUYER, NOTE_STAGES
from vendors.services.batches import UNKNOWN, Stated, read_stated
from vendors.services.locked_claims import LockedClaims
from vendors.services.revisions import says_the_same, told
from vendors.words import ClaimWords, read_claim

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
