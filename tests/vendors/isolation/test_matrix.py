"""T13: every route × method × id × token × parameter, and nothing of a rival's."""

import pytest
from django.db import transaction

from evaltracker.evaluations.models import Evaluation
from tests.factories import vendors
from tests.lock_order import around_tests
from tests.tiers import by_tier
from tests.vendors.isolation.crawl import (
    METHODS,
    Call,
    Response,
    addresses,
    addresses_for,
    amount_words,
    heard_in,
    own_answers,
    routes,
)
from tests.vendors.isolation.expectations import NOWHERE, PAGE, ROUTES
from tests.vendors.isolation.marks import HOUSE, mark_of, marks_in
from tests.vendors.isolation.rows import snapshot
from tests.vendors.isolation.world import NAMES, Party, World

SAFE = ("GET", "HEAD", "OPTIONS")
# With every push the one that has rivals before and after it.
WALKERS = [
    NAMES[1],
    pytest.param(
        NAMES[0],
        marks=pytest.mark.nightly(
            reason="as its rival walks with every push", short=f"[{NAMES[1]}-False]"
        ),
    ),
]
WHOLE = by_tier(
    False,
    True,
    reason="two of three calls use a method that the route does not have; each "
    "push tries one of these, at the own address and at one of a rival",
    before=f"{NAMES[1]}-",
)
WITHOUT_TOKEN = by_tier(
    False,
    True,
    reason="as with a token: methods that the route does not have",
    before="revoked-",
)
# Every parameter that a call knows, and some that none does.
QUERIES = (
    *("?limit=1", "?limit=0", "?history=1", "?dry_run=1", "?cursor=x", "?format=json"),
    *(
        "?vendor={rival.vendor.pk}",
        "?candidate={rival.candidate.pk}",
        "?search=mark",
        "?ordering=vendor",
    ),
)
STAGES = {
    "closed": {"claims_close_at": "2026-01-01T00:00:00Z"},
    "demos": {"stage": "demos"},
    "trials": {"stage": "trials"},
    "decision": {"stage": "decision"},
    "decided": {"stage": "decision", "status": "decided"},
    "cancelled": {"status": "cancelled"},
}


def test_every_route_says_what_is_expected_of_it() -> None:
    assert set(routes()) - set(NOWHERE) == set(ROUTES), (
        "write down in tests/vendors/isolation/expectations.py what the call answers"
    )


def alike(heard: dict[str, Response], call: object) -> None:
    """What is a rival's is answered as what is nowhere, byte for byte."""
    for whose, answer in heard.items():
        if whose.startswith("foreign:"):
            assert answer == heard[whose.replace("foreign:", "absent:")], (whose, call)


@pytest.mark.parametrize("whole", WHOLE)
@pytest.mark.parametrize("name", WALKERS)
def test_a_vendor_hears_and_changes_nothing_of_its_rivals(
    world: World, name: str, whole: bool
) -> None:
    me, rival = world.parties[name], world.parties[NAMES[1 - NAMES.index(name)]]
    before = snapshot(me.vendor)
    for route, expected in ROUTES.items():
        for method in METHODS:
            paths = addresses_for(method, route, me, rival, whole=whole)
            said = {}
            for whose, path in paths.items():
                call = Call(
                    method,
                    path,
                    me.token,
                    expected,
                    category=world.category,
                    cookie=me.cookie,
                )
                said[whose] = heard = ask(call, me, before)
                if whose == "own":
                    assert heard.status == expected.answers.get(method, 405), call
                else:
                    assert heard.status >= 400, call
            alike(said, (method, route))
    assert snapshot(me.vendor) == before


def test_a_later_contact_and_the_buyers_token_hear_no_amount_and_no_draft(
    world: World,
) -> None:
    me = world.parties["Globex"]
    prices = amount_words(me)
    draft = (f"{me.mark} draft",)
    amounts = {f"GET {PAGE}{page}" for page in ("quote/", "quote/sheet/", "annex/")}
    drafts = {f"GET {PAGE}{page}" for page in ("drafts/", "sheet/file/")}

    of_before = own_answers(me, me.cookie)
    assert heard_in(of_before, prices) == amounts
    assert drafts <= heard_in(of_before, draft)

    of_later = own_answers(me, me.late)
    assert heard_in(of_later, prices) == set()
    assert heard_in(of_later, draft) == set()


