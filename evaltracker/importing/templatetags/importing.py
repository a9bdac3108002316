"""A button that leads to an import, and its rows under their heads."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse

from evaltracker.importing.kinds import KINDS

register = template.Library()


@register.filter
def under(cells: Sequence[Any], heads: Sequence[str]) -> list[tuple[str, Any]]:
    return list(zip(heads, cells, strict=True))


@register.inclusion_tag("evaltracker/parts/act_link.html", takes_context=True)
def import_link(context: Context, evaluation: Any, slug: str) -> Any:
    user, kind = context["request"].user, KINDS[slug]
    is_there = evaluation.is_open and kind.allowed(user, evaluation)
    address = (
        reverse(f"admin:evaluation_import_{slug}", args=[evaluation.slug])
        if is_there
        else ""
    )
    return {"address": address, "label": f"Import {kind.things}", "style": ""}
