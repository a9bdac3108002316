"""Tests wait for a state and never for a while, and count no rows of all tables."""

import re
from functools import cache, partial

import pytest

from tests.architecture.source import ROOT
from tests.waiting import NeverCame, comes, until

HERE = "tests/architecture/test_waiting.py"
# In Python, in JavaScript, in SQL or in a shell, also of a program that a test starts.
PAUSE = re.compile(
    r"\bsleep\(|\bpg_sleep\b|\bsleep [\d.$]|\bimport sleep\b|\bwait_for_timeout\b"
)
# A statement that ends with the word; a blank before the quote lets a name follow.
COUNTS_ALL = re.compile(
    r"""(?:^\s*|["'])(?:VACUUM )?ANALYZE(?:;|["']|$)""", re.IGNORECASE | re.MULTILINE
)
# Where a pause is what is tested, and why. Nothing is to be added but such a place.
PAUSES = {
    "tests/waiting.py": "between two looks of the one helper that waits",
    "tests/processes.py": "between two looks at what a run has started",
    "tests/accounts/test_guessing.py": "a guesser tries again sooner than is asked for",
    "tests/faults/living/storm.py": "calm and absence last as chance has it",
    "tests/faults/living/two_hosts.py": "PostgreSQL and Redis are away for a second",
    "tests/faults/losing.py": "a machine works for so long before it is lost",
    "tests/faults/notices/services_away.py": "for so long nothing may be sent",
    "tests/faults/notices/storms.py": "a blow hits at an instant that chance chooses",
    "tests/faults/test_slow_clients.py": "a client drips what it sends",
    "tests/setup/test_supervisor.py": "children that stay until they are ended",
    "tests/smtp_sink.py": "a mail server that answers late, or never",
}


@cache
def texts() -> dict[str, str]:
    """Every module of the tests but this one, by its path from the root."""
    paths = sorted((ROOT / "tests").rglob("*.py"))
    found = {path.relative_to(ROOT).as_posix(): path.read_text() for path in paths}
    return {path: text for path, text in found.items() if path != HERE}


@cache
def lines_with(pattern: re.Pattern[str]) -> dict[str, list[int]]:
    """The numbers of the lines where it stands, by path."""
    found: dict[str, list[int]] = {}
    for path, text in texts().items():
        if not pattern.search(text):
            continue
        found[path] = [
            number
            for number, line in enumerate(text.splitlines(), start=1)
            if pattern.search(line)
        ]
    return found


def test_a_test_waits_for_a_state_and_not_for_a_while() -> None:
    """Whoever sleeps waits too long on a quick machine and too short on a busy one."""
    found = lines_with(PAUSE)
    elsewhere = {path: found[path] for path in found.keys() - PAUSES.keys()}
    assert elsewhere == {}, "wait by tests.waiting.until, or by Playwright's expect"


def test_who_is_allowed_a_pause_has_one() -> None:
    """So the list of pauses only shrinks."""
    assert sorted(PAUSES.keys() - lines_with(PAUSE).keys()) == []


def test_rows_are_counted_by_the_names_of_their_tables() -> None:
    """A bare ANALYZE counts the catalogues that all databases of a server share, too;
    in a transaction it locks them until the end, so others who count wait for it."""
    bare = lines_with(COUNTS_ALL)
    assert bare == {}, "name the tables, as tests.fixture_cache.count_rows does"


def test_both_patterns_know_what_they_look_for() -> None:
    """A pattern that finds nothing would guard nothing."""
    for pause in (
        "time.sleep(1)",
        "await asyncio.sleep(wait)",
        "page.wait_for_timeout(200)",
        "from time import sleep",
        "SELECT pg_sleep(1)",
        "'sleep 5 & wait'",
        "import time; time.sleep(2)",
    ):
        assert PAUSE.search(pause), pause
    for none in ("sleeping", "until(is_awake)", '"sed", "sleep"', "asleep = True"):
        assert not PAUSE.search(none), none
    for bare in ('execute("ANALYZE")', "execute('analyze;')", '"VACUUM ANALYZE"'):
        assert COUNTS_ALL.search(bare), bare
    for named in (
        'execute("ANALYZE evaluations_notice")',
        'execute("ANALYZE " + names)',
        'f"EXPLAIN (ANALYZE) {query}"',
        "explain(analyze=True)",
    ):
        assert not COUNTS_ALL.search(named), named


def test_what_was_waited_for_is_given() -> None:
    """It looks until there is something, and hands that on."""
    looks = iter(["", "", "it is here", "it is gone"])
    assert until(lambda: next(looks)) == "it is here"
    assert comes(lambda: True)


def test_what_did_not_come_is_named() -> None:
    """By its words, by the docstring of who looks, or by what is told afterwards."""

    def rises(what: str) -> bool:
        """It rises."""
        return False

    with pytest.raises(NeverCame, match="not within 0 s: the sun is up"):
        until(partial(rises, "sun"), within=0, what="the sun is up")
    with pytest.raises(NeverCame, match=r"not within 0 s: It rises\."):
        until(partial(rises, "sun"), within=0)
    with pytest.raises(NeverCame, match="not within 0 s: what the log says"):
        until(partial(rises, "sun"), within=0, what=lambda: "what the log says")
    assert not comes(partial(rises, "moon"), within=0)
