"""Programs of the machine that some tests need; without one they are *not run*.

The reason has one form, which whoever counts what was not run reads again.
"""

import os
import shutil

import pytest

# Where Debian keeps servers and tools of the network, which is not on everybody's PATH.
SYSTEM = "/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/bin"
# What has another name in Debian than its program.
PACKAGES = {
    "dejavu": "fonts-dejavu-core",
    "ip": "iproute2",
    "nginx": "nginx-light",
    "postgres": "postgresql",
    "ps": "procps",
    "soffice": "libreoffice-calc",
}
# All that some test needs, but for browser and databases, which have marks.
PROGRAMS = (
    *("docker-compose", "ip", "nginx", "openssl", "pgbouncer", "ps"),
    *("redis-server", "restic", "soffice"),
)


def find_program(name: str) -> str | None:
    """Where it is: on PATH, else among the system's."""
    return shutil.which(name, path=f"{os.environ['PATH']}:{SYSTEM}")


def missing_packages() -> list[str]:
    """What to install, so that no test is left out for want of a program."""
    return [PACKAGES.get(name, name) for name in PROGRAMS if find_program(name) is None]


def not_run(name: str, *, package: str = "") -> str:
    """Why a test is not run, and what to install."""
    return f"not run: no {name} (package {package or PACKAGES.get(name, name)})"


def need_program(name: str, *, package: str = "") -> str:
    """Where it is; skips the test that asks if it is not there."""
    found = find_program(name)
    if found is None:
        pytest.skip(not_run(name, package=package))
    return found


def needs_program(name: str, *, package: str = "") -> pytest.MarkDecorator:
    """The mark of tests that need it, for one of them or for a whole file."""
    missing = find_program(name) is None
    return pytest.mark.skipif(missing, reason=not_run(name, package=package))
