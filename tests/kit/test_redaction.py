"""What the database quotes of a row reaches no log, no report and no answer."""

import logging
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from django.test import Client

from evaltracker.evaluations.models.evaluation import touched_rows
from evaltracker.toolbox.database import pipeline
from tests.as_application import ownership
from tests.factories import common, vendors
from tests.rights.logs import written
from vendors.models import Claim

pytestmark = pytest.mark.django_db
SECRET = "SEALED-9000\n\nDETAIL: SEALED-9001"


@pytest.fixture
def claim() -> Claim:
    """A claim with words that nobody else may read."""
    where = vendors.in_research(common.evaluation())
    asked = common.requirement(where, "R1")
    vendors.claim(vendors.invited(where), asked)
    Claim.objects.update(statement=SECRET)
    return Claim.objects.get()


def told_of(wrong: Callable[[], Any], kind: type[DatabaseError]) -> str:
    """Everything that a log or a report can say of the error."""
    with written() as log:
        try:
            with transaction.atomic():
                wrong()
        except kind as error:
            logging.getLogger(__name__).exception("It broke")
            return log.getvalue() + repr(error) + repr(error.__cause__)
    raise AssertionError("Nothing broke.")


def test_a_constraint_is_named_without_the_row_that_breaks_it(claim: Claim) -> None:
    rows = Claim.objects.filter(pk=claim.pk)
    told = told_of(lambda: rows.update(availability="planned"), IntegrityError)
    assert "claim_planned_has_a_date" in told
    assert "SEALED" not in told


def test_a_key_that_is_there_already_is_not_quoted(claim: Claim) -> None:
    claim.pk = uuid.uuid4()
    told = told_of(lambda: claim.save(force_insert=True), IntegrityError)
    assert "It broke" in told
    assert str(claim.requirement_id) not in told


@pytest.mark.postgres
def test_a_value_that_does_not_fit_its_column_is_not_quoted() -> None:
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::uuid", [SECRET])

    told = told_of(ask, DataError)
    assert "invalid input syntax for type uuid" in told
    assert "SEALED" not in told


@pytest.mark.postgres
def test_statements_that_go_out_together_are_as_quiet(claim: Claim) -> None:
    claim.pk, claim.availability = uuid.uuid4(), "planned"

    def add() -> None:
        with pipeline() as pipe:
            pipe.add(claim)
            pipe.wait()

    told = told_of(add, IntegrityError)
    assert "claim_planned_has_a_date" in told
    assert "SEALED" not in told


@pytest.mark.postgres
def test_a_row_that_was_not_written_waits_for_no_entry(claim: Claim) -> None:
    claim.pk, claim.availability = uuid.uuid4(), "planned"
    with transaction.atomic():
        with pytest.raises(IntegrityError), pipeline() as pipe:
            # As `add` does, unless the database has refused the row already.
            claim.touch(claim.saved())
            pipe.add(claim)
        noted = [rows for hook in touched_rows() for rows in hook.rows.values()]
        assert (Claim, claim.pk) not in {row for rows in noted for row in rows}
        assert Claim.objects.count() == 1


@pytest.mark.postgres
def test_a_vendor_whose_call_breaks_a_constraint_reads_no_row(claim: Claim) -> None:
    # As if a revision had come in a way that no lock foresees.
    with ownership(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE vendors_claim ADD CONSTRAINT claim_revision_once_more "
            "CHECK (revision < 2) NOT VALID"
        )
    assert claim.candidate.vendor is not None
    token = vendors.token(claim.candidate.vendor)
    with written() as log:
        answer = Client().post(
            f"/api/v1/invitations/{claim.candidate_id}/claims/",
            {"requirement": "R1", "availability": "beta", "statement": SECRET},
            "application/json",
            headers={"authorization": f"Bearer {token}"},
        )
    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"
    for told in (answer.content.decode(), log.getvalue()):
        assert "SEALED" not in told
        assert str(claim.requirement_id) not in told
        assert "claim_revision_once" not in told
