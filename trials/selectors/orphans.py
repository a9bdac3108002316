"""Milestones that are nobody's any more: their owner has no part, or no login."""

import uuid

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation
from stakeholders.models import Stakeholder
from trials.choices import MilestoneState
from trials.models import Milestone


def orphaned_milestones() -> QuerySet[Milestone]:
    """Open ones whose owner would not be reminded."""
    part = Stakeholder.objects.filter(
        evaluation=OuterRef("evaluation"), user=OuterRef("owner"), left_at__isnull=True
    )
    outside = ~Q(owner=F("evaluation__owner")) & ~Exists(part)
    return Milestone.objects.filter(
        Q(owner__is_active=False) | outside,
        state=MilestoneState.OPEN,
        evaluation__status=Status.OPEN,
    )


def orphans_of(evaluation: Evaluation) -> frozenset[uuid.UUID]:
    """The ids of those of one evaluation."""
    rows = orphaned_milestones().filter(evaluation=evaluation)
    return frozenset(rows.values_list("pk", flat=True))
