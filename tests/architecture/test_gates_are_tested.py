"""A gate that nobody tests is a rule that nobody keeps."""

from pathlib import Path

from evaltracker.evaluations.choices import Stage
from evaltracker.workflow.gates import GATES, gates_of

TESTS = Path(__file__).resolve().parents[1] / "workflow"


def test_every_gate_has_a_test_of_its_name() -> None:
    tests = "".join(path.read_text() for path in TESTS.glob("test_gates_*.py"))
    assert [name for name in GATES if f"def test_{name}_" not in tests] == [], (
        "write test_<gate>_… in tests/workflow/test_gates_<stage>.py"
    )


def test_every_stage_has_gates() -> None:
    assert all(map(gates_of, Stage))


def test_every_rule_is_a_sentence() -> None:
    for name, gate in GATES.items():
        first = gate.rule.splitlines()[0]
        assert first[0].isupper(), name
        assert first.endswith("."), name
