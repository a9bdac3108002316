"""The statements that let the vendor role have its access to one table."""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

from vendors.isolation.access import Access
from vendors.isolation.sql import rows

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
