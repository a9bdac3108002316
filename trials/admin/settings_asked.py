"""What forms of verdicts ask: who ran it, on whose data, and for which values."""

from collections.abc import Iterable
from typing import Any

from evaltracker.evaluations.models import Requirement
from trials.choices import DataOwner, Runner
from trials.models import Evidence
from vendors.named_values import answered_values
from vendors.selectors.lists import demanded_of


def setting_fields(verdicts: Iterable[Evidence]) -> dict[str, Any]:
    """What the forms of one page offer; they begin with what was said last."""
    last = max(verdicts, key=lambda verdict: verdict.recorded_at, default=None)
    return {
        "runners": Runner.choices[1:],
        "data_owners": DataOwner.choices[1:],
        "ran": {"runner": last.runner, "data": last.data} if last else {},
        # Programs that report runs are ours.
        "ran_by_program": {
            "runner": Runner.US,
            "data": last.data if last and last.data else DataOwner.OURS,
        },
    }


def last_setting(**among: Any) -> dict[str, Any]:
    """The setting of the newest verdict among these, for a form to begin with."""
    rows = Evidence.objects.filter(**among).exclude(runner="").order_by("-recorded_at")
    return dict(rows.values("runner", "data").first() or {})


def offered_lists(claims: Any, requirement: Requirement | None) -> dict[str, list[str]]:
    """The values that the requirement demands and the standing answer speaks of."""
    if requirement is None:
        return {}
    current = claims.filter(superseded_at__isnull=True).first()
    return answered_values(current, demanded_of(requirement))
