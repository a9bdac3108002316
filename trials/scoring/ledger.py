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

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from evaltracker.enumerations import Availability, Source
from trials.scoring.open_cells import (
    DEFAULT_CREDITS,
    CellFacts,
    ClaimFacts,
    Credits,
    EvidenceFacts,
    Standing,
    Verdict,
)
from vendors.answered_values import says

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
    claim = cell.claim
    if claim is None or claim.stale or claim.availability == Availability.WITHDRAWN:
        return None
    return claim


def tried(cell: CellFacts) -> EvidenceFacts | None:
    """Return the verdict of a trial or a demo that counts, if there is one.

    The claim is not asked: a vendor that withdraws what failed was still tested.
    """
    evidence = _proof(cell).found
    if evidence is None or evidence.source == Source.RESEARCH:
        return None
    return evidence


def standing(cell: CellFacts, today: date) -> Standing:
    claim = live_claim(cell)
    if claim is None:
        return Standing.UNANSWERED
    return _standing(claim, _proof(cell).found, today)


def credit(
    cell: CellFacts, today: date, credits: Credits = DEFAULT_CREDITS
) -> CellCredit:
    claim = live_claim(cell)
    if claim is None:
        cell_standing = Standing.UNANSWERED
        value = Decimal(0)
        reason = _why_unanswered(cell)
    else:
        proof = _proof(cell)
        cell_standing = _standing(claim, proof.found, today)
        value, reason = _earned(claim, proof.found, cell_standing, credits)
        if proof.withheld:
            value = min(value, credits.demo_not_shown)
            reason = f"{reason}; not shown in the demo"
    if cell.not_applicable:
        return CellCredit(None, cell_standing, "ruled not applicable")
    return CellCredit(value, cell_standing, f"{reason}: {value}")


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
    facts = [
        fact
        for fact in cell.evidence
        if fact.source == source
        and (with_not_shown or fact.verdict != Verdict.NOT_SHOWN)
        and (fact.independent or source != Source.RESEARCH)
    ]
    return max(facts, key=lambda fact: (fact.at, HARSHNESS[fact.verdict]), default=None)


def _proof(cell: CellFacts) -> _Proof:
    if not cell.evidence:
        return _Proof(None, withheld=False)
    trial = judged_by(cell, Source.TRIAL)
    if trial is not None:
        return _Proof(trial, withheld=False)
    demo = newest(cell, Source.DEMO, with_not_shown=True)
    withheld = demo is not None and demo.verdict == Verdict.NOT_SHOWN
    evidence = judged_by(cell, Source.DEMO) or judged_by(cell, Source.RESEARCH)
    return _Proof(evidence, withheld=withheld)


def _standing(
    claim: ClaimFacts, evidence: EvidenceFacts | None, today: date
) -> Standing:
    if claim.availability == Availability.NEVER and (
        evidence is None or evidence.verdict == Verdict.FAILS
    ):
        return Standing.NEVER
    if evidence is None:
        if _slipped(claim, today):
            return Standing.SLIPPED
        return Standing.CLAIMED
    if evidence.verdict == Verdict.HOLDS:
        return _HELD[evidence.source]
    if evidence.verdict == Verdict.PARTLY:
        return Standing.PARTLY
    return Standing.REFUTED


def _slipped(claim: ClaimFacts, today: date) -> bool:
    """A planned date has passed; on the day itself it may still be kept."""
    return (
        claim.availability == Availability.PLANNED
        and claim.available_from is not None
        and claim.available_from < today
    )


def _earned(
    claim: ClaimFacts,
    evidence: EvidenceFacts | None,
    cell_standing: Standing,
    credits: Credits,
) -> tuple[Decimal, str]:
    if cell_standing == Standing.SLIPPED:
        reason = f"planned for {claim.available_from}, passed without proof"
        return credits.claim_slipped, reason
    if cell_standing == Standing.NEVER or evidence is None:
        # What a source says in part earns what research earns that holds partly.
        is_partial = claim.availability == Availability.PARTIAL
        if is_partial:
            name = "research_partly"
        else:
            name = f"claim_{claim.availability}"
        return _of(credits, name), _CLAIM_WORDS[claim.availability]
    reason = f"{_VERDICT_WORDS[evidence.verdict]} {_SOURCE_WORDS[evidence.source]}"
    return _of(credits, f"{evidence.source}_{evidence.verdict}"), reason


