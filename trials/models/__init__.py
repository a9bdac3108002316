"""What we saw: research, demos, trials, evidence and scores."""

from trials.models.demos import Demo, DemoGuest, DemoNote, ScriptItem
from trials.models.evidence import Evidence, Excuse, ResearchNote, TakenBack
from trials.models.runs import (
    LeftOut,
    Measurement,
    Run,
    RunReport,
    RunToken,
    is_left_out,
)
from trials.models.scores import Consensus, Score, ScoreSheet, Settlement
from trials.models.trials import (
    Agreement,
    ContractChange,
    Criterion,
    Gap,
    Milestone,
    Trial,
)
