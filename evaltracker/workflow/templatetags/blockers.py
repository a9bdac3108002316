"""The way from a blocker to where it is mended."""

from typing import Any

from django import template
from django.template.context import Context

from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.gates import Blocker

register = template.Library()


@register.inclusion_tag("workflow/parts/blocker_way.html", takes_context=True)
def blocker_way(context: Context, blocker: Blocker, evaluation: Evaluation) -> Any:
    user = context["request"].user
    return {
        "blocker": blocker,
        "may_mend": blocker.is_mended_by(user, evaluation),
        "names": blocker.names(evaluation),
    }
