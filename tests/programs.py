"""Programs of the machine that some tests need, and their packages in Debian."""

import os
import shutil

import pytest

# Servers lie where only the superuser looks.
FOLDERS = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
NOT_RUN = "not run: no "
PACKAGES = {
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
        package
        for program, package in PACKAGES.items()
        if not shutil.which(program, path=FOLDERS)
    ]


def needs_program(name: str) -> pytest.MarkDecorator:
    """A mark: without that program the test is not run, and says what to install."""
    reason = f"{NOT_RUN}{name} (package {PACKAGES[name]})"
    is_missing = shutil.which(name, path=FOLDERS) is None
    return pytest.mark.skipif(is_missing, reason=reason)
