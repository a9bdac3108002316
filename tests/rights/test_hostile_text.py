"""T40: hostile text in every text of every row, on every staff page, in Chromium.

The texts are the test's own transaction; the world around it stays clean.
"""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import ACTS
from evaltracker.pages.site import site
from tests.clients import signed_in
from tests.rights.addresses import address, page_addresses
from tests.security.payloads import MARK, PAYLOADS
from tests.security.poison import poison
from tests.security.stage import Answer, staged

pytestmark = [pytest.mark.postgres, pytest.mark.browser, pytest.mark.django_db]

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


@pytest.mark.parametrize("share", [slice(0, None, 2), slice(1, None, 2)])
def test_no_page_runs_shows_or_fetches_anything_that_somebody_wrote(
    people: dict[str, User], page: Page, figure: Callable[[str], None], share: slice
) -> None:
    pages = staff_pages()[share]
    texts = poison(PAYLOADS)
    made, with_text = [], 0
    with staged(page, signed_in(people["lead"])) as stage:
        for path in pages:
            shown = stage.open(path)
            if shown is None:
                continue
            if shown.locator(f".{MARK}, [href^='javascript:' i]").count():
                made.append(path)
            with_text += MARK in shown.content()
    # 404: a row of somebody else's, as a sheet of scores is.
    wrong = {path: it for path, it in stage.statuses.items() if it not in SHOWN}
    figure(
        f"T40: {len(PAYLOADS)} payloads in {texts:,} texts, {len(pages)} pages, "
        f"{with_text} of them show some; dialogs {len(stage.dialogs)}, CSP reports "
        f"{len(stage.reports)}, requests off-site {len(stage.foreign)}, elements "
        f"{len(made)}"
    )
    assert wrong == {}
    assert made == []
    assert (stage.dialogs, stage.reports, stage.foreign) == ([], [], [])
    assert with_text > 50


def test_the_watch_sees_what_it_is_there_for(page: Page) -> None:
    with staged(page, Client()) as stage:
        stage.answers["/"] = Answer(
            200,
            {"Content-Type": "text/html", "Content-Security-Policy": "img-src 'none'"},
            "<script>alert(1)</script>".join(PAYLOADS[:8]).encode(),
        )
        shown = stage.show("/")
        assert shown.locator(f".{MARK}").count()
    assert stage.dialogs
    assert stage.reports
    assert stage.foreign
