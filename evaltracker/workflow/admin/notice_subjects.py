"""What the notices of milestones and of signatures are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaltracker.evaluations.admin.notice_subjects import register_subjects
from evaltracker.evaluations.models import Visit
from evaltracker.workflow.notices import (
    SignOffEscalated,
    SignOffReopened,
    SignOffRequested,
    SignOffWaiting,
)
from evaltracker.workflow.stage_notices import StageLate
from stakeholders.models import SignOffRule
from trials.models import Milestone
from trials.notices import (
    MilestoneDue,
    MilestoneGiven,
    MilestoneOrphaned,
    MilestoneOverdue,
)

if TYPE_CHECKING:
    from collections.abc import Collection


def milestone_titles(ids: Collection[str]) -> dict[str, str]:
    """Titles, with the candidate whose trial it belongs to."""
    rows = Milestone.objects.filter(pk__in=ids).select_related("trial__candidate")
    return {
        str(one.pk): f"{one.title} ({one.trial.candidate})" if one.trial else one.title
        for one in rows
    }


def rules(ids: Collection[str]) -> dict[str, str]:
    """Which stage is signed, as which role."""
    return {
        str(one.pk): f"{one.get_stage_display()} as {one.get_role_display()}"
        for one in SignOffRule.objects.filter(pk__in=ids)
    }


def visits(ids: Collection[str]) -> dict[str, str]:
    """Which stay in which stage."""
    return {str(one.pk): str(one) for one in Visit.objects.filter(pk__in=ids)}


for name in (
    MilestoneDue.name,
    MilestoneGiven.name,
    MilestoneOrphaned.name,
    MilestoneOverdue.name,
):
    register_subjects(name, milestone_titles)
for name in (SignOffReopened.name, StageLate.name):
    register_subjects(name, visits)
for kind in (SignOffRequested, SignOffWaiting, SignOffEscalated):
    register_subjects(kind.name, rules)
