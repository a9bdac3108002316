"""A button that leads to an import, and what is asked and shown of one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse

from evaltracker.intake.kinds import KINDS

register = template.Library()
STATES = {
    "open": "to choose",
    "proposed": "proposed",
    "text": "kept as text, as not stated",
    "certain": "certain",
}


def get(line: Any, name: str) -> Any:
    """Of a line as it is, or as it was kept."""
    return line[name] if isinstance(line, Mapping) else getattr(line, name)


@register.filter
def by_state(lines: Iterable[Any]) -> Iterator[tuple[str, str, list[Any]]]:
    """State, its words, and the lines in it; open ones first."""
    lines = list(lines)
    for state, words in STATES.items():
        if part := [line for line in lines if get(line, "state") == state]:
            yield state, words, part


@register.filter
def count_open(lines: Iterable[Any]) -> int:
    return sum(get(line, "state") == "open" for line in lines)


@register.filter
def said(answers: Mapping[str, str], key: str) -> str:
    return answers.get(key, "")


@register.filter
def last_part(key: str) -> str:
    return key.rpartition(":")[2]


@register.filter
def under(cells: Sequence[Any], heads: Sequence[str]) -> list[tuple[str, Any]]:
    return list(zip(heads, cells, strict=False))


@register.inclusion_tag("evaluations/parts/reading_menu.html")
def reading_menu(
    key: str, label: str, options: Any, chosen: str, answers: Mapping[str, str] | None
) -> dict[str, Any]:
    """A menu whose first choice is what holds without an answer."""
    said = (answers or {}).get(key, "")
    names = dict(options)
    usual = "As proposed" if said else names.get(chosen, "Choose…")
    return {
        "key": key,
        "label": label,
        "options": [pair for pair in options if said or pair[0] != chosen],
        "said": said,
        "usual": usual,
    }


@register.inclusion_tag("evaluations/parts/reading_menu.html")
def row_menu(row: Any, answers: Mapping[str, str] | None) -> dict[str, Any]:
    kind = get(row, "kind")
    options = {**ROW_KINDS, "refused": "refused"} if kind == "refused" else ROW_KINDS
    label = f"What row {get(row, 'number')} is"
    menu = reading_menu(get(row, "key"), label, options.items(), kind, answers)
    return menu | {
        "options": [pair for pair in menu["options"] if pair[0] in ROW_KINDS]
    }


ROW_KINDS = {
    "row": "row",
    "heading": "heading",
    "joined": "goes on with the row above",
    "names": "names again",
    "total": "total",
    "left": "left out",
}


@register.inclusion_tag("evaltracker/parts/act_link.html", takes_context=True)
def import_link(context: Context, evaluation: Any, slug: str) -> Any:
    user, kind = context["request"].user, KINDS[slug]
    is_there = evaluation.is_open and kind.allowed(user, evaluation)
    name = f"admin:evaluation_import_{slug}"
    address = reverse(name, args=[evaluation.slug]) if is_there else ""
    return {"address": address, "label": f"Import {kind.things}", "style": ""}
