"""What waits on whom: the one next step of an evaluation, and a person's work.

Reads above the gates: a blocker is somebody's work.
"""

from evaltracker.workflow.inbox.items import WorkItem
from evaltracker.workflow.inbox.steps import NextStep, next_step
from evaltracker.workflow.inbox.work import my_work

__all__ = ["NextStep", "WorkItem", "my_work", "next_step"]
