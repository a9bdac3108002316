"""The client that reports runs, as programs use it: one file and an environment."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from trials.run_api import CLIENT

# What a machine of a build has in common with the one that tests run on.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


def environment(address: str, secret: str, **more: str) -> dict[str, str]:
    """Variables of a build's machine that has a run token."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    known = {"EVALTRACKER_RUNS": address, "EVALTRACKER_RUN_TOKEN": secret}
    return {**kept, **known, "NO_PROXY": "*", **more}


def run_client(
    *args: str, cwd: Path, env: dict[str, str], python: str = sys.executable
) -> subprocess.CompletedProcess[str]:
    command: list[Any] = [python, CLIENT, *args]
    return subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
