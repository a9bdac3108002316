"""How a notice is named on a page."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def notice_kind(name: str) -> str:
    """“milestone.due” as “Milestone due”."""
    return name.replace(".", " ").replace("_", " ").replace("-", " ").capitalize()
