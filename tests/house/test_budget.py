"""The house has a budget that only falls; [tool.house] in pyproject.toml holds it."""

import subprocess
import tomllib
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from tests.house.floors import ROOT, floors
from tests.house.sizes import figures, packages
from tests.house.test_documents import developer_words

CONFIG = "pyproject.toml"
# A budget that is wider than this would let the house grow unseen.
SLACK = 1.02
WORDS_OF_A_REASON = 6


def house(text: str) -> dict[str, Any]:
    """The budget in a version of pyproject.toml; empty before there was one."""
    found: dict[str, Any] = tomllib.loads(text)["tool"].get("house", {})
    return found


def counts(budget: dict[str, Any]) -> dict[str, float]:
    """Its numbers by what they count: of the whole, and of each package."""
    numbers = {
        name: value for name, value in budget.items() if isinstance(value, int | float)
    }
    for name, (lines, modules) in budget["packages"].items():
        numbers |= {f"{name} lines": lines, f"{name} modules": modules}
    return numbers


def unexplained(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What was raised without a new reason."""
    new = after.get("rises", {}).keys() - before.get("rises", {}).keys()
    old, explained = counts(before), " ".join(new)
    return [
        name
        for name, number in counts(after).items()
        if number > old.get(name, number) and name not in explained
    ]


def granted(budget: dict[str, Any]) -> int:
    """The lines that the issues that have ended, and the one at work, may reach."""
    total: int = budget["lines_after_first"]
    grants: dict[str, int] = budget["grants"]
    for issue, more in grants.items():
        if issue not in budget["ended"]:
            return total + max(0, more)
        total += more
    return total


def versions() -> list[dict[str, Any]]:
    """The budget in each commit that touched it, the newest first."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout

    commits = git("log", "--format=%H", "--max-count=60", "--", CONFIG).split()
    return [house(git("show", f"{commit}:{CONFIG}")) for commit in commits]


@cache
def budget_now() -> dict[str, Any]:
    """The budget that binds."""
    return house((ROOT / CONFIG).read_text())


@cache
def actual() -> dict[str, float]:
    """What is counted now, under the names of `counts`."""
    numbers = {**figures(), "developer_words": developer_words()}
    for name, (lines, modules) in packages().items():
        numbers |= {f"{name} lines": lines, f"{name} modules": modules}
    return numbers


def test_nothing_is_above_its_budget() -> None:
    now, budget = actual(), counts(budget_now())
    above = [
        f"{name} is {number}, its budget {budget[name]}: take something away, or raise "
        "it with a reason in [tool.house.rises]"
        for name, number in now.items()
        if number > budget[name]
    ]
    assert not above


def test_what_was_taken_away_leaves_the_budget() -> None:
    now = actual()
    loose = [
        f"{name} has room: write {now[name]}"
        for name, number in counts(budget_now()).items()
        if name in now and number > max(now[name] * SLACK, now[name] + 50)
    ]
    assert not loose


def test_every_floor_has_a_line_and_the_lines_add_up() -> None:
    listed = {name for floor in floors() for name in floor} | {"evaltracker"}
    assert budget_now()["packages"].keys() == listed
    lines = sum(lines for lines, _ in budget_now()["packages"].values())
    modules = sum(modules for _, modules in budget_now()["packages"].values())
    assert (lines, modules) == (budget_now()["lines"], budget_now()["modules"])


def test_no_issue_takes_more_than_it_was_granted() -> None:
    assert budget_now()["lines"] <= granted(budget_now())


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no history in an archive")
def test_a_rise_has_its_reason_in_the_same_commit() -> None:
    history = [budget_now(), *versions()]
    for after, before in pairwise(history):
        # It binds from the end of the first issue on.
        if "lines_after_first" in before:
            assert not unexplained(before, after)
    for reason in budget_now()["rises"].values():
        assert len(reason.split()) >= WORDS_OF_A_REASON, reason


def test_a_rise_without_a_reason_is_found() -> None:
    before = {"lines": 100, "packages": {"vendors": [60, 2]}, "rises": {}}
    after = {"lines": 120, "packages": {"vendors": [80, 2]}, "rises": {}}
    assert unexplained(before, after) == ["lines", "vendors lines"]
    after["rises"] = {"vendors lines +20": "a vendor withdraws an answer, as asked"}
    assert unexplained(before, after) == []
    assert unexplained(after, before) == []


def test_a_grant_that_takes_away_binds_when_its_issue_has_ended() -> None:
    budget: dict[str, Any] = {"lines_after_first": 100, "grants": {"a": 20, "b": -30}}
    assert [
        granted({**budget, "ended": ended}) for ended in ([], ["a"], ["a", "b"])
    ] == [
        120,
        120,
        90,
    ]
