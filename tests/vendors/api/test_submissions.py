"""Handing in for a receipt that anybody can compute again."""

import hashlib
import json
from typing import Any

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.factories import vendors
from tests.vendors.api.conftest import Party, refused
from vendors.models import Submission

SAID = (
    "requirement",
    "availability",
    "available_from",
    "environments",
    "statement",
    "evidence_url",
    "holds_for",
    "number",
    "revision",
)


def hand_in(party: Party, body: Any = None, **headers: str) -> Any:
    return party.call("POST", f"{party.home}submission/", body, **headers)


def test_the_receipt_is_the_digest_of_what_the_api_reads_back(acme: Party) -> None:
    acme.claim(statement="Größe — “ok”\nsecond line", environments=["aws"])
    acme.claim(requirement="R2", availability="planned", available_from="2040-03-01")
    receipt = hand_in(acme)
    assert receipt.status_code == 201
    claims = acme.call("GET", f"{acme.home}claims/").json()["results"]
    said = [{name: claim[name] for name in SAID} for claim in claims]
    said.sort(key=lambda claim: claim["requirement"])
    form = {"form": 3, "claims": said}
    text = json.dumps(form, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert receipt.json()["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert receipt.json()["claims"] == 2
    assert receipt.json()["number"].endswith("-1")
    assert acme.call("GET", f"{acme.home}submission/").json() == receipt.json()


def test_the_same_answer_keeps_its_receipt_and_another_gets_its_own(
    acme: Party,
) -> None:
    acme.claim()
    first, again = hand_in(acme), hand_in(acme, {})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    acme.claim(availability="beta")
    assert acme.call("GET", f"{acme.home}submission/").json()["up_to_date"] is False
    second = hand_in(acme)
    assert second.status_code == 201
    assert second.json()["number"] != first.json()["number"]
    assert second.json()["up_to_date"] is True


def test_a_rivals_receipts_leave_no_gap_in_ones_own(acme: Party, globex: Party) -> None:
    for party in (globex, acme):
        party.claim()
        assert hand_in(party).json()["number"].endswith("-1")


def test_before_anything_is_said_there_is_nothing_to_hand_in(acme: Party) -> None:
    assert refused(hand_in(acme), 409)["code"] == "nothing_to_hand_in"
    refused(acme.call("GET", f"{acme.home}submission/"), 404)


@pytest.mark.parametrize("body", [{"number": "1"}, [], "x", None, 1])
def test_a_body_with_anything_in_it_is_400(acme: Party, body: Any) -> None:
    refused(hand_in(acme, json.dumps(body).encode()), 400)


def test_after_the_deadline_the_receipt_is_read_but_none_is_given(
    acme: Party, where: Evaluation
) -> None:
    acme.claim()
    hand_in(acme)
    acme.claim(availability="beta")
    vendors.close_by_deadline(where)
    late = hand_in(acme)
    assert (late.status_code, late.json()["code"]) == (409, "claims_closed")
    assert acme.call("GET", f"{acme.home}submission/").status_code == 200
    assert Submission.objects.count() == 1


def test_a_key_hands_in_once(acme: Party) -> None:
    acme.claim()
    sent = [hand_in(acme, idempotency_key="in") for _ in range(2)]
    assert sent[0].content == sent[1].content
    assert sent[1].status_code == 201
    assert sent[1]["Idempotent-Replayed"] == "true"
