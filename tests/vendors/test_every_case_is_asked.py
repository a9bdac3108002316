"""Each case of the vendors' door is asked for by a test that compares with it."""

import ast
from pathlib import Path

from tests.vendors.door import all_cases

TESTS = Path(__file__).parents[1]


def asked_for() -> set[str]:
    """Ids, and beginnings of ids, by which tests ask for cases."""
    found = set()
    for path in TESTS.rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        if "from tests.vendors.door import" in text:
            for node in ast.walk(ast.parse(text)):
                match node:
                    case ast.Call(
                        func=ast.Name(id="case"), args=[ast.Constant(value=str(key))]
                    ):
                        found.add(key)
                    case ast.Call(
                        func=ast.Name(id="cases"), args=[ast.Constant(value=str(key))]
                    ):
                        found |= {one for one in all_cases() if one.startswith(key)}
    return found


def test_every_case_is_asked_for_and_no_other() -> None:
    assert sorted(asked_for() ^ all_cases().keys()) == []
