"""What the notices of milestones and of signatures are about."""

from collections.abc import Collection

from evaltracker.evaluations.models import Visit
from evaltracker.notices.admin.notice_subjects import register_subjects
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


def milestone_titles(ids: Collection[str]) -> dict[str, str]:
    """Titles, with the candidate whose trial it belongs to."""
    rows = Milestone.objects.filter(pk__in=ids).select_related("trial__candidate")
    return {
        str(row.pk): f"{row.title} ({row.trial.candidate})" if row.trial else row.title
        for row in rows
    }


def rules(ids: Collection[str]) -> dict[str, str]:
    """Which stage is signed, as which role."""
    return {
        str(rule.pk): f"{rule.get_stage_display()} as {rule.get_role_display()}"
        for rule in SignOffRule.objects.filter(pk__in=ids)
    }


def visits(ids: Collection[str]) -> dict[str, str]:
    """Which stay in which stage."""
    return {str(visit.pk): str(visit) for visit in Visit.objects.filter(pk__in=ids)}


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
