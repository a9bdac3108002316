"""From the shortlist to agreed contracts of three finalists, in a browser."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import Watched, follow_on
from tests.cast import trials, vendors
from trials.models import Trial

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FINALISTS = ("Acme ML", "Globex", "Initech")
LOOKS = ((1280, False), (1280, True), (390, False))
MOST_FORMS = 6


def test_three_finalists_are_tried_on_the_same_terms(
    page: Page, live_server: LiveServer
) -> None:
    watched, forms = Watched(page, live_server.url), 0
    where = trials.platform(*["must"] * 10)
    for name in FINALISTS:
        trials.claimed(where, name=name)
    vendors.enter(where, "trials")
    where.candidates.update(state="shortlisted")
    watched.log_in("lina")
    watched.open(f"/admin/e/{where.slug}/trials/")
    follow_on(page.get_by_role("link", name="Draw up the trials"))
    look(watched)
    for name, words in trials.CONTRACT.items():
        page.locator(f"[name={name}]").fill(words)
    for box in page.locator("[name^=threshold_]").all():
        box.fill("100 runs a day")
    follow_on(page.get_by_role("button", name="Draw them up"))
    forms += 1
    follow_on(page.get_by_role("link", name="Put the contracts forward"))
    follow_on(page.get_by_role("button", name="Put them forward"))
    forms += 1
    expect(page.get_by_text("put forward").first).to_be_visible()
    look(watched)
    rows = Trial.objects.filter(candidate__evaluation=where)
    assert forms <= MOST_FORMS
    assert [trial.criteria.count() for trial in rows] == [10, 10, 10]
    for trial in rows:
        trials.agreed_to(trial)
    watched.open(f"/admin/trials/{rows[0].pk}/")
    expect(page.get_by_text("the same for all finalists")).to_be_visible()
    # Runs by program, their confirmation and the silent gate follow here.
    assert watched.complaints == []


def look(watched: Watched) -> None:
    """The page has no barrier and fits, at a desk, in the dark and on a phone."""
    page = watched.page
    for width, dark in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        theme = "on => document.documentElement.classList.toggle('dark', on)"
        page.evaluate(theme, dark)
        page.evaluate("document.getAnimations().forEach(it => it.finish())")
        assert watched.barriers() == [], (width, dark)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 900})
