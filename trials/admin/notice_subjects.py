"""What the notices of floor 4 are about, in words."""

from collections.abc import Collection

from evaltracker.notices.admin.notice_subjects import register_subjects
from trials.demo_notices import DemoArranged, DemoCalledOff, DemoComing
from trials.gap_notices import GapFound, GapReplied, GapStillThere, RetestDue
from trials.models import Demo, Gap, Trial
from trials.promise_notices import PromiseSlipped
from trials.trial_notices import ContractToAgree, HalfGone
from vendors.models import Claim


def places(ids: Collection[str]) -> dict[str, str]:
    """Who promised what; the date stands in its story."""
    rows = Claim.objects.filter(pk__in=ids).select_related("candidate", "requirement")
    return {str(row.pk): f"{row.candidate}, {row.requirement.ref}" for row in rows}


def demos(ids: Collection[str]) -> dict[str, str]:
    """Whose demo."""
    rows = Demo.objects.filter(pk__in=ids).select_related("candidate")
    return {str(row.pk): f"{row.title} ({row.candidate})" for row in rows}


def trial_titles(ids: Collection[str]) -> dict[str, str]:
    """Which trial it is."""
    rows = Trial.objects.filter(pk__in=ids).values_list("pk", "title")
    return {str(pk): title for pk, title in rows}


def trials_of_gaps(ids: Collection[str]) -> dict[str, str]:
    """In which trial the gap was found."""
    rows = Gap.objects.filter(pk__in=ids).values_list("pk", "trial__title")
    return {str(pk): title for pk, title in rows}


register_subjects(PromiseSlipped.name, places)
for about in (DemoArranged, DemoComing, DemoCalledOff):
    register_subjects(about.name, demos)
for name in (ContractToAgree.name, HalfGone.name):
    register_subjects(name, trial_titles)
for kind in (GapFound, GapReplied, GapStillThere, RetestDue):
    register_subjects(kind.name, trials_of_gaps)
