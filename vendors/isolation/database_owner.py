"""Running `migrate` and `harden_database` as the database's owner, one at a time.

OWNER_DATABASE_URL names that login. Where it is unset (the demo, tests, one role for
everything) DATABASE_URL is the owner's too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

from evaltracker.environment import owner_database
from vendors.isolation.sql import run

LOGIN = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
_at_work: ContextVar[bool] = ContextVar("owner_at_work", default=False)


def is_owner_at_work() -> bool:
    """Whether this is a command that needs the owner's rights."""
    return _at_work.get()


@contextmanager
def as_owner() -> Iterator[None]:
    """Let this thread's connection be the owner's, one command at a time."""
    owner = owner_database() or {}
    here = connection.settings_dict
    before = {name: here[name] for name in LOGIN}
    login = {name: owner.get(name, before[name]) for name in LOGIN}
    switches = any(str(login[name]) != str(before[name]) for name in LOGIN[:5])
    if switches:
        connection.close()
        here.update(login)
    token = _at_work.set(True)
    try:
        with _alone():
            yield
    finally:
        _at_work.reset(token)
        if switches:
            connection.close()
            here.update(before)


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other such command works on this database."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    lock = "(hashtext('evaltracker: change tables'))"
    run(connection, f"SELECT pg_advisory_lock{lock}")
    try:
        yield
    finally:
        if connection.connection is not None and connection.is_usable():
            run(connection, f"SELECT pg_advisory_unlock{lock}")
