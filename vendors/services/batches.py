"""Many answers of a vendor at once: all or none of them, in a fixed number of steps."""

import datetime
import uuid
from collections.abc import (
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.db import transaction

from evaltracker.errors import Invalid, NotFound
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Requirement
from evaltracker.kit.clock import database_now
from vendors.models import Candidate, Claim
from vendors.policy import require_claims_open
from vendors.selectors import asked_requirements, own_claims
from vendors.services.candidates import lock_candidate
from vendors.services.revisions import (
    RevisionCount,
    make_room,
    next_revision,
    says_the_same,
)
from vendors.words import WORDS, ClaimWords, read_claim

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

    @property
    def answered(self) -> list[uuid.UUID]:
        """The requirements to which there are new words."""
        return [words.requirement.pk for words in self.new]


@transaction.atomic
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
    candidate = lock_candidate(candidate)
    now = _require_window(candidate)
    requirements, current = _look_up(candidate, claims)
    found = compare(claims, requirements, current, now)
    if not found.new:
        return found
    counts = make_room(candidate, found.answered, now)
    rows = next_revisions(found, counts, candidate, now, by)
    Claim.objects.bulk_create(rows)
    told_now = told(found, rows, candidate)
    journal.record(evaluation=candidate.evaluation, by=by, rows=rows, **told_now)
    return found


def compare_claims(*, candidate: Candidate, claims: Sequence[Stated]) -> Comparison:
    """What `submit_claims` would do; refuses what it would refuse, writes nothing."""
    now = _require_window(candidate)
    requirements, current = _look_up(candidate, claims)
    return compare(claims, requirements, current, now)


def _require_window(candidate: Candidate) -> datetime.datetime:
    """The instant, if the vendor may write claims at it."""
    if candidate.invited_at is None:
        raise NotFound
    now = database_now()
    require_claims_open(candidate.evaluation, now)
    return now


def compare(
    claims: Sequence[Stated],
    requirements: Mapping[str, Requirement],
    current: Mapping[uuid.UUID, Claim],
    now: datetime.datetime,
) -> Comparison:
    """Read every line, telling all that is wrong at once; then look what differs.

    `requirements` are those that are asked, by ref, and `current` what the vendor says
    now, by requirement; both may hold more than is meant.
    """
    if not 1 <= len(claims) <= MOST:
        sentence = f"It must hold 1 to {MOST:,} claims; it holds {len(claims):,}."
        raise Invalid(sentence, errors={"claims": [sentence]})
    errors: dict[str, list[str]] = {}
    new: list[NewWords] = []
    seen: set[str] = set()
    for index, claim in enumerate(claims):
        requirement = requirements.get(claim.requirement)
        if requirement is None:
            errors[f"claims.{index}.requirement"] = [UNKNOWN]
            continue
        if claim.requirement in seen:
            errors[f"claims.{index}.requirement"] = [
                f"{claim.requirement} is answered further up too; keep one of the two."
            ]
            continue
        seen.add(claim.requirement)
        words = _read(claim, index, now.date(), errors)
        former = current.get(requirement.pk)
        if words and not (
            former and says_the_same(former, words, requirement, by_vendor=True)
        ):
            new.append(NewWords(requirement, words, former))
    if errors:
        raise _refused(errors)
    return Comparison(new, len(claims) - len(new))


def _look_up(
    candidate: Candidate, claims: Sequence[Stated]
) -> tuple[dict[str, Requirement], dict[uuid.UUID, Claim]]:
    """The requirements that are meant, by ref, and what the vendor says now."""
    asked = asked_requirements(candidate.evaluation).filter(
        ref__in={claim.requirement for claim in claims}
    )
    return (
        {row.ref: row for row in asked},
        {row.requirement_id: row for row in own_claims(candidate)},
    )


def _read(
    statement: Stated, index: int, today: datetime.date, errors: dict[str, list[str]]
) -> ClaimWords | None:
    """The words of one line, or None after noting what is wrong with them."""
    try:
        return read_claim(
            availability=statement.availability,
            available_from=statement.available_from,
            environments=statement.environments,
            statement=statement.statement,
            evidence_url=statement.evidence_url,
            today=today,
        )
    except Invalid as error:
        for name, sentences in error.errors.items():
            errors[f"claims.{index}.{name}"] = sentences
        return None


def _refused(errors: dict[str, list[str]]) -> Invalid:
    lines = len({place.split(".")[1] for place in errors})
    what = "1 claim is" if lines == 1 else f"{lines:,} claims are"
    return Invalid(f"{what} wrong, so none was taken.", errors=errors)


def next_revisions(
    found: Comparison,
    counts: Mapping[uuid.UUID, RevisionCount],
    candidate: Candidate,
    now: datetime.datetime,
    by: Actor,
) -> list[Claim]:
    """The claims that say what is new, not yet saved."""
    none_yet = RevisionCount()
    return [
        next_revision(
            counts.get(words.requirement.pk, none_yet),
            *(candidate, words.requirement, words.words, now, by),
            by_vendor=True,
        )
        for words in found.new
    ]


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
