"""Requirements: what is asked stands, everybody signs it, the lead goes on."""

import re

from tests.journeys.people import DESK, PHONE, Person, Walk

SIGNERS = ("it", "devops", "pm", "leadership")


def look_around(walk: Walk) -> None:
    """The lead reads what is next, and what still keeps the stage closed."""
    lead = walk.lead
    lead.reads("Before requirements can close")
    lead.page.get_by_role("heading", name="Next", exact=True).wait_for()
    lead.see("01-overview")
    lead.go("Requirements")
    # The grid draws the rows in sight: a later one is there only until it is drawn.
    lead.reads("57 requirements, 8 of them must-haves")
    lead.page.get_by_role("gridcell", name="R01.1", exact=True).wait_for()
    lead.see("02-requirements")


def advance_too_early(walk: Walk, refusal: str) -> None:
    """Whoever knows the address of *Advance* still meets the rules."""
    lead = walk.lead
    lead.go("Overview")
    assert lead.page.get_by_role("link", name=re.compile("^Advance to")).count() == 0
    lead.page.goto(f"{walk.home}/admin/act/advance/{purchase_id(lead)}/")
    lead.refused(409)
    lead.press("Advance")
    lead.page.get_by_role("alert").filter(has_text=refusal).wait_for()
    lead.see("03-refused")
    lead.settle()


def purchase_id(lead: Person) -> str:
    """The evaluation's id, as the page's own links name it."""
    link = lead.page.locator("a[href*='/act/cancel-evaluation/']")
    return (link.get_attribute("href") or "").rstrip("/").rsplit("/", 1)[-1]


def everybody_signs(walk: Walk, stage: str) -> None:
    """Each role finds its sign-off in *My work*, reads, and approves."""
    for username in SIGNERS:
        screen = PHONE if username == "leadership" else DESK
        sign(walk.person(username, screen), stage)


def sign(person: Person, stage: str) -> None:
    """One person reads what is signed and says yes."""
    person.see(f"my-work-{person.username}-{stage}")
    person.follow("Sign: ")
    person.page.get_by_text("Read all that you sign").click()
    person.page.get_by_role("article", name="What is signed").wait_for()
    person.fits()
    person.fill(verdict="approve")
    without = person.page.get_by_label("Approve without")
    if without.is_visible():
        without.check()
    person.see(f"sign-{person.username}-{stage}")
    person.click(person.page.get_by_role("button", name=re.compile("^Sign as")))
    person.reads("Signed as")
    person.fits()


def advance(walk: Walk, stage: str) -> None:
    """The lead goes on, now that every rule holds."""
    lead = walk.lead
    lead.go("Overview")
    lead.follow(f"Advance to {stage}")
    lead.see(f"advance-to-{stage}")
    lead.press("Advance")
    lead.reads(f"The evaluation is in {stage} now.")
    lead.see(f"now-{stage}")
