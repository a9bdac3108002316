"""Reads of floor 5: how the gates stand, the plan, and what waits on whom."""

from evaltracker.workflow.selectors.gates import (
    GateReport,
    blockers,
    first_blocker,
    gate_reports,
)
from evaltracker.workflow.selectors.plan import plan_of
from evaltracker.workflow.selectors.steps import NextStep, next_step
from evaltracker.workflow.selectors.work import my_work
from evaltracker.workflow.selectors.work_items import WorkItem

__all__ = [
    "GateReport",
    "NextStep",
    "WorkItem",
    "blockers",
    "first_blocker",
    "gate_reports",
    "my_work",
    "next_step",
    "plan_of",
]
