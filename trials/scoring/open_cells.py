"""What the ledger is told: plain facts, no database, no framework.

The values of its enumerations are those of the models; a caller turns a stored value
into a member with the enumeration itself: ``Source(evidence.source)``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from random import Random
from typing import Self

from evaltracker.enumerations import Availability, Priority, Source

# The table of credits: how much each degree of proof is worth, 0 to 1.


@dataclass(frozen=True, slots=True)
class Credits:
    """The defaults of the house; an evaluation may replace any of them."""

    claim_now: Decimal = Decimal("0.5")
    claim_beta: Decimal = Decimal("0.3")
    claim_planned: Decimal = Decimal("0.2")
    claim_slipped: Decimal = Decimal("0")
    claim_on_request: Decimal = Decimal("0.2")
    claim_never: Decimal = Decimal("0")
    claim_unstated: Decimal = Decimal("0")
    research_holds: Decimal = Decimal("0.6")
    research_partly: Decimal = Decimal("0.3")
    research_fails: Decimal = Decimal("0")
    demo_holds: Decimal = Decimal("0.75")
    demo_partly: Decimal = Decimal("0.4")
    demo_fails: Decimal = Decimal("0")
    demo_not_shown: Decimal = Decimal("0.25")
    trial_holds: Decimal = Decimal("1")
    trial_partly: Decimal = Decimal("0.5")
    trial_fails: Decimal = Decimal("0")

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            exact = isinstance(value, Decimal) and value.is_finite()
            if not exact or not 0 <= value <= 1:
                raise ValueError(
                    f"Credit “{field.name}” must be a decimal from 0 to 1, "
                    f"not {value!r}."
                )

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> Self:
        """Read stored credits; what is not named keeps its default.

        Values are decimals, whole numbers or decimal text. A float is refused:
        0.1 as a float is not a tenth, and totals must be exact. An unknown name
        is refused, because a misspelt credit would silently change nothing.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(mapping) - known)
        if unknown:
            raise ValueError(f"There is no credit called “{unknown[0]}”.")
        return cls(**{name: _exact(name, value) for name, value in mapping.items()})

    def as_mapping(self) -> dict[str, str]:
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}


