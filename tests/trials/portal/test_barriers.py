"""The vendor pages beside the answers hold no barriers, on a phone and at a desk."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.browser import Watched
from tests.factories import trials, vendors
from tests.trials.portal.test_demo_dates import arranged
from tests.trials.portal.test_own_trial_page import contact_of, tried
from tests.vendors.portal.visitor import Visitor
from vendors.choices import DocumentKind
from vendors.services.access import actor_in_pages
from vendors.services.dialogue import (
    ask_question,
    propose_requirement,
    publish_document,
)

GERMAN = {"Accept-Language": "de-DE"}
LONG = "A word of eighty letters " + "x" * 80


def filled() -> tuple[Visitor, list[str]]:
    """Acme's contact, and each page beside its answers with something on it."""
    where = trials.platform()
    acme = trials.claimed(where, name="Acme ML")
    vendors.enter(where, "research")
    acme.evaluation = where
    ada = contact_of(acme)
    actor = actor_in_pages(ada.link)
    ask_question(evaluation=where, candidate=acme, text=LONG, by=actor)
    propose_requirement(
        candidate=acme, category=where.categories.all()[0], text=LONG, by=actor
    )
    vendors.enter(where, "demos")
    arranged(acme)
    vendors.enter(where, "trials")
    gap = tried(acme, LONG)
    letter = publish_document(
        candidate=acme, kind=DocumentKind.LETTER, text=LONG, by=where.owner
    )
    return ada, [
        *("questions/", "proposals/", "trial/", f"gaps/{gap.pk}/reply/", "demos/"),
        *("documents/", f"documents/{letter.pk}/"),
    ]


@pytest.mark.django_db
def test_each_page_has_one_heading_and_its_language() -> None:
    ada, pages = filled()
    for page in pages:
        answer = ada.browser.get(f"{ada.home}{page}", headers=GERMAN)
        html = answer.content.decode()
        assert answer.status_code == 200, page
        assert html.count("<h1") == 1, page
        assert '<html lang="de' in html, page


@pytest.mark.browser
@pytest.mark.nightly(
    reason="each push reads the same pages and looks at one with axe",
    short="::test_each_page_has_one_heading_and_its_language",
)
@pytest.mark.parametrize(
    ("width", "place"), [(320, "de-DE"), (390, "fr-FR"), (1280, "en-GB")]
)
def test_no_page_has_barriers_or_is_too_wide(
    transactional_db: None,
    live_server: LiveServer,
    settings: Settings,
    new_context: Callable[..., BrowserContext],
    width: int,
    place: str,
) -> None:
    ada, pages = filled()
    settings.VENDOR_SITE_URL = live_server.url
    context = new_context(viewport={"width": width, "height": 844}, locale=place)
    context.add_cookies(
        [
            {"name": name, "value": cookie.value, "url": live_server.url}
            for name, cookie in ada.browser.cookies.items()
        ]
    )
    watched = Watched(context.new_page(), live_server.url)
    for page in pages:
        watched.page.goto(f"{live_server.url}{ada.home}{page}")
        assert watched.page.get_by_role("heading", level=1).count() == 1, page
        assert watched.page.locator("html").get_attribute("lang") == place[:2]
        assert watched.barriers() == [], page
        wide = watched.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, page
    assert watched.complaints == []
