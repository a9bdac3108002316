"""Tables that grow, filled by the database itself and spread out.

One row of each is made as people make it; the copies differ in what lists show, order
by and filter by. No purchase, candidate or day has more of them than another.
"""

import psycopg
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection, models
from django.utils import timezone

from bench.seeds.matrix import session
from evaltracker.evaluations.models import Entry, Notice
from tests.factories import common, trials, vendors
from trials.models import Evidence
from vendors.models import Claim

PURCHASES, OWNERS = 40, 10
LISTS: dict[str, type[models.Model]] = {
    "journal": Entry,
    "notices": Notice,
    "claims": Claim,
    "evidence": Evidence,
}
SPREAD = "now() - random() * interval '900 days'"
PLACE = "places.ids[1 + n % places.many]"
# What the n-th copy has of its own.
OWN: dict[type[models.Model], dict[str, str]] = {
    Entry: {
        "evaluation_id": PLACE,
        "number": "1000 + n",
        "at": SPREAD,
        "actor_name": "'Person ' || n * 7919 % 997",
        "subject_label": "'R' || n * 104729 % 9973",
        "previous_hash": "'before ' || n",
        "hash": "'copy ' || n",
    },
    Notice: {
        "evaluation_id": PLACE,
        "occurrence": "'copy ' || n",
        "message_id": "'<' || n || '@copy.example>'",
        "due_at": SPREAD,
        "sent_at": "now()",
        "state": "(ARRAY['sent', 'sent', 'suppressed'])[1 + n * 7919 % 3]",
    },
    Claim: {
        "candidate_id": "places.candidates[1 + n % places.many]",
        "requirement_id": "places.requirements[1 + n % places.many]",
        "revision": "1000 + n",
        "statement": "'Answer ' || n || ': jobs scale to zero, and resume.'",
        "submitted_at": SPREAD,
        "superseded_at": "now()",
    },
    Evidence: {
        "claim_id": "places.claims[1 + n % places.many]",
        "verdict": "(ARRAY['holds', 'partly', 'fails'])[1 + n * 7919 % 3]",
        "note": "'Looked at as number ' || n",
        "recorded_at": SPREAD,
    },
}
PLACES = """
SELECT count(*) AS many, array_agg(e.id ORDER BY e.id) AS ids,
    array_agg(c.candidate_id ORDER BY e.id) AS candidates,
    array_agg(c.requirement_id ORDER BY e.id) AS requirements,
    array_agg(c.id ORDER BY e.id) AS claims
FROM evaluations_evaluation e
JOIN vendors_candidate o ON o.evaluation_id = e.id
JOIN vendors_claim c ON c.candidate_id = o.id AND c.superseded_at IS NULL"""


def purchases() -> dict[str, str]:
    """Forty purchases, each with a candidate, its claim and a verdict; cookies of
    the owner of four of them, and of the operator."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    owners = [common.person(f"lead{number}") for number in range(OWNERS)]
    for person in owners:
        person.user_permissions.add(Permission.objects.get(codename="add_evaluation"))
    for number in range(PURCHASES):
        owner = owners[number % OWNERS]
        where = common.evaluation(title=f"Purchase {number}", owner=owner)
        common.requirement(where, "R1")
        vendors.in_research(where)
        option = trials.claimed(where, name=f"Vendor{number} ML")
        trials.verdict(trials.claim_of(option))
    now = timezone.now()
    Notice.objects.create(
        kind="decision_made",
        evaluation=where,
        subject_id=str(where.pk),
        recipient=owners[0],
        wall_time=now,
        due_at=now,
        next_try_at=now,
        state="sent",
        message_id="<first@copy.example>",
    )
    return {"owner": session(owners[0]), "operator": session(common.otto())}


def grow(url: str, first: int, last: int) -> None:
    """Copies from the first to the last number in each of the tables."""
    with psycopg.connect(url, autocommit=True) as database:
        # Copies of rows that are in order are in order.
        database.execute("SET session_replication_role = replica")
        for model, own in OWN.items():
            table = model._meta.db_table
            names = [field.attname for field in model._meta.concrete_fields]
            own = {"id": "gen_random_uuid()", **own}
            values = [own.get(name, f"one.{name}") for name in names]
            database.execute(
                f"INSERT INTO {table} ({', '.join(names)}) "
                f"WITH places AS MATERIALIZED ({PLACES}), "
                f"one AS MATERIALIZED (SELECT * FROM {table} LIMIT 1) "
                f"SELECT {', '.join(values)} FROM places, one, "
                f"generate_series({first}::bigint, {last}) n"
            )
            counted = database.execute(f"SELECT count(*) FROM {table}").fetchone()
            if counted is None or counted[0] < last:
                raise SystemExit(f"{table} did not grow")
            database.execute(f"VACUUM ANALYZE {table}")
        database.execute("ANALYZE")


def twin(of: str, name: str) -> str:
    """The address of a copy of a database that nobody is connected to."""
    connection.close()
    place, _, source = of.rpartition("/")
    with psycopg.connect(f"{place}/postgres", autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    return f"{place}/{name}"
