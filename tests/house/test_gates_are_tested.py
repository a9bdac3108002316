"""A gate that nobody tests is a rule that nobody keeps."""

from pathlib import Path

import pytest

from evaltracker.evaluations.choices import Stage
from evaltracker.workflow.gates import GATES, gates_of

TESTS = Path(__file__).resolve().parents[1] / "workflow"


@pytest.mark.parametrize("name", GATES)
def test_every_gate_has_a_test_of_its_name(name: str) -> None:
    texts = [path.read_text() for path in TESTS.glob("test_gates_*.py")]
    assert any(f"def test_{name}_" in text for text in texts), (
        f"write test_{name}_… in tests/workflow/test_gates_<stage>.py"
    )


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_has_gates(stage: Stage) -> None:
    assert gates_of(stage)


@pytest.mark.parametrize("name", GATES)
def test_every_rule_is_a_sentence(name: str) -> None:
    first = GATES[name].rule.splitlines()[0]
    assert first[0].isupper()
    assert first.endswith(".")
