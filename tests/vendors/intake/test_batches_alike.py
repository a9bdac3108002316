"""Both ways of a batch answer alike: in words, in headers, and in what they write."""

from collections.abc import Callable
from typing import Any

import pytest

from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.verifying import find_break
from tests.vendors.api.conftest import Party
from tests.vendors.api.test_bad_fields import FIELDS_400
from tests.vendors.intake.conftest import CLAIM

pytestmark = pytest.mark.postgres
SECOND = {**CLAIM, "requirement": "R2", "statement": "Größe “ok”\n=1+1"}
PLANNED = {**SECOND, "availability": "planned", "available_from": "2040-03-01"}


def send(acme: Party, *claims: Any, **headers: str) -> Callable[[], Any]:
    """A batch of these claims."""
    address = f"{acme.home}claims/batch/"
    return lambda: acme.call("POST", address, {"claims": list(claims)}, **headers)


def test_a_good_batch_is_taken_quickly_and_alike(
    acme: Party, where: Evaluation, ways: Callable[..., bool]
) -> None:
    assert ways(send(acme, CLAIM, SECOND))
    assert ways(send(acme, CLAIM, PLANNED, idempotency_key="once"))
    acme.claim(availability="beta")
    assert ways(send(acme, {**CLAIM, "environments": ["aws", "on_prem"]}, SECOND))
    send(acme, CLAIM, SECOND)()
    assert ways(send(acme, CLAIM, SECOND))
    assert ways(send(acme, CLAIM, PLANNED))
    assert find_break(where) is None


@pytest.mark.parametrize(("_where", "fields"), FIELDS_400)
def test_a_batch_with_a_bad_field_is_refused_alike(
    acme: Party, ways: Callable[..., bool], _where: str, fields: dict[str, Any]
) -> None:
    assert not ways(send(acme, SECOND, {**CLAIM, **fields}))


@pytest.mark.parametrize(
    "claims",
    [
        [],
        [CLAIM, CLAIM],
        ["x"],
        [None],
        [CLAIM] * 1_001,
        [{**CLAIM, "requirement": ""}],
    ],
)
def test_a_batch_of_a_wrong_shape_is_refused_alike(
    acme: Party, ways: Callable[..., bool], claims: list[Any]
) -> None:
    assert not ways(send(acme, *claims))


def test_a_known_key_goes_the_ordinary_way(
    acme: Party, ways: Callable[..., bool]
) -> None:
    send(acme, CLAIM, idempotency_key="once")()
    assert not ways(send(acme, CLAIM, idempotency_key="once"))
    assert not ways(send(acme, SECOND, idempotency_key="once"))
