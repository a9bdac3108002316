"""What a cell comes to: the state of each of its values, and of all together.

A requirement without lists is one value without a name. With lists:

1. Credit is the least that a value earns; the standing is that of the weakest value:
   refuted, never, unanswered, slipped, then by credit, at equal credit partly, claimed,
   shown, proven.
2. It counts as answered, shown, tested or backed by research when every value is; all
   but the first are counted of answered cells only.
3. One value that is refuted or *never*, and not excused, knocks out.
4. A promise is judged by a source as soon as it judged one value that was promised;
   the worst such verdict counts.
5. Values that are ruled out leave all of this; when every value is, the cell does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trials.scoring.credits import DEFAULT_CREDITS, Credits
from trials.scoring.facts import Availability, CellFacts, Source, Standing
from trials.scoring.ledger import HARSHNESS
from trials.scoring.values import OFFERED, STATED, Kept, ValueState, value_state

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

    `by_trial` and `by_demo`: how its promise was judged by each.
    """

    standing: Standing
    credit: Decimal | None
    working: str
    answered: bool
    shown: bool
    tested: bool
    researched: bool
    knocks_out: bool
    by_trial: Kept | None
    by_demo: Kept | None
    better: bool
    honest_never: bool
    slipped: bool
    values: tuple[ValueState, ...]

    @property
    def not_applicable(self) -> bool:
        """Whether nothing of it is left in the reckoning."""
        return self.credit is None

    @property
    def counted(self) -> tuple[ValueState, ...]:
        """The values that are not ruled out."""
        return tuple(one for one in self.values if not one.not_applicable)

    @property
    def marks(self) -> tuple[str, str, str]:
        """What is claimed, and the last verdict of a demo and of a trial, as text.

        Of several values the weakest; blank once there is none for one of them.
        """
        counted = self.counted or self.values
        said = [one.claimed for one in counted]
        weakest = min(filter(None, said), key=_LEAST_SAID.index, default=None)
        return (
            "" if weakest is None or None in said else str(weakest),
            _harshest(counted, Source.DEMO),
            _harshest(counted, Source.TRIAL),
        )

    @property
    def judged(self) -> bool:
        """Whether a demo or a trial judged one of its values."""
        return any(one.tried for one in self.counted)

    @property
    def excused(self) -> bool:
        """Whether a knock-out by it, or by one of its values, is excused."""
        return any(one.facts.excused for one in self.values)

    @property
    def is_stale(self) -> bool:
        """Whether the requirement changed after it was answered."""
        claims = (one.facts.claim for one in self.values)
        return any(claim is not None and claim.stale for claim in claims)

    @property
    def is_stated(self) -> bool:
        """Whether the availability of every value is stated, of today's requirement."""
        stated = all(one.claimed in STATED for one in self.counted)
        return stated and not self.is_stale

    @property
    def is_offered(self) -> bool:
        """Whether one value is said to be there, or to come."""
        return any(one.claimed in OFFERED for one in self.counted)

    @property
    def owes_demo(self) -> bool:
        """Whether one value that is offered was never looked at in a demo."""
        return any(
            one.claimed in OFFERED and one.verdict_of(Source.DEMO) is None
            for one in self.counted
        )

    @property
    def is_settled(self) -> bool:
        """Whether nobody has to test it any more: proven, knocked out or excused."""
        return self.knocks_out or all(one.is_settled for one in self.counted)

    @property
    def to_reconfirm(self) -> tuple[str, ...]:
        """Values with a verdict that only judged older words."""
        return tuple(one.name for one in self.values if one.unconfirmed)


def plain_state(
    cell: CellFacts, today: date, credits: Credits = DEFAULT_CREDITS
) -> CellState:
    """The cell of a requirement without lists."""
    return combine((value_state(cell, today, credits),))


def combine(values: Sequence[ValueState]) -> CellState:
    """The state of a cell from that of its values, of which there is at least one."""
    left = [one for one in values if not one.not_applicable]
    counted = left or values
    weakest = min(counted, key=_weakness)
    poorest = min(counted, key=lambda one: (one.credit or 0, _weakness(one)))
    words = poorest.working
    if poorest.name and poorest.credit is not None:
        words = f"{poorest.name}: {words}"
    answered = all(one.answered for one in counted)
    return CellState(
        standing=weakest.standing,
        credit=poorest.credit,
        working=words,
        answered=answered,
        shown=answered and all(one.shown for one in counted),
        tested=answered and all(one.tested for one in counted),
        researched=answered and all(one.researched for one in counted),
        knocks_out=any(one.knocks_out for one in left),
        by_trial=_worst([one.by_trial for one in left]),
        by_demo=_worst([one.by_demo for one in left]),
        better=any(one.better for one in left) and not any(one.worse for one in left),
        honest_never=any(one.standing == Standing.NEVER for one in left),
        slipped=any(one.standing == Standing.SLIPPED for one in left),
        values=tuple(values),
    )


def _weakness(one: ValueState) -> tuple[int, Decimal, int]:
    place = _WEAKEST.index(one.standing)
    if place < _WEAK_BY_ITSELF:
        return place, Decimal(0), place
    return _WEAK_BY_ITSELF, one.credit or Decimal(0), place


def _worst(kept: Sequence[Kept | None]) -> Kept | None:
    judged = [one for one in kept if one is not None]
    return max(judged, key=lambda one: HARSHNESS[one.found.verdict], default=None)


def _harshest(values: Sequence[ValueState], source: Source) -> str:
    verdicts = [one.verdict_of(source) for one in values]
    if None in verdicts:
        return ""
    return str(max(filter(None, verdicts), key=HARSHNESS.__getitem__))
