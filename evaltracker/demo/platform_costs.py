"""What the options of “Choose an ML platform” cost; every amount is made up.

They show what a cost page has to cope with: tiers, another currency, a price that got
old, a build that ties up its builders, a kind that nobody asked about.
"""

import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from evaltracker.evaluations.models import Evaluation
from vendors.choices import CostState, Pricing, Recurrence
from vendors.costs import CHECKLIST, CostKind, read_tiers
from vendors.services.candidates import change_candidate
from vendors.services.costs import set_cost_line
from vendors.services.rates import set_rate

MONTHLY, YEARLY = Recurrence.MONTHLY, Recurrence.YEARLY
# By candidate and kind: low, likely, high, and what differs from one price, once.
PRICES: dict[str, dict[CostKind, tuple[str, dict[str, Any]]]] = {
    "Databricks": {
        CostKind.LICENCE: (
            "0.52 0.55 0.60",
            {
                "recurrence": MONTHLY,
                "quantity": Decimal(18_000),
                "unit": "compute unit",
                "pricing": Pricing.GRADUATED,
                "tiers": "10000: 0.46 / 0.48 / 0.52\n40000: 0.40 / 0.42 / 0.46",
                "source_text": "0.55 per unit, the next tiers 0.48 and 0.42",
            },
        ),
        CostKind.SETUP: ("15000 18000 25000", {}),
        CostKind.SUPPORT: ("14000 14000 16000", {"recurrence": YEARLY}),
        CostKind.INFRASTRUCTURE_EGRESS: ("2200 2600 3400", {"recurrence": MONTHLY}),
        CostKind.MIGRATION: ("8000 12000 20000", {}),
        CostKind.RENEWAL_RISE: (
            "3 5 7",
            {
                "recurrence": YEARLY,
                "pricing": Pricing.PERCENT,
                "source_text": "Uplift of up to 7% at each renewal",
            },
        ),
    },
    "AWS SageMaker": {
        CostKind.LICENCE: (
            "6200 7400 9800",
            {
                "recurrence": MONTHLY,
                "source_text": "By the hour; our estimate from last quarter's jobs",
                "old": True,
            },
        ),
        CostKind.SUPPORT: ("9000 9000 12000", {"recurrence": YEARLY}),
        CostKind.INTEGRATION: ("20000 30000 55000", {}),
    },
    "Seldon": {
        CostKind.LICENCE: (
            "1900 1900 1900",
            {
                "currency": "GBP",
                "recurrence": YEARLY,
                "quantity": Decimal(18),
                "unit": "model",
                "pricing": Pricing.VOLUME,
                "tiers": "20: 2400\n50: 2100",
                "source_text": "£1,900 per model a year up to 20 models, then £2,400",
            },
        ),
        CostKind.SECURITY_EXTRAS: (
            "9000 9000 9000",
            {
                "currency": "GBP",
                "recurrence": YEARLY,
                "quantity": Decimal(18),
                "unit": "model",
                "pricing": Pricing.PACKAGE,
                "tiers": "25: 15000",
                "source_text": "SSO £9,000 a year up to 25 models, £15,000 above",
            },
        ),
        CostKind.SETUP: ("12000 15000 15000", {"currency": "GBP"}),
        CostKind.INFRASTRUCTURE_EGRESS: ("1800 2100 2900", {"recurrence": MONTHLY}),
    },
    "Build in-house": {
        CostKind.ENGINEER_TIME: (
            "11500 12500 13500",
            {
                "quantity": Decimal(20),
                "unit": "person-month",
                "source_text": "Estimate of the platform team: 20 person-months",
            },
        ),
        CostKind.UPKEEP: ("60000 75000 110000", {"recurrence": YEARLY}),
        CostKind.ON_CALL: ("1200 1200 1800", {"recurrence": MONTHLY}),
        CostKind.INFRASTRUCTURE_EGRESS: ("2400 3000 4200", {"recurrence": MONTHLY}),
    },
    "Stay as is": {
        CostKind.UPKEEP: ("48000 55000 70000", {"recurrence": YEARLY}),
        CostKind.INFRASTRUCTURE_EGRESS: ("1500 1500 1700", {"recurrence": MONTHLY}),
    },
}
# Part of the price, or of no use to what nobody sells.
INCLUDED = {
    "Databricks": (CostKind.ONBOARDING, CostKind.SECURITY_EXTRAS),
    "AWS SageMaker": (CostKind.SETUP, CostKind.SECURITY_EXTRAS),
    "Seldon": (CostKind.ONBOARDING, CostKind.SUPPORT),
    "Build in-house": (CostKind.LICENCE, CostKind.SETUP, CostKind.SUPPORT),
    "Stay as is": (
        CostKind.LICENCE,
        CostKind.SETUP,
        CostKind.SUPPORT,
        CostKind.MIGRATION,
        CostKind.ON_CALL,
    ),
}
EXCLUDED = {
    "AWS SageMaker": (CostKind.TRAINING,),
    "Seldon": (CostKind.INTEGRATION,),
}
# Nobody asked about it yet; everything else without a price was asked and not said.
NOT_ASKED = CostKind.EXIT
# Hours saved per engineer and day, and months until it is live.
VALUES = {
    "Databricks": ("1.2", "4"),
    "AWS SageMaker": ("1.1", "3"),
    "Seldon": ("0.9", "5.5"),
}


def write_costs(evaluation: Evaluation) -> None:
    """Write prices, what is included and what is not said, a rate, and hours saved."""
    lead, today = evaluation.owner, timezone.localdate()
    set_rate(
        evaluation=evaluation,
        currency="GBP",
        rate=Decimal("1.3120"),
        rated_on=today - datetime.timedelta(days=12),
        source="Made up for this example",
        by=lead,
    )
    candidates = {
        candidate.name: candidate for candidate in evaluation.candidates.all()
    }
    for name, (hours, months) in VALUES.items():
        change_candidate(
            candidate=candidates[name],
            hours_saved=Decimal(hours),
            months_to_live=Decimal(months),
            by=lead,
        )
    for name, prices in PRICES.items():
        candidate = candidates[name]
        for kind, (amounts, more) in prices.items():
            low, likely, high = map(Decimal, amounts.split())
            age = 240 if more.get("old") else 20
            set_cost_line(
                candidate=candidate,
                kind=kind,
                low=low,
                likely=likely,
                high=high,
                quoted_on=today - datetime.timedelta(days=age),
                by=lead,
                **{key: value for key, value in more.items() if key not in SPECIAL},
                tiers=read_tiers(more.get("tiers", "")),
            )
        for kind in CHECKLIST[candidate.kind]:
            if kind not in prices and kind != NOT_ASKED:
                state = unpriced_state(name, kind)
                set_cost_line(candidate=candidate, kind=kind, state=state, by=lead)


SPECIAL = ("tiers", "old")


def unpriced_state(name: str, kind: CostKind) -> CostState:
    """What is known of a kind that has no price."""
    if kind in INCLUDED.get(name, ()):
        return CostState.INCLUDED
    if kind in EXCLUDED.get(name, ()):
        return CostState.EXCLUDED
    return CostState.UNSAID
