"""The database roles of processes: made while everybody works, and never too strong.

The walls are built table by table, each in a transaction of its own that waits for no
lock for long: others see a table's old rules or its new ones, never none. So it may be
repeated, stopped and begun again at any time. PostgreSQL 15 or newer.

No process serves with a role that could walk round the walls. That is asked by a system
check and at the start of web, vendor-api, worker and beat; a database that is away then
is asked at the first connection.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from configparser import ConfigParser
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from evaltracker.environment import owner_database
from evaltracker.toolbox.registry import about_to_start
from vendors.isolation.access import (
    ACCESS,
    THERE,
    Access,
    Unfit,
    owner_roles,
    powers_of,
    ready_role,
    require_fit,
    rows,
    run,
    single_value,
    walled_tables,
)

# The schema of the views; first in the search path of the vendor process.
SCHEMA = "vendor_sees"
VENDORS = "vendor_"
# A call that hangs with its transaction open is ended by the server.
ROLE_SETTINGS = {
    "search_path": f"{SCHEMA}, public",
    "statement_timeout": "'30s'",
    "idle_in_transaction_session_timeout": "'60s'",
}
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
        if access.shown:
            shown = f" ({', '.join(access.shown)})"
        else:
            shown = ""
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
    if access.shown or access.veiled:
        yield from _view(db, role, table, access)


def _view(
    db: BaseDatabaseWrapper, role: str, table: str, access: Access
) -> Iterator[str]:
    """A view that has all columns, but NULL where the role may not look.

    The product asks for whole rows; so it needs no second way to ask. It asks with the
    caller's rights, or with its owner's, where it says itself whose rows there are:
    then what is added goes to the table, and there with the caller's rights.
    """
    name = db.ops.quote_name
    base = f"public.{name(table)}"
    view = f"{SCHEMA}.{name(table)}"

    def shown(column: str, kind: str) -> str:
        if column in access.veiled:
            return f"CASE WHEN {access.readable} THEN {column} END AS {name(column)}"
        if access.veiled or column in access.shown:
            return name(column)
        return f"NULL::{kind} AS {name(column)}"

    columns = ", ".join(shown(*column) for column in rows(db, COLUMNS, table))
    # Names come from ACCESS and from the catalogue, none from outside.
    rows_of = f"SELECT {columns} FROM {base} WHERE {access.known or 'true'}"  # noqa: S608
    if access.known:
        asks = "security_barrier"
    else:
        asks = "security_invoker"
    yield f"CREATE VIEW {view} WITH ({asks} = true) AS {rows_of}"
    yield f"GRANT SELECT ON {view} TO {role}"
    if rights := [*access.changed, *(["id"] if access.locked else [])]:
        yield f"GRANT UPDATE ({', '.join(rights)}) ON {view} TO {role}"
    if access.veiled:
        add = f"{SCHEMA}.{name(f'{table}_add')}"
        yield f"GRANT INSERT ON {view} TO {role}"
        yield (
            f"CREATE OR REPLACE FUNCTION {add}() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ BEGIN INSERT INTO {base} SELECT NEW.*; RETURN NEW; END $$"
        )
        yield (
            f"CREATE TRIGGER added INSTEAD OF INSERT ON {view} "
            f"FOR EACH ROW EXECUTE FUNCTION {add}()"
        )


# Running `migrate` and `harden_database` as the database's owner, one at a time.
#
# OWNER_DATABASE_URL names that login. Where it is unset (the demo, tests, one role for
# everything) DATABASE_URL is the owner's too.

LOGIN = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
_at_work: ContextVar[bool] = ContextVar("owner_at_work", default=False)


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
    if not single_value(db, THERE, role):
        return [f"The role {role} is not there."]
    powers = powers_of(db, role)
    faults = [f"The role {role} has too much power: {power}." for power in powers]
    needed = [
        (table, verb)
        for table, access in ACCESS.items()
        for verb, wanted in (("SELECT", access.rows), ("INSERT", access.added))
        if wanted
    ]
    names, verbs = (list(column) for column in zip(*needed, strict=True))
    missing = {str(row[0]) for row in rows(db, MISSING, names, verbs, role)}
    if missing:
        faults.append(f"It lacks its rights to {', '.join(sorted(missing))}.")
    views = [table for table, access in ACCESS.items() if access.shown or access.veiled]
    if old := [str(row[0]) for row in rows(db, OLD_VIEWS, views, SCHEMA)]:
        faults.append(f"Its views of {', '.join(old)} are not those of the tables now.")
    return faults


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
    if settings.DEMO or settings.DEBUG or _at_work.get():
        return []
    return [
        Error(sentence, hint=HINT, id="evaltracker.E001")
        for alias in databases or ()
        if (sentence := too_strong(connections[alias]))
    ]


def too_strong(db: BaseDatabaseWrapper) -> str:
    if db.vendor != "postgresql":
        return ""
    role = str(single_value(db, "SELECT current_user"))
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


# Taking locks beside people who work: short tries, with pauses between them.
#
# A statement that waits for a lock lets everybody queue behind it. So none waits for
# long; it is given up, everybody goes on, and it is tried again.

LOCK_TIMEOUT = "400ms"
PAUSE_SECONDS = 1.0
PATIENCE_SECONDS = 600.0
# lock_not_available, deadlock_detected
BUSY = ("55P03", "40P01")


def patiently[Result](
    work: Callable[[], Result], *, what: str, say: Callable[[str], object]
) -> Result:
    """What `work` returns, once nobody stands in its way; `Unfit` after ten minutes."""
    until = time.monotonic() + PATIENCE_SECONDS
    waiting = False
    while True:
        try:
            return work()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in BUSY:
                raise
            if time.monotonic() > until:
                raise Unfit(
                    f"Stopped at {what}: a transaction has held it for "
                    f"{PATIENCE_SECONDS:.0f} seconds. pg_stat_activity shows which; "
                    "end it and run this again. What was done stays done."
                ) from error
        if not waiting:
            say(f"Waiting for a transaction that uses {what} …")
        waiting = True
        time.sleep(PAUSE_SECONDS)


def run_patiently(
    db: BaseDatabaseWrapper,
    work: Callable[[], None],
    *,
    what: str,
    say: Callable[[str], object],
) -> None:
    """Do `work` in one transaction that waits for no lock for long."""

    def attempt() -> None:
        with transaction.atomic(using=db.alias):
            run(db, f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            work()

    patiently(attempt, what=what, say=say)


class Patience:
    """Django's schema editor holds no lock while Python thinks.

    Between two statements of a migration Django works out what the models look like
    by then, which takes a tenth of a second, and half of one on a busy machine.
    Whoever opens a page meanwhile would wait for the tables that were altered already.
    What builds concurrently may wait for long: nobody waits behind it.
    The statements of an atomic migration wait until it ends, or until something else
    asks the database, and then run one after the other.
    """

    connection: BaseDatabaseWrapper
    atomic_migration: bool
    collect_sql: bool
    say: Callable[[str], object]

    def __enter__(self) -> Any:
        self.waiting: list[tuple[str, Any]] = []
        self.deferred_sql: list[Any] = []
        self.order = self.connection.execute_wrapper(self._in_order)
        self.order.__enter__()
        return super().__enter__()  # type: ignore[misc]

    def __exit__(self, *raised: Any) -> None:
        """Run what waits and end the transaction, also where that fails."""
        end = super().__exit__  # type: ignore[misc]
        deferred = self.deferred_sql
        self.deferred_sql = []
        try:
            if raised[0] is None:
                for sql in deferred:
                    self.execute(sql, None)
                self._run_waiting()
            self.waiting = []
        except BaseException:
            end(*sys.exc_info())
            raise
        else:
            end(*raised)
        finally:
            self.order.__exit__(None, None, None)

    def execute(self, sql: Any, params: Any = ()) -> None:
        if self.atomic_migration and not self.collect_sql:
            self.waiting.append((str(sql), params))
            return
        attempt = partial(super().execute, sql, params)  # type: ignore[misc]
        if self.connection.in_atomic_block or self.collect_sql:
            attempt()
            return
        statement = str(sql)
        if "CONCURRENTLY" not in statement:
            what = f"“{statement.strip():.60}”"
            patiently(attempt, what=what, say=self.say)
            return
        run(self.connection, "SET lock_timeout = 0")
        try:
            attempt()
        finally:
            run(self.connection, f"SET lock_timeout = '{LOCK_TIMEOUT}'")

    def _in_order(self, execute: Any, *statement: Any) -> Any:
        self._run_waiting()
        return execute(*statement)

    def _run_waiting(self) -> None:
        waiting = self.waiting
        self.waiting = []
        for sql, params in waiting:
            super().execute(sql, params)  # type: ignore[misc]


def patient_editor(
    stock: type[BaseDatabaseSchemaEditor] | None, *, say: Callable[[str], object]
) -> type[BaseDatabaseSchemaEditor]:
    base: Any = stock
    return type("PatientEditor", (Patience, base), {"say": staticmethod(say)})


HOUSE = "house_sees_all"
DATABASE = "SELECT current_database()"
POLICIES = """
SELECT policyname FROM pg_policies
WHERE schemaname = 'public' AND tablename = %s
AND (policyname = %s OR policyname LIKE %s)
"""
# Whom the house's policies name already, of those who are still there.
HOUSE_NOW = """
SELECT DISTINCT rolname FROM pg_policies, unnest(roles) AS named
JOIN pg_roles ON rolname = named WHERE policyname = %s
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


