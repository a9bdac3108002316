"""Statements sent to PostgreSQL together: one round trip for many.

For the few paths on which round trips are most of the time. It goes round the ORM, so
whoever uses it shares the rules (policy, words, journal) with the ordinary services,
and a test shows that both do the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Field, Model
from psycopg import Cursor
from psycopg import Error as PsycopgError
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

type Answer = Cursor[dict[str, Any]]
# By connection and statement.
_CURSORS: WeakKeyDictionary[Any, dict[str, Answer]] = WeakKeyDictionary()


@contextmanager
def pipeline() -> Iterator[Pipeline]:
    """One transaction whose statements go out together.

    It begins with the first of them and is committed with the last, so that neither
    takes a round trip of its own; and no trip asks whether the connection still lives.
    Within a transaction that runs already it is a part of that one.

    Raises:
        django.db.Error: at the next `wait`, or at the end. A lost connection is one of
            them: nothing of the pipeline may then be believed to have happened.

    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.in_atomic_block:
        with transaction.atomic(), _line(database) as pipe:
            yield pipe
        return
    database.ensure_connection()
    try:
        with _line(database) as pipe:
            pipe.ask("BEGIN")
            yield pipe
            pipe.ask("COMMIT")
    except BaseException:
        _undo(database)
        raise


@contextmanager
def _line(database: Any) -> Iterator[Pipeline]:
    with database.wrap_database_errors, database.connection.pipeline() as line:
        yield Pipeline(database.connection, line)


def _undo(database: Any) -> None:
    raw = database.connection
    if raw is None:  # lost, and let go of already
        return
    if raw.info.transaction_status == TransactionStatus.IDLE:
        return
    try:
        raw.execute("ROLLBACK")
    except PsycopgError:
        database.close()  # whatever it was about, the server undoes it


class Pipeline:
    """What `pipeline` gives: statements are queued, and one `wait` fetches for all."""

    def __init__(self, raw: Any, line: Any) -> None:
        self._raw = raw
        self._line = line
        self._database = connections[DEFAULT_DB_ALIAS]

    def ask(self, statement: str, /, **values: Any) -> Answer:
        """Queue a statement; what it says can be fetched after `wait`.

        It may be asked once in a pipeline. Cursors are kept with the connection, since
        one that knows a statement has found out already how to send and read it.
        """
        # Not Django's cursor: values go beside the statement, so that it can be kept
        # prepared by the server where the connection's settings allow that.
        kept = _CURSORS.setdefault(self._raw, {})
        cursor = kept.get(statement)
        if cursor is None:
            cursor = kept[statement] = Cursor(self._raw, row_factory=dict_row)
        return cursor.execute(statement, values or None)

    def wait(self) -> None:
        """One round trip: all that is queued has been done and answered."""
        self._line.sync()

    def add(self, row: Model) -> None:
        """Queue the insertion of a row."""
        values = {
            column: field.get_db_prep_save(getattr(row, field.attname), self._database)
            for column, field in _columns(type(row)).items()
        }
        self.ask(_insertion(type(row)), **values)

    def add_all(self, rows: Sequence[Model]) -> None:
        """Queue the insertion of many rows of one model, as one statement."""
        model, columns = type(rows[0]), _columns(type(rows[0]))
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


def loaded[M: Model](model: type[M], values: Mapping[str, Any]) -> M:
    """The row of `model` that was read; fields that were not are deferred."""
    fields = {
        column: field for column, field in _columns(model).items() if column in values
    }
    read = [
        field.from_db_value(values[column], None, connection)  # JSON comes as text
        if hasattr(field, "from_db_value")
        else values[column]
        for column, field in fields.items()
    ]
    return model.from_db(
        DEFAULT_DB_ALIAS, [field.attname for field in fields.values()], read
    )


@cache
def _columns(model: type[Model]) -> dict[str, Field[Any, Any]]:
    return {str(field.column): field for field in model._meta.concrete_fields}


@cache
def _insertion(model: type[Model]) -> str:
    names = ", ".join(map(connection.ops.quote_name, _columns(model)))
    places = ", ".join(f"%({column})s" for column in _columns(model))
    # Names of the model's own, none from outside.
    return f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({places})"  # noqa: S608
