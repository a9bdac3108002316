"""A reader's copy of the matrix is good until something of it is another."""

import datetime
from typing import Any

import pytest
import time_machine
from django.contrib.messages import INFO
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import Client, RequestFactory

from evaltracker.evaluations.models import Evaluation, User
from tests.clients import program, signed_in
from tests.factories import common, stakeholders, trials, vendors

pytestmark = pytest.mark.django_db


@pytest.fixture
def purchase() -> Evaluation:
    where = trials.platform("must", "should")
    trials.claimed(where, where.requirements.get(ref="R1"))
    return where


def addresses(where: Evaluation) -> list[str]:
    return [
        f"/admin/e/{where.slug}/matrix/",
        f"/api/v1/staff/evaluations/{where.slug}/matrix/",
    ]


def caller(address: str, user: User) -> Client:
    return (program if "/api/" in address else signed_in)(user)


def again(client: Client, address: str, tag: str) -> Any:
    return client.get(address, headers={"if-none-match": tag})


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_page_that_carries_a_message_is_no_copy_to_keep",
)
def test_what_did_not_change_is_not_sent_again(purchase: Evaluation) -> None:
    for address in addresses(purchase):
        client = caller(address, purchase.owner)
        first = client.get(address)
        assert first.headers["Cache-Control"] == "private, no-cache"
        second = again(client, address, first.headers["ETag"])
        assert (second.status_code, second.content) == (304, b"")
        assert second.headers["ETag"] == first.headers["ETag"]
        assert second.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_page_that_carries_a_message_is_no_copy_to_keep",
)
def test_a_change_another_reader_another_day_and_other_filters_are_sent(
    purchase: Evaluation,
) -> None:
    acme, other = purchase.candidates.get(), stakeholders.holder("it")
    for address in addresses(purchase):
        client = caller(address, purchase.owner)
        tag = client.get(address).headers["ETag"]
        # What programs read is tagged by what it says, pages by their reader.
        right = 304 if "/api/" in address else 200
        assert again(caller(address, other), address, tag).status_code == right
        with time_machine.travel(
            datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1, minutes=1),
            tick=False,
        ):
            # The session has ended by then, so the same person comes in anew.
            fresh = caller(address, purchase.owner)
            assert again(fresh, address, tag).status_code == 200
        vendors.claim(acme, purchase.requirements.get(ref="R2"), statement=address)
        assert again(client, address, tag).status_code == 200
    page, client = addresses(purchase)[0], signed_in(purchase.owner)
    tag = client.get(page).headers["ETag"]
    assert again(client, f"{page}?musts=1", tag).status_code == 200


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_page_that_carries_a_message_is_no_copy_to_keep",
)
def test_a_good_tag_opens_nothing(purchase: Evaluation) -> None:
    for address in addresses(purchase):
        tag = caller(address, purchase.owner).get(address).headers["ETag"]
        hidden = again(caller(address, common.noor()), address, tag)
        assert hidden.status_code == 404
        assert "no-store" in hidden.headers["Cache-Control"]
        assert "ETag" not in hidden.headers


def test_a_page_that_carries_a_message_is_no_copy_to_keep(
    purchase: Evaluation,
) -> None:
    client = signed_in(stakeholders.holder("it"))
    page = addresses(purchase)[0]
    request = RequestFactory().get(page)
    storage: Any = CookieStorage(request)
    client.cookies["messages"] = storage._encode([Message(INFO, "Saved.")])
    answer = client.get(page)
    assert "Saved." in answer.content.decode()
    assert "ETag" not in answer.headers
    assert "no-store" in answer.headers["Cache-Control"]
