"""Programs of the machine that some tests need; without one they are *not run*.

The reason has one form, which whoever counts what was not run reads again.
"""

import os
import shutil

import pytest

# Where Debian keeps servers and tools of the network, which is not on everybody's PATH.
SYSTEM = "/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/bin"


def find_program(name: str) -> str | None:
    """Where it is: on PATH, else among the system's."""
    return shutil.which(name, path=f"{os.environ['PATH']}:{SYSTEM}")


def not_run(name: str, *, package: str) -> str:
    """Why a test is not run, and what to install."""
    return f"not run: no {name} (package {package})"


def need_program(name: str, *, package: str) -> str:
    """Where it is; skips the test that asks if it is not there."""
    found = find_program(name)
    if found is None:
        pytest.skip(not_run(name, package=package))
    return found


def needs_program(name: str, *, package: str) -> pytest.MarkDecorator:
    """The mark of tests that need it, for one of them or for a whole file."""
    missing = find_program(name) is None
    return pytest.mark.skipif(missing, reason=not_run(name, package=package))
