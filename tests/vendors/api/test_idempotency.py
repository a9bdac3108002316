"""The same call twice does its work once, if it carries a key."""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.database import pipeline
from tests.factories import vendors
from tests.vendors.api.conftest import Party
from vendors.models import Claim, IdempotencyRecord
from vendors.services.idempotency import (
    KeyInUse,
    KeyLock,
    StoredAnswer,
    answer_once,
    queue_turn,
    refusing_a_key_in_use,
    take_turn,
)

pytestmark = pytest.mark.smoke

KEY = {"idempotency_key": "order 66"}


def test_the_first_answer_is_replayed_even_after_other_words(acme: Party) -> None:
    first = acme.claim(headers=KEY)
    acme.claim(availability="beta")
    again = acme.claim(headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert Claim.objects.count() == 2


def test_another_body_under_the_same_key_is_422(acme: Party) -> None:
    acme.claim(headers=KEY)
    other = acme.claim(availability="beta", headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Claim.objects.count() == 1


def test_a_key_is_the_vendors_and_the_calls_own(acme: Party, globex: Party) -> None:
    acme.claim(headers=KEY)
    assert globex.claim(availability="beta", headers=KEY).status_code == 201
    withdrawn = acme.call("DELETE", f"{acme.home}claims/R1/", **KEY)
    assert withdrawn.status_code == 200


def test_a_refused_call_is_kept_nowhere_so_it_may_be_mended(
    acme: Party, where: Evaluation
) -> None:
    assert acme.claim(statement=" ", headers=KEY).status_code == 400
    closing = where.claims_close_at
    vendors.close_by_deadline(where)
    assert acme.claim(headers=KEY).status_code == 409
    type(where).objects.update(claims_close_at=closing)
    assert acme.claim(headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "é", "\x7f"])
def test_a_key_that_is_none_is_400(acme: Party, key: str) -> None:
    answer = acme.claim(headers={"idempotency_key": key})
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["detail"]
    assert not Claim.objects.exists()


def test_a_key_is_forgotten_after_seven_days(acme: Party) -> None:
    acme.claim(headers=KEY)
    old = timezone.now() - datetime.timedelta(days=7, seconds=1)
    IdempotencyRecord.objects.update(created_at=old)
    fresh = acme.claim(availability="beta", headers=KEY)
    assert (fresh.status_code, fresh.json()["revision"]) == (201, 2)
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_forty_at_once_with_one_key_make_one_claim(acme: Party) -> None:
    def call(_: int) -> tuple[int, bytes]:
        try:
            answer = acme.claim(headers=KEY)
            # A caller whose turn does not come in time is asked to come back.
            while answer.status_code == 409:
                assert answer.json()["code"] == KeyInUse.default_code
                answer = acme.claim(headers=KEY)
            return answer.status_code, answer.content
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(call, range(40)))
    assert len(answers) == 1
    assert Claim.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_turn_that_does_not_come_is_refused_wherever_the_driver_learns_it(
    acme: Party,
) -> None:
    turn = KeyLock(acme.candidate.pk, "POST", "order 66")
    with transaction.atomic():
        take_turn(turn)
        with ThreadPoolExecutor(1) as pool:
            refusal = pool.submit(ask_until_refused, turn).exception(timeout=60)
    assert isinstance(refusal, KeyInUse)


def ask_until_refused(turn: KeyLock) -> None:
    """Queue statements after the turn, and never wait for them."""
    try:
        with pipeline() as pipe, refusing_a_key_in_use():
            queue_turn(pipe, turn)
            while True:
                pipe.ask("SELECT 1")
    finally:
        connection.close()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.nightly(
    reason="waits for two seconds; each push has a turn refused without a call",
    short="::test_a_turn_that_does_not_come_is_refused_wherever_the_driver_learns_it",
)
def test_while_the_first_runs_too_long_the_second_is_told_to_wait(acme: Party) -> None:
    begun, release = threading.Event(), threading.Event()
    vendor = acme.candidate.vendor
    assert vendor is not None

    def slow() -> StoredAnswer:
        begun.set()
        release.wait(60)
        return StoredAnswer(200, "{}")

    def first() -> None:
        with transaction.atomic():
            turn = take_turn(
                KeyLock(vendor.pk, f"POST {acme.home}claims/", KEY["idempotency_key"])
            )
            answer_once(turn=turn, body=b"", work=slow)
        connection.close()

    running = threading.Thread(target=first)
    running.start()
    assert begun.wait(60)
    answer = acme.claim(headers=KEY)
    release.set()
    running.join()
    assert (answer.status_code, answer.json()["code"]) == (409, KeyInUse.default_code)
    assert answer["Retry-After"] == "2"
