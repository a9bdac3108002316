"""T1 to T7, T10, T11 and T46 in small; `./dev bench faults` runs all in full."""

import os
import subprocess
import sys

import pytest

from tests.faults.notices.run import NEEDS, ONLY_IN_FULL, QUICK, TESTS
from tests.faults.notices.verdicts import broken_in
from tests.faults.notices.world import ROOT
from tests.programs import find_program, need_program

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


# Each push has T4, in which workers, Redis and the database die, and T7, in which the
# mail server does all that it should not.
AT_NIGHT = {
    "T1": "as T4 with a frozen worker; each push has T4, and leases in test_leases",
    "T2": "as T4 with graceful stops; each push has T4, and test_shutdown",
    "T3": "as T4 with held letters; each push has T4, and their leases in test_leases",
    "T5": "no broker at all; each push has T4, and test_sweep without a broker",
    "T6": "a mute broker; each push has the time limits of a nudge in test_nudging",
    "T11": "no beat for a while; each push has the timer's sweep in test_periodic",
    "T46": "a database that moves; each push has T4, and test_database_away",
}


@pytest.mark.parametrize(
    "name",
    # The sweep's clock is wrong in `test_clocks_and_moves`, too, by simpler means.
    [
        pytest.param(
            name,
            marks=[pytest.mark.nightly(reason=AT_NIGHT[name])]
            if name in AT_NIGHT
            else [],
        )
        for name in TESTS
        if name not in ONLY_IN_FULL and (name != "T10" or find_program("faketime"))
    ],
)
def test_nothing_is_lost_and_no_repeat_is_unflagged(name: str) -> None:
    for program, package in NEEDS[name].items():
        need_program(program, package=package)
    command = [sys.executable, "-m", "tests.faults.notices.run", name, QUICK]
    away = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PYTEST_CURRENT_TEST")
    env = {key: value for key, value in os.environ.items() if key not in away}

    ran = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )

    promise = str(TESTS[name].__doc__).strip()
    assert ran.returncode == 0, (
        f"{name} ({promise}) {broken_in(name, ran.stderr)}\n{ran.stderr[-3000:]}"
    )
