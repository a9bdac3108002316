"""What the notices of floor 4 are about, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaltracker.evaluations.admin.notice_subjects import register_subjects
from trials.demo_notices import DemoArranged, DemoCalledOff, DemoComing
from trials.gap_notices import GapFound, GapReplied, GapStillThere, RetestDue
from trials.models import Demo, Gap, Trial
from trials.promise_notices import PromiseSlipped
from trials.trial_notices import ContractToAgree, HalfGone
from vendors.models import Claim

if TYPE_CHECKING:
    from collections.abc import Collection


def places(ids: Collection[str]) -> dict[str, str]:
    """Who promised what; the date stands in its story."""
    rows = Claim.objects.filter(pk__in=ids).select_related("candidate", "requirement")
    return {str(one.pk): f"{one.candidate}, {one.requirement.ref}" for one in rows}


def demos(ids: Collection[str]) -> dict[str, str]:
    """Whose demo."""
    rows = Demo.objects.filter(pk__in=ids).select_related("candidate")
    return {str(one.pk): f"{one.title} ({one.candidate})" for one in rows}


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