def _exact(name: str, value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    plain = isinstance(value, int | str) and not isinstance(value, bool)
    # Decimal() would read full-width digits and underscores; stored text is ASCII.
    if plain and str(value).isascii() and "_" not in str(value):
        try:
            return Decimal(str(value))
        except InvalidOperation:
            pass
    raise ValueError(f"Credit “{name}” must be a decimal such as 0.75, not {value!r}.")


DEFAULT_CREDITS = Credits()


FORMULA_VERSION = "4"


class Verdict(StrEnum):
    HOLDS = "holds"
    PARTLY = "partly"
    FAILS = "fails"
    NOT_SHOWN = "not_shown"


class Standing(StrEnum):
    UNANSWERED = "unanswered"
    CLAIMED = "claimed"
    SHOWN = "shown"
    PROVEN = "proven"
    PARTLY = "partly"
    REFUTED = "refuted"
    NEVER = "never"
    SLIPPED = "slipped"


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """The current claim. ``stale``: the requirement changed after it was made."""

    availability: Availability
    available_from: date | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """One verdict on a claim.

    ``independent`` matters for research only: what the vendor itself published
    proves no more than its claim does. ``judged`` is the availability that the
    judged revision claimed, where it differs from the current claim: a vendor
    that retreats to *planned* after a failed demo keeps the broken promise.
    """

    source: Source
    verdict: Verdict
    at: datetime
    independent: bool = True
    judged: Availability | None = None


@dataclass(frozen=True, slots=True)
class CellFacts:
    """Everything known of one candidate and one requirement.

    ``not_applicable`` is the owner's ruling and leaves the denominator;
    ``excused`` lifts a knock-out and changes no credit.
    """

    claim: ClaimFacts | None = None
    evidence: Sequence[EvidenceFacts] = ()
    not_applicable: bool = False
    excused: bool = False


@dataclass(frozen=True, slots=True)
class RequirementFacts:
    """What the formulas need to know of a requirement; weight 0 is not scored."""

    key: str
    category: str = ""
    weight: Decimal = Decimal(0)
    priority: Priority = Priority.SHOULD


# How likely each verdict of a trial is that nobody has given yet.
#
# Every candidate has an urn: it starts with some balls in the shares of the prior, and
# each of the candidate's own trial verdicts adds one. A drawn ball goes back with one
# more like it, so whoever fails once is likelier to fail again.

# A house's record with fewer trial verdicts says too little to start from.
FEWEST_RECORDED = 30
MOST_WORTH = 100
# What is known to be wrong with it, printed wherever it is explained.
WEAKNESS = (
    "All open verdicts are taken as equally likely to fail, shown in a demo or only "
    "claimed. Failures that several vendors share, such as of our network or our data, "
    "are not linked. And where the urns start is a judgement."
)


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """Trial verdicts by what they said: a candidate's own, or those of the house."""

    holds: int = 0
    partly: int = 0
    fails: int = 0

    @property
    def total(self) -> int:
        return self.holds + self.partly + self.fails


@dataclass(frozen=True, slots=True)
class Prior:
    """What an urn starts with: three shares of their sum, worth so many verdicts."""

    holds: int
    partly: int
    fails: int
    worth: int

    def __post_init__(self) -> None:
        if min(self.holds, self.partly, self.fails) < 0 or not self.total:
            raise ValueError("The shares of a prior are 0 or more, and not all 0.")
        if not 1 <= self.worth <= MOST_WORTH:
            raise ValueError(f"Worth is 1 to {MOST_WORTH}, not {self.worth}.")

    @property
    def total(self) -> int:
        return self.holds + self.partly + self.fails


DEFAULT_PRIOR = Prior(holds=70, partly=20, fails=10, worth=10)


@dataclass(frozen=True, slots=True)
class VerdictPrior:
    """Balls of three colours in whole numbers; one verdict more is worth `step`."""

    holds: int
    partly: int
    fails: int
    step: int

    @property
    def total(self) -> int:
        return self.holds + self.partly + self.fails


def prior_of(record: TrialRecord, worth: int = DEFAULT_PRIOR.worth) -> Prior:
    """Start from the house's record, or from our default while that is too small."""
    if record.total < FEWEST_RECORDED:
        return DEFAULT_PRIOR
    return Prior(record.holds, record.partly, record.fails, worth)


def urn_of(prior: Prior, record: TrialRecord) -> VerdictPrior:
    """The urn of a candidate with these trial verdicts of its own."""
    return VerdictPrior(
        holds=prior.worth * prior.holds + prior.total * record.holds,
        partly=prior.worth * prior.partly + prior.total * record.partly,
        fails=prior.worth * prior.fails + prior.total * record.fails,
        step=prior.total,
    )


# Trial verdicts that are still owed, and what each of them would change.


@dataclass(frozen=True, slots=True)
class OpenCell:
    """A cell on which a trial verdict is owed.

    `today` is what it earns now; `holds`, `partly` and `fails` what it would earn with
    that verdict, at most what its values earn that are not open. `knocks_out`: with
    *fails* the candidate is out.
    """

    candidate: str
    ref: str
    category: str
    weight: Decimal
    today: Decimal
    holds: Decimal
    partly: Decimal
    fails: Decimal
    knocks_out: bool

    def taken_as(self, verdict: Verdict) -> "RecordedCell":
        return RecordedCell(
            candidate=self.candidate,
            ref=self.ref,
            category=self.category,
            weight=self.weight,
            today=self.today,
            recorded=getattr(self, verdict),
            knocks_out=self.knocks_out and verdict == Verdict.FAILS,
            verdict=verdict,
        )

    def at_most(self, verdict: Verdict) -> Self:
        """The same, which earns no more than with this verdict, whatever is drawn."""
        names = ("holds", "partly", "fails")
        most = getattr(self, verdict)
        return replace(self, **{name: min(getattr(self, name), most) for name in names})

    def points(self, credit: Decimal) -> Fraction:
        """What the cell adds to its category when it earns `credit`."""
        return Fraction(self.weight) * Fraction(credit)


@dataclass(frozen=True, slots=True)
class RecordedCell:
    """A cell of which every draw takes the same: a verdict that waits for the vendor's
    reply as recorded, or what runs propose and nobody has confirmed."""

    candidate: str
    ref: str
    category: str
    weight: Decimal
    today: Decimal
    recorded: Decimal
    knocks_out: bool
    verdict: str = Verdict.FAILS

    @property
    def change(self) -> Fraction:
        return Fraction(self.weight) * (Fraction(self.recorded) - Fraction(self.today))


@dataclass(frozen=True, slots=True)
class PendingVerdicts:
    """All that is not known yet about those who are compared.

    `urns` has one for each candidate with an open cell, by its id; `proposed` are in
    none, as nobody gave those verdicts.
    """

    cells: tuple[OpenCell, ...] = ()
    recorded: tuple[RecordedCell, ...] = ()
    urns: tuple[tuple[str, VerdictPrior], ...] = ()
    proposed: tuple[RecordedCell, ...] = ()

    def cells_of(self, candidate: str) -> tuple[OpenCell, ...]:
        mine = [cell for cell in self.cells if cell.candidate == candidate]
        return tuple(sorted(mine, key=lambda cell: cell.ref))

    def urn_of(self, candidate: str) -> VerdictPrior:
        return dict(self.urns)[candidate]

    def taken_of(self, candidate: str) -> tuple[RecordedCell, ...]:
        taken = (*self.recorded, *self.proposed)
        return tuple(cell for cell in taken if cell.candidate == candidate)

    def steps(self) -> Iterator[Fraction]:
        """Every number of points by which a total may move."""
        for cell in self.cells:
            for credit in (cell.today, cell.holds, cell.partly, cell.fails):
                yield cell.points(credit)
        for taken in (*self.recorded, *self.proposed):
            yield taken.change


def cell_rng(cell: OpenCell, seed: int) -> Random:
    """The cell's own dice: judging one cell leaves those of every other alone."""
    text = f"{seed}\n{cell.candidate}\n{cell.ref}"
    number = int.from_bytes(sha256(text.encode()).digest(), "big")
    return Random(number)  # noqa: S311
