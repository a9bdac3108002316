"""What the notices of a slipped promise are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaltracker.evaluations.admin.notice_subjects import register_subjects
from trials.promise_notices import PromiseSlipped
from vendors.models import Claim

if TYPE_CHECKING:
    from collections.abc import Collection


def places(ids: Collection[str]) -> dict[str, str]:
    """Who promised what; the date stands in its story."""
    rows = Claim.objects.filter(pk__in=ids).select_related("candidate", "requirement")
    return {str(one.pk): f"{one.candidate}, {one.requirement.ref}" for one in rows}


register_subjects(PromiseSlipped.name, places)
