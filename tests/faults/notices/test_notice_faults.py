"""T1 to T7, T10, T11, T46 and T65 in small, at night; each push kills and crashes once.

`./dev bench faults` runs all in full.
"""

import os
import subprocess
import sys

import pytest

from tests.faults.notices.run import NEEDS, ONLY_IN_FULL, QUICK, TESTS
from tests.faults.notices.verdicts import broken_in
from tests.faults.notices.world import ROOT
from tests.programs import find_program, need_program

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


ONE_CRASH = "::test_a_killed_sweep_and_a_crashed_database_lose_nothing"
# What waits for the night, and what each push has of it.
AT_NIGHT = {
    "T1": (
        "two workers, one of them frozen; each push kills a sweep, and has test_leases",
        ONE_CRASH,
    ),
    "T2": (
        "as T4 with graceful stops; each push has test_shutdown",
        "tests/notices/test_shutdown.py"
        "::test_it_frees_what_it_has_claimed_and_flags_nothing",
    ),
    "T3": (
        "as T4 with held letters; each push has their leases in test_leases",
        "tests/notices/test_leases.py"
        "::test_a_lapsed_handing_of_a_held_kind_waits_for_a_person",
    ),
    "T5": (
        "no broker at all; each push has test_sweep without a broker",
        "tests/notices/test_sweep.py::test_the_command_counts_what_it_did",
    ),
    "T6": (
        "a mute broker; each push has the time limits of a nudge in test_nudging",
        "tests/notices/test_nudging.py"
        "::test_a_broker_that_does_not_answer_holds_nobody",
    ),
    "T11": (
        "no beat for a while; each push has the timer's sweep in test_periodic",
        "tests/notices/test_periodic.py"
        "::test_the_second_waker_does_them_before_it_sends",
    ),
    "T4": (
        "two workers and beats with Redis; each push kills one sweep and the database",
        ONE_CRASH,
    ),
    "T7": (
        "a hundred notices by processes; each push has a dozen in one process",
        "tests/notices/test_answers.py"
        "::test_of_a_server_that_does_all_it_should_not_each_mail_comes_once",
    ),
    "T46": ("a database that moves; each push has test_database_away, too", ONE_CRASH),
    "T65": (
        "two whole hosts; each push has the shipped proxy before one that is gone",
        "tests/setup/test_proxy.py::test_pages_go_on_while_one_of_two_hosts_is_away",
    ),
}


def marks_of(name: str) -> list[pytest.MarkDecorator]:
    """Those of a test that waits for the night."""
    if name not in AT_NIGHT:
        return []
    reason, short = AT_NIGHT[name]
    return [pytest.mark.nightly(reason=reason, short=short)]


@pytest.mark.parametrize(
    "name",
    # The sweep's clock is wrong in `test_clocks_and_moves`, too, by simpler means.
    [
        pytest.param(name, marks=marks_of(name))
        for name in TESTS
        if name not in ONLY_IN_FULL and (name != "T10" or find_program("faketime"))
    ],
)
def test_nothing_is_lost_and_no_repeat_is_unflagged(name: str) -> None:
    for program, package in NEEDS[name].items():
        need_program(program, package=package)
    promise = str(TESTS[name].__doc__).strip()
    passes(name, promise, "tests.faults.notices.run", name, QUICK)


def test_a_killed_sweep_and_a_crashed_database_lose_nothing() -> None:
    need_program("redis-server")
    passes("T1", "one crash loses nothing", "tests.faults.notices.one_crash")


def passes(name: str, promise: str, module: str, *arguments: str) -> None:
    """Run a module that has services of its own; it says which promise broke."""
    command = [sys.executable, "-m", module, *arguments]
    away = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PYTEST_CURRENT_TEST")
    env = {key: value for key, value in os.environ.items() if key not in away}

    ran = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, (
        f"{name} ({promise}) {broken_in(name, ran.stderr)}\n{ran.stderr[-3000:]}"
    )
