"""Test databases are copies of one template, which is kept between runs.

The template is what all migrations make. Its name tells of everything that it was made
of, so a changed migration makes a new one; on SQLite it is a file below var/tests, on
PostgreSQL a database of the server. Who makes it holds a lock, and it bears its name
only when it is whole: two runs at once, or one that was killed, leave nothing half.
"""

import fcntl
import hashlib
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    # run_services asks for the name before Django is ready.
    from django.db.backends.base.base import BaseDatabaseWrapper
    from pytest_django.plugin import DjangoDbBlocker

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "tests"
PACKAGES = ("evaltracker", "stakeholders", "vendors", "trials")
OF_EVERY_MIGRATION = (
    "requirements.txt",
    "evaltracker/settings.py",
    "tests/settings.py",
    "tests/template_database.py",
)
IMPORTED = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)
# A server of yours keeps as many of ours; branches differ in their migrations.
KEPT_TEMPLATES = 4
ADVISORY_LOCK = 7_283_116


def sources() -> list[Path]:
    """All that decides what is in a new database: migrations, and what they import."""
    migrations = [
        path for name in PACKAGES for path in ROOT.glob(f"{name}/**/migrations/*.py")
    ]
    modules = {
        ROOT.joinpath(*name.split("."))
        for path in migrations
        for name in IMPORTED.findall(path.read_text())
        if name.partition(".")[0] in PACKAGES
    }
    imported = {
        path
        for module in modules
        for path in (module.with_suffix(".py"), module / "__init__.py")
        if path.exists()
    }
    named = {ROOT / name for name in OF_EVERY_MIGRATION}
    return sorted({*migrations, *imported, *named})


def template_name() -> str:
    """What the template is called, by all that decides what is in it."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(f"{path.relative_to(ROOT)} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return f"evaltracker_template_{digest.hexdigest()[:16]}"


@contextmanager
def kept(name: str) -> Iterator[Path]:
    """The path of that name below var/tests, while nobody else makes it; what has not
    been used for long is gone."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = KEPT / name
        yield path
        os.utime(path)
        kind = name.partition("-")[0]
        older = sorted(KEPT.glob(f"{kind}-*"), key=lambda other: other.stat().st_mtime)
        for other in older[:-KEPT_TEMPLATES]:
            shutil.rmtree(other) if other.is_dir() else other.unlink()


def create_from_template(connection: "BaseDatabaseWrapper") -> None:
    """Make this connection's test database, and go on in it."""
    if connection.vendor == "sqlite":
        name = _copy_on_sqlite(connection)
    else:
        name = _copy_on_postgres(connection)
    _use(connection, name)


def _use(connection: "BaseDatabaseWrapper", name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _migrate(connection: "BaseDatabaseWrapper", name: str) -> None:
    """Make that database by all migrations; one that is there is made anew."""
    before = connection.settings_dict["NAME"]
    test_name = connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        if connection.vendor == "postgresql":
            _number_permissions_anew(connection)
    finally:
        connection.settings_dict["TEST"]["NAME"] = test_name
        _use(connection, before)


def _number_permissions_anew(connection: "BaseDatabaseWrapper") -> None:
    """Number permissions as a flush does (tests.flush), not in the order of migrations:
    what factories wrote is right before and after one."""
    from django.core.management.sql import emit_post_migrate_signal

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE auth_permission, django_content_type RESTART IDENTITY CASCADE"
        )
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def _copy_on_sqlite(connection: "BaseDatabaseWrapper") -> str:
    name = str(connection.settings_dict["TEST"]["NAME"])
    with kept(f"sqlite-{sqlite3.sqlite_version}-{template_name()}") as template:
        if not template.exists():
            fresh = template.with_name("sqlite.new")
            _migrate(connection, str(fresh))
            with closing(sqlite3.connect(fresh)) as database:
                # In one file, without a log beside it.
                database.execute("PRAGMA journal_mode=DELETE")
            fresh.replace(template)
        for ending in ("", "-wal", "-shm"):
            Path(f"{name}{ending}").unlink(missing_ok=True)
        shutil.copyfile(template, name)
    return name


def _copy_on_postgres(connection: "BaseDatabaseWrapper") -> str:
    creation: Any = connection.creation
    name: str = creation._get_test_db_name()
    with connection._nodb_cursor() as cursor, _locked(cursor):
        template = _template_on_postgres(connection, cursor)
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return name


def _template_on_postgres(connection: "BaseDatabaseWrapper", cursor: Any) -> str:
    """The name of the template, which is made when it is not there yet."""
    template = template_name()
    cursor.execute(
        "SELECT datname FROM pg_database WHERE datname ~ %s ORDER BY oid DESC",
        ["^evaltracker_template_[0-9a-f]{16}$"],
    )
    present = [name for (name,) in cursor.fetchall()]
    if template not in present:
        _migrate(connection, f"{template}_new")
        cursor.execute(f'ALTER DATABASE "{template}_new" RENAME TO "{template}"')
        for old in present[KEPT_TEMPLATES - 1 :]:
            cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
    return template


@contextmanager
def _locked(cursor: Any) -> Iterator[None]:
    """Alone among all runs on this server, until the block ends."""
    cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
    try:
        yield
    finally:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: "DjangoDbBlocker",
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """In place of pytest-django's: the database of this worker, from the template."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        create_from_template(connection)
    yield
    # The whole server is thrown away, or the whole folder.
    if not request.config.getvalue("reuse_db"):
        with django_db_blocker.unblock():
            connection.creation.destroy_test_db(before, verbosity=0)


def main() -> None:
    """Make the template on the PostgreSQL of DATABASE_URL."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.db import connection

    with connection._nodb_cursor() as cursor, _locked(cursor):
        _template_on_postgres(connection, cursor)


if __name__ == "__main__":
    main()
