"""Requirements: the purchase is started, written down, given to people and signed."""

import datetime
import re

from tests.journeys.fixed.counted import Counted
from tests.journeys.fixed.market import come
from tests.journeys.fixed.purchase import (
    PURCHASE,
    TITLE,
    candidates_table,
    people_table,
    requirements_table,
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
    open_brief(lead)
    lead.fill(**PURCHASE["brief"])
    lead.press("Save")
    lead.follow("Add a metric")
    *first, last = PURCHASE["metrics"]
    for metric in first:
        lead.fill(**metric)
        lead.press("Add and start another")
    lead.fill(**last)
    lead.press("Add")


def write_requirements(team: Team) -> None:
    """Fourteen requirements with what they move, and what their categories weigh."""
    lead = team.lead
    lead.go("Requirements")
    lead.paste_rows("requirements", requirements_table())
    weights = [category["weight"] for category in PURCHASE["categories"]]
    lead.paste_into("weights", "weight", weights)


def name_people(team: Team) -> None:
    """Five stakeholders with their roles, and who signs what."""
    lead = team.lead
    lead.go("Stakeholders")
    lead.paste_rows("stakeholders", people_table())
    lead.follow("Edit who must sign")
    boxes = lead.form.locator("input[type=number]")
    for box in boxes.all():
        box.fill("")
    for person in PURCHASE["people"]:
        lead.fill(**{f"{stage}_{person['role']}": "1" for stage in person["signs"]})
    lead.press("Save")


def put_up_candidates(team: Team) -> None:
    """Three services and staying as is."""
    lead = team.lead
    lead.go("Candidates")
    lead.paste_rows("candidates", candidates_table())


def open_brief(lead: Counted) -> None:
    """The brief opens by itself once a purchase is started."""
    lead.page.locator("dialog.et-dialog[open] [name=problem]").wait_for()


def everybody_signs(team: Team, stage: str) -> None:
    """Each role that is asked finds it in *My work*, reads, and approves."""
    for person in PURCHASE["people"]:
        if stage in person["signs"]:
            sign(come(team, person["username"]), stage)


def sign(person: Counted, stage: str) -> None:
    """Approve in the dialog over *My work*; the weights of one's role go with it."""
    person.click(person.page.locator("main a[href*='/act/sign/']").first)
    for box in person.form.locator("input[name^=weight]").all():
        box.fill("5")
    person.fill(verdict="approve")
    person.click(person.form.get_by_role("button", name=re.compile("^Sign as")))
    person.reads("Signed ")


def advance(team: Team, stage: str) -> None:
    """The lead goes on, now that every rule holds."""
    lead = team.lead
    lead.find("advance", "Advance to the next stage")
    lead.press("Advance")
    lead.reads(f"The evaluation is in {stage} now.")
