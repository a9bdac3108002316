"""Requirements: the purchase is started, written down, given to people and signed."""

import datetime
import re

from playwright.sync_api import Locator

from tests.journeys.fixed.counted import Counted
from tests.journeys.fixed.purchase import (
    PURCHASE,
    TITLE,
    candidate_rows,
    metric_column,
    requirement_rows,
    table,
)
from tests.journeys.fixed.team import Team


def start(team: Team) -> None:
    """The lead starts from nothing and writes the brief."""
    lead = team.lead
    lead.follow("Start an evaluation")
    today = datetime.datetime.now(datetime.UTC).date()
    day = today + datetime.timedelta(weeks=PURCHASE["weeks"])
    lead.fill(
        title=TITLE,
        buyer=PURCHASE["buyer"],
        must_run_by=day.isoformat(),
        currency="EUR",
    )
    lead.press("Start")
    lead.follow("Edit the brief")
    lead.fill(**PURCHASE["brief"])
    lead.press("Save")
    for metric in PURCHASE["metrics"]:
        lead.follow("Add a metric")
        lead.fill(**metric)
        lead.press("Add")


def import_table(lead: Counted, things: str, table: str) -> None:
    """Choose a file, see what it would do, and say yes."""
    lead.follow(f"Import {things}")
    lead.upload(f"{things}.csv", table)
    lead.press("See what it would do")
    yes = lead.page.get_by_role("button", name=f"Import {table.count(chr(10)) - 1} new")
    lead.click(yes)
    lead.reads("as they were.")


def write_requirements(team: Team) -> None:
    """Fourteen requirements, what the must-haves move, and what categories weigh."""
    lead = team.lead
    lead.go("Requirements")
    heads = ("Ref", "Category", "Text", "Priority", "Weight", "Help for vendors")
    import_table(lead, "requirements", table(heads, requirement_rows()))
    lead.go("Requirements")
    weights = [category["weight"] for category in PURCHASE["categories"]]
    lead.paste_into("weights", "weight", weights)
    lead.paste_into("requirements", "metric", metric_column())


def name_people(team: Team) -> None:
    """Five stakeholders with their roles, and who signs what."""
    lead = team.lead
    lead.go("Stakeholders")
    add_first(lead)
    for number, person in enumerate(PURCHASE["people"][1:], 3):
        box = lead.page.locator(".gr-choose select")
        box.select_option(value_of(box, f"({person['username']})"))
        lead.page.get_by_role("button", name="Add stakeholder").click()
        lead.page.locator(f"#grid-stakeholders [aria-rowindex='{number}']").wait_for()
    scorers = [
        f"{person['first']} {person['last']}"
        for person in PURCHASE["people"]
        if person["scores"]
    ]
    names = lead.column("stakeholders", "user").all_inner_texts()
    scores = ["yes" if name.strip() in scorers else "no" for name in names]
    assert scores.count("yes") == len(scorers), names
    lead.paste_into("stakeholders", "scores", scores)
    lead.follow("Edit who must sign")
    boxes = lead.page.locator("main input[type=number]")
    for box in boxes.all():
        box.fill("")
    for person in PURCHASE["people"]:
        lead.fill(**{f"{stage}_{person['role']}": "1" for stage in person["signs"]})
    lead.press("Save")


def add_first(lead: Counted) -> None:
    """Before there is a row, the form asks for the person and the role."""
    person = PURCHASE["people"][0]
    lead.follow("Add a stakeholder")
    box = lead.page.locator("main [name=user]")
    box.select_option(value_of(box, f"({person['username']})"))
    lead.fill(role=person["role"])
    lead.press("Add")


def value_of(box: Locator, words: str) -> str | None:
    """What a choice that says so is sent as."""
    return box.locator("option").filter(has_text=words).first.get_attribute("value")


def put_up_candidates(team: Team) -> None:
    """Three services and staying as is."""
    lead = team.lead
    lead.go("Candidates")
    heads = ("Name", "Kind", "Vendor")
    import_table(lead, "candidates", table(heads, candidate_rows()))


def everybody_signs(team: Team, stage: str) -> None:
    """Each role that is asked finds it in *My work*, reads, and approves."""
    for person in PURCHASE["people"]:
        if stage in person["signs"]:
            one = team.visit(person["username"])
            one.follow("Sign: ")
            one.page.get_by_text("All that you sign").click()
            one.page.get_by_role("article", name="What is signed").wait_for()
            one.fill(verdict="approve")
            one.click(one.page.get_by_role("button", name=re.compile("^Sign as")))
            one.reads("Thank you. This is what you signed")


def advance(team: Team, stage: str) -> None:
    """The lead goes on, now that every rule holds."""
    lead = team.lead
    lead.go("Overview")
    lead.follow(f"Advance to {stage}")
    lead.press("Advance")
    lead.reads(f"The evaluation is in {stage} now.")
