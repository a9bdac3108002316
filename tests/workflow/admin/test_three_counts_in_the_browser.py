"""Answered, shown and tested are the same, in the same words, wherever they stand."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Evaluation
from tests.browser import Watched
from tests.factories import trials, vendors
from vendors.models import Candidate
from vendors.services.candidates import shortlist
from vendors.services.costs import set_cost_line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNTS = "4 of 5 answered · 2 of 4 shown · 1 of 4 tested (1 backed by research)"


def seen_three_ways() -> tuple[Evaluation, Candidate]:
    """In decision: R1 was shown and tested, R2 shown, R3 read of, R5 unanswered."""
    where = trials.platform("must", "should", "should", "should", "should")
    asked = where.requirements.exclude(ref="R5")
    option = trials.claimed(where, *asked)
    shortlist(candidate=option, by=where.owner)
    trials.verdict(trials.claim_of(option, "R3"), "research")
    vendors.enter(where, "demos")
    option.evaluation.refresh_from_db()
    trials.demo(option, held=True)
    for ref in ("R1", "R2"):
        trials.verdict(trials.claim_of(option, ref), "demo")
    vendors.enter(where, "trials")
    option.evaluation.refresh_from_db()
    running = trials.trial(option)
    trials.verdict(trials.claim_of(option), "trial", criterion=running.criteria.get())
    set_cost_line(candidate=option, kind="licence", likely=Decimal(9), by=where.owner)
    vendors.open_prices(vendors.enter(where, "decision"))
    return where, option


def test_every_page_says_the_same_three_counts(
    page: Page, live_server: LiveServer
) -> None:
    where, option = seen_three_ways()
    watched = Watched(page, live_server.url)
    watched.log_in("lina")
    home = f"/admin/e/{where.slug}/"
    read = {}
    for path in (
        f"{home}matrix/",
        f"/admin/candidates/{option.pk}/",
        f"{home}comparison/",
        f"{home}comparison/{option.pk}/",
        f"{home}decision/",
    ):
        watched.open(path)
        read[path] = {
            " ".join(text.split())
            for text in page.locator(".et-counts").all_text_contents()
        }
    assert read == {path: {COUNTS} for path in read}
    watched.open(f"{home}memo/")
    assert COUNTS in " ".join((page.locator("article").text_content() or "").split())
    assert watched.complaints == []
