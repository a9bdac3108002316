"""Price points by the usual public formula, as a view beside the fit."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction


def price_points[K](
    prices: Mapping[K, Decimal],
    *,
    most: Decimal = Decimal(100),
    ceiling: Decimal | None = None,
) -> dict[K, Fraction | None]:
    """Return lowest price × most points ÷ price; None for what is above the ceiling.

    The formula of many public purchases, such as the State of Alaska's (request for
    proposals “ARIES Automated Renewals”, 2021, section 6.11). A price above the
    ceiling is out and does not set the lowest. A price of 0, or one that credits bring
    below it, earns all points; nothing can be had beside it. Exact; the page rounds.
    """
    if any(not price.is_finite() for price in prices.values()):
        raise ValueError("A price must be a number.")
    running = {
        key: max(price, Decimal(0))
        for key, price in prices.items()
        if ceiling is None or price <= ceiling
    }
    lowest = Fraction(min(running.values(), default=Decimal(0)))
    points: dict[K, Fraction | None] = dict.fromkeys(prices)
    for key, price in running.items():
        share = lowest / Fraction(price) if price else Fraction(1)
        points[key] = Fraction(most) * share
    return points
