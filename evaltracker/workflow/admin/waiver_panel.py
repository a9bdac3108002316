"""On the page of a cell: what leadership is asked to let pass."""

from typing import Any

from django.db.models import QuerySet

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import address_of
from evaltracker.pages.panels import register_panel
from evaltracker.workflow import links
from evaltracker.workflow.models import WaiverRequest
from stakeholders.policy import is_leadership
from trials.admin.cell_page import ShownCell

# The rule that a must-have breaks which holds partly.
PROVEN = "must_haves_proven"


def waiver_of_cell(user: User, shown: ShownCell) -> dict[str, Any] | None:
    """Of its knock-out, or of the rule that it keeps closed while it holds partly."""
    place, evaluation = shown.place, shown.place.evaluation
    if not evaluation.is_open or evaluation.stage == Stage.REQUIREMENTS:
        return None
    rows = WaiverRequest.objects.visible_to(user).filter(visit__left_at__isnull=True)
    if shown.knocks_out:
        asked = rows.of_cell(place.candidate, place.requirement)
        ask = address_of("ask-to-excuse", place)
    elif shown.is_partly and evaluation.stage == Stage.TRIALS:
        asked = rows.in_evaluation(evaluation).filter(gate=PROVEN)
        ask = links.act("ask-for-waiver", evaluation, gate=PROVEN)
    else:
        return None
    return _shown(user, evaluation, asked, ask)


def _shown(
    user: User, evaluation: Evaluation, rows: QuerySet[WaiverRequest], ask: str
) -> dict[str, Any] | None:
    """The last request, and what the reader may do; None if there is neither."""
    related = ("asked_by", "answered_by", "visit__evaluation", "candidate")
    asked = rows.select_related(*related, "requirement").last()
    owns = is_owner(user, evaluation)
    if asked is None and not owns:
        return None
    return {
        "asked": asked,
        "ask": ask,
        "may_ask": owns,
        "may_answer": is_leadership(user, evaluation),
    }


register_panel("cell", 10, "workflow/parts/cell_waiver.html", waiver_of_cell)
