"""A sales person in Stuttgart and one in Lyon do their whole part in their language: on
the smallest phone, without scripts, with numbers as they write them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.utils.translation import gettext, pgettext
from playwright.sync_api import BrowserContext, Locator, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Evaluation, Notice, Requirement
from evaltracker.toolbox.languages import speaking
from tests.browser import Watched
from tests.factories import trials
from tests.trials.runs.posting import LATENCY
from tests.vendors.languages.pseudo import owned
from tests.vendors.mails import read
from tests.vendors.portal.visitor import Visitor, invited
from vendors.mail import code_of
from vendors.models import Claim, Contact, Question, Quote, SignInCode, Submission

pytestmark = pytest.mark.browser
SMALLEST = {"width": 320, "height": 640}
# Frequent in English sentences, and no words of the other two languages.
ENGLISH = re.compile(
    r"\b(the|and|your|you|with|this|that|not|are|from|have|been|which|what|when|who"
    r"|only|read|answers?|prices?|handed|until|yet|can|our|of|to|by|at|is|it|for)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Abroad:
    """Who sells, and how they write."""

    language: str
    place: str
    # A number of two meanings, and the one that is meant.
    number: str
    meant: str
    price: str
    statement: str
    question: str


STUTTGART = Abroad(
    language="de",
    place="de-DE",
    number="1.200",
    meant="1,2",
    price="1.200,50",
    statement="Antwortet in gut einer Millisekunde.",
    question="Welche Versionen setzen Sie ein?",
)
LYON = Abroad(
    language="fr",
    place="fr-FR",
    number="1,200",
    meant="1,2",
    price="1 200,50",
    statement="Répond en un peu plus d’une milliseconde.",
    question="Quelles versions utilisez-vous ?",
)


class Walker:
    """A browser without scripts, and one with, in which each page is looked at."""

    def __init__(self, abroad: Abroad, new: Callable[..., BrowserContext]) -> None:
        terms = {"viewport": SMALLEST, "locale": abroad.place}
        self.abroad = abroad
        self.page = new(java_script_enabled=False, **terms).new_page()
        self.seen = Watched(new(**terms).new_page(), "")

    def say(self, english: str, context: str = "") -> str:
        """As the catalogue has it."""
        with speaking(self.abroad.language):
            return pgettext(context, english) if context else gettext(english)

    def goto(self, address: str) -> None:
        self.page.goto(address)
        self.look()

    def press(self, english: str, context: str = "") -> None:
        self.click(self.page.get_by_role("button", name=self.say(english, context)))

    def follow(self, english: str, context: str = "") -> None:
        self.click(self.page.get_by_role("link", name=self.say(english, context)))

    def click(self, thing: Locator) -> None:
        """Click on it, and look at the page that comes."""
        with self.page.expect_navigation(wait_until="load"):
            thing.first.click()
        self.look()

    def box(self, english: str, context: str = "") -> Locator:
        """The field that is labelled so."""
        return self.page.get_by_label(self.say(english, context), exact=True)

    def look(self) -> None:
        """No word of English, not too wide, and nothing that keeps anybody out."""
        page = self.page
        assert page.locator("html").get_attribute("lang") == self.abroad.language
        assert english_in(page.locator("body").inner_text()) == [], page.url
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= SMALLEST["width"], page.url
        # Where axe can run, with the styles of this page.
        self.seen.page.goto(page.url)
        self.seen.page.set_content(page.content())
        assert self.seen.barriers() == [], page.url


def english_in(text: str) -> list[str]:
    """The lines with English in them, but for what the owner and vendors wrote."""
    own = owned(set())
    lines = [own.sub(" ", " ".join(line.split())) for line in text.splitlines()]
    return [line for line in lines if ENGLISH.search(line)]


@pytest.mark.nightly(
    reason="a whole part twice; each push reads the pages until the first receipt in a "
    "made-up language",
    short="tests/vendors/languages/test_pseudo_language.py"
    "::test_every_state_is_in_the_catalogue[first answers]",
)
@pytest.mark.parametrize("abroad", [STUTTGART, LYON], ids=lambda one: one.place)
def test_their_whole_part_is_in_their_language(
    transactional_db: None,
    live_server: LiveServer,
    settings: Settings,
    new_context: Callable[..., BrowserContext],
    abroad: Abroad,
) -> None:
    settings.VENDOR_SITE_URL = live_server.url
    where = trials.platform("must")
    Requirement.objects.update(measure=LATENCY)
    Evaluation.objects.update(vendor_language=abroad.language)
    where.refresh_from_db()
    visitor = Visitor(invited(where))
    letter = read(Notice.objects.get(kind="invitation"))
    assert english_in(f"{letter.subject}\n{letter.text}") == []
    link = re.search(r"http\S+/vendor/start/\S+/", letter.text)
    assert link
    walker = Walker(abroad, new_context)
    walker.goto(link[0])
    walker.press("Send me a code")
    code = code_of(SignInCode.objects.get(link=visitor.link).pk)
    walker.box("Code", "sign-in").fill(code)
    walker.press("Open my answers")
    assert Contact.objects.get(name="Ada Park").language.startswith(abroad.language)
    walker.follow("What this is about")
    answer(walker)
    quote(walker)
    ask(walker)
    walker.press("Sign out")
    heading = walker.page.get_by_role("heading", level=1)
    expect(heading).to_have_text(walker.say("You are signed out"))


def answer(walker: Walker) -> None:
    """An answer with a number that is asked back, then the receipt."""
    abroad = walker.abroad
    walker.follow("Your answers")
    walker.click(walker.page.get_by_role("link", name="R1"))
    walker.page.get_by_label(walker.say("Available now")).check()
    walker.box("Number", "answer").fill(abroad.number)
    walker.box("What it does").fill(abroad.statement)
    walker.press("Save draft")
    walker.page.get_by_role("radio", name=abroad.meant, exact=True).check()
    walker.press("Save draft")
    walker.follow("Hand in")
    walker.press("Hand in and get a receipt")
    claim = Claim.objects.get()
    assert (claim.statement, claim.number_words) == (abroad.statement, "1.2 ms")
    assert Submission.objects.get().number in walker.page.content()


def quote(walker: Walker) -> None:
    """A price, looked over as they write it, then handed in."""
    walker.follow("Your prices")
    walker.box("Currency", "field").select_option("EUR")
    walker.box("Valid until").fill("2040-06-30")
    licence = walker.page.get_by_role("group", name="Licence or usage")
    price = licence.get_by_label(walker.say("Price", "field"), exact=True)
    price.fill(walker.abroad.price)
    walker.press("Look over")
    looked = " ".join(walker.page.get_by_role("main").inner_text().split())
    assert f"{walker.abroad.price} EUR" in looked
    assert not Quote.objects.exists()
    walker.press("Hand in these prices")
    assert Quote.objects.get().lines[0]["likely"] == "1200.5"


def ask(walker: Walker) -> None:
    """A question to the buyer."""
    walker.follow("Questions and answers")
    walker.box("Question", "form").fill(walker.abroad.question)
    walker.press("Ask", "question")
    assert Question.objects.get().text == walker.abroad.question
