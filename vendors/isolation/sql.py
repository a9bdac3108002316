"""Asking PostgreSQL with plain statements; what the wall cannot have is `Unfit`."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

OLDEST = 150_000


class Unfit(Exception):
    """The database or the role cannot have the wall; the sentence says why."""


def run(db: BaseDatabaseWrapper, statement: str, *values: Any) -> None:
    """Run one statement for what it does."""
    with db.cursor() as cursor:
        cursor.execute(statement, values or None)


def rows(
    db: BaseDatabaseWrapper, statement: str, *values: Any
) -> list[tuple[Any, ...]]:
    """All rows of one query."""
    with db.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())


def one(db: BaseDatabaseWrapper, statement: str, *values: Any) -> Any:
    """The first value of the first row."""
    return rows(db, statement, *values)[0][0]


def require_fit(db: BaseDatabaseWrapper) -> None:
    """Refuse a database that has no such walls."""
    if db.vendor != "postgresql":
        raise Unfit("SQLite has neither roles nor row-level security.")
    if int(one(db, "SHOW server_version_num")) < OLDEST:
        raise Unfit("The vendor role needs PostgreSQL 15 or newer.")
