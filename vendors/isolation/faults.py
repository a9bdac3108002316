"""Looking whether the wall stands as it should, without changing anything."""

from django.db.backends.base.base import BaseDatabaseWrapper

from vendors.isolation.access import ACCESS
from vendors.isolation.admitting import SCHEMA
from vendors.isolation.powers import powers_of
from vendors.isolation.roles import THERE
from vendors.isolation.sql import one, rows

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
