"""What we saw: research, demos, trials, evidence and scores."""

from trials.models.contracts import Agreement, ContractChange
from trials.models.demos import Demo, DemoGuest, DemoNote, ScriptItem
from trials.models.evidence import Evidence, Excuse
from trials.models.gaps import Gap
from trials.models.measurements import Measurement
from trials.models.research import ResearchNote
from trials.models.runs import Run, RunReport, RunToken
from trials.models.scores import Consensus, Score, ScoreSheet, Settlement
from trials.models.trials import Criterion, Milestone, Trial

__all__ = [
    "Agreement",
    "Consensus",
    "ContractChange",
    "Criterion",
    "Demo",
    "DemoGuest",
    "DemoNote",
    "Evidence",
    "Excuse",
    "Gap",
    "Measurement",
    "Milestone",
    "ResearchNote",
    "Run",
    "RunReport",
    "RunToken",
    "Score",
    "ScoreSheet",
    "ScriptItem",
    "Settlement",
    "Trial",
]
