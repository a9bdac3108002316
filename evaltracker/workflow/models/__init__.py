"""May we go on, what did we decide, and what became of it?"""

from evaltracker.decision.models import (
    CheckVerdict,
    ContractTerm,
    Decision,
    KeptDraws,
    Letter,
    MetricValue,
    Outlook,
    PromiseCheck,
    Succession,
    Waiver,
)
from evaltracker.workflow.models.waiting import BellLook, Snooze, WaiverRequest

__all__ = [
    "BellLook",
    "CheckVerdict",
    "ContractTerm",
    "Decision",
    "KeptDraws",
    "Letter",
    "MetricValue",
    "Outlook",
    "PromiseCheck",
    "Snooze",
    "Succession",
    "Waiver",
    "WaiverRequest",
]