def _of(credits: Credits, name: str) -> Decimal:
    value: Decimal = getattr(credits, name)
    return value


# What one value of a cell comes to, by the ledger's rules and alone.

PROMISED = (Availability.NOW, Availability.BETA)
STATED = (
    *(*PROMISED, Availability.PLANNED, Availability.ON_REQUEST),
    Availability.NEVER,
)
NOTED = (Availability.UNSTATED, Availability.PARTIAL)
# Said to be there or to come, by whomever.
OFFERED = (
    *(*PROMISED, Availability.PLANNED, Availability.ON_REQUEST),
    Availability.PARTIAL,
)
FATAL = (Standing.REFUTED, Standing.NEVER)
SETTLED = (Standing.PROVEN, *FATAL)
JUDGED = (Verdict.HOLDS, Verdict.PARTLY, Verdict.FAILS)


@dataclass(frozen=True, slots=True)
class JudgedPromise:
    """A promise that was judged: what had been said and what was found."""

    said: Availability
    found: EvidenceFacts


@dataclass(frozen=True, slots=True)
class ValueState:
    """One value of a cell; without a name where the requirement has no lists.

    `credit` is None where it is ruled out; `claimed` where nothing is said of it.
    `unconfirmed` are the sources that judged
    older words only. `better`: it was said to be less than *now*, and it held.
    """

    list_name: str
    value: str
    facts: CellFacts
    standing: Standing
    credit: Decimal | None
    working: str
    claimed: Availability | None
    answered: bool
    shown: bool
    tested: bool
    researched: bool
    unconfirmed: tuple[Source, ...]
    tried: bool
    by_trial: JudgedPromise | None
    by_demo: JudgedPromise | None
    better: bool
    worse: bool

    @property
    def name(self) -> str:
        """The value with its list, blank if it has none."""
        if self.list_name:
            return f"{self.list_name}: {self.value}"
        return ""

    @property
    def not_applicable(self) -> bool:
        return self.credit is None

    @property
    def knocks_out(self) -> bool:
        ruled = self.not_applicable or self.facts.excused
        return self.standing in FATAL and not ruled

    @property
    def is_settled(self) -> bool:
        return self.standing in SETTLED or self.facts.excused

    def verdict_of(self, source: Source) -> Verdict | None:
        """The last verdict of a source, *not shown* too; the facts are in order."""
        verdicts = reversed(self.facts.evidence)
        return next((fact.verdict for fact in verdicts if fact.source == source), None)


def value_state(
    cell: CellFacts,
    today: date,
    credits: Credits = DEFAULT_CREDITS,
    *,
    list_name: str = "",
    value: str = "",
    left_out: bool = False,
    unconfirmed: tuple[Source, ...] = (),
    former: bool = False,
) -> ValueState:
    """What one value comes to.

    `left_out`: the current answer says nothing of it, what stands is a refutation of
    what was said before. `former`: by formulas 1 to 3, for which a note without a
    status was an answer.
    """
    earned = credit(cell, today, credits)
    answered = earned.standing != Standing.UNANSWERED and not left_out
    if not former:
        claim = live_claim(cell)
        answered = answered and claim is not None and says(claim.availability)
    demo = newest(cell, Source.DEMO, with_not_shown=True)
    research = newest(cell, Source.RESEARCH)
    judged = _kept(cell, tried(cell))
    modest = judged is not None and judged.said not in (
        *(Availability.NOW, Availability.WITHDRAWN),
    )
    return ValueState(
        list_name=list_name,
        value=value,
        facts=cell,
        standing=earned.standing,
        credit=earned.value,
        working=earned.working,
        claimed=None if left_out or cell.claim is None else cell.claim.availability,
        answered=answered,
        shown=answered and demo is not None and demo.verdict in JUDGED,
        tested=answered and newest(cell, Source.TRIAL) is not None,
        researched=answered
        and research is not None
        and research.verdict in (Verdict.HOLDS, Verdict.PARTLY),
        unconfirmed=unconfirmed,
        tried=answered and tried(cell) is not None,
        by_trial=promise_judged(cell, judged_by(cell, Source.TRIAL)),
        by_demo=promise_judged(cell, judged_by(cell, Source.DEMO)),
        better=modest and judged is not None and judged.found.verdict == Verdict.HOLDS,
        worse=judged is not None and judged.found.verdict != Verdict.HOLDS,
    )


