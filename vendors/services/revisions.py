"""What the next revision of a claim is, and what the journal says of it.

For all who write claims. A vendor's words are compared with its own alone. What the
buyer noted in between is superseded and counted past, and nothing of it is read.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Requirement
from vendors.choices import Availability
from vendors.models import Candidate, Claim
from vendors.words import WORDS, ClaimWords


@dataclass(frozen=True, slots=True)
class RevisionCount:
    """How many revisions there are of an answer: in all, and by the vendor."""

    last: int = 0
    own: int = 0


def says_the_same(
    current: Claim, words: ClaimWords, requirement: Requirement, *, by_vendor: bool
) -> bool:
    """Whether writing `words` would say nothing new."""
    return (
        ClaimWords(**{field: getattr(current, field) for field in WORDS}) == words
        and current.requirement_revision == requirement.revision
        and current.by_vendor == by_vendor
    )


def next_revision(
    count: RevisionCount,
    candidate: Candidate,
    requirement: Requirement,
    words: ClaimWords,
    now: datetime.datetime,
    by: By,
    *,
    by_vendor: bool,
) -> Claim:
    """The claim that follows so many, not yet saved."""
    actor = actor_of(by)
    claim = Claim(
        candidate=candidate,
        requirement=requirement,
        revision=count.last + 1,
        requirement_revision=requirement.revision,
        submitted_at=now,
        by_vendor=by_vendor,
        noted_by=actor.user,
        submitted_by=actor.name,
        **words.fields(),
    )
    if by_vendor:
        claim.own_revision = count.own + 1
    return claim


def told(claim: Claim, former: Claim | None) -> dict[str, Any]:
    """What the journal says of a new revision: action, subject, before and after."""
    withdrawn = claim.availability == Availability.WITHDRAWN
    said: dict[str, Any] = journal.snapshot(claim, ("revision", *WORDS))
    return {
        "action": "claim.withdrawn"
        if withdrawn
        else ("claim.submitted" if claim.by_vendor else "claim.noted"),
        "subject": claim,
        "before": journal.snapshot(former, ("revision", *WORDS)) if former else {},
        "after": {
            "candidate": claim.candidate.name,
            "requirement": claim.requirement.ref,
            **said,
        },
        "rows": [claim],
    }
