"""What we saw: research, demos, trials, evidence and scores."""

from trials.models.demos import (
    Demo,
    DemoGuest,
    DemoNote,
    Evidence,
    Excuse,
    ResearchNote,
    ScriptItem,
    TakenBack,
)
from trials.models.runs import (
    Consensus,
    LeftOut,
    Measurement,
    Run,
    RunReport,
    RunToken,
    Score,
    ScoreSheet,
    Settlement,
    is_left_out,
)
from trials.models.trials import (
    Agreement,
    ContractChange,
    Criterion,
    Gap,
    Milestone,
    Trial,
)
