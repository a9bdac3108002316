"""Requests to open prices that wait for the person as the second one."""

import uuid
from collections.abc import Iterator

from django.urls import reverse

from evaltracker.workflow.inbox.items import Desk, WorkItem
from vendors.models import PriceOpening
from vendors.selectors.opening import OPENING_ROLES, interested


def openings(desk: Desk) -> Iterator[WorkItem]:
    """Prices that the person may open, in a part of their own or in a lent one."""
    seats = seats_of(desk)
    rows = PriceOpening.objects.awaited().filter(evaluation__in=list(seats))
    asked = list(rows.select_related("asked_by")) if seats else []
    barred = interested([opening.evaluation_id for opening in asked]) if asked else {}
    for opening in asked:
        evaluation = desk.evaluations[opening.evaluation_id]
        never = {evaluation.owner_id, opening.asked_by_id, *barred[evaluation.pk]}
        if desk.user.pk in never or not seats[evaluation.pk] - never:
            continue
        yield desk.item(
            "open_prices",
            evaluation,
            "Open the prices",
            f"{opening.asked_by.name} asked to open them; a second person, from "
            "Leadership or Finance, confirms.",
            reverse("admin:act_on", args=["confirm-price-opening", opening.pk]),
        )


def seats_of(desk: Desk) -> dict[uuid.UUID, set[int]]:
    """By evaluation, whose seats the person has from which prices are opened."""
    found: dict[uuid.UUID, set[int]] = {}
    for part in (*desk.parts, *(delegation.stakeholder for delegation in desk.lent)):
        if part.role in OPENING_ROLES:
            found.setdefault(part.evaluation_id, set()).add(part.user_id)
    return found
