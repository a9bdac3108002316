"""Enumerations that the formulas and the columns of the record share.

They are without Django, so that formulas may read them; what people read for each
stands in the `choices.py` of the app whose columns hold them. A stored value becomes a
member by the enumeration itself: `Source(evidence.source)`.
"""

from enum import StrEnum


class Priority(StrEnum):
    """How much a requirement binds; a refuted *must* knocks a candidate out."""

    MUST = "must"
    SHOULD = "should"
    COULD = "could"


class Availability(StrEnum):
    """When an integration or feature exists, in the vendor's own words."""

    NOW = "now"
    BETA = "beta"
    PLANNED = "planned"
    ON_REQUEST = "on_request"
    NEVER = "never"
    PARTIAL = "partial"
    UNSTATED = "unstated"
    WITHDRAWN = "withdrawn"


class Source(StrEnum):
    """Where a proof comes from, weakest first."""

    RESEARCH = "research"
    DEMO = "demo"
    TRIAL = "trial"


class Pricing(StrEnum):
    """How the quantity of a cost line makes its price; see `vendors.costs.lines`."""

    PER_UNIT = "per_unit"
    GRADUATED = "graduated"
    VOLUME = "volume"
    PACKAGE = "package"
    PERCENT = "percent"


class Recurrence(StrEnum):
    """How often a price falls due."""

    ONCE = "once"
    MONTHLY = "monthly"
    YEARLY = "yearly"
