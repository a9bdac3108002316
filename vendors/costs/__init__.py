"""What a candidate costs and what it is worth: pure functions, exact money.

Nothing here imports the framework. Amounts are ``Decimal``, sums are exact and
rounded once per row; what nobody has said is never taken for zero.
"""

from evaltracker.money import CODES
from vendors.costs.asking import Ask, Why, asks, is_old
from vendors.costs.cliffs import Cliff, Curve, curves
from vendors.costs.envelope import Limit, Verdict, envelope
from vendors.costs.kinds import CHECKLIST, CostKind, Line, LineState, Recurrence
from vendors.costs.money import (
    ParsedAmount,
    check_shares,
    parse_amount,
    read_decimal,
)
from vendors.costs.points import price_points
from vendors.costs.rows import CostRow, rate_words
from vendors.costs.sharing import read_payments, split
from vendors.costs.terms import Terms, read_terms
from vendors.costs.tiers import (
    Pricing,
    Tier,
    amounts_at,
    read_tiers,
    write_tiers,
)
from vendors.costs.total import CostCoverage, TotalCost, total_cost
from vendors.costs.value import (
    OpportunityCost,
    Value,
    Worth,
    opportunity_cost,
    value_of_hours,
    worth,
)

__all__ = [
    "CHECKLIST",
    "CODES",
    "Ask",
    "Cliff",
    "CostCoverage",
    "CostKind",
    "CostRow",
    "Curve",
    "Limit",
    "Line",
    "LineState",
    "OpportunityCost",
    "ParsedAmount",
    "Pricing",
    "Recurrence",
    "Terms",
    "Tier",
    "TotalCost",
    "Value",
    "Verdict",
    "Why",
    "Worth",
    "amounts_at",
    "asks",
    "check_shares",
    "curves",
    "envelope",
    "is_old",
    "opportunity_cost",
    "parse_amount",
    "price_points",
    "rate_words",
    "read_decimal",
    "read_payments",
    "read_terms",
    "read_tiers",
    "split",
    "total_cost",
    "value_of_hours",
    "worth",
    "write_tiers",
]
