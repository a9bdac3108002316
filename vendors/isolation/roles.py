"""Roles of processes: they can log in, and have no power of their own."""

from collections.abc import Iterable

from django.db.backends.base.base import BaseDatabaseWrapper

from vendors.isolation.powers import powers_of
from vendors.isolation.sql import Unfit, one, rows, run
from vendors.isolation.tables import walled_tables

WEAK = "NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION NOINHERIT"
THERE = "SELECT count(*) > 0 FROM pg_roles WHERE rolname = %s"
OWNERS = """
SELECT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)
"""
MAY_MAKE_ROLES = """
SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user
"""


def ready_role(
    db: BaseDatabaseWrapper,
    role: str,
    password: str,
    *,
    variable: str,
    others: Iterable[str] = (),
) -> None:
    """Make the role unless it is there, and refuse one that has any power.

    Raises:
        Unfit: it is the owner's or one of `others`, cannot be made, or could walk
            round the wall.

    """
    if role in {*owner_roles(db), *others}:
        raise Unfit(
            f"{role} is the product's own role. Name another one in {variable}; this "
            "command makes it."
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


def owner_roles(db: BaseDatabaseWrapper) -> list[str]:
    """Who owns the tables, and who runs this."""
    owners = {str(row[0]) for row in rows(db, OWNERS, walled_tables())}
    return sorted(owners | {str(one(db, "SELECT current_user"))})
