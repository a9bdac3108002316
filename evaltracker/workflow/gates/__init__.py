"""The gate table: what must hold before a stage may be left.

A gate is one function; its docstring is the rule that users read, and it yields
blockers. Adding a gate is adding one function to `rules`.
"""

from evaltracker.workflow.gates import rules
from evaltracker.workflow.gates.context import (
    GATES,
    Blocker,
    Gate,
    GateContext,
    gates_of,
)
