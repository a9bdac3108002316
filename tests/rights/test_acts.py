"""Every act × every role, by GET and by POST."""

import pytest
from django.test import Client

from evaltracker.evaluations.models import Entry, User
from evaltracker.pages.acts import ACTS
from tests.clients import signed_in
from tests.rights.addresses import address
from tests.rights.table import (
    ABOUT_PEOPLE,
    ACTS_FOR,
    ANSWERS,
    EVERYBODY,
    ON_PLACE,
    SEALED,
    expected,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_act_answers_each_role_as_the_table_says(
    people: dict[str, User], who: str
) -> None:
    client = signed_in(people[who])
    before = Entry.objects.count()
    wrong = []
    for name in sorted(ACTS):
        url, right = address(name), expected(name, who)
        if (got := client.get(url).status_code) != right:
            wrong.append(f"GET {name} as {who}: {got}, not {right}")
        # Whoever may not, may not by POST either, and leaves no trace.
        if right != 200 and (got := client.post(url).status_code) != right:
            wrong.append(f"POST {name} as {who}: {got}, not {right}")
    assert wrong == []
    assert Entry.objects.count() == before


def test_every_act_asks_who_is_signed_out_to_sign_in(people: dict[str, User]) -> None:
    got = {name: Client().get(address(name)).status_code for name in ACTS}
    assert got == dict.fromkeys(ACTS, 302)


def test_every_named_act_exists() -> None:
    named = {*ACTS_FOR, *ANSWERS, *ABOUT_PEOPLE, *SEALED, *ON_PLACE}
    assert named <= set(ACTS)
