"""A backup and its restoring, as docs/operations.md has it, and when both are equal."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from tests.services import postgres_binaries, postgres_client

ROOT = Path(__file__).resolve().parents[2]
TABLES = """
SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = 'public' AND relkind = 'r' ORDER BY relname"""
# What is no row: policies, grants, triggers, indexes, checks, views. Read back, a
# condition has its casts and brackets elsewhere.
CASTS = r"'::(character varying|text)|[][()]', '', 'g'"
AROUND = f"""
SELECT string_agg(regexp_replace(told, {CASTS}), E'\\n' ORDER BY told) FROM (
    SELECT concat_ws(' ', tablename, policyname, roles, cmd, qual, with_check) AS told
    FROM pg_policies
    UNION ALL SELECT concat_ws(' ', table_schema, table_name, grantee, privilege_type)
    FROM information_schema.role_table_grants WHERE table_schema !~ '^(pg_|inf)'
    UNION ALL SELECT concat_ws(' ', table_name, column_name, grantee, privilege_type)
    FROM information_schema.role_column_grants WHERE table_schema !~ '^(pg_|inf)'
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    UNION ALL SELECT viewname || ' ' || definition FROM pg_views
    WHERE schemaname !~ '^(pg_|inf)'
) AS all_of_it"""  # our own words
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences ORDER BY sequencename"
# Whatever the order of the rows.
ROWS = """
SELECT count(*), sum(('x' || left(md5(t::text), 15))::bit(60)::bigint) FROM {} AS t"""


@dataclass(frozen=True, slots=True)
class Print:
    """What two databases have in common if one is the other restored."""

    rows: dict[str, tuple[int, int | None]]
    sequences: list[tuple[str, int | None]]
    around: str


def print_of(url: str) -> Print:
    """Every table's count and digest, every sequence, and everything around them."""
    with psycopg.connect(url) as database:
        tables = [name for (name,) in database.execute(TABLES)]
        rows = {}
        for name in tables:
            query = sql.SQL(ROWS).format(sql.Identifier(name))
            rows[name] = database.execute(query).fetchall()[0]
        sequences = database.execute(SEQUENCES).fetchall()
        around = database.execute(AROUND).fetchall()[0][0]
    return Print(rows, sequences, around)


def back_up(
    url: str, files: Path, backups: Path, *command: str
) -> subprocess.CompletedProcess[str]:
    """Run the shipped script, which compose runs each day."""
    return _script("backup", url, files, backups, *command)


def restore_backup(
    url: str, files: Path, backups: Path, name: str
) -> subprocess.CompletedProcess[str]:
    """Run the shipped script, which `./dev restore` runs."""
    return _script("restore", url, files, backups, name)


def _script(
    name: str, url: str, files: Path, backups: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    parts = urlsplit(url)
    binaries = postgres_binaries()
    env = {
        "PATH": f"{binaries or ''}:{os.environ['PATH']}:/usr/bin:/bin",
        "PGHOST": unquote(parts.hostname or ""),
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.lstrip("/"),
        "DATA": str(files),
        "BACKUPS": str(backups),
        "ANCHORS": str(files / "anchors"),
    }
    return subprocess.run(
        [ROOT / "deploy" / "backup" / f"{name}.sh", *arguments],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def dump(url: str, file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Write a backup of a database; what `pg_dump` said, good or bad."""
    return _run("pg_dump", f"--dbname={url}", "-Fc", f"--file={file}", *options)


def restore(url: str, file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Read it into a database that is there; what `pg_restore` said."""
    return _run("pg_restore", f"--dbname={url}", *options, str(file))


def _run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [postgres_client(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