def promise_judged(
    cell: CellFacts, evidence: EvidenceFacts | None
) -> JudgedPromise | None:
    """The promise that a verdict judged, if *now* or *beta* had been said."""
    promise = _kept(cell, evidence)
    if promise is not None and promise.said in PROMISED:
        return promise
    return None


def _kept(cell: CellFacts, evidence: EvidenceFacts | None) -> JudgedPromise | None:
    """What was said of what was found; nothing once the requirement has changed."""
    if cell.claim is None or cell.claim.stale or evidence is None:
        return None
    return JudgedPromise(evidence.judged or cell.claim.availability, evidence)


# What a cell comes to: the state of each of its values, and of all together.
#
# A requirement without lists is one value without a name. With lists:
#
# 1. Credit is the least that a value earns; the standing is that of the weakest value:
# refuted, never, unanswered, slipped, then by credit, at equal credit partly, claimed,
#    shown, proven.
# 2. It counts as answered, shown, tested or backed by research when every value is; all
#    but the first are counted of answered cells only.
# 3. One value that is refuted or *never*, and not excused, knocks out.
# 4. A promise is judged by a source as soon as it judged one value that was promised;
#    the worst such verdict counts.
# 5. Values that are ruled out leave all of this; when every value is, the cell does.

_WEAKEST = (
    *(Standing.REFUTED, Standing.NEVER, Standing.UNANSWERED, Standing.SLIPPED),
    *(Standing.PARTLY, Standing.CLAIMED, Standing.SHOWN, Standing.PROVEN),
)
# Weak whatever they earn; the others are ordered by their credit first.
_WEAK_BY_ITSELF = 4

_LEAST_SAID = (
    *(Availability.WITHDRAWN, Availability.UNSTATED, Availability.NEVER),
    *(Availability.ON_REQUEST, Availability.PLANNED, Availability.PARTIAL),
    *(Availability.BETA, Availability.NOW),
)


@dataclass(frozen=True, slots=True)
class CellState:
    """A candidate and a requirement as they stand; `credit` is None where ruled out.

    `by_trial` and `by_demo`: how its promise was judged by each. `ours`: what stands is
    a note of the buyer.
    """

    standing: Standing
    credit: Decimal | None
    working: str
    answered: bool
    shown: bool
    tested: bool
    researched: bool
    knocks_out: bool
    by_trial: JudgedPromise | None
    by_demo: JudgedPromise | None
    better: bool
    honest_never: bool
    slipped: bool
    values: tuple[ValueState, ...]
    ours: bool = False

    @property
    def not_applicable(self) -> bool:
        return self.credit is None

    @property
    def counted(self) -> tuple[ValueState, ...]:
        return tuple(value for value in self.values if not value.not_applicable)

    @property
    def marks(self) -> tuple[str, str, str]:
        """What is claimed, and the last verdict of a demo and of a trial, as text.

        Of several values the weakest; blank once there is none for one of them.
        """
        counted = self.counted or self.values
        claims = [value.claimed for value in counted]
        weakest = min(filter(None, claims), key=_LEAST_SAID.index, default=None)
        return (
            "" if weakest is None or None in claims else str(weakest),
            _harshest(counted, Source.DEMO),
            _harshest(counted, Source.TRIAL),
        )

    @property
    def judged(self) -> bool:
        return any(value.tried for value in self.counted)

    @property
    def excused(self) -> bool:
        return any(value.facts.excused for value in self.values)

    @property
    def is_stale(self) -> bool:
        claims = (value.facts.claim for value in self.counted)
        return any(claim is not None and claim.stale for claim in claims)

    @property
    def is_stated(self) -> bool:
        """Whether the availability of every value is stated, of today's requirement."""
        stated = all(value.claimed in STATED for value in self.counted)
        return stated and not self.is_stale

    @property
    def is_noted(self) -> bool:
        """Whether all that stands are notes without a status: they answer nothing."""
        unanswered = not (self.answered or self.is_stale)
        return unanswered and any(value.claimed in NOTED for value in self.counted)

    @property
    def is_offered(self) -> bool:
        return any(value.claimed in OFFERED for value in self.counted)

    @property
    def owes_demo(self) -> bool:
        """Whether one value that is offered was never looked at in a demo."""
        return any(
            value.claimed in OFFERED and value.verdict_of(Source.DEMO) is None
            for value in self.counted
        )

    @property
    def is_settled(self) -> bool:
        return self.knocks_out or all(value.is_settled for value in self.counted)

    @property
    def to_reconfirm(self) -> tuple[str, ...]:
        """Values not ruled out, with a verdict that only judged older words."""
        return tuple(value.name for value in self.counted if value.unconfirmed)


