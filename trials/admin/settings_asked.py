"""Who ran a demo or trial and on whose data, as its forms ask for it."""

from collections.abc import Iterable
from typing import Any

from trials.choices import DataOwner, Runner
from trials.models import Evidence


def setting_fields(verdicts: Iterable[Evidence]) -> dict[str, Any]:
    """What the forms of one page offer; they begin with what was said last."""
    last = max(verdicts, key=lambda verdict: verdict.recorded_at, default=None)
    return {
        "runners": Runner.choices[1:],
        "data_owners": DataOwner.choices[1:],
        "ran": {"runner": last.runner, "data": last.data} if last else {},
    }


def last_setting(**among: Any) -> dict[str, Any]:
    """The setting of the newest verdict among these, for a form to begin with."""
    rows = Evidence.objects.filter(**among).exclude(runner="").order_by("-recorded_at")
    return dict(rows.values("runner", "data").first() or {})
