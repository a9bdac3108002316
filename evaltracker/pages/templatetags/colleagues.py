"""Reminding somebody on whom the others wait, where a page says that they do."""

from typing import Any

from django import template
from django.template.context import Context

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import remind_address

register = template.Library()


@register.inclusion_tag("evaltracker/parts/remind_link.html", takes_context=True)
def remind_link(
    context: Context, kind: str, evaluation: Evaluation, person: User
) -> dict[str, Any]:
    """The owner's link to remind `person` of something, while there is work."""
    user = context["request"].user
    if not (evaluation.is_open and is_owner(user, evaluation)) or person == user:
        return {"address": ""}
    return {"address": remind_address(kind, evaluation, person), "person": person}
