"""From a spreadsheet to what would change in claims, candidates or costs: pure, no
database."""

from vendors.imports.answers import (
    ClaimLine,
    ClaimsPlan,
    Known,
    KnownClaim,
)
from vendors.imports.layout import ORIENTATIONS, plan_claims_import
