"""What the database says of an error, without the rows that it quotes.

PostgreSQL repeats whole rows (“Failing row contains …”) and the values of keys. An
error ends in logs and in Sentry, where prices and claims have no business. So it is cut
where it arises: then nobody further up has to think of it.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from types import TracebackType
from typing import Any

from django.core.checks import Error, Tags, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import DatabaseErrorWrapper

from evaltracker.toolbox.database_away import drop_if_lost


class QuietErrors(DatabaseErrorWrapper):
    """Turns a driver's errors into Django's, as ever, with fewer words."""

    wrapper: Any

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Cut the error, and those that it came from, before they are passed on.

        A connection that was lost is let go of here, since every error comes by.
        """
        driver: Any = self.wrapper.Database
        if exc_value is not None:
            drop_if_lost(self.wrapper, exc_value)
        error = exc_value
        while error is not None:
            if isinstance(error, driver.Error):
                error.args = (without_values(error, driver),)
            error = error.__context__
        super().__exit__(exc_type, exc_value, traceback)


def without_values(error: BaseException, driver: Any) -> str:
    """The first line: constraint, table and column. What follows it quotes the row.

    Of a value that does not fit its column already the first line quotes that value.
    What is wrong with the server or its locks quotes none, and is told whole.
    """
    if isinstance(error, driver.OperationalError):
        return str(error)
    first = next(iter(str(error).splitlines()), "")
    if isinstance(error, driver.DataError):
        first = first.partition('"')[0]
    return first


def quieten(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Let a new connection speak so."""
    connection.wrap_database_errors = QuietErrors(connection)


connection_created.connect(quieten, dispatch_uid="quiet-database-errors")


# No migration of a database that is older than what this version upgrades from.


@register(Tags.database)
def check_replaced_migrations(
    *, databases: Sequence[str] | None = None, **options: Any
) -> list[Error]:
    """One error for each app of which only some of the replaced migrations ran.

    Django has no sentence for it: the files of those are gone.
    """
    on_disk = MigrationLoader(None).disk_migrations
    errors = []
    for alias in databases or ():
        applied = MigrationRecorder(connections[alias]).applied_migrations().keys()
        for migration in on_disk.values():
            replaced = set(migration.replaces)
            gone = not replaced <= on_disk.keys()
            if gone and replaced & applied and not replaced <= applied:
                errors.append(_stopped_before(migration.app_label))
    return errors


def _stopped_before(app: str) -> Error:
    return Error(
        f"The tables of “{app}” are of a version before 0.1.0, or its migration was "
        "stopped half-way.",
        hint="Run `manage.py migrate` of version 0.1.0 to its end, then this one's "
        "(docs/upgrade.md).",
        id="evaltracker.E011",
    )


# Counting in working days; pure, whatever the calendar says.

WORKING_DAYS = 5
# Longer than any row of days off; a calendar that never works must not hang.
_LONGEST_REST = 60

type Works = Callable[[date], bool]


def monday_to_friday(day: date) -> bool:
    """The working days of a calendar without public holidays."""
    return day.weekday() < WORKING_DAYS


def working_days_between(
    after: date, until: date, works: Works = monday_to_friday
) -> int:
    """Count the working days after one day up to and with another; never below 0."""
    days = (until - after).days
    return sum(works(after + timedelta(days=each)) for each in range(1, days + 1))


def working_day(day: date, direction: int, works: Works) -> date:
    """Return the day itself, or the nearest working day in a direction."""
    for _ in range(_LONGEST_REST):
        if works(day):
            return day
        day += timedelta(days=direction)
    raise ValueError("The calendar has no working days.")


def shift(day: date, count: int, works: Works) -> date:
    """Move a working day by so many working days."""
    direction = 1 if count > 0 else -1
    for _ in range(abs(count)):
        day = working_day(day + timedelta(days=direction), direction, works)
    return day
