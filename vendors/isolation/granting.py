"""Giving the application role what `HOUSE` says, and taking all else away.

Grants lock no table, so this may be done at any time.
"""

from collections.abc import Iterator

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from vendors.isolation.building import DATABASE, TABLES
from vendors.isolation.house import AMENDED, HOUSE
from vendors.isolation.roles import ready_role
from vendors.isolation.sql import one, require_fit, rows, run

# Those that no extension brought.
FUNCTIONS = """
SELECT p.oid::regprocedure FROM pg_proc p
WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'
)
"""


@transaction.atomic
def build_house(db: BaseDatabaseWrapper, *, role: str, password: str = "") -> None:
    """Let `role` do what `HOUSE` says and nothing else; make it if it is not there.

    Raises:
        Unfit: with a sentence for the operator.

    """
    require_fit(db)
    ready_role(db, role, password, variable="DATABASE_URL")
    name = db.ops.quote_name
    database, quoted = name(one(db, DATABASE)), name(role)
    for statement in _shut(database, quoted):
        run(db, statement)
    # None of ours is called but by a trigger, which asks nobody whether it may.
    for (function,) in rows(db, FUNCTIONS):
        run(db, f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC, {quoted}")
    run(db, f"GRANT USAGE ON SCHEMA public TO {quoted}")
    run(db, f"GRANT CONNECT ON DATABASE {database} TO {quoted}")
    for (table,) in rows(db, TABLES):
        if table in HOUSE:
            run(db, f"GRANT {HOUSE[table]} ON {name(table)} TO {quoted}")
        if table in AMENDED:
            columns = ", ".join(map(name, AMENDED[table]))
            run(db, f"GRANT UPDATE ({columns}) ON {name(table)} TO {quoted}")


def _shut(database: str, role: str) -> Iterator[str]:
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
