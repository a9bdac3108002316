"""T40: hostile text in every text of every row, on every staff page, in Chromium.

The texts are the test's own transaction; the world around it stays clean. With every
push the elements of most pages are read where they are made, which is where a text that
is not escaped shows; each night Chromium shows them all.
"""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import ACTS
from evaltracker.pages.site import site
from tests.clients import signed_in
from tests.rights.addresses import address, page_addresses
from tests.security.offline_browser import Answer, offline_browser
from tests.security.payloads import ELSEWHERE, MARK, PAYLOADS, RUN
from tests.security.poison import poison

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db,
    pytest.mark.usefixtures("counted_lately"),
]

SHOWN = (200, 403, 404)


def staff_pages() -> list[str]:
    """Every page, act and list, and a row of each list."""
    pages = [*page_addresses().values()]
    pages += [address(name) for name in sorted(ACTS)]
    for model in site._registry:
        meta = model._meta
        home = f"/admin/{meta.app_label}/{meta.model_name}/"
        row = model._default_manager.first()
        pages += [home, *([f"{home}{row.pk}/change/"] if row else [])]
    return [*pages, "/admin/", "/admin/search/?q=xss"]


class Elements(HTMLParser):
    """What a text became that was not escaped: elements, scripts, addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that nobody of ours wrote."""
        said = {name: (value or "").strip() for name, value in attrs}
        led = [said.get(name, "") for name in ("href", "src", "action", "data")]
        if (
            MARK in said.get("class", "").split()
            or any(RUN in value for name, value in said.items() if name[:2] == "on")
            or any(it.lower().startswith(("javascript:", ELSEWHERE)) for it in led)
        ):
            self.made.append(f"{tag} {said}")


def elements_of(html: str) -> list[str]:
    """Those of an answer."""
    found = Elements()
    found.feed(html)
    found.close()
    return found.made


def test_no_page_makes_an_element_of_what_somebody_wrote(
    people: dict[str, User], figure: Callable[[str], None]
) -> None:
    lead, pages = signed_in(people["lead"]), staff_pages()
    # Of pages every sixth, of forms, which are of few templates, every twelfth.
    forms = [path for path in pages if "/act/" in path]
    others = [path for path in pages if "/act/" not in path]
    read = {*others[::6], *forms[::12]}
    texts = poison(PAYLOADS)
    made, with_text, statuses = [], 0, {}
    for path in pages:
        if path not in read:
            continue
        answer: Any = lead.get(path, follow=True)
        statuses[path] = answer.status_code
        if answer.headers["Content-Type"].startswith("text/html"):
            made += [f"{path}: {it}" for it in elements_of(answer.text)]
            with_text += MARK in answer.text
    wrong = {path: it for path, it in statuses.items() if it not in SHOWN}
    figure(
        f"T40: {len(PAYLOADS)} payloads in {texts:,} texts, {len(statuses)} pages, "
        f"{with_text} of them show some; elements {len(made)}"
    )
    assert wrong == {}
    assert made == []
    assert with_text > 15


@pytest.mark.browser
@pytest.mark.nightly(
    reason="300 pages in Chromium; each push reads the elements of every fourth one",
    short="::test_no_page_makes_an_element_of_what_somebody_wrote",
)
@pytest.mark.parametrize("share", [slice(0, None, 2), slice(1, None, 2)])
def test_no_page_runs_shows_or_fetches_anything_that_somebody_wrote(
    people: dict[str, User], page: Page, figure: Callable[[str], None], share: slice
) -> None:
    pages = staff_pages()[share]
    texts = poison(PAYLOADS)
    made, with_text = [], 0
    with offline_browser(page, signed_in(people["lead"])) as browser:
        for path in pages:
            shown = browser.open(path)
            if shown is None:
                continue
            if shown.locator(f".{MARK}, [href^='javascript:' i]").count():
                made.append(path)
            with_text += MARK in shown.content()
    # 404: a row of somebody else's, as a sheet of scores is.
    wrong = {path: it for path, it in browser.statuses.items() if it not in SHOWN}
    figure(
        f"T40: {len(PAYLOADS)} payloads in {texts:,} texts, {len(pages)} pages, "
        f"{with_text} of them show some; dialogs {len(browser.dialogs)}, CSP reports "
        f"{len(browser.reports)}, requests off-site {len(browser.foreign)}, elements "
        f"{len(made)}"
    )
    assert wrong == {}
    assert made == []
    assert (browser.dialogs, browser.reports, browser.foreign) == ([], [], [])
    assert with_text > 50


@pytest.mark.browser
def test_the_watch_sees_what_it_is_there_for(page: Page) -> None:
    html = "<script>alert(1)</script>".join(PAYLOADS[:8])
    assert len(elements_of(html)) > 7
    with offline_browser(page, Client()) as browser:
        browser.answers["/"] = Answer(
            200,
            {"Content-Type": "text/html", "Content-Security-Policy": "img-src 'none'"},
            html.encode(),
        )
        shown = browser.show("/")
        assert shown.locator(f".{MARK}").count()
    assert browser.dialogs
    assert browser.reports
    assert browser.foreign
