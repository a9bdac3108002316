"""Requirements: the purchase is started, written down, given to people and signed."""

import datetime

from tests.journeys.fixed.counted import Counted
from tests.journeys.fixed.purchase import (
    PURCHASE,
    TITLE,
    candidate_rows,
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
    for category in PURCHASE["categories"]:
        lead.follow(f"Weigh {category['name']}")
        lead.fill(weight=category["weight"])
        lead.press("Save")
    for row in PURCHASE["requirements"]:
        if "metric" in row:
            lead.follow(f"Change {row['ref']}", exact=True)
            name = PURCHASE["metrics"][row["metric"]]["name"]
            lead.page.locator("main [name=metric]").select_option(label=name)
            lead.press("Save")


def name_people(team: Team) -> None:
    """Five stakeholders with their roles, and who signs what."""
    lead = team.lead
    lead.go("Stakeholders")
    for person in PURCHASE["people"]:
        lead.follow("Add a stakeholder")
        box = lead.page.locator("main [name=user]")
        option = box.locator("option").filter(has_text=f"({person['username']})")
        box.select_option(option.get_attribute("value"))
        lead.fill(role=person["role"])
        if person["scores"]:
            lead.page.get_by_label("Scores candidates").check()
        lead.press("Add")
    lead.follow("Edit who must sign")
    boxes = lead.page.locator("main input[type=number]")
    for box in boxes.all():
        box.fill("")
    for person in PURCHASE["people"]:
        lead.fill(**{f"{stage}_{person['role']}": "1" for stage in person["signs"]})
    lead.press("Save")


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
            one.page.get_by_role("article", name="What is signed").wait_for()
            one.fill(verdict="approve")
            one.press("Sign")
            one.reads("Thank you. This is what you signed")


def advance(team: Team, stage: str) -> None:
    """The lead goes on, now that every rule holds."""
    lead = team.lead
    lead.go("Overview")
    lead.follow(f"Advance to {stage}")
    lead.press("Advance")
    lead.reads(f"The evaluation is in {stage} now.")
