"""How a fault test that runs as a process of its own tells what it found.

Its last line names the promises that broke; whoever started it takes them from there.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence

FAILED = "FAILED: "
SILENT = "it ended without a word on what broke"


def verdict_on(wrong: Sequence[str]) -> str:
    """What its line ends with."""
    return f"{FAILED}{', '.join(wrong)}" if wrong else "passed"


def promise_of(error: BaseException) -> str:
    """What an error says was not kept, in one line."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def broken_in(name: str, said: str) -> str:
    """What the newest line of that test says was broken."""
    for line in reversed(said.splitlines()):
        if line.startswith(f"{name}: ") and FAILED in line:
            return line.partition(FAILED)[2]
    return SILENT


def broken_promises(
    name: str, command: Sequence[str], env: Mapping[str, str]
) -> list[str]:
    """What a process that runs the test says was broken; it is heard here, too."""
    done = subprocess.run(
        command, env=env, stderr=subprocess.PIPE, text=True, check=False
    )
    sys.stderr.write(done.stderr)
    return [] if done.returncode == 0 else [broken_in(name, done.stderr)]
