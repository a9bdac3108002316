"""What a purchase can cost: the fixed checklist, and one priced line of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from vendors.costs.tiers import Pricing, Tier, contradiction


class CostKind(StrEnum):
    """One kind of cost; ``label`` is what users read."""

    LICENCE = "licence"
    SETUP = "setup"
    SUPPORT = "support"
    ONBOARDING = "onboarding"
    TRAINING = "training"
    INTEGRATION = "integration"
    INFRASTRUCTURE_EGRESS = "infrastructure_egress"
    SECURITY_EXTRAS = "security_extras"
    MIGRATION = "migration"
    EXIT = "exit"
    RENEWAL_RISE = "renewal_rise"
    ENGINEER_TIME = "engineer_time"
    UPKEEP = "upkeep"
    ON_CALL = "on_call"

    @property
    def label(self) -> str:
        """Return the words for a page."""
        return _LABELS[self]


_LABELS = {
    CostKind.LICENCE: "licence or usage",
    CostKind.SETUP: "set-up",
    CostKind.SUPPORT: "support contract",
    CostKind.ONBOARDING: "onboarding",
    CostKind.TRAINING: "training",
    CostKind.INTEGRATION: "integration work",
    CostKind.INFRASTRUCTURE_EGRESS: "infrastructure and egress",
    CostKind.SECURITY_EXTRAS: "security extras such as SSO",
    CostKind.MIGRATION: "migration in",
    CostKind.EXIT: "exit",
    CostKind.RENEWAL_RISE: "renewal rise",
    CostKind.ENGINEER_TIME: "engineer time",
    CostKind.UPKEEP: "upkeep per year",
    CostKind.ON_CALL: "on-call",
}

_TOO_MUCH = Decimal(10) ** 15
MOST_PERCENT = 100
_BOUGHT = tuple(CostKind)[: tuple(CostKind).index(CostKind.ENGINEER_TIME)]
_BUILT = tuple(CostKind)

# Staying as is introduces nothing, so no building; but what is there must be kept
# alive, and leaving that out would make it look free.
CHECKLIST: Mapping[str, tuple[CostKind, ...]] = {
    "buy": _BOUGHT,
    "build": _BUILT,
    "open_source": _BUILT,
    "as_is": (*_BOUGHT, CostKind.UPKEEP, CostKind.ON_CALL),
}


class LineState(StrEnum):
    """What is known of a cost; *unsaid* is never zero."""

    PRICED = "priced"
    INCLUDED = "included"
    EXCLUDED = "excluded"
    UNSAID = "unsaid"


class Recurrence(StrEnum):
    """How often a price is paid; yearly ones at the start of each year begun."""

    ONCE = "once"
    MONTHLY = "monthly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Line:
    """One cost line. Only a *priced* one carries money.

    ``low``, ``likely`` and ``high`` are for one unit; ``quantity`` is how many.
    With tiers they are those of the first (see ``vendors.costs.tiers``).
    A renewal rise may be per cent a year instead (see ``vendors.costs.rises``).
    ``rate_to_base`` turns the currency into the base currency: base = amount *
    rate; ``rate_source`` says whose rate of what date that is. A line that
    contradicts itself is refused with a sentence.
    """

    kind: CostKind
    state: LineState = LineState.UNSAID
    low: Decimal | None = None
    likely: Decimal | None = None
    high: Decimal | None = None
    currency: str | None = None
    recurrence: Recurrence = Recurrence.ONCE
    quantity: Decimal = Decimal(1)
    rate_to_base: Decimal | None = None
    note: str = ""
    label: str = ""
    unit: str = ""
    pricing: Pricing = Pricing.PER_UNIT
    tiers: tuple[Tier, ...] = ()
    rate_source: str = ""

    def __post_init__(self) -> None:
        problem = _contradiction(self)
        if problem:
            raise ValueError(f"{self.kind.label.capitalize()}: {problem}")

    @property
    def amounts(self) -> tuple[Decimal, Decimal, Decimal]:
        """Return low, likely and high of a priced line."""
        if self.low is None or self.likely is None or self.high is None:
            raise ValueError(f"The line for {self.kind.label} has no price.")
        return self.low, self.likely, self.high

    @property
    def name(self) -> str:
        """Return the kind, and which part of it."""
        return f"{self.kind.label} ({self.label})" if self.label else self.kind.label


def _contradiction(line: Line) -> str | None:
    given = (line.low, line.likely, line.high)
    if line.state != LineState.PRICED:
        if any(amount is not None for amount in given):
            return f"a line that is {line.state} carries no amount."
        return "only a priced line has tiers." if line.tiers else None
    amounts = [amount for amount in given if amount is not None]
    if len(amounts) < 3:
        return "a priced line needs a low, a likely and a high amount."
    problem = _no_amounts(amounts, line.tiers)
    if problem:
        return problem
    if not line.currency:
        return "a price needs its currency."
    if not line.quantity.is_finite() or line.quantity < 0:
        return "the quantity must be 0 or more."
    rate = line.rate_to_base
    if rate is not None and not (rate.is_finite() and rate > 0):
        return "the exchange rate must be above 0."
    problem = contradiction(line.pricing, line.tiers)
    if line.pricing == Pricing.PERCENT:
        return no_percentage(line.kind, line.label, amounts) or problem
    return problem


def _no_amounts(amounts: Sequence[Decimal], tiers: Sequence[Tier]) -> str | None:
    if not all(amount.is_finite() and abs(amount) < _TOO_MUCH for amount in amounts):
        return f"amounts must be 0 or more, or a credit, and below {_TOO_MUCH:f}."
    if sorted(amounts) != list(amounts):
        return "low, likely and high must be in that order."
    return mixed_credit(amounts) or (
        "a credit has no tiers." if amounts[0] < 0 and tiers else None
    )


def mixed_credit(amounts: Sequence[Decimal]) -> str | None:
    """Return the sentence for a range across 0, or None: a credit is all below it."""
    if amounts[0] < 0 < amounts[-1]:
        return "amounts are all 0 or more, or for a credit all 0 or less."
    return None


def no_percentage(kind: str, label: str, amounts: Sequence[Decimal]) -> str | None:
    """Return the sentence for what cannot be per cent a year, or None."""
    if kind != CostKind.RENEWAL_RISE:
        return "only the renewal rise can be a percentage."
    if label:
        return "a rise in per cent is one line for all parts, so it names no part."
    if amounts[0] < 0:
        return "a rise is 0 or more."
    if amounts[-1] > MOST_PERCENT:
        return f"a rise is at most {MOST_PERCENT}% a year."
    return None
