"""Demos and trials: what is claimed is shown, scored, and tried in two offices."""

import datetime
import re

from tests.journeys.fixed import market
from tests.journeys.fixed.counted import Counted
from tests.journeys.fixed.market import come
from tests.journeys.fixed.purchase import BOUGHT, MUSTS, PURCHASE
from tests.journeys.fixed.team import Team
from tests.journeys.steps_demos import judge


def plan_demos(team: Team) -> None:
    """A demo for each of the three, with its script."""
    team.lead.go("Demos")
    plan_all(team.lead, "demos")


def plan_all(lead: Counted, noun: str) -> None:
    """One act for all finalists."""
    lead.click(lead.page.get_by_role("link", name=re.compile(rf"^Schedule \d {noun}")))
    lead.press("Schedule")
    lead.reads("are scheduled.")


def go_to_demos(person: Counted) -> None:
    """From *My work*, where those of a kind may be one row, as their days fall."""
    person.click(person.page.locator("main a[href$='/demos/']").first)


def hold_demos(team: Team) -> None:
    """IT starts each demo and says of each must-have what was seen."""
    person = come(team, "it")
    refuted = PURCHASE["refuted"]
    go_to_demos(person)
    # Each demo leads to its siblings.
    for number, name in enumerate(BOUGHT):
        siblings = person.page.locator(".vr-siblings a").filter(has_text=name)
        first = person.page.get_by_role("link", name=f"Demo of {name}").first
        person.click(siblings if number else first)
        start_demo(person, "Ivan, Ruth and Amina; two of theirs.")
        failed = name == refuted["candidate"]
        if failed:
            judge(person, refuted["ref"], refuted["note"], "fails")
        judge_rows(person, len(MUSTS) - failed, PURCHASE["demo_note"])


def start_demo(person: Counted, attendees: str) -> None:
    """It begins, with these people in the room."""
    person.follow("Start the ")
    person.fill(attendees=attendees)
    person.press("Start")


def judge_rows(person: Counted, musts: int, note: str) -> None:
    """Say of all rows at once that they hold, with a note for each must-have."""
    others = re.compile("^Holds for the other")
    person.click(person.page.get_by_role("link", name=others))
    person.fill(runner="together", data="ours")
    boxes = person.form.get_by_label(", a must-have: what you saw").all()
    assert len(boxes) == musts, person.form.inner_text()
    for box in boxes:
        box.fill(note)
    person.press("They hold")
    person.reads("Recorded.")


def eliminate(team: Team) -> None:
    """The lead drops the one that showed that it fails."""
    name = PURCHASE["refuted"]["candidate"]
    market.eliminate(team, name, "Signers had to install an app.")


def score(team: Team) -> None:
    """Three people score the finalists, blind, and lock."""
    for username, values in PURCHASE["scores"].items():
        # Who is in the purchase already goes there by its menu.
        person = team.people.get(username)
        if person and "/admin/demos/" in person.page.url:
            person.go("Scores")
        else:
            person = come(team, username)
            person.follow("Score: ")
        score_all(person, PURCHASE["finalists"], values, PURCHASE["score_reason"])


def score_all(
    person: Counted, names: list[str], values: list[str], reason: str
) -> None:
    """One score for each candidate in each category, with its reason, locked."""
    given = 0
    for name, value in zip(names, values, strict=False):
        rows = person.page.get_by_role("group", name=f", {name}").all()
        reasons = person.page.get_by_role("textbox", name=f", {name}").all()
        for row, box in zip(rows, reasons, strict=True):
            row.get_by_role("radio").first.press(value)
            box.fill(reason)
            box.press("Tab")
            given += 1
            person.reads(f"{given} of ")
    person.follow("Lock", exact=True)
    person.press("Lock for good")
    person.reads("Your scores are locked.")


def plan_trials(team: Team) -> None:
    """Two trials with the same criteria, put forward to everybody."""
    team.lead.go("Trials")
    create_trials(team.lead, PURCHASE["trial"], "Ivan Petrov")


def create_trials(
    lead: Counted, words: dict[str, str], leads: str, without: str = ""
) -> None:
    """The same for each finalist, by the must-haves; then their terms go out."""
    lead.click(lead.page.get_by_role("link", name=re.compile("^Create ")))
    lead.form.get_by_label("Who leads it", exact=True).select_option(label=leads)
    today = datetime.datetime.now(datetime.UTC).date()
    lead.fill(starts_on=today.isoformat(), **words)
    if without:
        lead.form.get_by_role("checkbox", name=re.compile(f"^{without}: ")).uncheck()
    lead.click(lead.form.get_by_role("button", name=re.compile("^Create ")))
    lead.follow("Send the terms")
    lead.click(lead.form.get_by_role("button", name=re.compile("^Send ")))
    lead.reads("are sent")


def agree(team: Team) -> None:
    """Every role reads both contracts, and agrees."""
    for row in PURCHASE["people"]:
        agree_to_all(come(team, row["username"]))


def agree_to_all(person: Counted) -> None:
    """Read the terms of both over *My work*, and agree."""
    person.follow("Agree to the ")
    person.press("I agree to all")
    person.reads("You agreed to all terms.")


def run_trials(team: Team) -> None:
    """IT judges every criterion of both, and closes them."""
    person = come(team, "it")
    names, note = PURCHASE["finalists"], PURCHASE["trial_note"]
    judge_trials(person, names, len(MUSTS), note, PURCHASE["trial_summary"])


def judge_trials(
    person: Counted, names: list[str], musts: int, note: str, summary: str
) -> None:
    """From *My work* to the first, and from each to the next; each is closed."""
    person.follow("Judge")
    for name in names:
        person.click(person.page.locator("main").get_by_role("link", name=name).first)
        judge_rows(person, musts, note)
        close_trial(person, summary)


def close_trial(person: Counted, summary: str) -> None:
    """It is over, and what it showed is written down."""
    person.follow("Close the ")
    person.fill(summary=summary)
    person.click(person.form.get_by_role("button", name=re.compile("^Close the ")))
    person.reads("is closed.")
