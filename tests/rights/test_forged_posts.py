"""T29: what another site makes a browser send is refused, wherever it is sent."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import ACTS
from tests.rights.addresses import (
    address,
    grid_addresses,
    list_addresses,
    page_addresses,
)
from tests.tables import snapshot
from tests.tiers import by_tier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted_lately")]
WHO = ("signed out", "lead", "it")
# Programs call these with a token or a secret, never a browser with its cookies.
FOR_PROGRAMS = ("api/", "calendar/")


def plain_addresses(found: Any = None, above: str = "") -> Iterator[str]:
    """Every address of the site that needs nothing filled in."""
    for pattern in (found or get_resolver()).url_patterns:
        route = f"{above}{pattern.pattern}".replace("^", "").replace("$", "")
        if route.startswith(FOR_PROGRAMS) or any(c in route for c in "<(\\"):
            continue
        if isinstance(pattern, URLResolver):
            yield from plain_addresses(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield f"/{route}"


def every_address() -> list[str]:
    """Those, and every act, page and list at something that is there."""
    found = {address(name) for name in ACTS}
    found |= {*page_addresses().values(), *list_addresses().values()}
    found |= {*grid_addresses().values()}
    return sorted(found | set(plain_addresses()))


def forger(people: dict[str, User], who: str) -> Client:
    """A browser that checks as a server does, signed in or not."""
    browser = Client(enforce_csrf_checks=True)
    if who in people:
        browser.force_login(
            people[who], backend="django.contrib.auth.backends.ModelBackend"
        )
    return browser


@pytest.mark.parametrize(
    "turns",
    by_tier(
        2 * len(WHO),
        1,
        reason="to 370 addresses as each of three; each push sends to every "
        "second address as one of them, in turn",
        before="*-",
    ),
)
@pytest.mark.parametrize("who", WHO)
def test_t29_no_post_works_without_a_token_or_from_another_site(
    people: dict[str, User], figure: Callable[[str], None], who: str, turns: int
) -> None:
    addresses = every_address()[WHO.index(who) % turns :: turns]
    wrong, sent = [], 0
    client = forger(people, who)  # signing in is written down
    before = snapshot()
    token = client.get("/accounts/login/", follow=True).cookies.get("csrftoken")
    value = token.value if token else "x" * 32
    forged: dict[str, dict[str, Any]] = {
        "without a token": {},
        "from another site": {
            "HTTP_ORIGIN": "https://evil.example",
            "HTTP_X_CSRFTOKEN": value,
        },
    }
    for url in addresses:
        for how, headers in forged.items():
            got = client.post(url, {}, **headers).status_code
            sent += 1
            # A redirect that answers any method alike does nothing.
            if got not in (301, 403, 405):
                wrong.append(f"{url} {how}: {got}")
    assert wrong == []
    assert snapshot() == before
    figure(f"T29: {sent} forged posts to {len(addresses)} addresses as {who}, 0 taken")


def test_a_post_of_our_own_is_taken(people: dict[str, User]) -> None:
    """Else all of the above might be refused for another reason."""
    client = forger(people, "lead")
    url = address("start-evaluation")
    client.get(url)
    token = client.cookies["csrftoken"].value
    answer = client.post(url, {}, HTTP_X_CSRFTOKEN=token)
    assert answer.status_code == 400
