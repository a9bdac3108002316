"""T44: no address that somebody puts into a link of ours is where it leads."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories import common
from tests.factories.common import PASSWORD

pytestmark = pytest.mark.django_db
ELSEWHERE = [
    "https://evil.example/",
    "http://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "////evil.example/",
    "https:///evil.example/",
    "https:evil.example",
    "http:/\\evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "\x00//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "ftp://evil.example/",
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
@pytest.mark.nightly(
    reason="twenty ways to write another site; each push has one",
    short="[///evil.example/]",
)
def test_no_link_of_ours_leads_to_another_site(elsewhere: str) -> None:
    user, where = common.lina(), common.evaluation()
    right = {"username": user.username, "password": PASSWORD}
    fields = ("next", "_next", "return", "url", "redirect")
    query = dict.fromkeys(fields, elsewhere)
    places: list[str] = []
    for path in ("/admin/login/", "/accounts/login/"):
        answer = Client().post(path, {**right, "login": user.username, **query})
        places.append(answer.headers.get("Location", ""))
        answer = Client().get(path, query)
        places.append(answer.headers.get("Location", ""))
    inside = Client()
    inside.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    act = f"/admin/act/add-metric/{where.pk}/"
    form = {"name": f"M{len(elsewhere)}", "target": "1"}
    for client, method, path, data in (
        (inside, "get", "/admin/login/", query),
        (inside, "get", act, query),
        (inside, "post", act, {**form, **query}),
        (inside, "post", "/accounts/reauthenticate/", {"password": PASSWORD, **query}),
        (inside, "post", "/accounts/logout/", query),
    ):
        answer = getattr(client, method)(path, data)
        places.append(answer.headers.get("Location", ""))
    assert [place for place in places if "evil" in off_site(place)] == []


def off_site(location: str) -> str:
    """The part of a redirect that names where it leads; a page may tell its `next`."""
    return location.partition("?")[0]


def test_the_list_of_redirects_is_as_long_as_promised(
    figure: Callable[[str], None],
) -> None:
    assert len(set(ELSEWHERE)) == 20
    figure("T44: 20 redirects × 9 places, 3 services' headers and hosts")
