"""What a candidate costs and what it is worth: pure functions, exact money.

Nothing here imports the framework. Amounts are ``Decimal``, sums are exact and
rounded once per row; what nobody has said is never taken for zero.
"""

from evaltracker.money import CODES
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
from vendors.costs.line_costs import (
    Ask,
    CostRow,
    HoursValue,
    Terms,
    Why,
    Worth,
    asks,
    is_old,
    offer_words,
    opportunity_cost,
    rate_words,
    read_terms,
    value_of_hours,
    worth,
)
from vendors.costs.lines import (
    CostLineFacts,
    Pricing,
    Recurrence,
    Tier,
    amounts_at,
    check_shares,
    read_decimal,
    read_tiers,
    write_tiers,
)
from vendors.costs.totals import (
    BudgetVerdict,
    Curve,
    Limit,
    TotalCost,
    curves,
    envelope,
    price_points,
    read_payments,
    split,
    total_cost,
)
