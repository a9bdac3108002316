"""The column names and words that an import of costs understands."""

from evaltracker.importing.words import CANDIDATE_COLUMNS
from evaltracker.tabular import header_key
from vendors.choices import CostState, Pricing, Recurrence
from vendors.costs import CostKind

COLUMNS: dict[str, tuple[str, ...]] = {
    "candidate": (*CANDIDATE_COLUMNS, "provider", "productname", "name"),
    "kind": ("kind", "costkind", "kindofcost", "costtype"),
    "label": (
        *("label", "part", "item", "service", "serviceproposed", "laborcategory"),
        *("labourcategory", "costitem", "tier", "plan", "planname", "description"),
    ),
    "state": ("state", "known", "pricestate"),
    "likely": (
        *("likely", "price", "amount", "unitprice", "netprice", "basepricing"),
        *("pricing", "cost", "priceofferedtogsa", "priceusd"),
    ),
    "low": ("low", "from", "lowest"),
    "high": ("high", "to", "highest"),
    "quantity": ("quantity", "qty", "count"),
    "unit": ("unit", "unitofissue", "uom", "per"),
    "recurrence": (
        *("recurrence", "fallsdue", "due", "period", "billing", "howoften"),
        "frequency",
    ),
    "currency": ("currency", "currencycode"),
    "rate": ("exchangerate", "ratetobase"),
    "pricing": ("pricebyquantity", "pricingmodel"),
    "tiers": ("tiers", "furthertiers"),
    "source_url": ("sourceurl", "pricingsource", "source", "link"),
    "quoted_on": ("quotedon", "quotedate", "updatedat", "dateofthequote"),
    "valid_from": ("validfrom", "startdate", "pricevalidfrom"),
    "valid_until": (
        *("validuntil", "validto", "validthrough", "expires", "expiry", "expirydate"),
        *("expirationdate", "enddate", "pricevaliduntil", "quotevaliduntil"),
    ),
    "note": ("note", "notes", "comment", "comments", "vendornote"),
}
KINDS: dict[str, CostKind] = {
    **{header_key(kind.value): kind for kind in CostKind},
    **{header_key(kind.label): kind for kind in CostKind},
    **dict.fromkeys(
        ("license", "licence", "usage", "subscription", "licenseorusage"),
        CostKind.LICENCE,
    ),
    **dict.fromkeys(("setupfee", "setupfees", "implementation"), CostKind.SETUP),
    **dict.fromkeys(("supportcontract", "premiumsupport"), CostKind.SUPPORT),
    **dict.fromkeys(("integrations",), CostKind.INTEGRATION),
    **dict.fromkeys(("infrastructure", "egress"), CostKind.INFRASTRUCTURE_EGRESS),
    **dict.fromkeys(("sso", "security", "securityextras"), CostKind.SECURITY_EXTRAS),
    **dict.fromkeys(("exitcosts",), CostKind.EXIT),
    **dict.fromkeys(("renewal", "renewalincrease"), CostKind.RENEWAL_RISE),
}
STATES: dict[str, CostState] = {
    **{header_key(state.value): state for state in CostState},
    **dict.fromkeys(("notincluded", "excl"), CostState.EXCLUDED),
    **dict.fromkeys(("incl",), CostState.INCLUDED),
    **dict.fromkeys(("unknown", "notsaid"), CostState.UNSAID),
}
PRICINGS: dict[str, Pricing] = {
    **{header_key(pricing.value): pricing for pricing in Pricing},
    **{header_key(str(pricing.label)): pricing for pricing in Pricing},
    **dict.fromkeys(("perunit", "unit", "flat"), Pricing.PER_UNIT),
    **dict.fromkeys(("percent", "percentage"), Pricing.PERCENT),
}
RECURRENCES: dict[str, Recurrence] = {
    **{header_key(recurrence.value): recurrence for recurrence in Recurrence},
    **{header_key(str(recurrence.label)): recurrence for recurrence in Recurrence},
    **dict.fromkeys(("onetime", "oneoff"), Recurrence.ONCE),
    **dict.fromkeys(("month", "permonth", "mo"), Recurrence.MONTHLY),
    **dict.fromkeys(
        ("year", "peryear", "annual", "annually", "yr", "pa"), Recurrence.YEARLY
    ),
}
