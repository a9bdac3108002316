"""From a spreadsheet to what would change in claims, candidates or costs: pure, no
database."""

from vendors.imports.layout import ORIENTATIONS, plan_claims_import
from vendors.imports.money_words import (
    ClaimChange,
    ClaimLine,
    ClaimsPlan,
    Known,
    KnownClaim,
)

__all__ = [
    "ORIENTATIONS",
    "ClaimChange",
    "ClaimLine",
    "ClaimsPlan",
    "Known",
    "KnownClaim",
    "plan_claims_import",
]
