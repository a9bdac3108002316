"""Reading what the pure rules are told of each cell, in few queries."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import QuerySet

from evaltracker.evaluations.models import Requirement
from trials.models import Evidence, Excuse
from trials.scoring import (
    Availability,
    CellFacts,
    ClaimFacts,
    EvidenceFacts,
    Source,
    Standing,
    Verdict,
    standing,
)
from trials.selectors.findings import awaiting_reply
from vendors.models import Candidate, Claim, Ruling

type Place = tuple[uuid.UUID, uuid.UUID]


class ClaimRow(NamedTuple):
    """The current claim of a cell."""

    id: uuid.UUID
    candidate_id: uuid.UUID
    requirement_id: uuid.UUID
    revision: int
    requirement_revision: int
    availability: str
    available_from: datetime.date | None
    by_vendor: bool


class Proof(NamedTuple):
    """One verdict, with what it needs to know of the revision that it judged."""

    id: uuid.UUID
    reconfirms_id: uuid.UUID | None
    source: str
    verdict: str
    at: datetime.datetime
    independent: bool
    claim_id: uuid.UUID
    candidate_id: uuid.UUID
    requirement_id: uuid.UUID
    requirement_revision: int
    availability: str


@dataclass(slots=True)
class Papers:
    """Everything on file for a set of candidates and requirements."""

    claims: dict[Place, ClaimRow] = field(default_factory=dict)
    proofs: dict[Place, list[Proof]] = field(default_factory=dict)
    judged: dict[uuid.UUID, str] = field(default_factory=dict)
    not_applicable: set[Place] = field(default_factory=set)
    excused: set[Place] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell's facts, and which sources have a verdict only on older words."""

    facts: CellFacts
    claim: ClaimRow | None
    unconfirmed: tuple[Source, ...] = ()


# The columns of a `Proof`, in its order.
PROOF = (
    *("pk", "reconfirms_id", "source", "verdict", "recorded_at", "independent"),
    *("claim_id", "claim__candidate_id", "claim__requirement_id"),
    *("claim__requirement_revision", "claim__availability"),
)


def read_papers(
    candidates: Sequence[Candidate], requirements: Iterable[Requirement] | None
) -> Papers:
    """Four queries, however many cells; `requirements` narrows them if given.

    A verdict that a vendor may still answer is not among them.
    """
    scope: dict[str, object] = {
        "candidate__in": [candidate.pk for candidate in candidates]
    }
    of_claim: dict[str, object] = {"claim__candidate__in": scope["candidate__in"]}
    if requirements is not None:
        wanted = [requirement.pk for requirement in requirements]
        scope["requirement__in"] = of_claim["claim__requirement__in"] = wanted
    papers = Papers(
        not_applicable=set(_places(Ruling.objects.filter(**scope))),
        excused=set(_places(Excuse.objects.standing().filter(**scope))),
    )
    current = Claim.objects.filter(**scope, superseded_at__isnull=True).order_by()
    for values in current.values_list(*ClaimRow._fields).iterator(chunk_size=5000):
        claim = ClaimRow(*values)
        papers.claims[claim.candidate_id, claim.requirement_id] = claim
    proofs: dict[Place, list[Proof]] = defaultdict(list)
    evidence = (
        Evidence.objects.filter(**of_claim)
        .exclude(awaiting_reply("finding__"))
        .order_by("recorded_at", "pk")
    )
    for values in evidence.values_list(*PROOF).iterator(chunk_size=5000):
        proof = Proof(*values)
        proofs[proof.candidate_id, proof.requirement_id].append(proof)
        # Said again of newer words, it still judged what was promised at first.
        first = papers.judged.get(proof.reconfirms_id) if proof.reconfirms_id else None
        papers.judged[proof.id] = first or proof.availability
    papers.proofs = dict(proofs)
    return papers


def read_cell(
    papers: Papers, place: Place, requirement_revision: int, today: datetime.date
) -> Reading:
    """What counts in one cell.

    1. Verdicts on the current revision count.
    2. Verdicts on older revisions wait to be re-confirmed and earn nothing, with two
       exceptions: a refutation stays until somebody judges the new words, because a
       knock-out never disappears by itself; and a withdrawn claim keeps its tests,
       for the promise record.
    3. Verdicts on another wording of the requirement never count.
    """
    claim = papers.claims.get(place)
    proofs = papers.proofs.get(place, ())
    not_applicable, excused = place in papers.not_applicable, place in papers.excused
    if claim is None:
        facts = CellFacts(not_applicable=not_applicable, excused=excused)
        return Reading(facts, None)
    counted, unconfirmed = _counted(claim, proofs, papers.judged, today)
    facts = CellFacts(
        claim=ClaimFacts(
            Availability(claim.availability),
            claim.available_from,
            stale=claim.requirement_revision < requirement_revision,
        ),
        evidence=counted,
        not_applicable=not_applicable,
        excused=excused,
    )
    return Reading(facts, claim, unconfirmed)


def _counted(
    claim: ClaimRow,
    proofs: Sequence[Proof],
    judged: Mapping[uuid.UUID, str],
    today: datetime.date,
) -> tuple[tuple[EvidenceFacts, ...], tuple[Source, ...]]:
    """The verdicts that count, and the sources that only judged older words."""
    if not proofs:
        return (), ()
    said = Availability(claim.availability)
    current = [proof for proof in proofs if proof.claim_id == claim.id]
    counted = _evidence(current, said, judged)
    if len(current) == len(proofs):
        return counted, ()
    older = [
        proof
        for proof in proofs
        if proof.claim_id != claim.id
        and proof.requirement_revision == claim.requirement_revision
    ]
    before = _evidence(older, said, judged)
    if before and (said == Availability.WITHDRAWN or _refuted(before, today)):
        counted = (*before, *counted)
    waiting = {proof.source for proof in proofs} - {proof.source for proof in current}
    return counted, tuple(source for source in Source if source in waiting)


def _places(rows: QuerySet[Any]) -> Iterable[Place]:
    return rows.values_list("candidate_id", "requirement_id")


def _evidence(
    proofs: Sequence[Proof], said: Availability, judged: Mapping[uuid.UUID, str]
) -> tuple[EvidenceFacts, ...]:
    facts = []
    for proof in proofs:
        promised = Availability(judged[proof.id])
        facts.append(
            EvidenceFacts(
                Source(proof.source),
                Verdict(proof.verdict),
                proof.at,
                independent=proof.independent,
                judged=None if promised == said else promised,
            )
        )
    return tuple(facts)


def _refuted(evidence: tuple[EvidenceFacts, ...], today: datetime.date) -> bool:
    """Whether these verdicts alone, whatever is claimed, come to a refutation."""
    cell = CellFacts(claim=ClaimFacts(Availability.NOW), evidence=evidence)
    return standing(cell, today) == Standing.REFUTED
