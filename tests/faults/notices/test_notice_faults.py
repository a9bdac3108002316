"""T1 to T7, T10, T11 and T46 in small; `./dev bench faults` runs all in full."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.faults.notices.run import ONLY_IN_FULL, QUICK, TESTS
from tests.faults.notices.world import ROOT

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


# What they have besides T1: a graceful stop, and letters that are held.
AT_NIGHT = {
    "T2": "as T1 with graceful stops; each push has T1, and test_shutdown",
    "T3": "as T1 with held letters; each push has T1, and their leases in test_leases",
}


@pytest.mark.skipif(not shutil.which("redis-server"), reason="it kills its own broker")
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
        if name not in ONLY_IN_FULL and (name != "T10" or shutil.which("faketime"))
    ],
)
def test_nothing_is_lost_and_no_repeat_is_unflagged(name: str) -> None:
    command = [sys.executable, "-m", "tests.faults.notices.run", name, QUICK]
    away = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PYTEST_CURRENT_TEST")
    env = {key: value for key, value in os.environ.items() if key not in away}

    ran = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr[-3000:]
