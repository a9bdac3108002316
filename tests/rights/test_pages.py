"""Every page and every list × every role.

With every push each is read by whoever differs, and by some of those who are alike.
"""

import pytest
from django.test import Client
from django.urls import reverse

from evaltracker.evaluations.models import Entry, User
from tests.clients import signed_in
from tests.rights.addresses import list_addresses
from tests.rights.answers import Answers
from tests.rights.table import (
    AUDITORS,
    CONFLICTED,
    EVERYBODY,
    LISTS_FOR,
    OUTSIDE,
    OWN_PAGES,
    OWNERS_PAGES,
    PAGES_OF_ANSWERS,
)
from tests.rights.world import MAIN
from tests.tiers import by_tier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted_lately")]
# Who differ from everybody else; the others are insiders alike.
APART = {"lead", CONFLICTED, *OUTSIDE}
TURNS = by_tier(
    10,
    1,
    reason="each page for each of five alike; each push lets the owner, who is "
    "in conflict and a stranger read all of them, and one of five every second one",
    before="*-",
)


def in_turn[T](addresses: dict[str, T], who: str, turns: int) -> list[tuple[str, T]]:
    """All that somebody reads, or only what it is their turn to."""
    place = EVERYBODY.index(who)
    return [
        found
        for row, found in enumerate(addresses.items(), start=place)
        if turns == 1 or who in APART or row % turns == 0
    ]


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_every_page_is_there_for_insiders_and_absent_for_others(
    answers: Answers, pages_at: dict[str, str], who: str, turns: int
) -> None:
    wrong = []
    for address, url in in_turn(pages_at, who, turns):
        name = address.removesuffix("_before")  # a page's former address
        right = 404 if who in OUTSIDE and name not in OWN_PAGES else 200
        if right == 200 and who not in OWNERS_PAGES.get(name, EVERYBODY):
            right = 403
        if who == CONFLICTED and name in PAGES_OF_ANSWERS:
            right = 403
        if (got := answers.get(who, url).status_code) != right:
            wrong.append(f"{name} as {who}: {got}, not {right}")
    assert wrong == []


def test_every_page_asks_who_is_signed_out_to_sign_in(
    pages_at: dict[str, str],
) -> None:
    got = {name: Client().get(url).status_code for name, url in pages_at.items()}
    assert got == dict.fromkeys(pages_at, 302)


def test_hidden_and_absent_read_alike(people: dict[str, User]) -> None:
    stranger = signed_in(people["stranger"])
    there = stranger.get(reverse("admin:evaluation_overview", args=[MAIN]))
    absent = stranger.get(reverse("admin:evaluation_overview", args=["no-such"]))
    assert there.status_code == absent.status_code == 404
    assert strip(there.content, MAIN) == strip(absent.content, "no-such")


def strip(page: bytes, slug: str) -> bytes:
    """The page without what differs by design: the address and one-time tokens."""
    lines = page.replace(slug.encode(), b"").splitlines()
    return b"\n".join(
        line for line in lines if b"csrf" not in line and b"nonce" not in line
    )


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_lists_are_for_auditors_and_show_a_stranger_nothing(
    people: dict[str, User], who: str, turns: int
) -> None:
    client, wrong = signed_in(people[who]), []
    for name, url in in_turn(list_addresses(), who, turns):
        answer = client.get(url)
        right = 200 if who in LISTS_FOR.get(name, AUDITORS) else 403
        if answer.status_code != right:
            wrong.append(f"{name} as {who}: {answer.status_code}")
        elif who in OUTSIDE and b"Databricks" in answer.content:
            wrong.append(f"{name} shows a stranger a candidate")
    assert wrong == []


def test_no_page_changes_anything_when_it_is_only_read(
    people: dict[str, User], pages_at: dict[str, str]
) -> None:
    lead = signed_in(people["lead"])
    before = Entry.objects.count()
    for url in [*pages_at.values()][::3]:
        lead.head(url)
    assert Entry.objects.count() == before
