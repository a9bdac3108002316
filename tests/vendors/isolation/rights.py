"""What a role may do by PostgreSQL's own catalogue, and what the allow-list says."""

from django.apps import apps
from django.db import connection

from vendors.isolation.access import ACCESS, Access
from vendors.isolation.roles import AMENDED, SCHEMA

# Each right of the role on each column, and on whole tables, outside the catalogue.
RIGHTS = """
SELECT n.nspname || '.' || c.relname, p.verb, a.attname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('REFERENCES')) AS p(verb)
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v')
AND has_column_privilege(%(role)s, c.oid, a.attnum, p.verb)
UNION ALL
SELECT n.nspname || '.' || c.relname, p.verb, '*'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN (VALUES ('DELETE'), ('TRUNCATE'), ('TRIGGER')) AS p(verb)
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
AND has_table_privilege(%(role)s, c.oid, p.verb)
UNION ALL
SELECT schemaname || '.' || sequencename, 'SEQUENCE', '*' FROM pg_sequences
WHERE has_sequence_privilege(
    %(role)s, format('%%I.%%I', schemaname, sequencename), 'USAGE, SELECT, UPDATE'
)
"""
type Right = tuple[str, str, str]


def rights_of(role: str) -> set[Right]:
    """Everything that the role may do to tables, views and sequences."""
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS, {"role": role})
        return set(cursor.fetchall())


def allowed() -> set[Right]:
    """The same from the allow-list."""
    columns = {
        model._meta.db_table: [
            str(field.column) for field in model._meta.concrete_fields
        ]
        for model in apps.get_models()
    }
    # Those that code of before still has.
    columns["trials_run"] += AMENDED["trials_run"]
    return {
        right
        for table, access in ACCESS.items()
        for right in _allowed(table, access, columns[table])
    }


def _allowed(table: str, access: Access, columns: list[str]) -> set[Right]:
    found: set[Right] = set()
    base, view = f"public.{table}", f"{SCHEMA}.{table}"
    if access.rows:
        found |= {(base, "SELECT", column) for column in access.shown or columns}
    if access.added:
        found |= {(base, "INSERT", column) for column in columns}
    found |= {(base, "UPDATE", text) for text in access.changed}
    if access.deleted:
        found.add((base, "DELETE", "*"))
    if access.shown:
        found |= {(view, "SELECT", column) for column in columns}
        found |= {(view, "UPDATE", text) for text in access.changed}
    if access.veiled:
        found |= {
            (view, verb, name) for verb in ("SELECT", "INSERT") for name in columns
        }
    if access.locked:
        found |= {(base, "UPDATE", "id"), (view, "UPDATE", "id")}
    return found
