"""T38: no regular expression of the product can be made to work for long.

What each repetition repeats is given to it 50,000 characters long; it has 100 ms.
"""

import ast
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import pytest

from tests.security.patterns import (
    Found,
    attacks,
    patterns_in,
    patterns_of_the_product,
)
from tests.tiers import by_tier

LENGTH, MOST = 50_000, 0.1
GIVE_UP = 0.4


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """End what computes for longer; `re` looks for signals while it works."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def work(found: Found, text: Any) -> float:
    """Seconds of computing until the pattern is through with the text."""
    use: Any = getattr(found.pattern, found.method, found.pattern.search)
    more = (text[:0],) if found.method in ("sub", "subn") else ()
    began = time.thread_time()
    try:
        with at_most(GIVE_UP):
            done = use(*more, text)
            if found.method == "finditer":
                for _ in done:
                    pass
    except TimeoutError:
        return GIVE_UP
    return time.thread_time() - began


def slowest(found: Found, turns: int = 1) -> tuple[float, str]:
    """The longest that one of so many attacks keeps it, and how that attack begins."""
    worst = (0.0, "")
    for text in islice(attacks(found.pattern, LENGTH), 0, None, turns):
        took = work(found, text)
        if took > MOST:
            # Once may be the machine's fault.
            took = min(took, work(found, text))
        worst = max(worst, (took, repr(text[:60])))
        if took > MOST:
            break
    return worst


@pytest.mark.parametrize(
    "turns",
    by_tier(
        6,
        1,
        reason="every attack; each push makes every sixth at each pattern",
    ),
)
def test_every_pattern_is_through_with_every_attack_in_100_ms(
    figure: Callable[[str], None], turns: int
) -> None:
    patterns = patterns_of_the_product()
    took = {pattern: slowest(pattern, turns) for pattern in patterns}
    slow = [
        f"{finding.place} {finding.method} {finding.pattern.pattern!r}: "
        f"{seconds:.2f} s by {text}…"
        for finding, (seconds, text) in took.items()
        if seconds > MOST
    ]
    worst = max(seconds for seconds, _ in took.values())
    figure(f"T38: {len(patterns)} patterns, {worst * 1e3:.1f} ms the longest")
    assert not slow, "\n".join(slow)
    assert len({pattern.place for pattern in patterns}) > 50


@pytest.mark.parametrize(
    "bad",
    [
        r"^(\w+\s?)*$",
        r"(a+)+b",
        r"(a|a)*b",
        r" +$",
        r"<[^>]*>",
        r"(.*)(.*)(.*)x",
        # A quote that nothing closes, sought again from each one inside.
        r'"(?:[^"\\]|\\.)*+"',
    ],
)
@pytest.mark.nightly(
    reason="seven patterns, a process each; each push has one",
    short="[(a+)+b]",
)
def test_a_pattern_that_can_be_hurt_is_found(bad: str) -> None:
    assert slowest(Found("here", re.compile(bad), "search"))[0] > MOST


def test_the_walk_reads_patterns_however_they_are_written() -> None:
    source = """
TAGS = "b|i"
ONE = re.compile(rf"</?({TAGS})>", re.IGNORECASE)
TWO = re.compile("a" "b" + "c", flags=re.M)
THREE = re.compile(r"only in full")
def use(text):
    if re.search(r"inside", text) or ONE.sub("", text) or THREE.fullmatch(text):
        return re.sub(r"away", "", text, flags=re.I)
urls = [re_path(r"^api/", view), path("plain/", view)]
validators = [RegexValidator(regex=r"^valid$")]
"""
    names = {"re": re, "TAGS": "b|i"}
    uses = {("ONE", "sub"), ("THREE", "fullmatch")}
    found = patterns_in(ast.parse(source), names, "here", uses)
    assert {(finding.pattern.pattern, finding.method) for finding in found} == {
        ("</?(b|i)>", "sub"),
        ("abc", "search"),
        ("only in full", "fullmatch"),
        ("inside", "search"),
        ("away", "sub"),
        ("^api/", "search"),
        ("^valid$", "search"),
    }
    assert {finding.pattern.flags & re.I for finding in found} == {0, re.I}
    hidden = ast.parse("def f(p, t):\n    return re.search(p, t)")
    with pytest.raises(AssertionError, match="cannot be read"):
        patterns_in(hidden, names, "here", set())
