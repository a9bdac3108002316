"""The role of the vendor process: it can log in, and has no power of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaltracker.wall.asking import Unfit, one, rows, run
from evaltracker.wall.tables import walled_tables

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

WEAK = "NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION NOINHERIT"
THERE = "SELECT count(*) > 0 FROM pg_roles WHERE rolname = %s"
OWNERS = """
SELECT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)
"""
MAY_MAKE_ROLES = """
SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user
"""
# Powers by attribute, by membership and by ownership.
POWERS = """
SELECT 'it is a superuser' FROM pg_roles WHERE rolname = %(role)s AND rolsuper
UNION ALL SELECT 'it bypasses row-level security'
FROM pg_roles WHERE rolname = %(role)s AND rolbypassrls
UNION ALL SELECT 'it may make roles'
FROM pg_roles WHERE rolname = %(role)s AND rolcreaterole
UNION ALL SELECT 'it is a member of ' || roleid::regrole
FROM pg_auth_members WHERE member = %(role)s::regrole
UNION ALL SELECT 'it owns ' || count(*) || ' things'
FROM pg_shdepend WHERE refobjid = %(role)s::regrole AND deptype = 'o'
HAVING count(*) > 0
"""


def ready_role(db: BaseDatabaseWrapper, role: str, password: str) -> None:
    """Make the role unless it is there, and refuse one that has any power.

    Raises:
        Unfit: it is the product's own, cannot be made, or could walk round the wall.

    """
    if role in house_roles(db):
        raise Unfit(
            f"{role} is the product's own role. Give the vendor process another one "
            "in VENDOR_DATABASE_URL."
        )
    quoted = db.ops.quote_name(role)
    if not one(db, THERE, role):
        if not one(db, MAY_MAKE_ROLES):
            raise Unfit(
                f"The role {role} is not there and this one may not make it. Run as "
                f"a superuser: CREATE ROLE {quoted} LOGIN PASSWORD '...';"
            )
        run(db, f"CREATE ROLE {quoted} LOGIN {WEAK}")
    if powers := powers_of(db, role):
        raise Unfit(f"{role} could walk round the wall: {'; '.join(powers)}.")
    if password and one(db, MAY_MAKE_ROLES):
        run(db, f"ALTER ROLE {quoted} PASSWORD %s", password)


def powers_of(db: BaseDatabaseWrapper, role: str) -> list[str]:
    """Why `role` could walk round the wall; empty if it cannot."""
    with db.cursor() as cursor:
        cursor.execute(POWERS, {"role": role})
        return [str(row[0]) for row in cursor.fetchall()]


def house_roles(db: BaseDatabaseWrapper) -> list[str]:
    """The roles of the product itself: who owns the tables, and who runs this."""
    owners = {str(row[0]) for row in rows(db, OWNERS, walled_tables())}
    return sorted(owners | {str(one(db, "SELECT current_user"))})