@pytest.mark.parametrize(
    "whole",
    by_tier(
        False,
        True,
        reason="ten parameters at each of 150 addresses; each push sends "
        "one to each, in turn",
        before=f"{NAMES[1]}-",
    ),
)
@pytest.mark.parametrize("name", WALKERS)
def test_foreign_and_absent_are_byte_equal_with_every_parameter(
    world: World, name: str, whole: bool
) -> None:
    me, rival = world.parties[name], world.parties[NAMES[1 - NAMES.index(name)]]
    before = snapshot(me.vendor)
    for row, (route, expected) in enumerate(ROUTES.items()):
        paths = addresses(route, me, rival)
        for method, turn in (("GET", row), ("POST", row + len(QUERIES) // 2)):
            for number, query in enumerate(QUERIES):
                said = {}
                for whose, path in paths.items():
                    if not whole and number != turn % len(QUERIES):
                        continue
                    full = query.format(rival=rival)
                    call = Call(
                        method, path, me.token, expected, full, cookie=me.cookie
                    )
                    said[whose] = ask(call, me, before)
                alike(said, (method, route, query))
    assert snapshot(me.vendor) == before


@pytest.mark.parametrize("whole", WITHOUT_TOKEN)
@pytest.mark.parametrize(
    "which",
    [
        "revoked",
        pytest.param(
            "none",
            marks=pytest.mark.nightly(
                reason="as with a token that was revoked", short="[revoked-False]"
            ),
        ),
    ],
)
def test_without_a_live_token_every_address_is_the_same(
    world: World, which: str, whole: bool
) -> None:
    me, rival = world.parties["Acme"], world.parties["Globex"]
    token = me.revoked if which == "revoked" else None
    before = snapshot(me.vendor)
    for route, expected in ROUTES.items():
        if "start" in route:
            continue
        for method in METHODS:
            paths = addresses_for(method, route, me, rival, whole=whole)
            if not paths:
                continue
            said = {
                ask(Call(method, path, token, expected), me, before)
                for path in set(paths.values())
            }
            assert len(said) == 1, (method, route)
            status = said.pop().status
            if "<" in route or "inv" in route:
                closed = {403, 405} if route.startswith("vendor/") else {401}
                assert status in closed, (method, route)
    assert snapshot(me.vendor) == before


@pytest.mark.parametrize(
    "turns",
    by_tier(
        48,
        1,
        reason="1,000 calls at each of six stages; each push reads a third of "
        "its own addresses at each, and makes each 48th other call, in turn",
        before="*-",
    ),
)
@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_opens_anything(world: World, stage: str, turns: int) -> None:
    if "stage" in STAGES[stage]:
        vendors.enter(world.shared, STAGES[stage]["stage"])
    Evaluation.objects.filter(pk=world.shared.pk).update(**STAGES[stage])
    me, rival = world.parties["Acme"], world.parties["Globex"]
    before = snapshot(me.vendor)
    place = [*STAGES].index(stage)
    number = place
    for row, (route, expected) in enumerate(ROUTES.items()):
        reads_own = turns == 1 or (row + place) % 3 == 0
        for whose, path in addresses(route, me, rival).items():
            for method in METHODS:
                number += 1
                own = reads_own and (whose, method) == ("own", "GET")
                if number % turns and not own:
                    continue
                call = Call(
                    method,
                    path,
                    me.token,
                    expected,
                    category=world.category,
                    cookie=me.cookie,
                )
                ask(call, me, before)
    assert snapshot(me.vendor) == before


def ask(call: Call, me: Party, before: dict[str, str]) -> Response:
    """What the call hears, after looking for marks; its own changes are undone."""
    with around_tests():
        heard = call.hear()
        if heard.status < 400 and call.method not in SAFE:
            assert snapshot(me.vendor) == before, call
            transaction.set_rollback(True)
    others = [mark_of(name) for name in NAMES if name != me.name]
    assert not marks_in(heard.everything, HOUSE, *others), call
    assert heard.status < 500, call
    return heard
