"""T14: whether a rival is there cannot be asked sideways either."""

import json
from typing import Any

import pytest
from django.test import Client

from tests import clients
from tests.vendors.isolation.crawl import Response
from tests.vendors.isolation.marks import HOUSE, mark_of, marks_in
from tests.vendors.isolation.world import Party, World

CLAIM = {"requirement": "R1", "availability": "now", "statement": "Once more."}
LISTS = (
    *("", "requirements/", "claims/", "claims/?history=1", "questions/"),
    *("proposals/", "quote/", "submission/", "claims/R1/files/", "trial/"),
)


def call(
    party: Party, method: str, below: str, body: Any = None, **more: str
) -> Response:
    """A call to the party's own invitation."""
    answer: Any = Client(raise_request_exception=False).generic(
        method,
        f"/api/v1/invitations/{party.candidate.pk}/{below}",
        json.dumps(body) if body is not None else b"",
        "application/json",
        headers={"authorization": f"Bearer {party.token}", **more},
    )
    status, head, body = clients.heard(answer)
    return Response(status, tuple(head), body)


def busy(rival: Party) -> None:
    """Everything that a vendor can do, twice."""
    for number in (1, 2):
        words = {**CLAIM, "statement": f"Words {number}"}
        for below, body in (
            ("claims/", words),
            ("claims/batch/", {"claims": [{**words, "requirement": "R2"}]}),
            ("questions/", {"text": "What is R1?"}),
            ("submission/", None),
        ):
            heard = call(rival, "POST", below, body)
            assert heard.status in (200, 201), heard


@pytest.mark.parametrize(
    ("below", "body"),
    [
        ("claims/", {**CLAIM, "requirement": "{name}"}),
        ("claims/batch/", {"claims": [CLAIM, {**CLAIM, "requirement": "{name}"}]}),
        ("questions/", {"text": "What is it?", "requirement": "{name}"}),
        ("proposals/", {"category": "{name}", "text": "One more"}),
    ],
)
def test_a_name_that_only_a_rival_is_asked_is_as_unknown_as_any(
    world: World, below: str, body: dict[str, Any]
) -> None:
    me, rival = world.parties["Acme"], world.parties["Globex"]
    theirs = rival.ref
    if below == "proposals/":
        theirs = (
            rival.candidate.vendor.candidates.get(  # type: ignore[union-attr]
                evaluation__requirements__ref=rival.ref
            )
            .evaluation.categories.get()
            .name
        )

    def said(name: str) -> Response:
        return call(
            me, "POST", below, json.loads(json.dumps(body).replace("{name}", name))
        )

    assert said(theirs) == said("nobody-is-asked-this")
    assert said(theirs).status == 400


def test_nothing_that_rivals_do_shows_in_what_a_vendor_reads(world: World) -> None:
    me = world.parties["Acme"]
    before = [call(me, "GET", below) for below in LISTS]
    assert {heard.status for heard in before} == {200}
    busy(world.parties["Globex"])
    busy(world.parties["Initech"])
    assert [call(me, "GET", below) for below in LISTS] == before


def test_own_numbers_do_not_count_what_rivals_did(world: World) -> None:
    me = world.parties["Acme"]
    busy(world.parties["Globex"])
    revision = json.loads(call(me, "POST", "claims/", CLAIM).body)["revision"]
    busy(world.parties["Initech"])
    again = call(me, "POST", "claims/", {**CLAIM, "statement": "And once more."})
    assert json.loads(again.body)["revision"] == revision + 1
    receipt = json.loads(call(me, "POST", "submission/").body)["number"]
    assert receipt == f"{str(me.candidate.pk)[:8].upper()}-2"


def test_no_answer_can_be_asked_for_by_what_it_was(world: World) -> None:
    me = world.parties["Acme"]
    for below in LISTS:
        plain = call(me, "GET", below)
        names = {name.lower() for name, _ in plain.head}
        assert not names & {"etag", "last-modified", "age", "expires"}, below
        assert ("Cache-Control", "no-store") in plain.head
        asked = {
            "If-None-Match": "*",
            "If-Modified-Since": "Tue, 24 Nov 2099 10:00:00 GMT",
        }
        assert call(me, "GET", below, **asked) == plain, below


def test_a_cursor_of_a_rivals_list_leads_nowhere(world: World) -> None:
    me, rival = world.parties["Acme"], world.parties["Globex"]
    others = (HOUSE, mark_of("Globex"), mark_of("Initech"))
    for below in ("claims/", "requirements/", "claims/?history=1"):
        page = f"{below}{'&' if '?' in below else '?'}limit=1"
        theirs = json.loads(call(rival, "GET", page).body)["next"]
        heard = call(me, "GET", f"{below.split('?')[0]}?{theirs.split('?')[1]}")
        assert heard.status == 400
        assert not marks_in(heard.everything, *others)


def test_an_idempotency_key_of_a_rival_is_free(world: World) -> None:
    key = {"Idempotency-Key": "one"}
    body = {"text": "The same words"}
    said = [
        call(world.parties[name], "POST", "questions/", body, **key)
        for name in ("Globex", "Acme")
    ]
    assert [heard.status for heard in said] == [201, 201]
    assert "Idempotent-Replayed" not in dict(said[1].head)
    assert json.loads(said[0].body)["id"] != json.loads(said[1].body)["id"]
