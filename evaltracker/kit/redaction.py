"""What the database says of an error, without the rows that it quotes.

PostgreSQL repeats whole rows (“Failing row contains …”) and the values of keys. An
error ends in logs and in Sentry, where prices and claims have no business. So it is cut
where it arises: then nobody further up has to think of it.
"""

from types import TracebackType
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.utils import DatabaseErrorWrapper

from evaltracker.kit.database_away import drop_if_lost


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
