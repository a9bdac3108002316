"""A sales person's whole part in a browser: from the link in a mail to a receipt, a
question, a proposal, a quote and a reply to a gap. On a phone and at a desk, with
scripts and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Evaluation
from tests.browser import Watched
from tests.factories import trials, vendors
from tests.vendors.portal.visitor import Visitor, invited
from trials.services.trials import record_gap
from vendors.mail import code_of
from vendors.models import Proposal, Question, Quote, SignInCode, Submission

pytestmark = pytest.mark.browser
MOST_ACTIONS = 25
NIGHTLY = pytest.mark.nightly(
    reason="the same journey; each push has it on a desk without scripts",
    short="[chromium-desk, no scripts]",
)


@pytest.fixture
def where(transactional_db: None) -> Evaluation:
    """In research, with four must-haves."""
    return trials.platform("must", "must", "must", "must")


@pytest.fixture
def visitor(where: Evaluation, live_server: LiveServer, settings: Settings) -> Visitor:
    """Whose mail has the link."""
    settings.VENDOR_SITE_URL = live_server.url
    return Visitor(invited(where))


class Person:
    """Somebody at a browser whose clicks are counted; typing is not."""

    def __init__(self, page: Page, *, scripts: bool, width: int) -> None:
        self.page, self.scripts, self.width = page, scripts, width
        self.watched = Watched(page, "")
        self.clicks = 0

    def follow(self, link: str) -> None:
        self.click("link", link)

    def press(self, button: str) -> None:
        self.click("button", button)

    def click(self, role: str, name: str) -> None:
        """Click on what is named so, and look at the page that comes."""
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.page.wait_for_load_state()
        self.clicks += 1
        self.look()

    def choose(self, answer: str) -> None:
        self.page.get_by_role("radio", name=answer).check()
        self.clicks += 1

    def look(self) -> None:
        """Nothing on the page keeps anybody out, and it is not too wide."""
        if self.scripts:
            assert self.watched.barriers() == []
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= self.width, self.page.url


@pytest.mark.parametrize(
    ("width", "scripts"),
    [
        pytest.param(390, True, marks=NIGHTLY, id="phone, scripts"),
        pytest.param(1280, False, id="desk, no scripts"),
        pytest.param(390, False, marks=NIGHTLY, id="phone, no scripts"),
        pytest.param(1280, True, marks=NIGHTLY, id="desk, scripts"),
    ],
)
def test_from_the_mail_to_a_receipt_and_a_reply(
    where: Evaluation,
    visitor: Visitor,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    scripts: bool,
    width: int,
) -> None:
    context = new_context(
        java_script_enabled=scripts, viewport={"width": width, "height": 844}
    )
    ada = Person(context.new_page(), scripts=scripts, width=width)
    page = ada.page
    page.goto(f"{live_server.url}{visitor.start}")
    ada.clicks += 1
    come_in(ada)
    answer(ada)
    hand_in(ada)
    ask_and_propose(ada)
    quote(ada)
    option = visitor.link.candidate
    vendors.enter(where, "trials")
    option.evaluation = where
    trial = trials.trial(option)
    gap = record_gap(
        trial=trial, severity="challenge", text="Runners stop.", by=trial.lead
    )
    page.goto(f"{live_server.url}{visitor.home}trial/")
    ada.clicks += 1
    ada.follow("Reply")
    page.get_by_label("Reply").fill("Fixed in 9.1.")
    page.get_by_label("Fixed from").fill("2040-04-15")
    ada.press("Send the reply")
    gap.refresh_from_db()
    assert gap.reply == "Fixed in 9.1."
    assert ada.clicks <= MOST_ACTIONS
    ada.press("Sign out")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert ada.watched.complaints == []


def come_in(ada: Person) -> None:
    """From the link to the answers."""
    ada.look()
    ada.press("Send me a code")
    ada.page.get_by_label("Code").fill(code_of(SignInCode.objects.get().pk))
    ada.press("Open my answers")


def answer(ada: Person) -> None:
    """Draft an answer to each of the four."""
    ada.follow("R1")
    for number in range(1, 5):
        heading = ada.page.get_by_role("heading", level=1)
        expect(heading).to_contain_text(f"R{number}")
        ada.choose("Available now")
        ada.page.get_by_label("What it does").fill(f"Yes, {number}.")
        if ada.scripts and number == 1:
            saved_by_itself(ada.page)
        ada.press("Done, next")


def saved_by_itself(page: Page) -> None:
    """The draft is kept while it is typed, and the tab may go."""
    expect(page.get_by_role("status")).to_contain_text("Draft saved")
    page.reload()
    expect(page.get_by_label("What it does")).to_have_value("Yes, 1.")


def ask_and_propose(ada: Person) -> None:
    """A question, and a requirement that was forgotten."""
    ada.follow("Questions")
    ada.page.get_by_label("Question", exact=True).fill("Which region do you run in?")
    ada.press("Ask")
    assert Question.objects.get().text == "Which region do you run in?"
    ada.follow("Propose")
    ada.page.get_by_label("Requirement", exact=True).fill("It can be stopped at night.")
    ada.press("Propose")
    assert Proposal.objects.get().text == "It can be stopped at night."


def hand_in(ada: Person) -> None:
    """The drafts become claims, with a receipt."""
    ada.follow("Hand in")
    ada.press("Hand in and get a receipt")
    receipt = Submission.objects.get()
    assert receipt.claims == 4
    heading = ada.page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(receipt.number)


def quote(ada: Person) -> None:
    """A price, yearly as the buyer asks, which stays sealed."""
    ada.follow("Your prices")
    ada.page.get_by_label("Valid until").fill("2040-06-30")
    licence = ada.page.get_by_role("group", name="Licence or usage")
    licence.get_by_label("Price", exact=True).fill("1200.50")
    ada.press("Look over")
    ada.press("Hand in these prices")
    assert Quote.objects.get().lines[0]["recurrence"] == "yearly"
