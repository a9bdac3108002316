"""Numbers as people read them."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from evaltracker.money import written
from evaltracker.toolbox.measures import CellNumbers, Measure, Reading
from evaltracker.toolbox.measures import written as exact

register = template.Library()


@register.filter
def money(value: object) -> str:
    """An amount; what is none, such as a price that nobody has said, is blank."""
    if isinstance(value, Decimal):
        return written(value)
    return ""


@register.filter
def percent(value: object) -> str:
    """A share as per cent, rounded for the eye; nothing to divide by is a dash."""
    if not isinstance(value, Fraction | Decimal):
        return "–"
    return f"{round(Fraction(value) * 100)}%"


@register.filter
def tenths(value: object) -> str:
    """Points with one place, halves up, as they are published."""
    if not isinstance(value, Fraction | Decimal):
        return "–"
    return f"{Decimal(int(Fraction(value) * 10 + Fraction(1, 2))).scaleb(-1)}"


@register.filter
def points(value: object) -> str:
    """A difference of shares in points of a hundred; one place, for they are small."""
    if not isinstance(value, Fraction | Decimal):
        return "–"
    return f"{float(Fraction(value) * 100):.1f}"


@register.simple_tag
def figure(value: Any) -> SafeString:
    """A counted figure, or a sentence with some, from `decision.memo.figures`: each is
    marked with its id and its exact value, what stands around them is text."""
    parts = getattr(value, "parts", (value,))
    return format_html_join("", "{}", ((_marked(part),) for part in parts))


def _marked(part: Any) -> str | SafeString:
    if getattr(part, "exact", None) is None:
        return str(part)
    if part.of is None:
        of = ""
    else:
        of = format_html(' data-of="{}"', part.of)
    form = '<data value="{}" data-figure="{}"{}>{}</data>'
    return format_html(form, part.value, part.id, of, part.shown)


@register.filter
def claimed_for(number: Mapping[str, Any], measure: Mapping[str, Any]) -> str:
    """The number that is claimed; of another kind than is asked now it says so."""
    claimed = Reading.kept(number)
    return CellNumbers(Measure.from_json(measure), claimed).claimed_words


@register.filter
def plain(value: object) -> str:
    if isinstance(value, Decimal):
        return exact(value)
    return ""
