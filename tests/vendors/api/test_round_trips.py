"""G3 and G4: what a claim and a batch ask of the database, counted on the wire."""

import tempfile
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from psycopg.pq import Trace

from evaltracker.evaluations.models import Evaluation
from tests.factories import common
from tests.vendors.api.conftest import Party

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
# BEGIN, who calls, what stands, what is written; COMMIT goes with the last. A Flush
# would be somebody who could not wait for the Sync.
TRIPS = {"Sync": 4, "Flush": 0, "Query": 0}


def messages(call: Callable[[], Any]) -> list[str]:
    """What the client sent to PostgreSQL meanwhile: kinds of messages, in order."""
    connection.ensure_connection()
    before, wire = connection.connection, connection.connection.pgconn
    with tempfile.TemporaryFile("w+") as file:
        wire.trace(file.fileno())
        wire.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        answer = call()
        wire.untrace()
        file.seek(0)
        sent = [line.split("\t") for line in file if line.startswith("F\t")]
    assert answer.status_code < 300, answer.content
    assert connection.connection is before
    return [pair[2].strip() for pair in sent]


def trips(sent: list[str]) -> dict[str, int]:
    """How often the client waited, by the message with which it did.

    A pipeline that ends sends a Flush behind its last Sync if the answer to that is
    not there yet; it waits for nothing more.
    """
    waited = [
        kind
        for before, kind in pairwise(["", *sent])
        if (before, kind) != ("Sync", "Flush")
    ]
    return {kind: waited.count(kind) for kind in TRIPS}


def statements(sent: list[str]) -> int:
    """How many statements were run, BEGIN and COMMIT too."""
    return sent.count("Execute") + sent.count("Query")


def test_a_claim_takes_four_round_trips_and_no_new_connection(acme: Party) -> None:
    acme.claim()
    for number, key in enumerate(["one", "two"]):
        headers = {"idempotency_key": key}
        sent = messages(lambda: acme.claim(statement=f"{number}", headers=headers))  # noqa: B023
        assert (trips(sent), statements(sent)) == (TRIPS, 26)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_claim_takes_four_round_trips_and_no_new_connection",
)
def test_a_batch_takes_as_many_statements_for_any_number_of_claims(
    acme: Party, where: Evaluation
) -> None:
    refs = [common.requirement(where, f"X{n}", "could").ref for n in range(60)]
    acme.claim()

    def batch(many: int) -> Callable[[], Any]:
        claims = [
            {"requirement": ref, "availability": "now", "statement": f"Yes, {many}."}
            for ref in refs[:many]
        ]
        address = f"{acme.home}claims/batch/"
        return lambda: acme.call("POST", address, {"claims": claims})

    batch(60)()
    few, many = messages(batch(2)), messages(batch(59))
    assert (trips(few), statements(few)) == (trips(many), statements(many))
    assert trips(many) == TRIPS
