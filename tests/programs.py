"""Programs of the machine that some tests need, and their packages in Debian."""

import shutil

import pytest

NOT_RUN = "not run: no "
PACKAGES = {
    "chromium": "chromium",
    "docker-compose": "docker-compose",
    "ip": "iproute2",
    "nginx": "nginx-light",
    "openssl": "openssl",
    "pgbouncer": "pgbouncer",
    "ps": "procps",
    "redis-server": "redis-server",
    "restic": "restic",
    "soffice": "libreoffice-calc",
}


def missing_packages() -> list[str]:
    """What to install, so that no test is left out for want of a program."""
    return [
        package for program, package in PACKAGES.items() if not shutil.which(program)
    ]


def need_program(name: str) -> str:
    """Where that program is; without it the test is not run."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{NOT_RUN}{name} (package {PACKAGES[name]})")
    return found
