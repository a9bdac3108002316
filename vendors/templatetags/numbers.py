"""Numbers as people read them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django import template

register = template.Library()


@register.filter
def money(value: object) -> str:
    """An amount with its thousands marked; cents only where there are any.

    What is no amount, such as a price that nobody has said, is blank.
    """
    if not isinstance(value, Decimal):
        return ""
    exact = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    whole = exact == exact.to_integral_value()
    return f"{exact:,.0f}" if whole else f"{exact:,.2f}"


@register.filter
def whole(value: object) -> str:
    """An amount to the whole unit, for tables that compare."""
    if not isinstance(value, Decimal):
        return ""
    return f"{value.quantize(Decimal(1), ROUND_HALF_UP):,f}"


@register.filter
def percent(value: object) -> str:
    """A share as per cent, rounded for the eye; nothing to divide by is a dash."""
    if not isinstance(value, Fraction | Decimal):
        return "–"
    return f"{round(Fraction(value) * 100)} %"


@register.filter
def points(value: object) -> str:
    """A difference of shares in points of a hundred; one place, for they are small."""
    if not isinstance(value, Fraction | Decimal):
        return "–"
    return f"{float(Fraction(value) * 100):.1f}"


@register.filter
def plain(value: object) -> str:
    """A number without the zeros that its column keeps."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else ""
