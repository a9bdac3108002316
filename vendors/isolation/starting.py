"""No process serves with a database role that could walk round the walls.

Asked by a system check and at the start of web, vendor-api, worker and beat. A database
that is away then is asked at the first connection.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from evaltracker.environment import owner_database
from evaltracker.toolbox.starting import about_to_start
from vendors.isolation.access import ACCESS, THERE, Access, one, powers_of, rows, run

# The schema of the views; first in the search path of the vendor process.
SCHEMA = "vendor_sees"
VENDORS = "vendor_"
COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = ('public.' || quote_ident(%s))::regclass
AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""


def admit(
    db: BaseDatabaseWrapper, role: str, table: str, access: Access
) -> Iterator[str]:
    quoted = db.ops.quote_name(table)

    def policy(verb: str, condition: str) -> str:
        return (
            f"CREATE POLICY {VENDORS}{verb.lower()} ON {quoted} FOR {verb} TO {role} "
            f"{condition}"
        )

    if access.rows:
        shown = f" ({', '.join(access.shown)})" if access.shown else ""
        yield f"GRANT SELECT{shown} ON {quoted} TO {role}"
        yield policy("SELECT", f"USING ({access.rows})")
    if access.added:
        yield f"GRANT INSERT ON {quoted} TO {role}"
        yield policy("INSERT", f"WITH CHECK ({access.added})")
    if access.changed:
        yield f"GRANT UPDATE ({', '.join(access.changed)}) ON {quoted} TO {role}"
        yield policy("UPDATE", f"USING ({access.rows})")
    if access.locked:
        yield f"GRANT UPDATE (id) ON {quoted} TO {role}"
        yield policy("UPDATE", f"USING ({access.rows}) WITH CHECK (false)")
    if access.deleted:
        yield f"GRANT DELETE ON {quoted} TO {role}"
        yield policy("DELETE", f"USING ({access.rows})")
    if access.shown:
        yield from _view(db, role, table, access)


def _view(
    db: BaseDatabaseWrapper, role: str, table: str, access: Access
) -> Iterator[str]:
    """A view that has all columns, but NULL where the role may not look.

    The product asks for whole rows; so it needs no second way to ask.
    """
    view = f"{SCHEMA}.{db.ops.quote_name(table)}"
    name = db.ops.quote_name
    columns = ", ".join(
        name(column) if column in access.shown else f"NULL::{kind} AS {name(column)}"
        for column, kind in rows(db, COLUMNS, table)
    )
    # Names come from ACCESS and from the catalogue, none from outside.
    rows_of = f"SELECT {columns} FROM public.{db.ops.quote_name(table)}"  # noqa: S608
    yield f"CREATE VIEW {view} WITH (security_invoker = true) AS {rows_of}"
    yield f"GRANT SELECT ON {view} TO {role}"
    if rights := [*access.changed, *(["id"] if access.locked else [])]:
        yield f"GRANT UPDATE ({', '.join(rights)}) ON {view} TO {role}"


# Running `migrate` and `harden_database` as the database's owner, one at a time.
#
# OWNER_DATABASE_URL names that login. Where it is unset (the demo, tests, one role for
# everything) DATABASE_URL is the owner's too.

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


# Tables of the list that the role cannot read or add to as it should.
MISSING = """
SELECT t.name FROM unnest(%s::text[], %s::text[]) AS t(name, verb)
WHERE NOT has_any_column_privilege(%s, 'public.' || quote_ident(t.name), t.verb)
ORDER BY t.name
"""
# Views that were made for other columns than their tables have now.
OLD_VIEWS = """
SELECT t.name FROM unnest(%s::text[]) AS t(name) WHERE (
    SELECT array_agg(column_name ORDER BY column_name) FROM information_schema.columns
    WHERE table_schema = %s AND table_name = t.name
) IS DISTINCT FROM (
    SELECT array_agg(column_name ORDER BY column_name) FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = t.name
) ORDER BY t.name
"""


def faults_of(db: BaseDatabaseWrapper, role: str) -> list[str]:
    """Why a vendor process of that `role` could not serve; empty if it could."""
    if db.vendor != "postgresql":
        return ["The database is no PostgreSQL, so it has no roles."]
    if not one(db, THERE, role):
        return [f"The role {role} is not there."]
    found = [f"The role {role} has too much power: {it}." for it in powers_of(db, role)]
    needed = [
        (table, verb)
        for table, access in ACCESS.items()
        for verb, wanted in (("SELECT", access.rows), ("INSERT", access.added))
        if wanted
    ]
    names, verbs = (list(column) for column in zip(*needed, strict=True))
    missing = {str(row[0]) for row in rows(db, MISSING, names, verbs, role)}
    if missing:
        found.append(f"It lacks its rights to {', '.join(sorted(missing))}.")
    views = [table for table, access in ACCESS.items() if access.shown]
    if old := [str(row[0]) for row in rows(db, OLD_VIEWS, views, SCHEMA)]:
        found.append(f"Its views of {', '.join(old)} are not those of the tables now.")
    return found


HINT = (
    "Let DATABASE_URL name a role for the application alone and OWNER_DATABASE_URL the "
    "owner, then run `manage.py harden_database`, which makes that role "
    "(docs/isolation.md, docs/upgrade.md)."
)
logger = structlog.get_logger(__name__)


class RoleTooStrong(OperationalError):
    """This connection serves nobody: its role could walk round the walls."""


@register(Tags.database)
def check_role(
    app_configs: Sequence[AppConfig] | None = None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """Refuse superusers, owners and their like, but for commands that need them."""
    if settings.DEMO or settings.DEBUG or is_owner_at_work():
        return []
    return [
        Error(sentence, hint=HINT, id="evaltracker.E001")
        for alias in databases or ()
        if (sentence := too_strong(connections[alias]))
    ]


def too_strong(db: BaseDatabaseWrapper) -> str:
    """Why the connection's role may serve nobody; blank if it may."""
    if db.vendor != "postgresql":
        return ""
    role = str(one(db, "SELECT current_user"))
    if not (powers := powers_of(db, role)):
        return ""
    return (
        f"The product runs as the database role {role}, which has too much power: "
        f"{'; '.join(powers)}."
    )


@receiver(about_to_start)
def refuse_strong_role(**kwargs: Any) -> None:
    """End a process that starts with too much power, and say how to mend it."""
    if settings.DEMO or settings.DEBUG:
        return
    try:
        sentence = too_strong(connection)
    except OperationalError:
        # It may start before its database does; nothing is served until then anyway.
        logger.warning("database_away_at_start")
        connection_created.connect(_ask_now, dispatch_uid="role")
        return
    finally:
        # Whatever forks now must not share it.
        connection.close()
    if sentence:
        raise SystemExit(f"{sentence}\n{HINT}")


def _ask_now(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    connection_created.disconnect(dispatch_uid="role")
    try:
        sentence = too_strong(connection)
    except BaseException:
        connection_created.connect(_ask_now, dispatch_uid="role")
        raise
    if sentence:
        connection_created.connect(_ask_now, dispatch_uid="role")
        logger.critical("database_role_too_strong", sentence=sentence, hint=HINT)
        connection.close()
        raise RoleTooStrong(sentence)
