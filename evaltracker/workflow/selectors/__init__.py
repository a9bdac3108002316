"""What workflow can tell; nothing in here changes anything."""

from evaltracker.workflow.selectors.plan import (
    lateness_of,
    local_day,
    plan_of,
    stage_due,
)

__all__ = ["lateness_of", "local_day", "plan_of", "stage_due"]
