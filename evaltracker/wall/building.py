"""Building the wall, and lifting it while tables change; PostgreSQL 15 or newer.

Both are one transaction and may be repeated: whatever the role could do before is
taken away first. While the wall is lifted the role can do nothing at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from evaltracker.wall.access import ACCESS
from evaltracker.wall.asking import one, require_fit, rows, run
from evaltracker.wall.roles import THERE, house_roles, ready_role
from evaltracker.wall.tables import walled_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

    from evaltracker.wall.access import Access

# The schema of the views; first in the search path of the vendor process.
SCHEMA = "vendor_sees"
HOUSE, VENDORS = "house_sees_all", "vendor_"
DATABASE = "SELECT current_database()"
POLICIES = """
SELECT tablename, policyname FROM pg_policies
WHERE schemaname = 'public' AND policyname LIKE %s
"""
COLUMNS = """
SELECT quote_ident(attname), format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = ('public.' || quote_ident(%s))::regclass
AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""


@transaction.atomic
def build_wall(db: BaseDatabaseWrapper, *, role: str, password: str = "") -> None:
    """Let `role` do what `ACCESS` says and nothing else; make it if it is not there.

    1. The role exists, can log in, and has no power of its own.
    2. All that it could do before is taken away.
    3. Every walled table has row-level security, forced, open for the house.
    4. Grants, policies and views of `ACCESS`.

    Raises:
        Unfit: with a sentence for the operator.

    """
    require_fit(db)
    ready_role(db, role, password)
    lift_wall(db, role=role)
    name = db.ops.quote_name
    house = ", ".join(map(name, house_roles(db)))
    for table in walled_tables():
        run(db, f"ALTER TABLE {name(table)} ENABLE ROW LEVEL SECURITY")
        run(db, f"ALTER TABLE {name(table)} FORCE ROW LEVEL SECURITY")
        run(db, f"DROP POLICY IF EXISTS {HOUSE} ON {name(table)}")
        run(db, f"CREATE POLICY {HOUSE} ON {name(table)} TO {house} USING (true)")
    run(db, f"CREATE SCHEMA {SCHEMA}")
    # Not its own schema alone: a role that makes tables could shadow ours.
    run(db, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    run(db, f"GRANT USAGE ON SCHEMA public, {SCHEMA} TO {name(role)}")
    run(db, f"GRANT CONNECT ON DATABASE {name(one(db, DATABASE))} TO {name(role)}")
    for table, access in ACCESS.items():
        for statement in _admit(db, name(role), table, access):
            run(db, statement)


@transaction.atomic
def lift_wall(db: BaseDatabaseWrapper, *, role: str) -> None:
    """Take all rights, policies and views of `role` away, so that tables can change.

    Row-level security stays on and open for the house.
    """
    require_fit(db)
    if not one(db, THERE, role):
        return
    name = db.ops.quote_name
    run(db, f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    for table, policy in rows(db, POLICIES, f"{VENDORS}%"):
        run(db, f"DROP POLICY {name(policy)} ON {name(table)}")
    run(db, f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name(role)}")
    run(db, f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {name(role)}")


def _admit(
    db: BaseDatabaseWrapper, role: str, table: str, access: Access
) -> Iterator[str]:
    """The statements that give `role` its access to one table."""
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
    columns = ", ".join(
        column if column in access.shown else f"NULL::{kind} AS {column}"
        for column, kind in rows(db, COLUMNS, table)
    )
    # Names come from ACCESS and from the catalogue, none from outside.
    rows_of = f"SELECT {columns} FROM public.{db.ops.quote_name(table)}"  # noqa: S608
    yield f"CREATE VIEW {view} WITH (security_invoker = true) AS {rows_of}"
    yield f"GRANT SELECT ON {view} TO {role}"
    if rights := [*access.changed, *(["id"] if access.locked else [])]:
        yield f"GRANT UPDATE ({', '.join(rights)}) ON {view} TO {role}"
