"""What a candidate costs and what it is worth: pure functions, exact money.

Nothing here imports the framework. Amounts are ``Decimal``, sums are exact and
rounded once per row; what nobody has said is never taken for zero.
"""

from vendors.costs.kinds import CHECKLIST, CostKind, Line, LineState, Recurrence
from vendors.costs.money import (
    CODES,
    ParsedAmount,
    check_shares,
    parse_amount,
    read_decimal,
)
from vendors.costs.total import CostCoverage, CostRow, TotalCost, total_cost
from vendors.costs.value import (
    OpportunityCost,
    Value,
    opportunity_cost,
    value_of_hours,
)

__all__ = [
    "CHECKLIST",
    "CODES",
    "CostCoverage",
    "CostKind",
    "CostRow",
    "Line",
    "LineState",
    "OpportunityCost",
    "ParsedAmount",
    "Recurrence",
    "TotalCost",
    "Value",
    "check_shares",
    "opportunity_cost",
    "parse_amount",
    "read_decimal",
    "total_cost",
    "value_of_hours",
]
