"""What the frame of all pages keeps belongs to no reader."""

from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from unfold.sites import UnfoldAdminSite

from evaltracker.evaluations.models import User
from evaltracker.pages.site import EvaltrackerAdminSite, site
from tests.factories import common

TEMPLATES = Path(__file__).parents[2] / "evaltracker" / "templates"


def request_of(person: Any) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = person
    return request


def test_a_frame_that_somebody_else_saw_first_is_as_if_it_were_made_anew(
    db: None,
) -> None:
    fresh = EvaltrackerAdminSite()
    fresh.each_context(request_of(AnonymousUser()))
    for person in (common.lina(), AnonymousUser()):
        shown = fresh.each_context(request_of(person))
        anew = UnfoldAdminSite.each_context(fresh, request_of(person))
        assert shown["sidebar_navigation"] == anew.pop("sidebar_navigation")
        assert list(shown["log_entries"]) == list(anew.pop("log_entries"))
        colors = anew.pop("colors")
        assert {name: shown[name] for name in anew} == anew
        assert len(colors) > 1
        for name, weights in colors.items():
            for weight, value in weights.items():
                assert f"--color-{name}-{weight}: {value};" in shown["colors_as_css"]


def test_every_template_that_begins_a_page_has_the_colours() -> None:
    texts = [file.read_text() for file in TEMPLATES.rglob("*.html")]
    begin = [text for text in texts if "{% block base %}" in text]
    assert len(begin) == 3
    assert all("{% block base %}\n    {{ colors_as_css }}\n" in text for text in begin)


def test_every_page_has_the_colours_once(client: Client, db: None) -> None:
    lina: User = common.lina()
    entrance = client.get("/admin/login/", follow=True).content.decode()
    client.force_login(lina)
    for page in (entrance, client.get("/admin/").content.decode()):
        assert page.count('id="unfold-theme-colors"') == 1
        assert "&quot;" not in page.partition("<style")[2].partition("</style>")[0]
    assert site.each_context(request_of(lina))["colors"] is None
