"""A database that is away is 503; a connection that was lost is not used again."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from django.db import Error, connection, connections, transaction
from django.test import Client

from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.database import database_is_away, pipeline
from evaltracker.toolbox.rest.problems import handle_exception
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.served import database

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def lose_connection() -> None:
    """End this process's connection as a server does that is stopped."""
    connection.ensure_connection()
    with psycopg.connect(database(), autocommit=True) as other:
        number = connection.connection.info.backend_pid
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [number])


def error_of(work: Callable[[], object]) -> Error:
    """What it raises."""
    with pytest.raises(Error) as caught:
        work()
    return caught.value


def read() -> None:
    """A statement outside any transaction, as a sweep begins with."""
    Evaluation.objects.exists()


def read_in_pipeline() -> None:
    """Statements past Django's cursor."""
    with pipeline() as pipe:
        pipe.ask("SELECT 1")
        pipe.wait()


def read_on_and_on() -> None:
    """Go on in a transaction whose connection was lost."""
    with transaction.atomic():
        lose_connection()
        with suppress(Error):
            read()
        read()


@pytest.mark.parametrize("work", [read, read_in_pipeline])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[read]"
)
def test_after_the_connection_was_lost_the_next_statement_has_another(
    work: Callable[[], None],
) -> None:
    lose_connection()
    assert database_is_away(error_of(work))
    work()


def test_a_transaction_whose_connection_was_lost_ends_and_the_next_works() -> None:
    assert database_is_away(error_of(read_on_and_on))
    with transaction.atomic():
        read()


def test_a_database_that_cannot_be_reached_is_away() -> None:
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect("host=127.0.0.1 port=1")
    assert database_is_away(caught.value)


@pytest.mark.parametrize("state", ["22001", "23505", "25006", "40P01", "57014"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[40P01]"
)
def test_any_other_error_of_a_statement_is_not_taken_for_it(state: str) -> None:
    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE 'No' USING ERRCODE = '{state}'; END $$")

    assert not database_is_away(error_of(work))
    read()


@pytest.mark.parametrize("state", ["40P01", "40001"])
def test_who_met_another_change_is_asked_to_send_it_again(state: str) -> None:
    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE 'No' USING ERRCODE = '{state}'; END $$")

    answer = handle_exception(error_of(work), {})
    assert answer.status_code == 503
    assert answer.data["code"] == "busy"
    assert int(answer.headers["Retry-After"]) >= 1


def test_people_are_asked_to_come_back_in_a_minute() -> None:
    client = signed_in(common.evaluation().owner)
    client.raise_request_exception = False
    lose_connection()
    page = client.get("/admin/")
    assert page.status_code == 503
    assert int(page["Retry-After"]) >= 1
    assert b"Try again in a minute" in page.content
    assert client.get("/admin/").status_code == 200


def test_vendors_are_asked_to_come_back() -> None:
    where = common.evaluation()
    common.requirement(where, "R1")
    vendors.in_research(where)
    candidate = vendors.invited(where)
    assert candidate.vendor is not None
    token = vendors.token(candidate.vendor)
    client = Client(raise_request_exception=False)
    body = {"requirement": "R1", "availability": "now", "statement": "Yes."}

    def claim() -> Any:
        return client.post(
            f"/api/v1/invitations/{candidate.pk}/claims/",
            body,
            "application/json",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "key"},
        )

    lose_connection()
    answer = claim()
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) >= 1
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unavailable"
    lose_connection()
    # So begins a request of a server that keeps its connections.
    vars(connections["default"]).update(
        health_check_enabled=True, health_check_done=False
    )
    assert claim().status_code == 201
