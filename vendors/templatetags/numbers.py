"""Numbers as people read them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django import template

register = template.Library()


@register.filter
def money(value: Decimal | None) -> str:
    """An amount with its thousands marked; cents only where there are any."""
    if value is None:
        return ""
    exact = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    whole = exact == exact.to_integral_value()
    return f"{exact:,.0f}" if whole else f"{exact:,.2f}"


@register.filter
def percent(value: Fraction | Decimal | None) -> str:
    """A share as per cent, rounded for the eye; nothing to divide by is a dash."""
    if value is None:
        return "–"
    return f"{round(Fraction(value) * 100)} %"


@register.filter
def plain(value: Decimal | None) -> str:
    """A number without the zeros that its column keeps."""
    return "" if value is None else f"{value.normalize():f}"
