"""Demos: what is claimed is shown by our script, and people score blind."""

from collections.abc import Iterable

from tests.journeys.people import Person, Walk
from tests.journeys.steps_research import FAVOURITE


def arrange_demo(walk: Walk) -> None:
    """The lead schedules the demo and has its script drawn up."""
    lead = walk.lead
    lead.go("Demos")
    lead.see("20-demos")
    lead.follow(f"Schedule a demo: {FAVOURITE}")
    lead.fill(title="Scripted demo")
    lead.press("Schedule")
    lead.follow("Scripted demo")
    lead.see("21-demo-script")


def hold_demo(walk: Walk, musts: list[str]) -> None:
    """Engineering starts it and says of each must-have what was seen."""
    elif_ = walk.person("engineering")
    elif_.follow("Choose an ML platform")
    elif_.go("Demos")
    elif_.follow("Scripted demo")
    elif_.follow("Start the demo")
    elif_.fill(attendees="Elif and Dana; two of theirs.")
    elif_.press("Start")
    for ref in musts:
        judge(elif_, ref, "Shown live on our data.")
    elif_.see("22-demo-judged")


def judge(
    person: Person,
    ref: str,
    note: str,
    verdict: str = "holds",
    values: Iterable[str] = (),
) -> None:
    """One tap on a verdict, with a note, on the open page of a demo or trial; `values`
    of the brief's lists are those that it is about."""
    page = person.page
    buttons = page.get_by_role("group", name=f"Verdict on {ref}", exact=True)
    form = page.locator("form").filter(has=buttons)
    for name, value in (("runner", "together"), ("data", "ours")):
        above = page.locator(f"#all-{name}")
        if above.input_value() != value:
            above.select_option(value)
    fold = form.locator("details").first
    needed = values or not form.locator("[name=note]").is_visible()
    if needed and fold.get_attribute("open") is None:
        fold.locator("summary").first.click()
    form.locator("[name=note]").fill(note)
    if values:
        for box in form.locator("[name=named_values]").all():
            box.uncheck()
    for value in values:
        form.get_by_label(value, exact=True).check()
    form.locator(f"button[value={verdict}]").click()
    person.reads(f"Recorded: {ref}")
    form.locator(f"button[value={verdict}][aria-pressed=true]").wait_for()


def score(walk: Walk, username: str, values: tuple[str, ...]) -> None:
    """One person scores the favourite in some categories, and locks."""
    person = walk.person(username)
    person.follow("Score: ")
    rows = person.page.get_by_role("group", name=f", {FAVOURITE}")
    reasons = person.page.get_by_role("textbox", name=f", {FAVOURITE}")
    for number, value in enumerate(values):
        rows.nth(number).get_by_role("radio").first.press(value)
        reasons.nth(number).fill("From the demo.")
        reasons.nth(number).press("Tab")
        person.reads(f"{number + 1} of ")
    person.see(f"23-sheet-{username}")
    person.follow("Lock", exact=True)
    person.see(f"24-lock-{username}")
    person.press("Lock for good")
    person.reads("Your scores are locked.")
    person.see(f"25-locked-{username}")


def hold_consensus(walk: Walk) -> None:
    """What is far apart is opened, talked about and settled in the demos stage."""
    lead = walk.lead
    lead.go("Overview")
    lead.reads("far apart; open the consensus and talk about")
    lead.go("Scores")
    lead.follow("Open the consensus")
    lead.press("Open all scores")
    lead.reads("All scores are open.")
    lead.see("26-consensus")
    lead.follow("Settle: ")
    lead.fill(value="4.5", reason="Priya had not seen the second half of the demo.")
    lead.see("26-settle")
    lead.press("Settle")
    lead.reads("Settled.")
