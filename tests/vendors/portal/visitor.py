"""A contact of a vendor with a browser: asks for a code, types it, goes on."""

import datetime
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F
from django.test import Client, TestCase
from django.utils import timezone
from playwright.sync_api import Page
from time_machine import TimeMachineFixture

from evaltracker.evaluations.models import Evaluation
from tests.factories import vendors
from tests.factories.vendors import invite
from tests.fixture_cache import built_once
from vendors.mail import code_of, link_secret
from vendors.models import InvitationLink, SignInCode
from vendors.selectors.access import newest_link
from vendors.services.contacts import add_contact

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
SHOWN = re.compile(r'name="shown" value="(\w+)"')
ADDRESS = "ada@acme.example"


@contextmanager
def committed() -> Iterator[None]:
    """What waits for a commit is done, though a test never commits."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        yield


@built_once
def invited(
    where: Evaluation, name: str = "Acme ML", email: str = ADDRESS
) -> InvitationLink:
    """The link of a candidate's contact, whose vendor is invited."""
    candidate = vendors.candidate(where, name)
    assert candidate.vendor is not None
    contact = add_contact(
        vendor=candidate.vendor, name="Ada Park", email=email, by=where.owner
    )
    invite(candidate=candidate, contacts=[contact], by=where.owner)
    found: InvitationLink = InvitationLink.objects.get(contact=contact)
    return found


def sign_in_with(page: Page, site: str, visitor: "Visitor") -> None:
    """Open the link in a real browser, ask for a code and type it."""
    page.goto(f"{site}{visitor.start}")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(
        code_of(SignInCode.objects.get(link=visitor.link).pk)
    )
    page.get_by_role("button", name="Open my answers").click()


def stranger_with(link: InvitationLink, number: int = 0) -> "Visitor":
    """Whoever was forwarded the link: a fresh browser, at an address of its own, that
    sends forms which no page shows to it."""
    return Visitor(link, Client(REMOTE_ADDR=f"198.51.100.{number}"))


def newest(visitor: "Visitor") -> "Visitor":
    """A fresh browser, with the link that the newest mail has."""
    rows = InvitationLink.objects.filter(newest_link(), contact=visitor.link.contact)
    return Visitor(rows.get())


def pass_time(clock: TimeMachineFixture, **span: float) -> None:
    """Let time pass. The database's own clock stands still, so codes grow older."""
    passed = datetime.timedelta(**span)
    clock.move_to(timezone.now() + passed)
    moments = ("asked_at", "last_asked_at", "expires_at", "used_at")
    SignInCode.objects.update(**{name: F(name) - passed for name in moments})


@dataclass
class Visitor:
    """One browser of the contact behind a link."""

    link: InvitationLink
    browser: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    @property
    def start(self) -> str:
        """The address in the invitation mail."""
        return f"/vendor/start/{link_secret(self.link.pk)}/"

    @property
    def home(self) -> str:
        """The pages that a code opens."""
        return f"/vendor/{self.link.candidate_id}/"

    def get(self, address: str = "") -> Any:
        """A page."""
        return self.browser.get(address or self.home)

    def post(self, address: str, page: str = "", **fields: Any) -> Any:
        """The form of a page, sent as its browser would."""
        shown = self.browser.get(page or address).content.decode()
        token = TOKEN.search(shown)
        sent = {"csrfmiddlewaretoken": token[1] if token else "", **fields}
        with committed():
            return self.browser.post(address, sent)

    @property
    def has(self) -> str:
        """A session, or what else its browser has."""
        return {200: "session", 403: "nothing"}[self.get().status_code]

    def quote(self, **fields: Any) -> Any:
        """Prices, looked over and handed in; what refuses them, if something does."""
        page = f"{self.home}quote/"
        looked = self.post(page, **fields)
        shown = SHOWN.search(looked.content.decode())
        if shown is None:
            return looked
        return self.post(page, **fields, then="hand_in", shown=shown[1])

    def ask(self) -> SignInCode:
        """Ask for a code."""
        assert self.post(self.start).status_code == 302
        return SignInCode.objects.filter(link=self.link).latest("asked_at")

    def type(self, code: str) -> Any:
        """Type a code."""
        return self.post(f"{self.start}code/", code=code)

    def sign_in(self) -> "Visitor":
        """Ask for a code and type it."""
        assert self.type(code_of(self.ask().pk)).status_code == 302
        return self
