"""Many answers of a vendor at once: all or none of them, in a fixed number of steps."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from evaltracker.errors import Invalid
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Requirement
from evaltracker.kit.pipeline import Pipeline, pipeline
from vendors.holds_for import NO_LISTS, Lists
from vendors.models import Candidate, Claim
from vendors.services.locked_claims import LockedClaims
from vendors.services.revisions import says_the_same
from vendors.words import NO_MEASURE, WORDS, ClaimWords, read_claim

MOST = 1_000
UNKNOWN = "This invitation asks no requirement of that ref; look at its requirements."


class Stated(msgspec.Struct, frozen=True):
    """One answer as it came in: the ref of a requirement, and a claim's words."""

    requirement: str
    availability: str
    statement: str
    available_from: datetime.date | None = None
    environments: Iterable[str] = ()
    evidence_url: str = ""
    # As it was given; see `vendors.holds_for`.
    holds_for: Any = None
    # As it was given; see `vendors.claimed_numbers`.
    number: Any = None


def stated(requirement: str, words: ClaimWords) -> Stated:
    """Words that were read, as an answer that comes in."""
    held = words.holds_for
    said = words.fields() | {"holds_for": held and held["said"]}
    return Stated(requirement=requirement, **said)


@dataclass(frozen=True, slots=True)
class NewWords:
    """Words that would become the next revision, and the vendor's own before them."""

    requirement: Requirement
    words: ClaimWords
    former: Claim | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a batch says against what stands."""

    new: list[NewWords] = field(default_factory=list)
    unchanged: int = 0


def submit_claims(
    *, candidate: Candidate, claims: Sequence[Stated], by: Actor
) -> Comparison:
    """Take up to 1,000 answers of a vendor, all of them or none, as one journal entry.

    The same rules and locks as `submit_claim`; the number of statements does not grow
    with the number of answers. Words that stand already write nothing.

    Raises:
        Refused: claims are not open. NotFound: the candidate was not invited.
        Invalid: by field, each named “claims.<index>.<field>”.

    """
    with pipeline() as pipe:
        return submit_many(_locked(pipe, candidate, claims), claims, by)


def submit_many(
    locked: LockedClaims, claims: Sequence[Stated], by: Actor
) -> Comparison:
    """Take answers where claims are locked, as `submit_claims` promises."""
    found = compare(locked, claims)
    if found.new:
        words = [(new.requirement, new.words) for new in found.new]
        rows = locked.next_revisions(words, by, by_vendor=True)
        locked.record(by=by, rows=rows, **told(found, rows, locked.candidate))
    return found


def compare_claims(*, candidate: Candidate, claims: Sequence[Stated]) -> Comparison:
    """What `submit_claims` would do; refuses what it would refuse, writes nothing."""
    with pipeline() as pipe:
        return compare(_locked(pipe, candidate, claims), claims)


def _locked(
    pipe: Pipeline, candidate: Candidate, claims: Sequence[Stated]
) -> LockedClaims:
    refs = {claim.requirement for claim in claims}
    return LockedClaims.of(pipe, candidate.pk, refs, vendor=candidate.vendor_id)


def compare(locked: LockedClaims, claims: Sequence[Stated]) -> Comparison:
    """Read every line, telling all that is wrong at once; then look what differs.

    Raises:
        Refused: claims are not open. Invalid: by field.

    """
    locked.require_open()
    if not 1 <= len(claims) <= MOST:
        sentence = f"It must hold 1 to {MOST:,} claims; it holds {len(claims):,}."
        raise Invalid(sentence, errors={"claims": [sentence]})
    words = read_all(claims, locked.requirements, locked.now.date(), locked.lists)
    new: list[NewWords] = []
    for claim, said in zip(claims, words, strict=True):
        requirement = locked.requirements[claim.requirement]
        former = locked.standing.get(requirement.pk)
        if not (former and says_the_same(former, said, requirement, by_vendor=True)):
            new.append(NewWords(requirement, said, former))
    return Comparison(new, len(claims) - len(new))


def read_all(
    claims: Sequence[Stated],
    asked: Mapping[str, Requirement],
    today: datetime.date,
    lists: Lists,
) -> list[ClaimWords]:
    """The words of answers to what is asked, each requirement once.

    Raises:
        Invalid: by field, each named “claims.<index>.<field>”: all that is wrong.

    """
    errors: dict[str, list[str]] = {}
    words: list[ClaimWords] = []
    seen: set[str] = set()
    for index, claim in enumerate(claims):
        requirement = asked.get(claim.requirement)
        measure = requirement.measure if requirement else NO_MEASURE
        if requirement is None:
            errors[f"claims.{index}.requirement"] = [UNKNOWN]
        elif claim.requirement in seen:
            errors[f"claims.{index}.requirement"] = [
                f"{claim.requirement} is answered further up too; keep one of the two."
            ]
        seen.add(claim.requirement)
        try:
            words.append(read_stated(claim, today, lists, measure))
        except Invalid as error:
            for name, sentences in error.errors.items():
                errors[f"claims.{index}.{name}"] = sentences
    if errors:
        raise _refused(errors)
    return words


def read_stated(
    said: Stated,
    today: datetime.date,
    lists: Lists = NO_LISTS,
    measure: Mapping[str, Any] = NO_MEASURE,
) -> ClaimWords:
    """The words of an answer to what has that measure, as they are kept.

    Raises:
        Invalid: with the sentences by field.

    """
    return read_claim(
        availability=said.availability,
        available_from=said.available_from,
        environments=said.environments,
        statement=said.statement,
        evidence_url=said.evidence_url,
        holds_for=said.holds_for,
        number=said.number,
        measure=measure,
        lists=lists,
        today=today,
    )


def _refused(errors: dict[str, list[str]]) -> Invalid:
    lines = len({place.split(".")[1] for place in errors})
    what = "1 claim is" if lines == 1 else f"{lines:,} claims are"
    return Invalid(f"{what} wrong, so none was taken.", errors=errors)


def told(
    found: Comparison, rows: Sequence[Claim], candidate: Candidate
) -> dict[str, Any]:
    """What the journal says of a whole batch: action, subject, before and after."""
    before: dict[str, Any] = {
        words.requirement.ref: journal.snapshot(words.former, ("revision", *WORDS))
        for words in found.new
        if words.former is not None
    }
    after: dict[str, Any] = {
        words.requirement.ref: {"revision": row.revision, **words.words.fields()}
        for words, row in zip(found.new, rows, strict=True)
    }
    return {
        "action": "claims.submitted",
        "subject": candidate,
        "before": {"claims": before} if before else {},
        "after": {
            "candidate": candidate.name,
            "claims": after,
            "unchanged": found.unchanged,
        },
    }
