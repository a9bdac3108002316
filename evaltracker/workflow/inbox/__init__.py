"""What waits on whom: the one next step of an evaluation, and a person's work.

Reads above the gates: a blocker is somebody's work.
"""

from evaltracker.workflow.inbox.glances import my_work
from evaltracker.workflow.inbox.items import NextStep, WorkItem, next_step
