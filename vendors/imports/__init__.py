"""From a spreadsheet to what would change in claims, candidates or costs: pure, no
database."""

from vendors.imports.plan import (
    ClaimChange,
    ClaimLine,
    ClaimsPlan,
    Known,
    KnownClaim,
)
from vendors.imports.planning import ORIENTATIONS, plan_claims_import

__all__ = [
    "ORIENTATIONS",
    "ClaimChange",
    "ClaimLine",
    "ClaimsPlan",
    "Known",
    "KnownClaim",
    "plan_claims_import",
]
