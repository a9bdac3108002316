"""Five stakeholders sign a real list of requirements; one requirement changes."""

import datetime
from collections import Counter

import pytest
import time_machine
from django.utils import timezone

from evaltracker.workflow.services.sign_offs import look_at_what_moved
from tests.journeys.people import DESK, PHONE, Person, Walk
from tests.journeys.steps_requirements import sign

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIVE = ("it", "engineering", "devops", "pm", "leadership")
NAMES = ("Dana Weiss", "Elif Kaya", "Ivan Petrov", "Priya Nair", "Viktor Lund")
CHANGED = "R06.2"
WORDS = "Trains on our own GPUs as well as in the cloud."


def at(walk: Walk, username: str) -> Person:
    """Somebody at *My work*; leadership holds a phone."""
    return walk.person(username, PHONE if username == "leadership" else DESK)


def ask_engineering_too(walk: Walk) -> None:
    """The lead says that Engineering signs the requirements, too."""
    lead = walk.lead
    lead.go("Sign-offs")
    lead.follow("Edit who must sign")
    lead.fill(requirements_engineering="1")
    lead.press("Save")
    lead.reads("The rules are saved.")


def change_one(walk: Walk) -> None:
    """The lead words one requirement anew."""
    lead = walk.lead
    lead.go("Requirements")
    lead.follow(f"Change {CHANGED}", exact=True)
    lead.fill(text=WORDS)
    lead.page.locator("main form button[type=submit]").last.click()
    lead.page.wait_for_load_state("domcontentloaded")
    lead.go("Requirements")
    lead.reads(WORDS)


def mails_owed(walk: Walk) -> Counter[str]:
    """How many requests to sign the ledger of notices has for whom, after the chore
    was done that owes them."""
    later = timezone.now() + datetime.timedelta(minutes=11)
    with time_machine.travel(later, tick=False):
        look_at_what_moved()
    page = walk.lead.page
    page.goto(f"{walk.home}/admin/e/ml-platform/notices/?kind=sign_off_requested")
    walk.lead.see("notices-of-sign-offs")
    return Counter(page.locator("main tbody td[data-label=To]").all_inner_texts())


def is_asked(walk: Walk, username: str) -> bool:
    """Whether a signature waits on somebody."""
    found = at(walk, username).page.locator("main").inner_text()
    return "requirements as" in found


@pytest.mark.nightly(
    reason="half a minute in seven browsers; each push changes words and reads who is "
    "asked anew",
    short="tests/workflow/notices/test_reopening.py"
    "::test_changed_words_ask_everybody_anew_and_tell_signers_what_changed",
)
def test_one_changed_requirement_asks_exactly_those_again_who_signed_it(
    walk: Walk,
) -> None:
    ask_engineering_too(walk)
    assert mails_owed(walk) == dict.fromkeys(NAMES, 1)
    for username in FIVE:
        sign(at(walk, username), f"five-{username}")
    assert not any(is_asked(walk, username) for username in FIVE)

    walk.lead.go("Sign-offs")
    walk.lead.reads("5 of 5 roles, 5 people")
    change_one(walk)

    walk.lead.go("Sign-offs")
    walk.lead.reads("0 of 5 roles, nobody yet")
    assert walk.lead.page.get_by_text(", earlier words").count() == len(FIVE)
    assert walk.lead.page.get_by_text("words changed since").count() == len(FIVE)
    walk.lead.see("signed-words-changed")
    for username in FIVE:
        assert is_asked(walk, username), username
        at(walk, username).reads("the words have changed since")
    # Who runs it and who operates the server sign nothing, now as before.
    assert not is_asked(walk, "operator")
    assert "Sign" not in at(walk, "lead").page.locator(".et-work").first.inner_text()
    assert mails_owed(walk) == dict.fromkeys(NAMES, 2)

    viktor = at(walk, "leadership")
    viktor.follow("Sign: ")
    viktor.page.get_by_role(
        "heading", name="What changed since you last signed (3 lines)"
    ).wait_for()
    # It, and what of it must hold for a list, gone and new.
    assert "cloud" in viktor.page.locator(".et-diff ins").first.inner_text()
    viktor.see("what-changed-on-a-phone")
    sign(at(walk, "leadership"), "five-again")
    walk.lead.go("Sign-offs")
    walk.lead.reads("1 of 5 roles, 1 person · Viktor Lund (Leadership)")
    awaited = walk.lead.page.locator(".et-face--awaited")
    assert awaited.filter(has_text="Elif Kaya").count() == 1
    assert not is_asked(walk, "leadership")
    assert is_asked(walk, "it")
