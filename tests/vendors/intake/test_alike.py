"""Both ways of a claim answer alike: in words, in headers, and in what they write."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.verifying import find_break
from tests.cast import vendors
from tests.vendors.api.conftest import Party
from tests.vendors.api.test_bad_fields import FIELDS_400, STORED
from tests.vendors.api.test_bad_input import GOOD, RAW_400
from tests.vendors.intake.conftest import CLAIM

pytestmark = pytest.mark.postgres
KEY = {"idempotency_key": "order 66"}


@pytest.mark.parametrize("fields", [*STORED, {}, {"environments": ["aws", "aws"]}])
def test_a_good_claim_is_taken_quickly_and_alike(
    acme: Party, ways: Callable[..., bool], fields: dict[str, Any]
) -> None:
    assert ways(lambda: acme.claim(**fields))
    assert ways(lambda: acme.claim(**fields, headers=KEY))


def test_other_words_follow_and_the_same_write_nothing(
    acme: Party, where: Evaluation, ways: Callable[..., bool]
) -> None:
    acme.claim()
    assert ways(acme.claim)
    assert ways(lambda: acme.claim(statement="Größe “ok”\r\nsecond line"))
    acme.call("DELETE", f"{acme.home}claims/R1/")
    assert ways(acme.claim)
    acme.claim()
    where.requirements.filter(ref="R1").update(revision=2)
    assert ways(acme.claim)
    assert find_break(where) is None


@pytest.mark.parametrize(("_where", "fields"), FIELDS_400)
def test_a_bad_field_is_refused_alike(
    acme: Party, ways: Callable[..., bool], _where: str, fields: dict[str, Any]
) -> None:
    assert not ways(lambda: acme.claim(**fields))


@pytest.mark.parametrize("name", RAW_400)
def test_a_bad_body_is_refused_alike(
    acme: Party, ways: Callable[..., bool], name: str
) -> None:
    raw = RAW_400[name]
    assert not ways(lambda: acme.call("POST", f"{acme.home}claims/", raw))


def test_what_is_not_plain_goes_the_ordinary_way(
    acme: Party, globex: Party, where: Evaluation, ways: Callable[..., bool]
) -> None:
    address = f"{acme.home}claims/"

    def post(at: str = address, **more: str) -> Callable[[], Any]:
        return lambda: acme.call("POST", at, GOOD, **more)

    acme.claim(requirement="R2", headers=KEY)
    odd = [
        post(f"{address}?x=1"),
        post(accept="text/html"),
        post(content_type="text/plain"),
        post(content_type="application/json; charset=utf-16"),
        post(authorization="Bearer evt_000000000000_" + "A" * 43),
        post(authorization="Basic x"),
        post(idempotency_key="é"),
        post(**KEY),
        post(f"{globex.home}claims/"),
        post("/api/v1/invitations/no-uuid/claims/"),
        lambda: acme.claim(requirement="R2", headers=KEY),
        lambda: acme.claim(statement="x" * 5001),
        lambda: globex.claim(),  # not seen before
    ]
    for call in odd:
        assert not ways(call)
    where.requirements.filter(ref="R1").update(retired_at=where.created_at)
    assert not ways(post())
    vendors.close_by_deadline(where)
    assert not ways(lambda: acme.claim(requirement="R2"))


def test_a_revoked_token_opens_nothing_at_the_next_call(
    acme: Party, ways: Callable[..., bool]
) -> None:
    assert ways(acme.claim)
    acme.call("GET", f"{acme.home}?t={acme.token}")
    assert not ways(acme.claim)
    assert acme.claim().status_code == 401


def test_one_call_counts_once_whichever_way_it_goes(acme: Party, settings: Any) -> None:
    settings.VENDOR_CALLS_PER_MINUTE = 3
    acme.call("GET", acme.home)
    statuses = [acme.claim(requirement=ref).status_code for ref in ("R1", "R9", "R2")]
    assert statuses == [201, 400, 429]


def test_a_plain_claim_is_as_it_was_sent(acme: Party) -> None:
    answer = json.loads(acme.claim().content)
    assert {name: answer[name] for name in CLAIM} == CLAIM
