"""Statements sent to PostgreSQL together: one round trip for many.

For the few paths on which round trips are most of the time, and for thousands of rows
(`batches.create_all`). It goes round the ORM, so whoever uses it shares the rules
(policy, words, journal) with the ordinary services.
On SQLite, where a statement costs no trip, each is run as it comes.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from types import TracebackType
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import msgspec
import psycopg
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import Field, Model
from django.db.utils import DatabaseErrorWrapper
from psycopg import Cursor
from psycopg.rows import dict_row

# How the statements of a pipeline are said to SQLite, which lets one writer in at a
# time, so that there is nothing to lock.
ON_SQLITE = (
    ("= ANY((", "IN (SELECT value FROM json_each("),
    ("= ANY(ARRAY(", "IN (SELECT * FROM ("),
    (" FOR NO KEY UPDATE", ""),
    ("clock_timestamp()", "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"),
)
# By connection and statement.
_CURSORS: WeakKeyDictionary[Any, dict[str, Cursor[dict[str, Any]]]] = (
    WeakKeyDictionary()
)


class StatementResult(Protocol):
    def fetchone(self) -> dict[str, Any] | None:
        """The next row, or None after the last."""

    def fetchall(self) -> list[dict[str, Any]]:
        """All rows that were not fetched yet."""


@contextmanager
def pipeline(*, savepoint: bool = True, last: bool = False) -> Iterator[Pipeline]:
    """One transaction, or a part of the one that runs, whose statements go together.

    The last of a transaction is committed with its statements, without a trip for it;
    so is one that is a transaction of its own.

    Raises:
        django.db.Error: at the next `wait`, or at the end. A lost connection is one of
        them: nothing of the pipeline may then be believed to have happened.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql":
        with transaction.atomic(savepoint=savepoint):
            yield StatementByStatement()
        return
    if not database.in_atomic_block:
        with transaction.atomic(), pipeline(savepoint=False, last=True) as pipe:
            yield pipe
        return
    is_outermost = len(database.atomic_blocks) == 1
    with transaction.atomic(savepoint=False), database.wrap_database_errors:
        places: Any = database.savepoint_ids
        with database.connection.pipeline() as line:
            # Said within the pipeline, a savepoint takes no trip of its own. After an
            # error `atomic` goes back to it, and forgets what was to follow the commit.
            if savepoint:
                place = database.savepoint()
            else:
                place = None
            places[-1] = place
            pipe = Pipeline(database.connection, line)
            yield pipe
            if place:
                database.savepoint_commit(place)
            if last and is_outermost:
                pipe.ask("COMMIT")
        places[-1] = None


class Pipeline:
    """What `pipeline` gives: statements are queued, and one `wait` fetches for all."""

    def __init__(self, raw: Any, line: Any) -> None:
        self._raw = raw
        self._line = line
        self._database = connections[DEFAULT_DB_ALIAS]

    def ask(self, statement: str, /, **values: Any) -> StatementResult:
        """Queue a statement; what it says can be fetched after `wait`.

        It may be asked once in a pipeline. Cursors are kept with the connection, since
        one that knows a statement has found out already how to send and read it.
        """
        # Not Django's cursor: values go beside the statement, so that it can be kept
        # prepared by the server where the connection's settings allow that.
        cursors = _CURSORS.setdefault(self._raw, {})
        cursor = cursors.get(statement)
        if cursor is None:
            cursor = cursors[statement] = Cursor(self._raw, row_factory=dict_row)
        return cursor.execute(statement, values or None)

    def wait(self) -> None:
        """One round trip: all that is queued has been done and answered."""
        self._line.sync()

    def add(self, row: Model) -> None:
        values = {
            column: field.get_db_prep_save(getattr(row, field.attname), self._database)
            for column, field in _columns(type(row)).items()
        }
        self.ask(_insertion(type(row)), **values)
        _tell([row])

    def add_all(self, rows: Sequence[Model]) -> None:
        model = type(rows[0])
        columns = _columns(type(rows[0]))
        table = model._meta.db_table
        values = [
            {column: getattr(row, field.attname) for column, field in columns.items()}
            for row in rows
        ]
        # A name of the model's own, none from outside.
        insertion = f"""
            INSERT INTO {table}
            SELECT * FROM json_populate_recordset(NULL::{table}, %(rows)s::json)
        """  # noqa: S608
        self.ask(insertion, rows=msgspec.json.encode(values).decode())
        _tell(rows)


def _tell(rows: Sequence[Any]) -> None:
    """Let rows know that they are saved, as their own `save` does."""
    for row in rows:
        if hasattr(row, "touch"):
            row.touch(row.saved())


class StatementByStatement(Pipeline):
    """The same on SQLite: what is asked is answered at once."""

    def __init__(self) -> None:
        super().__init__(None, None)

    def ask(self, statement: str, /, **values: Any) -> StatementResult:
        for function, meant in ON_SQLITE:
            statement = statement.replace(function, meant)
        cursor = self._database.cursor()
        cursor.execute(statement, {name: _bound(item) for name, item in values.items()})
        return _Rows(cursor)

    def wait(self) -> None:
        """Nothing is under way."""

    def add(self, row: Model) -> None:
        """Insert a row, which its own `save` does."""
        row.save(force_insert=True)

    def add_all(self, rows: Sequence[Model]) -> None:
        type(rows[0])._default_manager.bulk_create(rows)


