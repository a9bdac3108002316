"""A login as its owner knows it again."""

from django import template

from evaltracker.accounts.notices import WORDS

register = template.Library()


@register.filter
def browser(agent: str) -> str:
    """“Firefox on Windows”; what is unknown is shown as it calls itself."""
    program, system = (
        next((name for mark, name in WORDS[kind].items() if mark in agent), "")
        for kind in ("programs", "systems")
    )
    if program and system:
        return f"{program} on {system}"
    return agent or "unknown"
