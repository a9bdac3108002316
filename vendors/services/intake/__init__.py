"""Taking claims quickly: three round trips to PostgreSQL in place of some twenty.

It takes what is in order and nothing else. Whatever is not (a bad token, a closed
window, a wrong word, a repeated key) makes it undo all and answer None, and then the
ordinary way refuses or replays, so every refusal has one place. What makes a claim
acceptable, how it becomes the next revision and what the journal says of it are the
ordinary services' own functions. On SQLite the ordinary way takes everything.

To follow it: `Desk.open` in `desk` looks, with the statements of `sql`; `take_claim`
and `take_claims` decide; `Desk` writes.
"""

import uuid
from collections.abc import Callable, Sequence

from django.db import Error, connection

from evaltracker.errors import Problem
from evaltracker.kit.pipeline import pipeline
from vendors.services import batches
from vendors.services.batches import Comparison, Stated
from vendors.services.claims import SubmitResult
from vendors.services.idempotency import Answer
from vendors.services.intake.desk import Call, Desk, NotPlain
from vendors.services.revisions import (
    RevisionCount,
    next_revision,
    says_the_same,
    told,
)
from vendors.words import read_claim

__all__ = ["Call", "LetIn", "take_claim", "take_claims"]
# Counts a call against its token, by id; whether it is let in.
type LetIn = Callable[[uuid.UUID], bool]


def take_claim(
    *,
    call: Call,
    said: Stated,
    let_in: LetIn,
    show: Callable[[SubmitResult], Answer],
) -> Answer | None:
    """Do what `submit_claim` does for a call that is in order; None for any other.

    `show` says the result in the words of the API, which are kept for repeats.
    """
    return _at_a_desk(
        call, [said.requirement], let_in, lambda desk: show(_submit(desk, said))
    )


def take_claims(
    *,
    call: Call,
    claims: Sequence[Stated],
    let_in: LetIn,
    show: Callable[[Comparison], Answer],
) -> Answer | None:
    """Do what `submit_claims` does for a call that is in order; None for any other."""
    refs = [claim.requirement for claim in claims]
    return _at_a_desk(call, refs, let_in, lambda desk: show(_submit_all(desk, claims)))


def _at_a_desk(
    call: Call,
    refs: Sequence[str],
    let_in: LetIn,
    work: Callable[[Desk], Answer],
) -> Answer | None:
    """The answer of `work`, committed with all that it did; None, with nothing done."""
    if connection.vendor != "postgresql":
        return None
    try:
        with pipeline() as pipe:
            desk = Desk.open(pipe, call, refs, let_in)
            answer = work(desk)
            desk.keep(answer)
    # A lost connection too: the ordinary way makes a new one.
    except (NotPlain, Problem, Error):
        return None
    return answer


def _submit(desk: Desk, said: Stated) -> SubmitResult:
    requirement = desk.requirements.get(said.requirement)
    if requirement is None:
        raise NotPlain
    words = read_claim(
        availability=said.availability,
        available_from=said.available_from,
        environments=said.environments,
        statement=said.statement,
        evidence_url=said.evidence_url,
        today=desk.now.date(),
    )
    current = desk.standing.get(requirement.pk)
    if current and says_the_same(current, words, requirement, by_vendor=True):
        current.requirement = requirement
        return SubmitResult(current, created=False)
    count = desk.counts.get(requirement.pk, RevisionCount())
    claim = next_revision(
        count, desk.candidate, requirement, words, desk.now, desk.by, by_vendor=True
    )
    desk.supersede([requirement.pk])
    desk.pipe.add(claim)
    desk.record(**told(claim, current))
    return SubmitResult(claim, created=True)


def _submit_all(desk: Desk, claims: Sequence[Stated]) -> Comparison:
    found = batches.compare(claims, desk.requirements, desk.standing, desk.now)
    if found.new:
        desk.supersede(found.answered)
        rows = batches.next_revisions(
            found, desk.counts, desk.candidate, desk.now, desk.by
        )
        desk.pipe.add_all(rows)
        desk.record(rows=rows, **batches.told(found, rows, candidate=desk.candidate))
    return found
