"""The README's tour of the demo: few activations, each with the sentence it is for."""

import io
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from evaltracker.evaluations.models import Evaluation, User
from tests.clients import signed_in
from tests.factories.demo import purchases
from tests.journeys.test_demo import load_demo
from tests.lock_order import made_once
from tests.vendors.portal.visitor import Visitor
from vendors.models import InvitationLink

pytestmark = pytest.mark.django_db
MOST = 25
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, loaded once for the whole tour."""
    with made_once(django_db_blocker, purchases, load_demo):
        yield


def spoken(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


class Tourist:
    """Somebody who follows links and presses buttons; each is an activation."""

    def __init__(self) -> None:
        self.activations = 0
        self.browser = Client()
        self.page = self.address = ""

    def sign_in(self, username: str) -> str:
        self.browser = signed_in(User.objects.get(username=username))
        return self.open("/admin/")

    def open(self, address: str) -> str:
        self.activations += 1
        answer: Any = self.browser.get(address, follow=True)
        assert answer.status_code == 200, address
        self.page, self.address = unescape(answer.content.decode()), address
        return spoken(self.page)

    def follow(self, start: str) -> str:
        """The first link of the page that leads there."""
        found = re.search(rf'href="({start}[^"]*)"', self.page)
        assert found, start
        return self.open(found[1])

    def press(self, action: str, **typed: str) -> str:
        """Send the first form of the page that goes there, with what it holds."""
        forms = re.findall(r"<form.*?</form>", self.page, re.DOTALL)
        posts = [text for text in forms if 'method="post"' in text[: text.index(">")]]
        form = next(text for text in posts if (action or next(iter(typed))) in text)
        found = re.search(r'^<form[^>]* action="([^"]+)"', form)
        self.activations += 1
        sent = dict(HIDDEN.findall(form)) | typed
        address = found[1] if found else self.address
        answer: Any = self.browser.post(address, sent, follow=True)
        assert answer.status_code == 200, address
        self.page = unescape(answer.content.decode())
        return spoken(self.page)


def test_the_tour_shows_what_a_visitor_came_for(settings: Settings) -> None:
    tourist = Tourist()

    assert "Set your weights, then sign requirements as IT" in tourist.sign_in("it")
    who = "Viktor Lund (Leadership, on conditions)"
    assert who in tourist.follow("/admin/act/sign/")
    signed = tourist.press("", verdict="approve", without_weights="on")
    assert "Signed as IT, " in signed

    tourist.sign_in("lead")
    platform = Evaluation.objects.get(slug="ml-platform")
    tourist.open("/admin/e/ml-platform/matrix/")
    databricks = platform.candidates.get(name="Databricks")
    latency = platform.requirements.get(ref="R06.2")
    cell = tourist.follow(f"/admin/cells/{databricks.pk}/{latency.pk}/")
    assert "14 ms" in cell
    assert re.search(r"AWS claimed: now", cell)
    assert re.search(r"on premises claimed: nothing", cell)

    settings.VENDOR_SITE_URL = "http://testserver"
    link = InvitationLink.objects.get(
        candidate__evaluation=platform, candidate__name="KNIME"
    )
    knime = Visitor(link).sign_in()
    theirs = knime.get(f"/vendor/{databricks.pk}/").status_code
    assert theirs == knime.get(f"/vendor/{platform.pk}/").status_code != 200
    assert knime.post(f"{knime.home}hand-in/").status_code == 302
    assert link.candidate.claims.filter(by_vendor=True).count() == 2
    tourist.activations += 4

    assert "20 runs to confirm" in tourist.sign_in("engineering")
    comparison = "/admin/e/gpu-training/comparison/"
    assert "1 verdict is taken as the runs propose" in tourist.open(comparison)
    before = re.search(r"Likely first: (\d+) of 100", spoken(tourist.page))
    assert before
    assert int(before[1]) < 100
    tourist.open("/admin/")
    tourist.follow("/admin/trials/")
    tourist.press("/admin/act/confirm-runs/", verdict="fails", runner="us", data="ours")
    assert "taken as the runs propose" not in tourist.open(comparison)

    costs = tourist_costs(tourist)
    assert "7 of 7" in costs
    assert not re.search(r"\b(?:egress|SSO|single sign-on|DevOps)\b", costs)

    tourist.sign_in("leadership")
    memo = tourist.open("/admin/e/automated-renewals/memo/")
    assert "refuted, excused" in memo
    assert "Promised for" in memo
    assert "dissent recorded" in memo
    call_command("replay_decision", "automated-renewals", stdout=io.StringIO())
    assert tourist.activations <= MOST


def tourist_costs(tourist: Tourist) -> str:
    """The missing price of a bidder, typed."""
    tourist.sign_in("lead")
    tourist.open("/admin/e/office-cleaning/costs/")
    cleaning = Evaluation.objects.get(slug="office-cleaning")
    line = cleaning.candidates.get(name="Blitz Clean").cost_lines.get(kind="supplies")
    tourist.follow(f"/admin/act/change-cost-line/{line.pk}/")
    tourist.press(
        "",
        state="priced",
        likely="720",
        recurrence="monthly",
        quantity="1",
        pricing="per_unit",
        currency="EUR",
        kind="supplies",
    )
    return tourist.open("/admin/e/office-cleaning/costs/")
