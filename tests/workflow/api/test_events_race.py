"""Forty claims by two vendors at once: who polls the feed gets each once."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.db import connections
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Entry
from tests.clients import program
from tests.factories import common, trials, vendors
from vendors.models import Candidate

EACH = 20


def call(url: str, authorization: str, body: Any = None) -> Any:
    """The JSON that a call over HTTP gives."""
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, headers), timeout=30) as answer:
        return json.load(answer)


@pytest.mark.django_db(transaction=True)
def test_a_polling_reader_gets_each_claim_once(live_server: LiveServer) -> None:
    where = trials.platform()
    for number in range(2, EACH + 1):
        common.requirement(where, f"R{number}", "should")
    options = [vendors.invited(where), vendors.invited(where, name="Globex ML")]
    where.refresh_from_db()
    lead = program(where.owner).defaults["HTTP_AUTHORIZATION"]
    secrets = [vendors.token(option.vendor) for option in options if option.vendor]
    done, seen = threading.Event(), list[dict[str, Any]]()
    feed = f"{live_server.url}/api/v1/staff/evaluations/{where.slug}/events/"

    def answer(option: Candidate, secret: str) -> None:
        for number in range(1, EACH + 1):
            url = f"{live_server.url}/api/v1/invitations/{option.pk}/claims/"
            said = {"requirement": f"R{number}", "availability": "now"}
            call(url, f"Bearer {secret}", {**said, "statement": "Yes."})

    def poll() -> None:
        over = False
        while not over:
            over = done.is_set()  # what is there by now is read once more
            after = seen[-1]["number"] if seen else 0
            seen.extend(call(f"{feed}?after={after}&limit=7", lead)["results"])
            over = over and seen[-1]["number"] == last()

    def last() -> int:
        numbers = Entry.objects.filter(action="claim.submitted")
        newest: int = numbers.latest("number").number
        connections.close_all()
        return newest

    with ThreadPoolExecutor(3) as pool:
        reader = pool.submit(poll)
        writers = [
            pool.submit(answer, option, secret)
            for option, secret in zip(options, secrets, strict=True)
        ]
        for writer in writers:
            writer.result()
        done.set()
        reader.result()
    claims = [event for event in seen if event["type"] == "claim.submitted"]
    numbers = [event["number"] for event in seen]
    assert numbers == sorted(set(numbers))
    written = Entry.objects.filter(action="claim.submitted")
    assert {event["id"] for event in claims} == {str(entry.pk) for entry in written}
    assert len(claims) == 2 * EACH