def plain_state(
    cell: CellFacts, today: date, credits: Credits = DEFAULT_CREDITS
) -> CellState:
    return combine((value_state(cell, today, credits),))


def combine(values: Sequence[ValueState]) -> CellState:
    left = [value for value in values if not value.not_applicable]
    counted = left or values
    weakest = min(counted, key=_weakness)
    poorest = min(counted, key=lambda value: (value.credit or 0, _weakness(value)))
    working = poorest.working
    if poorest.name and poorest.credit is not None:
        working = f"{poorest.name}: {working}"
    answered = all(value.answered for value in counted)
    return CellState(
        standing=weakest.standing,
        credit=poorest.credit,
        working=working,
        answered=answered,
        shown=answered and all(value.shown for value in counted),
        tested=answered and all(value.tested for value in counted),
        researched=answered and all(value.researched for value in counted),
        knocks_out=any(value.knocks_out for value in left),
        by_trial=_worst([value.by_trial for value in left]),
        by_demo=_worst([value.by_demo for value in left]),
        better=any(value.better for value in left)
        and not any(value.worse for value in left),
        honest_never=any(value.standing == Standing.NEVER for value in left),
        slipped=any(value.standing == Standing.SLIPPED for value in left),
        values=tuple(values),
    )


def _weakness(value: ValueState) -> tuple[int, Decimal, int]:
    place = _WEAKEST.index(value.standing)
    if place < _WEAK_BY_ITSELF:
        return place, Decimal(0), place
    return _WEAK_BY_ITSELF, value.credit or Decimal(0), place


def _worst(kept: Sequence[JudgedPromise | None]) -> JudgedPromise | None:
    judged = [promise for promise in kept if promise is not None]
    return max(
        judged, key=lambda promise: HARSHNESS[promise.found.verdict], default=None
    )


def _harshest(values: Sequence[ValueState], source: Source) -> str:
    verdicts = [value.verdict_of(source) for value in values]
    if None in verdicts:
        return ""
    return str(max(filter(None, verdicts), key=HARSHNESS.__getitem__))


# Formulas 1 and 2, for memos that were counted with them: no lists, and whatever a
# demo or a trial judged was *tested*.


def state_before_scope(
    cell: CellFacts, today: date, credits: Credits = DEFAULT_CREDITS
) -> CellState:
    """The cell, tested if a demo or a trial judged it, and its promise by either."""
    state = combine((value_state(cell, today, credits, former=True),))
    evidence = tried(cell)
    if state.not_applicable:
        judged = None
    else:
        judged = promise_judged(cell, evidence)
    return replace(
        state, tested=bool(state.answered and evidence), by_trial=judged, by_demo=None
    )
