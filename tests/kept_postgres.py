"""A PostgreSQL with the template in it, kept stopped; each run starts a copy of it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.services import (
    postgres,
    postgres_binaries,
    postgres_version,
    say,
    service_folder,
)
from tests.template_database import ROOT, kept, template_name


def kept_postgres() -> Path:
    """The folder that `tests.services.postgres` copies; made when it is not there."""
    binaries = postgres_binaries()
    version = postgres_version(binaries) if binaries else "wheel"
    with kept(f"postgres-{version}-{template_name()}") as folder:
        if not folder.exists():
            _make(folder)
    return folder


@contextmanager
def migrated_postgres(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """A throw-away PostgreSQL with a migrated, empty database; its DATABASE_URL."""
    with postgres(folder, settings, kept=kept_postgres()) as url:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE evaltracker TEMPLATE {template_name()}")
        yield f"{url.rpartition('/')[0]}/evaltracker"


def _make(folder: Path) -> None:
    """Migrate once, and keep what the stopped server leaves."""
    say("Making the template of all test databases (once per set of migrations) ...")
    fresh = folder.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    with service_folder() as service:
        with postgres(service) as url:
            command = [sys.executable, "-m", "tests.template_database"]
            env = {**os.environ, "DATABASE_URL": url}
            subprocess.run(command, cwd=ROOT, env=env, check=True)
        fresh.mkdir(mode=0o700)
        for name in ("data", "password"):
            shutil.move(service / "postgres" / name, fresh / name)
    fresh.rename(folder)