def quietly(sentence: str) -> None:
    pass


def build_wall(
    db: BaseDatabaseWrapper,
    *,
    role: str,
    password: str = "",
    house: Iterable[str] = (),
    say: Callable[[str], object] = quietly,
) -> None:
    """Let `role` do what `ACCESS` says and nothing else; make it if it is not there.

    1. The role exists, can log in, and has no power of its own.
    2. What is of no table: schemas, and that nobody makes things in them.
    3. Table by table: row-level security, forced, open for the house (who owns the
       tables, and `house`); grants, policies and the view of `ACCESS`, and no others.
    """
    require_fit(db)
    ready_role(db, role, password, variable="VENDOR_DATABASE_URL", others=house)
    # Of the role and not of each connection, which a pooler would not hand on.
    for name, value in ROLE_SETTINGS.items():
        run(db, f"ALTER ROLE {db.ops.quote_name(role)} SET {name} = {value}")
    open_for = house_of(db, house)
    run_patiently(
        db, lambda: _ready_schemas(db, role), what="the schema vendor_sees", say=say
    )
    tables = [str(row[0]) for row in rows(db, TABLES)]
    if missing := sorted({*walled_tables()} - {*tables}):
        raise Unfit(f"Run migrate first: {', '.join(missing)} is missing.")
    for number, table in enumerate(tables, start=1):
        run_patiently(
            db,
            lambda table=table: _wall_in(db, table, role, open_for),  # type: ignore[misc]
            what=f"{table} (table {number} of {len(tables)})",
            say=say,
        )


