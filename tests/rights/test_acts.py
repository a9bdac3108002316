"""Every act × every role, by GET and by POST."""

import pytest
from django.test import Client

from evaltracker.evaluations.models import Entry
from evaltracker.pages.acts import ACTS
from tests.rights.addresses import address
from tests.rights.table import (
    ABOUT_PEOPLE,
    ACTS_FOR,
    ANSWERS,
    ON_PLACE,
    SEALED,
    expected,
)

pytestmark = pytest.mark.django_db


def test_every_act_answers_each_role_as_the_table_says(
    signed_in: dict[str, Client],
) -> None:
    before = Entry.objects.count()
    wrong = []
    for name in sorted(ACTS):
        url = address(name)
        for who, client in signed_in.items():
            right = expected(name, who)
            if (got := client.get(url).status_code) != right:
                wrong.append(f"GET {name} as {who}: {got}, not {right}")
            # Whoever may not, may not by POST either, and leaves no trace.
            if right != 200 and (got := client.post(url).status_code) != right:
                wrong.append(f"POST {name} as {who}: {got}, not {right}")
        if (got := Client().get(url).status_code) != 302:
            wrong.append(f"GET {name} signed out: {got}")
    assert wrong == []
    assert Entry.objects.count() == before


def test_every_named_act_exists() -> None:
    named = {*ACTS_FOR, *ANSWERS, *ABOUT_PEOPLE, *SEALED, *ON_PLACE}
    assert named <= set(ACTS)
