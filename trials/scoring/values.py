"""What one value of a cell comes to, by the ledger's rules and alone."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trials.scoring.credits import DEFAULT_CREDITS, Credits
from trials.scoring.facts import (
    Availability,
    CellFacts,
    EvidenceFacts,
    Source,
    Standing,
    Verdict,
)
from trials.scoring.ledger import credit, judged_by, newest, tried

PROMISED = (Availability.NOW, Availability.BETA)
STATED = (
    *(*PROMISED, Availability.PLANNED, Availability.ON_REQUEST),
    Availability.NEVER,
)
# Said to be there or to come, by whomever.
OFFERED = (
    *(*PROMISED, Availability.PLANNED, Availability.ON_REQUEST),
    Availability.PARTIAL,
)
FATAL = (Standing.REFUTED, Standing.NEVER)
SETTLED = (Standing.PROVEN, *FATAL)
JUDGED = (Verdict.HOLDS, Verdict.PARTLY, Verdict.FAILS)


@dataclass(frozen=True, slots=True)
class Kept:
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
    by_trial: Kept | None
    by_demo: Kept | None
    better: bool
    worse: bool

    @property
    def name(self) -> str:
        """The value with its list, blank if it has none."""
        return f"{self.list_name}: {self.value}" if self.list_name else ""

    @property
    def not_applicable(self) -> bool:
        """Whether it is ruled out."""
        return self.credit is None

    @property
    def knocks_out(self) -> bool:
        """Whether it blocks the candidate if the requirement is a must-have."""
        ruled = self.not_applicable or self.facts.excused
        return self.standing in FATAL and not ruled

    @property
    def is_settled(self) -> bool:
        """Whether nobody has to test it any more."""
        return self.standing in SETTLED or self.facts.excused

    def verdict_of(self, source: Source) -> Verdict | None:
        """The last verdict of a source, *not shown* too; the facts are in order."""
        verdicts = reversed(self.facts.evidence)
        return next((each.verdict for each in verdicts if each.source == source), None)


def value_state(
    cell: CellFacts,
    today: date,
    credits: Credits = DEFAULT_CREDITS,
    *,
    list_name: str = "",
    value: str = "",
    left_out: bool = False,
    unconfirmed: tuple[Source, ...] = (),
) -> ValueState:
    """What one value comes to.

    `left_out`: the current answer says nothing of it, what stands is a refutation of
    what was said before.
    """
    earned = credit(cell, today, credits)
    answered = earned.standing != Standing.UNANSWERED and not left_out
    demo = newest(cell, Source.DEMO, with_not_shown=True)
    research = newest(cell, Source.RESEARCH)
    found = _kept(cell, tried(cell))
    modest = found is not None and found.said not in (
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
        better=modest and found is not None and found.found.verdict == Verdict.HOLDS,
        worse=found is not None and found.found.verdict != Verdict.HOLDS,
    )


def promise_judged(cell: CellFacts, found: EvidenceFacts | None) -> Kept | None:
    """The promise that a verdict judged, if *now* or *beta* had been said."""
    kept = _kept(cell, found)
    return kept if kept is not None and kept.said in PROMISED else None


def _kept(cell: CellFacts, found: EvidenceFacts | None) -> Kept | None:
    """What was said of what was found; nothing once the requirement has changed."""
    if cell.claim is None or cell.claim.stale or found is None:
        return None
    return Kept(found.judged or cell.claim.availability, found)
