"""Demos and trials: what is claimed is shown, scored, and tried in two offices."""

import datetime

from tests.journeys.fixed.market import come
from tests.journeys.fixed.purchase import (
    BOUGHT,
    CRITERIA_HEADS,
    MUSTS,
    PURCHASE,
    criteria_rows,
    table,
)
from tests.journeys.fixed.team import Team
from tests.journeys.steps_demos import judge


def plan_demos(team: Team) -> None:
    """A demo for each of the three, with its script."""
    lead = team.lead
    lead.go("Demos")
    for name in BOUGHT:
        lead.follow(f"Schedule a demo: {name}")
        lead.press("Schedule")
        lead.reads("The demo is scheduled.")


def hold_demos(team: Team) -> None:
    """IT starts each demo and says of each must-have what was seen."""
    person = come(team, "it")
    refuted = PURCHASE["refuted"]
    for name in BOUGHT:
        person.follow(f"Demo of {name}")
        person.follow("Start the demo")
        person.fill(attendees="Ivan, Ruth and Amina; two of theirs.")
        person.press("Start")
        for ref in MUSTS:
            if (name, ref) == (refuted["candidate"], refuted["ref"]):
                judge(person, ref, refuted["note"], "fails")
            else:
                judge(person, ref, PURCHASE["demo_note"])


def eliminate(team: Team) -> None:
    """The lead drops the one that showed that it fails."""
    lead, name = team.lead, PURCHASE["refuted"]["candidate"]
    lead.find(f"eliminate {name}", f"Eliminate: {name}")
    lead.fill(reason="Signers had to install an app.")
    lead.press("Eliminate")


def score(team: Team) -> None:
    """Three people score the finalists, blind, and lock."""
    for username, values in PURCHASE["scores"].items():
        person = come(team, username)
        person.follow("Score: ")
        given = 0
        for name, value in zip(PURCHASE["finalists"], values, strict=False):
            for row in person.page.get_by_role("group", name=f", {name}").all():
                row.get_by_role("radio").first.press(value)
            for box in person.page.get_by_role("textbox", name=f", {name}").all():
                box.fill(PURCHASE["score_reason"])
                box.press("Tab")
                given += 1
                person.reads(f"{given} of ")
        person.follow("Lock", exact=True)
        person.press("Lock for good")
        person.reads("Your scores are locked.")


def plan_trials(team: Team) -> None:
    """Two trials with the same six criteria, put forward to everybody."""
    lead = team.lead
    for name in PURCHASE["finalists"]:
        lead.find(f"plan a trial {name}", f"Plan a trial: {name}")
        lead.form.get_by_label("Who leads it").select_option(label="Ivan Petrov")
        today = datetime.datetime.now(datetime.UTC).date()
        lead.fill(starts_on=today.isoformat(), **PURCHASE["trial"])
        lead.press("Plan")
        rows = table(CRITERIA_HEADS, criteria_rows(), "\t")
        lead.paste_rows("criteria", rows)
        lead.follow("Send the terms for approval")
        lead.press("Send for approval")
        lead.reads("The terms are sent")


def agree(team: Team) -> None:
    """Every role reads both contracts, and agrees."""
    for row in PURCHASE["people"]:
        person = come(team, row["username"])
        person.follow("Agree to the terms of 2 trials")
        person.press("I agree to all")
        person.reads("You agreed to all terms.")


def run_trials(team: Team) -> None:
    """IT judges every criterion of both, and closes them."""
    person = come(team, "it")
    for name in PURCHASE["finalists"]:
        person.follow(f"rial of {name}")
        for row in PURCHASE["criteria"]:
            judge(person, row["ref"], PURCHASE["trial_note"])
        person.follow("Close the trial")
        person.fill(summary=PURCHASE["trial_summary"])
        person.press("Close the trial")
        person.reads("The trial is closed.")
