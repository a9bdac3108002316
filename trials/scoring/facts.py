"""What the ledger is told: plain facts, no database, no framework.

The words are those of the models; a caller turns a stored value into one of
these with the enum itself: ``Source(evidence.source)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

FORMULA_VERSION = "3"


class Availability(StrEnum):
    """What a candidate says of a requirement."""

    NOW = "now"
    BETA = "beta"
    PLANNED = "planned"
    ON_REQUEST = "on_request"
    NEVER = "never"
    PARTIAL = "partial"
    UNSTATED = "unstated"
    WITHDRAWN = "withdrawn"


class Source(StrEnum):
    """Where a verdict was reached."""

    RESEARCH = "research"
    DEMO = "demo"
    TRIAL = "trial"


class Verdict(StrEnum):
    HOLDS = "holds"
    PARTLY = "partly"
    FAILS = "fails"
    NOT_SHOWN = "not_shown"


class Standing(StrEnum):
    """What the ledger says of a candidate and a requirement now."""

    UNANSWERED = "unanswered"
    CLAIMED = "claimed"
    SHOWN = "shown"
    PROVEN = "proven"
    PARTLY = "partly"
    REFUTED = "refuted"
    NEVER = "never"
    SLIPPED = "slipped"


class Priority(StrEnum):
    """How much a requirement matters."""

    MUST = "must"
    SHOULD = "should"
    COULD = "could"


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
