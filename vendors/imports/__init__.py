"""From a spreadsheet to what would change in the claims: pure, no database."""

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
