"""What the notices of a milestone are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaltracker.evaluations.admin.notice_subjects import register_subjects
from trials.models import Milestone
from trials.notices import MilestoneDue

if TYPE_CHECKING:
    from collections.abc import Collection


def milestone_titles(ids: Collection[str]) -> dict[str, str]:
    """Titles, with the candidate whose trial it belongs to."""
    rows = Milestone.objects.filter(pk__in=ids).select_related("trial__candidate")
    return {
        str(one.pk): f"{one.title} ({one.trial.candidate})" if one.trial else one.title
        for one in rows
    }


register_subjects(MilestoneDue.name, milestone_titles)
