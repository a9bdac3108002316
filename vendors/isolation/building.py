"""Building the walls while everybody works; PostgreSQL 15 or newer.

Table by table, each in a transaction of its own that waits for no lock for long: others
see a table's old rules or its new ones, never none. So it may be repeated, stopped and
begun again at any time.
"""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from vendors.isolation.access import ACCESS
from vendors.isolation.admitting import SCHEMA, VENDORS, admit
from vendors.isolation.patience import run_patiently
from vendors.isolation.roles import THERE, owner_roles, ready_role
from vendors.isolation.sql import Unfit, one, require_fit, rows, run
from vendors.isolation.tables import walled_tables

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

    Raises:
        Unfit: with a sentence for the operator.

    """
    require_fit(db)
    ready_role(db, role, password, variable="VENDOR_DATABASE_URL", others=house)
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
    if not one(db, THERE, role):
        return
    run(db, f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    for (table,) in rows(db, TABLES):
        _shut(db, str(table), role)
    quoted = db.ops.quote_name(role)
    run(db, f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {quoted}")


def house_of(db: BaseDatabaseWrapper, named: Iterable[str] = ()) -> list[str]:
    """The product's own roles; without `named`, those that had been named before."""
    given = set(named) or {str(row[0]) for row in rows(db, HOUSE_NOW, HOUSE)}
    return sorted({*owner_roles(db), *given})


def _ready_schemas(db: BaseDatabaseWrapper, role: str) -> None:
    name = db.ops.quote_name
    run(db, f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    # Not its own schema alone: a role that makes tables could shadow ours.
    run(db, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    run(db, f"GRANT USAGE ON SCHEMA public, {SCHEMA} TO {name(role)}")
    run(db, f"GRANT CONNECT ON DATABASE {name(one(db, DATABASE))} TO {name(role)}")
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
    """Take the vendor role's rights, policies and view of one table away."""
    name = db.ops.quote_name
    run(db, f"DROP VIEW IF EXISTS {SCHEMA}.{name(table)}")
    for (policy,) in rows(db, POLICIES, table, also, f"{VENDORS}%"):
        run(db, f"DROP POLICY {name(policy)} ON {name(table)}")
    run(db, f"REVOKE ALL ON {name(table)} FROM {name(role)}")
