"""What a database role could do past the allow-lists, by PostgreSQL's own catalogue."""

from django.db.backends.base.base import BaseDatabaseWrapper

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


def powers_of(db: BaseDatabaseWrapper, role: str) -> list[str]:
    """Why `role` could walk round the wall; empty if it cannot."""
    with db.cursor() as cursor:
        cursor.execute(POWERS, {"role": role})
        return [str(row[0]) for row in cursor.fetchall()]
