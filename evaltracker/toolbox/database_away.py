"""Whether the database is away, as it is while it restarts or another takes over.

Such an error is no fault of the product: callers are told to come back (503), the next
tick does the work. And a connection on which it happened is never used again, whoever
holds it: web, worker, a sweep in the middle, a pipeline. Django itself lets go of it
only at the start of a request or at the end of a transaction, and neither happens in a
worker that reads.
"""

from typing import Any

import psycopg
from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper

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
    """Whether PostgreSQL ended a transaction for another's sake.

    The order of locks (docs/developers/architecture.md) lets it happen to none of
    ours; if it does happen, the same call a moment later succeeds.
    """
    while error is not None:
        if isinstance(error, psycopg.Error) and error.sqlstate in MET:
            return True
        error = error.__cause__ or error.__context__
    return False


def database_is_away(error: BaseException | None) -> bool:
    """Whether a database error says so, or came of another that did.

    Of that kind is also what Django says to whoever goes on in a transaction whose
    connection was lost.
    """
    if not isinstance(error, (Error, psycopg.Error)):
        return False
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, psycopg.Error) and (
            cause.sqlstate == DISK_FULL or _says_away(cause)
        ):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


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
    """Whether another server leads now, and this one only follows."""
    if error.sqlstate != READ_ONLY or raw.closed:
        return False
    return bool(raw.info.parameter_status("in_hot_standby") == "on")
