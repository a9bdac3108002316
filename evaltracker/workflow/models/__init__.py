"""May we go on, what did we decide, and what became of it?"""

from evaltracker.workflow.models.after import CheckVerdict, Letter, PromiseCheck
from evaltracker.workflow.models.decisions import Decision, Outlook, Waiver

__all__ = [
    "CheckVerdict",
    "Decision",
    "Letter",
    "Outlook",
    "PromiseCheck",
    "Waiver",
]
