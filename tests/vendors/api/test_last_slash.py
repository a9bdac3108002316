"""An address that lost its last slash leads to the one with it."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.vendors.api.conftest import CLAIM, Party
from vendors.models import Claim

PROCESSES = ("evaltracker.urls", "evaltracker.vendor_urls")


@pytest.fixture(params=PROCESSES)
def process(request: pytest.FixtureRequest, settings: Any) -> str:
    """The addresses of the one process, and those of the vendors' alone."""
    settings.ROOT_URLCONF = request.param
    name: str = request.param
    return name


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.usefixtures("process")
def test_it_is_redirected_with_its_method_and_its_query(
    acme: Party, method: str
) -> None:
    address = f"{acme.home}claims"
    answer = acme.call(method, f"{address}?history=1", CLAIM)
    assert (answer.status_code, answer["Location"]) == (308, f"{address}/?history=1")
    assert not Claim.objects.exists()


def test_a_claim_that_follows_it_is_kept(acme: Party) -> None:
    answer = Client().post(
        f"{acme.home}claims",
        json.dumps(CLAIM),
        "application/json",
        headers={"authorization": f"Bearer {acme.token}"},
        follow=True,
    )
    assert answer.status_code == 201
    assert Claim.objects.get().statement == CLAIM["statement"]


@pytest.mark.usefixtures("process")
def test_the_vendor_pages_do_the_same(db: None) -> None:
    answer = Client().get("/vendor/start/x?from=mail")
    assert (answer.status_code, answer["Location"]) == (
        308,
        "/vendor/start/x/?from=mail",
    )


@pytest.mark.parametrize(
    "address",
    [
        *("/api/v1/nothing", "/api/v1/invitations/x/nothing", "/api/nothing/at/all"),
        "/api/v1//evil.example/invitations",
    ],
)
@pytest.mark.usefixtures("process")
def test_what_is_nowhere_leads_nowhere(db: None, address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 404
    assert "Location" not in answer
