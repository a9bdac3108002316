"""Every act × every role: by its rule, and by the pages, GET and POST.

Each act is asked with every push whether it is there for each role, and allowed; the
page of each is asked by one of the eight roles, in turn.
"""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from evaltracker.errors import Forbidden, NotFound
from evaltracker.evaluations.models import Entry, User
from evaltracker.pages.acts import ACTS
from tests.clients import signed_in
from tests.rights.table import (
    ABOUT_PEOPLE,
    ACTS_FOR,
    ANSWERS,
    EVERYBODY,
    ON_PLACE,
    SEALED,
    expected,
)
from tests.tiers import by_tier

pytestmark = pytest.mark.django_db
TURNS = by_tier(
    4 * len(EVERYBODY),
    1,
    reason="the pages of 200 acts for eight roles take minutes; each push asks "
    "every act's rule for all roles, and every fourth one's page for one",
    before="*-",
)


def status_by_rule(name: str, url: str, user: User) -> int:
    """What the page of an act answers, by what it asks before anything else."""
    act, key = ACTS[name], url.partition(f"/act/{name}/")[2].rstrip("/")
    request: Any = RequestFactory().get(url)
    request.user = user
    try:
        target = act.load(user, key)
        refusal = act.why_not(user, target)
        if not isinstance(refusal, Forbidden):
            act.ask_before(request, target)
    except NotFound:
        return 404
    except Forbidden:
        return 403
    return 403 if isinstance(refusal, Forbidden) else 200


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_act_is_for_whom_the_table_says(
    people: dict[str, User], acts_at: dict[str, str], who: str
) -> None:
    before, wrong = Entry.objects.count(), []
    for name, url in acts_at.items():
        got, right = status_by_rule(name, url, people[who]), expected(name, who)
        if got != right:
            wrong.append(f"{name} for {who}: {got}, not {right}")
    assert wrong == []
    assert Entry.objects.count() == before


@pytest.mark.usefixtures("counted_lately")
@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_every_act_answers_each_role_as_the_table_says(
    people: dict[str, User], acts_at: dict[str, str], who: str, turns: int
) -> None:
    client = signed_in(people[who])
    before = Entry.objects.count()
    wrong = []
    for row, (name, url) in enumerate(acts_at.items(), start=EVERYBODY.index(who)):
        if row % turns:
            continue
        right = expected(name, who)
        if (got := client.get(url).status_code) != right:
            wrong.append(f"GET {name} as {who}: {got}, not {right}")
        # Whoever may not, may not by POST either, and leaves no trace.
        if right != 200 and (got := client.post(url).status_code) != right:
            wrong.append(f"POST {name} as {who}: {got}, not {right}")
    assert wrong == []
    assert Entry.objects.count() == before


def test_every_act_asks_who_is_signed_out_to_sign_in(acts_at: dict[str, str]) -> None:
    got = {name: Client().get(url).status_code for name, url in acts_at.items()}
    assert got == dict.fromkeys(ACTS, 302)


def test_every_named_act_exists() -> None:
    named = {*ACTS_FOR, *ANSWERS, *ABOUT_PEOPLE, *SEALED, *ON_PLACE}
    assert named <= set(ACTS)
