"""Efforts as candidates state them, on the cast's evaluations."""

import datetime

from django.utils import timezone

from evaltracker.evaluations.models import Evaluation
from vendors.models import Candidate, Effort


def asked(where: Evaluation) -> Evaluation:
    """The evaluation, which asks for efforts."""
    Evaluation.objects.filter(pk=where.pk).update(asks_effort=True)
    where.refresh_from_db()
    return where


def states(
    option: Candidate,
    ref: str,
    how: str,
    *days: float,
    by: str = "vendor",
    at: datetime.datetime | None = None,
) -> Effort:
    """What it states from then on: now, unless a moment is given; low, likely, high,
    or one for all three."""
    at = at or timezone.now()
    before = Effort.objects.filter(candidate=option, requirement__ref=ref)
    before.filter(superseded_at=None).update(superseded_at=at)
    low, likely, high = days if len(days) == 3 else (*days, None)[:1] * 3
    return Effort.objects.create(
        candidate=option,
        requirement=option.evaluation.requirements.get(ref=ref),
        revision=before.count() + 1,
        **{"how": how, "low": low, "likely": likely, "high": high},
        by=by if days else "",
        by_vendor=True,
        submitted_at=at,
        submitted_by="Acme by API",
    )
