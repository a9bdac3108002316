"""What the next revision of a claim is, and what the journal says of it.

For every way in which a claim is written, one by one, in a batch or at the intake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import actor_of
from vendors.choices import Availability
from vendors.models import Claim
from vendors.words import WORDS, ClaimWords

if TYPE_CHECKING:
    import datetime

    from evaltracker.evaluations.journal import By
    from evaltracker.evaluations.models import Requirement
    from vendors.models import Candidate


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
    current: Claim | None,
    candidate: Candidate,
    requirement: Requirement,
    words: ClaimWords,
    now: datetime.datetime,
    by: By,
    *,
    by_vendor: bool,
) -> Claim:
    """The claim that follows `current`, not yet saved."""
    actor = actor_of(by)
    return Claim(
        candidate=candidate,
        requirement=requirement,
        revision=current.revision + 1 if current else 1,
        requirement_revision=requirement.revision,
        submitted_at=now,
        by_vendor=by_vendor,
        noted_by=actor.user,
        submitted_by=actor.name,
        **words.fields(),
    )


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