@transaction.atomic
def lift_wall(db: BaseDatabaseWrapper, *, role: str) -> None:
    """Take all rights, policies and views of `role` away: vendors are shut out.

    Row-level security stays on and open for the house.
    """
    require_fit(db)
    if not single_value(db, THERE, role):
        return
    run(db, f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    for (table,) in rows(db, TABLES):
        _shut(db, str(table), role)
    quoted = db.ops.quote_name(role)
    run(db, f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {quoted}")


def house_of(db: BaseDatabaseWrapper, named: Iterable[str] = ()) -> list[str]:
    """The product's own roles; without `named`, those that had been named before."""
    names = set(named) or {str(row[0]) for row in rows(db, HOUSE_NOW, HOUSE)}
    return sorted({*owner_roles(db), *names})


def _ready_schemas(db: BaseDatabaseWrapper, role: str) -> None:
    name = db.ops.quote_name
    run(db, f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    # Not its own schema alone: a role that makes tables could shadow ours.
    run(db, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    run(db, f"GRANT USAGE ON SCHEMA public, {SCHEMA} TO {name(role)}")
    database = name(single_value(db, DATABASE))
    run(db, f"GRANT CONNECT ON DATABASE {database} TO {name(role)}")
    run(db, f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {name(role)}")


def _wall_in(
    db: BaseDatabaseWrapper, table: str, role: str, open_for: list[str]
) -> None:
    """Give one table its rules; all in the caller's transaction."""
    name = db.ops.quote_name
    walled = table in walled_tables()
    if not walled and not rows(db, POLICIES, table, HOUSE, f"{VENDORS}%"):
        # Nothing to lock for: a grant takes no lock on its table.
        run(db, f"REVOKE ALL ON {name(table)} FROM {name(role)}")
        return
    run(db, f"ALTER TABLE {name(table)} ENABLE ROW LEVEL SECURITY")
    run(db, f"ALTER TABLE {name(table)} FORCE ROW LEVEL SECURITY")
    _shut(db, table, role, also=HOUSE)
    run(
        db,
        f"CREATE POLICY {HOUSE} ON {name(table)} "
        f"TO {', '.join(map(name, open_for))} USING (true)",
    )
    if table in ACCESS:
        for statement in admit(db, name(role), table, ACCESS[table]):
            run(db, statement)


def _shut(db: BaseDatabaseWrapper, table: str, role: str, also: str = "") -> None:
    name = db.ops.quote_name
    run(db, f"DROP VIEW IF EXISTS {SCHEMA}.{name(table)}")
    for (policy,) in rows(db, POLICIES, table, also, f"{VENDORS}%"):
        run(db, f"DROP POLICY {name(policy)} ON {name(table)}")
    run(db, f"REVOKE ALL ON {name(table)} FROM {name(role)}")


# The allow-list of the application role: every table that web, worker and beat use.
#
# The role owns nothing and makes nothing. A table that is not on the list is closed to
# it, also one that a later migration makes.


class Rights(StrEnum):
    READS = "SELECT"
    # Rows that nobody changes: the journal, signatures, verdicts, waivers, contracts.
    ADDS = "SELECT, INSERT"
    # Rows that are amended and never taken away.
    KEEPS = "SELECT, INSERT, UPDATE"
    USES = "SELECT, INSERT, UPDATE, DELETE"


# Columns that may change of rows that otherwise only grow.
AMENDED: dict[str, tuple[str, ...]] = {
    # Whose data is erased leaves their address in no log.
    "evaluations_accountentry": ("address",),
    # Code of 0.1.0 writes there who left a run out.
    "trials_run": ("left_out_at", "left_out_by_id", "left_out_reason"),
}
_LIST = ConfigParser(allow_no_value=True)
_LIST.read_string(
    Path(__file__).with_name("house_rights.txt").read_text(encoding="utf-8")
)


def _listed_rights() -> dict[str, Rights]:
    rights: dict[str, Rights] = {}
    for section in _LIST.sections():
        tables = " ".join(_LIST[section]).split()
        rights |= dict.fromkeys(tables, Rights[section])
    return rights


HOUSE_RIGHTS = _listed_rights()


# Giving the application role what `HOUSE_RIGHTS` says, and taking all else away.
#
# Grants lock no table, so this may be done at any time.

# Those that no extension brought.
FUNCTIONS = """
SELECT p.oid::regprocedure FROM pg_proc p
WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'
)
"""


@transaction.atomic
def build_house(db: BaseDatabaseWrapper, *, role: str, password: str = "") -> None:
    """Let `role` do what `HOUSE_RIGHTS` says and nothing else; make it if need be."""
    require_fit(db)
    ready_role(db, role, password, variable="DATABASE_URL")
    name = db.ops.quote_name
    database = name(single_value(db, DATABASE))
    quoted = name(role)
    for statement in _granting_shut(database, quoted):
        run(db, statement)
    # None of ours is called but by a trigger, which asks nobody whether it may.
    for (function,) in rows(db, FUNCTIONS):
        run(db, f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC, {quoted}")
    run(db, f"GRANT USAGE ON SCHEMA public TO {quoted}")
    run(db, f"GRANT CONNECT ON DATABASE {database} TO {quoted}")
    for (table,) in rows(db, TABLES):
        if table in HOUSE_RIGHTS:
            run(db, f"GRANT {HOUSE_RIGHTS[table]} ON {name(table)} TO {quoted}")
        if table in AMENDED:
            columns = ", ".join(map(name, AMENDED[table]))
            run(db, f"GRANT UPDATE ({columns}) ON {name(table)} TO {quoted}")


def _granting_shut(database: str, role: str) -> Iterator[str]:
    """Take away what the role has, and what everybody has without being asked."""
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}"
    yield f"REVOKE ALL ON SCHEMA public FROM {role}"
    yield f"REVOKE ALL ON DATABASE {database} FROM {role}"
    yield f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        yield (
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public "
            f"REVOKE ALL ON {kind} FROM PUBLIC, {role}"
        )
