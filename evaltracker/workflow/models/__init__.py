"""May we go on, what did we decide, and what became of it?"""

from evaltracker.workflow.models.after import (
    CheckVerdict,
    Letter,
    MetricValue,
    PromiseCheck,
)
from evaltracker.workflow.models.bells import BellLook
from evaltracker.workflow.models.contracts import ContractTerm
from evaltracker.workflow.models.decisions import Decision, Outlook, Waiver
from evaltracker.workflow.models.draws import KeptDraws
from evaltracker.workflow.models.snoozes import Snooze
from evaltracker.workflow.models.succession import Succession
from evaltracker.workflow.models.waiver_requests import WaiverRequest

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
