"""What a candidate costs and what it is worth: pure functions, exact money.

Nothing here imports the framework. Amounts are ``Decimal``, sums are exact and
rounded once per row; what nobody has said is never taken for zero.
"""

from evaltracker.money import CODES
from vendors.costs.budget import BudgetVerdict, Limit, envelope, price_points
from vendors.costs.curves import Curve, curves
from vendors.costs.hours import (
    HoursValue,
    Worth,
    opportunity_cost,
    value_of_hours,
    worth,
)
from vendors.costs.kinds import (
    IT,
    RISE,
    SUPPORT,
    WORK,
    CostKind,
    CostPart,
    KindCoverage,
    LineState,
    LineStatement,
    ScheduleRow,
    asked_kinds,
    kind_named,
    kinds_for,
    unasked,
)
from vendors.costs.line_costs import CostRow, Terms, offer_words, rate_words, read_terms
from vendors.costs.lines import (
    CostLineFacts,
    Tier,
    amounts_at,
    check_shares,
    read_decimal,
    read_tiers,
    write_tiers,
)
from vendors.costs.payment_plan import read_payments, split
from vendors.costs.questions import Ask, Why, asks, is_old
from vendors.costs.totals import TotalCost, total_cost
