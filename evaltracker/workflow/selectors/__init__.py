"""What floor 5 can tell; nothing in here changes anything."""

from evaltracker.workflow.selectors.plan import local_day, plan_of, stage_due

__all__ = ["local_day", "plan_of", "stage_due"]