class _Rows:
    def __init__(self, cursor: Any) -> None:
        names = [column[0] for column in cursor.description or ()]
        rows = cursor.fetchall() if names else []
        self._rows = iter([dict(zip(names, row, strict=True)) for row in rows])

    def fetchone(self) -> dict[str, Any] | None:
        return next(self._rows, None)

    def fetchall(self) -> list[dict[str, Any]]:
        return list(self._rows)


def _bound(value: Any) -> Any:
    match value:
        case uuid.UUID():
            return value.hex
        case list():
            return json.dumps([_bound(item) for item in value])
        case datetime.datetime():
            return connection.ops.adapt_datetimefield_value(value)
        case datetime.date():
            return connection.ops.adapt_datefield_value(value)
    return value


def loaded[M: Model](model: type[M], values: Mapping[str, Any]) -> M:
    """The row of `model` that was read; fields that were not are deferred."""
    fields = {name: field for name, field in _columns(model).items() if name in values}
    read = [read_value(model, column, values[column]) for column in fields]
    return model.from_db(
        DEFAULT_DB_ALIAS, [field.attname for field in fields.values()], read
    )


def read_value(model: type[Model], column: str, value: Any) -> Any:
    """What the database says in a column of `model`, as its rows have it."""
    for convert, place in _converters(model)[column]:
        value = convert(value, place, connection)
    return value


@cache
def _converters(model: type[Model]) -> dict[str, list[tuple[Any, Any]]]:
    reading = {}
    for column, field in _columns(model).items():
        place = field.get_col(model._meta.db_table)
        converters = [
            *connection.ops.get_db_converters(place),
            *place.get_db_converters(connection),
        ]
        reading[column] = [(convert, place) for convert in converters]
    return reading


@cache
def _columns(model: type[Model]) -> dict[str, Field[Any, Any]]:
    return {str(field.column): field for field in model._meta.concrete_fields}


@cache
def _insertion(model: type[Model]) -> str:
    names = ", ".join(map(connection.ops.quote_name, _columns(model)))
    places = ", ".join(f"%({column})s" for column in _columns(model))
    # Names of the model's own, none from outside.
    return f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({places})"  # noqa: S608


# Whether the database is away, as it is while it restarts or another takes over.
#
# Such an error is no fault of the product: callers are told to come back (503), the
# next tick does the work. And a connection on which it happened is never used again,
# whoever holds it: web, worker, a sweep in the middle, a pipeline. Django itself lets
# go of it only at the start of a request or at the end of a transaction, and neither
# happens in a worker that reads.

# Stopped, crashed, starting, out of connections.
AWAY = frozenset({"57P01", "57P02", "57P03", "53300"})
# It answers, and has no room for what is new: to callers that is the same.
DISK_FULL = "53100"
CONNECTION_EXCEPTION = "08"
READ_ONLY = "25006"
LOST = "its_connection_was_lost"
# Two transactions waited for each other, or read what the other changed.
MET = frozenset({"40P01", "40001"})


def changes_met(error: BaseException | None) -> bool:
    """Whether PostgreSQL rolled a transaction back because another was in its way.

    The order of locks (docs/developers/architecture.md) lets it happen to none of
    ours; if it does happen, the same call a moment later succeeds.
    """
    return any(cause.sqlstate in MET for cause in _causes(error))


def database_is_away(error: BaseException | None) -> bool:
    """Whether a database error says so, or came of another that did.

    Of that kind is also what Django says to whoever goes on in a transaction whose
    connection was lost.
    """
    return isinstance(error, (Error, psycopg.Error)) and any(
        cause.sqlstate == DISK_FULL or _says_away(cause) for cause in _causes(error)
    )


def _causes(error: BaseException | None) -> Iterator[psycopg.Error]:
    while error is not None:
        if isinstance(error, psycopg.Error):
            yield error
        error = error.__cause__ or error.__context__


def drop_if_lost(wrapper: BaseDatabaseWrapper, error: BaseException) -> None:
    """Close a connection of no more use; the next statement opens a new one.

    Within a transaction nothing more can be done until that has ended.
    """
    raw: Any = wrapper.connection
    if raw is None or not isinstance(error, psycopg.Error):
        return
    # The server may have ended it for another reason: then that is not its absence.
    if (raw.closed and error.sqlstate is None) or _has_become_standby(raw, error):
        setattr(error, LOST, True)
    if raw.closed or _says_away(error):
        wrapper.close()


def _says_away(error: psycopg.Error) -> bool:
    state = error.sqlstate or ""
    return (
        state in AWAY
        or state.startswith(CONNECTION_EXCEPTION)
        or hasattr(error, LOST)
        # The driver gives it to errors of connecting, which have no state.
        or (error.pgconn is not None and not state)
    )


def _has_become_standby(raw: Any, error: psycopg.Error) -> bool:
    if error.sqlstate != READ_ONLY or raw.closed:
        return False
    return bool(raw.info.parameter_status("in_hot_standby") == "on")


# What the database says of an error, without the rows that it quotes.
#
# PostgreSQL repeats whole rows (“Failing row contains …”) and the values of keys. An
# error ends in logs and in Sentry, where prices and claims have no business. So it is
# cut where it arises: then nobody further up has to think of it.


class QuietErrors(DatabaseErrorWrapper):
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


def redact_errors(connection: BaseDatabaseWrapper, **_: Any) -> None:
    connection.wrap_database_errors = QuietErrors(connection)


connection_created.connect(redact_errors, dispatch_uid="quiet-database-errors")
