"""Decision: consensus, draft, signatures, the frozen memo and the whole record."""

import re
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from evaltracker.demo.people import PASSWORD
from tests.journeys.people import PHONE, Person, Walk
from tests.journeys.steps_research import FAVOURITE


def close_scores(walk: Walk) -> None:
    """What the meeting came to is written down, and scoring ends."""
    lead = walk.lead
    lead.go("Scores")
    lead.follow("Close the scores")
    lead.fill(outcome="We agree on deployment; Priya sees less in governance.")
    lead.press("Close")
    lead.reads("Scores are closed.")


def open_prices(walk: Walk) -> None:
    """The lead asks, and leadership confirms on a phone; only then prices are open."""
    lead = walk.lead
    lead.go("Costs")
    lead.reads("Prices are sealed")
    lead.see("40-sealed")
    lead.follow("Ask to open the prices")
    lead.see("40-ask")
    lead.press("Ask")
    lead.reads("Prices stay sealed until a second person confirms.")
    lead.see("40-asked")
    boss = walk.person("leadership", PHONE)
    boss.see("40-my-work")
    boss.follow("Open the prices")
    prove(boss)
    boss.fits()
    boss.see("40-confirm")
    boss.press("Open the prices")
    boss.reads("Prices are open.")
    boss.fits()
    boss.see("40-opened")


def prove(person: Person) -> None:
    """Show who one is, if the walk took over ten minutes since the login."""
    field = person.form.get_by_label("Password")
    if field.is_visible():
        field.fill(PASSWORD)


def draft(walk: Walk) -> None:
    """The lead writes which one and why."""
    lead = walk.lead
    lead.go("Decision")
    lead.see("41-decision")
    lead.follow("Draft the decision")
    lead.form.get_by_label("Candidate").select_option(label=FAVOURITE)
    lead.fill(
        rationale="It met every must-have in our own trial.",
        revisit_when="The price rises by more than a tenth.",
    )
    lead.see("42-draft")
    lead.press("Save the draft")
    lead.reads("The draft is saved.")
    lead.see("43-drafted")


def decide(walk: Walk) -> None:
    """The lead shows who they are and decides."""
    lead = walk.lead
    lead.go("Decision")
    lead.follow("Decide", exact=True)
    prove(lead)
    lead.see("44-decide")
    lead.press("Decide and freeze the memo")
    lead.reads("Decided. The memo is frozen.")
    lead.see("45-decided")


def read_the_memo(walk: Walk) -> None:
    """Leadership reads the frozen memo with its seal, and takes it as PDF."""
    boss = walk.person("leadership")
    # Decided, it stands folded up below what still waits for somebody.
    boss.page.locator("summary").filter(has_text="ended").click()
    boss.follow("Choose an ML platform")
    boss.follow("Read the decision")
    boss.follow("Read the memo")
    boss.reads("recalculating from the frozen inputs gives identical results")
    boss.reads("It met every must-have in our own trial.")
    boss.reads("The licence is nine tenths of it")
    memo = boss.page.get_by_role("article")
    memo.locator("summary").filter(has_text="Appendix: what it rests on").click()
    words = memo.inner_text()
    assert re.search(r"words and signatures: [0-9a-f]{64}\.", words)
    boss.see("46-memo")
    with boss.page.expect_download() as download:
        boss.page.get_by_role("link", name="PDF (A4)", exact=True).first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def check_the_record(walk: Walk) -> None:
    """The journal holds from the first entry to the last, and every row with it."""
    call_command("verify_journal", "--tables", stdout=StringIO(), stderr=StringIO())
    lead = walk.lead
    lead.go("Journal")
    lead.follow("Check the chain")
    lead.reads("The chain holds")
    lead.see("47-journal")
