"""The floor: bare WSGI and psycopg. Token, JSON, INSERT, commit, and no check at all.

Each thread keeps its connection, which is never looked after.
"""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

WHO = "SELECT invitation FROM token WHERE digest = %s"
INSERT = """
INSERT INTO claim (invitation, requirement, availability, statement, evidence_url)
VALUES (%s, %s, %s, %s, %s) RETURNING id, submitted_at
"""
# All rows in one statement; a second answer replaces the first.
UPSERT = """
INSERT INTO answer (candidate_id, requirement_id, revision, requirement_revision,
    availability, environments, statement, evidence_url, submitted_at, by_vendor,
    submitted_by, id)
SELECT %s, requirement.id, 1, 1, said.availability, '[]', said.statement,
    said.evidence_url, clock_timestamp(), true, 'floor', gen_random_uuid()
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
    AS said (ref, availability, statement, evidence_url)
JOIN requirement USING (ref)
ON CONFLICT (candidate_id, requirement_id, revision) DO UPDATE SET
    availability = excluded.availability, statement = excluded.statement,
    evidence_url = excluded.evidence_url, submitted_at = excluded.submitted_at
"""
_kept = threading.local()


def application(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Take a claim, or many."""
    if environ["REQUEST_METHOD"] != "POST":
        start_response("204 No Content", [])
        return [b""]
    raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    secret = environ["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    body, connection = json.loads(raw), _connection()
    digest = hashlib.sha256(secret.encode()).hexdigest()
    (invitation,) = connection.execute(WHO, [digest]).fetchall()[0]
    take = _take_many if "claims" in body else _take_one
    answer = json.dumps(take(connection, invitation, body)).encode()
    connection.commit()
    start_response(
        "201 Created",
        [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(answer))),
        ],
    )
    return [answer]


def _connection() -> psycopg.Connection[Any]:
    if not hasattr(_kept, "connection"):
        _kept.connection = psycopg.connect(os.environ["DATABASE_URL"])
    connection: psycopg.Connection[Any] = _kept.connection
    return connection


def _take_one(
    connection: psycopg.Connection[Any], invitation: str, body: dict[str, Any]
) -> dict[str, Any]:
    values = (body["requirement"], body["availability"], body["statement"])
    link = body.get("evidence_url", "")
    row = connection.execute(INSERT, [invitation, *values, link]).fetchall()[0]
    return {"id": str(row[0]), "submitted_at": row[1].isoformat(), **body}


def _take_many(
    connection: psycopg.Connection[Any], _: str, body: dict[str, Any]
) -> dict[str, Any]:
    claims = body["claims"]
    columns = [
        [claim.get(field, "") for claim in claims]
        for field in ("requirement", "availability", "statement", "evidence_url")
    ]
    written = connection.execute(UPSERT, [body["candidate"], *columns])
    return {"created": written.rowcount}
