"""The ledger of one cell: its standing and the credit that it earns.

How the proof that counts is found:

1. No claim, a withdrawn one, or one whose requirement changed since: nothing
   counts, the cell is *unanswered*.
2. Trial beats demo beats research beats claim; within one source the newest
   verdict counts. Of two verdicts of the same instant the harsher counts, so
   the order of the rows never matters.
3. Research counts only from an independent source. It never *shows* anything:
   research that holds leaves the standing at *claimed* and raises its credit.
4. A demo whose newest verdict is *not shown* beats research and earlier demos,
   but only downwards. It proves nothing, so what they proved earns at most the
   credit of *not shown* and it never earns more than was there without it; and
   it disproves nothing, so a refutation stays until somebody judges it anew
   (a knock-out never disappears by itself). *Not shown* outside a demo says
   nothing at all.
5. *Never* and *slipped* speak where no verdict does. A *never* that fails a test
   is still an honest *never*; proof of the contrary is proof.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trials.scoring.credits import DEFAULT_CREDITS, Credits
from trials.scoring.facts import (
    Availability,
    CellFacts,
    ClaimFacts,
    EvidenceFacts,
    Source,
    Standing,
    Verdict,
)

HARSHNESS = {
    Verdict.HOLDS: 0,
    Verdict.PARTLY: 1,
    Verdict.NOT_SHOWN: 2,
    Verdict.FAILS: 3,
}
_HELD = {
    Source.TRIAL: Standing.PROVEN,
    Source.DEMO: Standing.SHOWN,
    Source.RESEARCH: Standing.CLAIMED,
}
_CLAIM_WORDS = {
    Availability.NOW: "claimed, available now",
    Availability.BETA: "claimed, in beta",
    Availability.PLANNED: "claimed, planned",
    Availability.ON_REQUEST: "claimed, on request",
    Availability.NEVER: "the candidate says never",
    Availability.PARTIAL: "noted as held in part",
    Availability.UNSTATED: "noted without a status",
}
_VERDICT_WORDS = {
    Verdict.HOLDS: "holds",
    Verdict.PARTLY: "holds partly",
    Verdict.FAILS: "fails",
}
_SOURCE_WORDS = {
    Source.TRIAL: "in the trial",
    Source.DEMO: "in the demo",
    Source.RESEARCH: "by independent research",
}


@dataclass(frozen=True, slots=True)
class CellCredit:
    """The credit of a cell and why.

    ``value`` is ``None`` for a cell ruled not applicable, and nothing else.
    """

    value: Decimal | None
    standing: Standing
    working: str


@dataclass(frozen=True, slots=True)
class _Proof:
    """The verdict that counts, and whether a demo has failed to show it since."""

    found: EvidenceFacts | None
    withheld: bool


def live_claim(cell: CellFacts) -> ClaimFacts | None:
    """Return the claim that still answers the requirement, if there is one."""
    claim = cell.claim
    if claim is None or claim.stale or claim.availability == Availability.WITHDRAWN:
        return None
    return claim


def tried(cell: CellFacts) -> EvidenceFacts | None:
    """Return the verdict of a trial or a demo that counts, if there is one.

    The claim is not asked: a vendor that withdraws what failed was still tested.
    """
    found = _proof(cell).found
    return None if found is None or found.source == Source.RESEARCH else found


def standing(cell: CellFacts, today: date) -> Standing:
    """Say where the cell stands today, whatever its weight or applicability."""
    claim = live_claim(cell)
    if claim is None:
        return Standing.UNANSWERED
    return _standing(claim, _proof(cell).found, today)


def credit(
    cell: CellFacts, today: date, credits: Credits = DEFAULT_CREDITS
) -> CellCredit:
    """Say what the cell earns today, between 0 and 1, and by which proof."""
    claim = live_claim(cell)
    if claim is None:
        where, value, words = Standing.UNANSWERED, Decimal(0), _why_unanswered(cell)
    else:
        proof = _proof(cell)
        where = _standing(claim, proof.found, today)
        value, words = _earned(claim, proof.found, where, credits)
        if proof.withheld:
            value = min(value, credits.demo_not_shown)
            words = f"{words}; not shown in the demo"
    if cell.not_applicable:
        return CellCredit(None, where, "ruled not applicable")
    return CellCredit(value, where, f"{words}: {value}")


def _why_unanswered(cell: CellFacts) -> str:
    if cell.claim is None:
        return "unanswered"
    if cell.claim.availability == Availability.WITHDRAWN:
        return "unanswered, the claim was withdrawn"
    return "unanswered, the requirement changed after the claim"


def judged_by(cell: CellFacts, source: Source) -> EvidenceFacts | None:
    """Return the verdict of that source that counts, whatever other sources say.

    Of demos, one that was *not shown* since leaves a refutation alone.
    """
    if source != Source.DEMO:
        return newest(cell, source)
    demo = newest(cell, source, with_not_shown=True)
    if demo is None or demo.verdict != Verdict.NOT_SHOWN:
        return demo
    earlier = newest(cell, source)
    refuted = earlier is not None and earlier.verdict == Verdict.FAILS
    return earlier if refuted else None


def newest(
    cell: CellFacts, source: Source, *, with_not_shown: bool = False
) -> EvidenceFacts | None:
    """Return the newest verdict of a source, of equally new ones the harsher."""
    found = [
        each
        for each in cell.evidence
        if each.source == source
        and (with_not_shown or each.verdict != Verdict.NOT_SHOWN)
        and (each.independent or source != Source.RESEARCH)
    ]
    return max(found, key=lambda each: (each.at, HARSHNESS[each.verdict]), default=None)


def _proof(cell: CellFacts) -> _Proof:
    if not cell.evidence:
        return _Proof(None, withheld=False)
    trial = judged_by(cell, Source.TRIAL)
    if trial is not None:
        return _Proof(trial, withheld=False)
    demo = newest(cell, Source.DEMO, with_not_shown=True)
    withheld = demo is not None and demo.verdict == Verdict.NOT_SHOWN
    found = judged_by(cell, Source.DEMO) or judged_by(cell, Source.RESEARCH)
    return _Proof(found, withheld=withheld)


def _standing(claim: ClaimFacts, found: EvidenceFacts | None, today: date) -> Standing:
    if claim.availability == Availability.NEVER and (
        found is None or found.verdict == Verdict.FAILS
    ):
        return Standing.NEVER
    if found is None:
        return Standing.SLIPPED if _slipped(claim, today) else Standing.CLAIMED
    if found.verdict == Verdict.HOLDS:
        return _HELD[found.source]
    return Standing.PARTLY if found.verdict == Verdict.PARTLY else Standing.REFUTED


def _slipped(claim: ClaimFacts, today: date) -> bool:
    """A planned date has passed; on the day itself it may still be kept."""
    return (
        claim.availability == Availability.PLANNED
        and claim.available_from is not None
        and claim.available_from < today
    )


def _earned(
    claim: ClaimFacts,
    found: EvidenceFacts | None,
    where: Standing,
    credits: Credits,
) -> tuple[Decimal, str]:
    if where == Standing.SLIPPED:
        words = f"planned for {claim.available_from}, passed without proof"
        return credits.claim_slipped, words
    if where == Standing.NEVER or found is None:
        # What a source says in part earns what research earns that holds partly.
        is_partial = claim.availability == Availability.PARTIAL
        name = "research_partly" if is_partial else f"claim_{claim.availability}"
        return _of(credits, name), _CLAIM_WORDS[claim.availability]
    words = f"{_VERDICT_WORDS[found.verdict]} {_SOURCE_WORDS[found.source]}"
    return _of(credits, f"{found.source}_{found.verdict}"), words


def _of(credits: Credits, name: str) -> Decimal:
    value: Decimal = getattr(credits, name)
    return value
