"""The demos that a person is asked to attend, until they have started or passed."""

import dataclasses
from collections.abc import Iterator

from django.urls import reverse

from evaltracker.workflow.inbox.items import Desk, WorkItem
from trials.demo_notices import asked_to_attend
from trials.models import Demo
from vendors.choices import CandidateState


def demos(desk: Desk) -> Iterator[WorkItem]:
    """Demos with a date, each on its own day."""
    takes_part = {part.evaluation_id for part in desk.parts}
    takes_part |= {evaluation.pk for evaluation in desk.owned}
    where = [key for key in takes_part if not desk.keeps_out(key)]
    if not where:
        return
    rows = Demo.objects.filter(
        candidate__evaluation__in=where,
        held_at__isnull=True,
        called_off_at__isnull=True,
        scheduled_for__isnull=False,
    ).exclude(candidate__state=CandidateState.ELIMINATED)
    rows = rows.select_related("candidate").only(
        *("scheduled_for", "minutes", "candidate__name", "candidate__evaluation")
    )
    for demo in rows.prefetch_related("guests__stakeholder"):
        evaluation = desk.evaluations[demo.candidate.evaluation_id]
        demo.candidate.evaluation = evaluation
        if demo.has_passed or not asked_to_attend(demo, [desk.user]):
            continue
        item = desk.item(
            "demo",
            evaluation,
            f"Demo of {demo.candidate}",
            "You are asked to attend. Its page has the script.",
            reverse("admin:demo", args=[demo.pk]),
            demo.scheduled_for,
        )
        # While it takes place it is on time.
        yield dataclasses.replace(item, late=False)
