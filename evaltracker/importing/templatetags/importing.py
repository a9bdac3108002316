"""A button that leads to an import, and the menus of how rows are read."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse

from evaltracker.importing.kinds import KINDS
from evaltracker.rows.plan import KINDS_OF_ROWS

register = template.Library()
MENU = "evaluations/parts/reading_menu.html"


@register.inclusion_tag(MENU)
def reading_menu(
    key: str,
    label: str,
    options: Iterable[tuple[str, str]],
    chosen: str,
    answers: Mapping[str, str] | None,
) -> dict[str, Any]:
    """A menu whose first choice is what holds without an answer."""
    answer = (answers or {}).get(key, "")
    names = dict(options)
    if answer:
        usual = "As proposed"
    else:
        usual = names.get(chosen, "Choose…")
    others = [pair for pair in names.items() if answer or pair[0] != chosen]
    return {
        "key": key,
        "label": label,
        "options": others,
        "said": answer,
        "usual": usual,
    }


@register.inclusion_tag(MENU)
def row_menu(
    key: str, number: int, kind: str, answers: Mapping[str, str] | None, names: int
) -> dict[str, Any]:
    label = f"What row {number} is"
    if number == names:
        usual = "the names"
    elif kind == "refused":
        usual = "Refused"
    else:
        usual = ""
    menu = reading_menu(key, label, KINDS_OF_ROWS.items(), kind, answers)
    return menu | ({"usual": usual} if usual else {})


@register.inclusion_tag("evaltracker/parts/act_link.html", takes_context=True)
def import_link(context: Context, evaluation: Any, slug: str) -> Any:
    user = context["request"].user
    kind = KINDS[slug]
    is_there = evaluation.is_open and kind.allowed(user, evaluation)
    name = f"admin:evaluation_import_{slug}"
    if is_there:
        address = reverse(name, args=[evaluation.slug])
    else:
        address = ""
    return {"address": address, "label": f"Import {kind.things}", "style": ""}
