"""One cell read alone and slowly, by the rules as they are written; the code of the
ledger knows nothing of it. Only what a single value comes to is the ledger's own."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q

from evaltracker.enumerations import Availability, Source
from evaltracker.evaluations.models import Requirement
from trials.models import Evidence, Excuse
from trials.scoring import (
    CellFacts,
    ClaimFacts,
    Credits,
    EvidenceFacts,
    Standing,
    Verdict,
    standing,
)
from trials.selectors.cells import awaiting_reply
from vendors.models import Candidate, Claim, Ruling

type Value = tuple[str, str]
ANSWERS = ("now", "beta", "planned", "on_request", "never")
STRENGTH = (Source.TRIAL, Source.DEMO, Source.RESEARCH)
HARSH = ("holds", "partly", "not_shown", "fails")

type Answer = tuple[str, datetime.date | None]


@dataclass
class Slow:
    """What counts for one value, and which sources only judged older words; `then` has
    the verdicts on older words alone, `new` those on words of now."""

    facts: CellFacts
    answered: bool
    unconfirmed: tuple[Source, ...]
    then: CellFacts = field(default_factory=CellFacts)
    new: Sequence[EvidenceFacts] = ()


def values_of(requirement: Requirement) -> list[Value]:
    """The values that it must hold in, those that were retired left out."""
    return [
        (demand.scope.name, value.name)
        for demand in requirement.demands.select_related("scope")
        for value in demand.scope.values.filter(retired_at=None)
    ]


def answer_for(claim: Claim, value: Value | None) -> Answer | None:
    """What one revision says of a value."""
    whole = (claim.availability, claim.available_from)
    if value is None:
        return whole
    if claim.availability == "withdrawn":
        return None
    name, word = value
    if claim.holds_for is not None:
        said = claim.holds_for["means"].get(name, {}).get(word)
        return said and (said[0], said[1] and datetime.date.fromisoformat(said[1]))
    if claim.environments:
        return whole if word in claim.environments else None
    return whole if claim.availability == "never" else None


def speaks_of(verdict: Evidence, value: Value | None) -> bool:
    """Whether a verdict names a value, itself or by what it judged."""
    if value is None:
        return True
    item = verdict.criterion or verdict.script_item
    name, word = value
    if name in verdict.named_values:
        return word in verdict.named_values[name]
    return item is not None and word in item.named_values.get(name, [])


def is_ruled(row: Any, value: Value | None) -> bool:
    """Whether a ruling or an excuse is for a value."""
    if row is None or not row.named_values:
        return row is not None
    return value is not None and value[1] in row.named_values.get(value[0], [])


def read_slowly(
    candidate: Candidate,
    requirement: Requirement,
    value: Value | None,
    today: datetime.date,
) -> Slow:
    """What counts of one cell for one value; None for a requirement without lists."""
    here = {"candidate": candidate, "requirement": requirement}
    out = is_ruled(Ruling.objects.filter(**here).first(), value)
    excused = is_ruled(Excuse.objects.standing().filter(**here).first(), value)
    claim = Claim.objects.filter(**here, superseded_at=None).first()
    if claim is None:
        return Slow(CellFacts(None, (), out, excused), False, ())
    verdicts = Evidence.objects.filter(
        ~Q(awaiting_reply("finding__")),
        claim__candidate=candidate,
        claim__requirement=requirement,
    ).select_related("claim", "criterion", "script_item", "reconfirms__claim")
    found = [
        verdict
        for verdict in verdicts.order_by("recorded_at", "pk")
        if speaks_of(verdict, value) and answer_for(verdict.claim, value)
    ]
    current = [one for one in found if is_current(one.claim, claim, value)]
    older = [one for one in found if one not in current]
    before = [
        one
        for one in older
        if one.claim.requirement_revision == claim.requirement_revision
    ]
    answer = answer_for(claim, value)
    refuted = is_refuted(before, today)
    said = answer
    if claim.availability == "withdrawn":
        said = ("withdrawn", None)
    elif answer is None and refuted:
        said = ("now", None)
    stale = claim.requirement_revision < requirement.revision
    words = said or ("now", None)
    then = CellFacts(
        ClaimFacts(Availability(words[0]), words[1], stale),
        [facts_of(one, words[0], value) for one in before],
    )
    new = [facts_of(one, words[0], value) for one in current]
    if said is None:
        return Slow(CellFacts(None, (), out, excused), False, (), then, new)
    if refuted or claim.availability == "withdrawn":
        counted = before + current
    else:
        counted = current
    facts = CellFacts(
        ClaimFacts(Availability(said[0]), said[1], stale),
        [facts_of(one, said[0], value) for one in counted],
        out,
        excused,
    )
    sources = {source_of(one) for one in older} - {source_of(one) for one in current}
    waiting = tuple(source for source in Source if source in sources)
    if answer is None or out:
        waiting = ()
    is_answer = answer is not None and answer[0] in ANSWERS
    return Slow(facts, is_answer, waiting, then, new)


def is_current(judged: Claim, claim: Claim, value: Value | None) -> bool:
    """Whether words that were judged stand."""
    if judged == claim:
        return True
    return (
        value is not None
        and judged.requirement_revision == claim.requirement_revision
        and judged.statement == claim.statement
        and judged.evidence_url == claim.evidence_url
        and answer_for(judged, value) == answer_for(claim, value)
    )


def source_of(verdict: Evidence) -> Source:
    """The source by whose rules it counts."""
    if (verdict.source, verdict.runner, verdict.data) == ("trial", "vendor", "vendor"):
        return Source.DEMO
    return Source(verdict.source)


def facts_of(verdict: Evidence, said: str, value: Value | None) -> EvidenceFacts:
    """The verdict, with what was promised when it was reached first."""
    first = verdict
    while first.reconfirms is not None:
        first = first.reconfirms
    answer = answer_for(first.claim, value) or answer_for(verdict.claim, value)
    assert answer is not None
    return EvidenceFacts(
        source_of(verdict),
        Verdict(verdict.verdict),
        verdict.recorded_at,
        independent=verdict.independent,
        judged=None if answer[0] == said else Availability(answer[0]),
    )


def is_refuted(verdicts: Sequence[Evidence], today: datetime.date) -> bool:
    """Whether these alone come to a refutation."""
    facts = CellFacts(
        ClaimFacts(Availability.NOW), [facts_of(one, "now", None) for one in verdicts]
    )
    return standing(facts, today) == Standing.REFUTED


def strongest(facts: Sequence[EvidenceFacts]) -> EvidenceFacts | None:
    """The newest verdict of the strongest source, of two at a time the harsher."""
    for source in STRENGTH:
        rows = [
            one
            for one in facts
            if one.source == source
            and (one.independent or source != Source.RESEARCH)
            and (one.verdict != "not_shown" or source == Source.DEMO)
        ]
        if rows:
            return max(rows, key=lambda one: (one.at, HARSH.index(one.verdict)))
    return None


def most_of(slow: Slow, credits: Credits) -> Decimal:
    """What new words earn at most for what was found of older ones."""
    last, anew = strongest(slow.then.evidence), strongest(slow.new)
    if last is None:
        return Decimal(1)
    if anew and STRENGTH.index(anew.source) <= STRENGTH.index(last.source):
        return Decimal(1)
    return Decimal(str(getattr(credits, f"{last.source}_{last.verdict}")))
