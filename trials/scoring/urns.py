"""How likely each verdict of a trial is that nobody has given yet.

Every candidate has an urn: it starts with some balls in the shares of the prior, and
each of the candidate's own trial verdicts adds one. A drawn ball goes back with one
more like it, so whoever fails once is likelier to fail again.
"""

from dataclasses import dataclass

# A house's record with fewer trial verdicts says too little to start from.
FEWEST_RECORDED = 30
MOST_WORTH = 100
# What is known to be wrong with it, printed wherever it is explained.
WEAKNESS = (
    "One verdict is taken to be as likely to fail as another, heavy or light, shown in "
    "a demo or only claimed. Failures that several vendors share, such as of our "
    "network or our data, are not linked. And where the urns start is a judgement."
)


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """Trial verdicts by what they said: a candidate's own, or those of the house."""

    holds: int = 0
    partly: int = 0
    fails: int = 0

    @property
    def total(self) -> int:
        """How many verdicts there are."""
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
        """What the three shares add up to: 100 where they are per cent."""
        return self.holds + self.partly + self.fails


DEFAULT_PRIOR = Prior(holds=70, partly=20, fails=10, worth=10)


@dataclass(frozen=True, slots=True)
class Urn:
    """Balls of three colours in whole numbers; one verdict more is worth `step`."""

    holds: int
    partly: int
    fails: int
    step: int

    @property
    def total(self) -> int:
        """All that is in it."""
        return self.holds + self.partly + self.fails


def prior_of(record: TrialRecord, worth: int = DEFAULT_PRIOR.worth) -> Prior:
    """Start from the house's record, or from our default while that is too small."""
    if record.total < FEWEST_RECORDED:
        return DEFAULT_PRIOR
    return Prior(record.holds, record.partly, record.fails, worth)


def urn_of(prior: Prior, own: TrialRecord) -> Urn:
    """The urn of a candidate with these trial verdicts of its own."""
    return Urn(
        holds=prior.worth * prior.holds + prior.total * own.holds,
        partly=prior.worth * prior.partly + prior.total * own.partly,
        fails=prior.worth * prior.fails + prior.total * own.fails,
        step=prior.total,
    )
