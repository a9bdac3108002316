"""Waivers that leadership is asked for, and what became of those one asked for."""

import datetime
from collections.abc import Iterator

from django.utils import timezone

from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.models.people import name_columns
from evaltracker.kit.text import shortened
from evaltracker.workflow import links
from evaltracker.workflow.inbox.items import Desk, WorkItem
from evaltracker.workflow.models import WaiverRequest
from evaltracker.workflow.waiver_notices import address_of_request
from stakeholders.choices import Role

# What a line says of a request; of all that is beside it, a tenth.
READ = (
    *("gate", "rule", "tells", "reason", "answer", "answer_reason", "answered_at"),
    *("visit__evaluation", "visit__left_at"),
    *("candidate__name", "candidate__state", "requirement__ref"),
    *name_columns("asked_by"),
    *name_columns("answered_by"),
)
# A refusal is read by then.
FRESH = datetime.timedelta(days=14)


def waivers(desk: Desk) -> Iterator[WorkItem]:
    """To answer for leadership; to wait for, or to read, for the owner."""
    led = {part.evaluation_id for part in desk.parts if part.role == Role.LEADERSHIP}
    owned = {evaluation.pk for evaluation in desk.owned}
    if not led | owned:
        return
    rows = WaiverRequest.objects.filter(
        visit__evaluation__in=led | owned, visit__left_at__isnull=True
    ).select_related("visit", "candidate", "requirement", "asked_by", "answered_by")
    rows = rows.only(*READ)
    last = {
        (row.visit_id, row.gate, row.candidate_id, row.requirement_id): row
        for row in rows.order_by("asked_at")
    }
    for row in last.values():
        evaluation = row.visit.evaluation = desk.evaluations[row.visit.evaluation_id]
        if row.tells and desk.keeps_out(evaluation.pk):
            if evaluation.pk in led and evaluation.pk not in desk.barred:
                yield from unread(desk, evaluation, row)
        elif row.is_waiting and evaluation.pk in led:
            yield to_answer(desk, evaluation, row)
        elif evaluation.pk in owned:
            yield from own(desk, evaluation, row)


def unread(
    desk: Desk, evaluation: Evaluation, row: WaiverRequest
) -> Iterator[WorkItem]:
    """For leadership that declares interests before it may read of what it is."""
    if row.is_waiting:
        yield desk.item(
            "waiver",
            evaluation,
            "Answer a request for a waiver",
            f"{row.asked_by.name} asks; declare conflicts of interest first.",
            links.act("answer-waiver-request", row),
        )


def to_answer(desk: Desk, evaluation: Evaluation, row: WaiverRequest) -> WorkItem:
    """The request, for leadership."""
    return desk.item(
        "waiver",
        evaluation,
        f"Answer a request for a waiver: {shortened(row.thing)}",
        f"{row.asked_by.name} asks: {shortened(row.reason)}",
        links.act("answer-waiver-request", row),
    )


def own(desk: Desk, evaluation: Evaluation, row: WaiverRequest) -> Iterator[WorkItem]:
    """For the owner: it waits, or it was declined lately."""
    place = address_of_request(row)
    if row.is_waiting:
        yield desk.item(
            "waiver_asked",
            evaluation,
            f"Waiver asked for: {shortened(row.thing)}",
            "It waits for leadership.",
            place,
            waits=True,
        )
    elif was_declined_lately(row):
        by = row.answered_by.name if row.answered_by else "Leadership"
        yield desk.item(
            "waiver_asked",
            evaluation,
            f"Waiver declined: {shortened(row.thing)}",
            f"{by}: {shortened(row.answer_reason)}",
            place,
        )


def was_declined_lately(row: WaiverRequest) -> bool:
    """Whether leadership said no, and the owner may not have read it yet."""
    at = row.answered_at
    return row.is_declined and at is not None and at > timezone.now() - FRESH
