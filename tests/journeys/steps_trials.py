"""Trials: a contract with criteria, verdicts on each, and a gap found and closed."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from stakeholders.choices import Role
from tests.journeys.steps_demos import judge
from tests.journeys.steps_research import FAVOURITE

if TYPE_CHECKING:
    from tests.journeys.people import Walk


def plan_trial(walk: Walk, musts: list[str]) -> None:
    """The lead plans it, gives it to DevOps, and names what it must reach."""
    lead = walk.lead
    lead.go("Trials")
    lead.follow(f"Plan a trial: {FAVOURITE}")
    lead.page.get_by_label("Who leads it").select_option(label="Dana Weiss")
    today = datetime.datetime.now(datetime.UTC).date()
    lead.fill(
        starts_on=today.isoformat(),
        workload="Last quarter's demand forecast, from raw data to a live model.",
        environment="A project of its own in our account.",
        data_allowed="Sales without names.",
        people_hours="Dana and Elif, four hours a day.",
        exit_plan="Delete the project, keep the logs.",
    )
    lead.see("30-plan-trial")
    lead.press("Plan")
    lead.reads("The trial is planned.")
    for ref in musts:
        lead.follow("Add a criterion")
        choice = lead.page.locator("select[name=requirement]")
        option = choice.locator("option").filter(has_text=ref).first
        choice.select_option(option.get_attribute("value") or "")
        lead.fill(text=f"{ref} by ourselves, without help", threshold="Within an hour")
        lead.press("Add")
        lead.reads("The criterion is added.")


def agree(walk: Walk) -> None:
    """The contract is put forward, every role agrees, and a date is set."""
    lead = walk.lead
    lead.go("Trials")
    lead.follow(f"Trial of {FAVOURITE}")
    lead.follow("Put the contract forward")
    lead.see("31-propose")
    lead.press("Put it forward")
    for role in Role.values[:5]:
        person = walk.person(role)
        person.follow("Choose an ML platform")
        person.go("Trials")
        person.follow(f"Trial of {FAVOURITE}")
        person.follow("Agree to the contract")
        person.see(f"31-agree-{role}")
        person.press("I agree")
        person.reads("You have agreed.")
    lead.go("Trials")
    lead.follow(f"Trial of {FAVOURITE}")
    lead.follow("Add a milestone")
    lead.fill(title="Half-time review")
    lead.page.get_by_label("Whose it is").select_option(label="Dana Weiss")
    lead.press("Add")
    lead.reads("The milestone is added")
    lead.see("32-trial-agreed")


def run_trial(walk: Walk, musts: list[str]) -> None:
    """DevOps judges every criterion, finds a gap, and sees it closed."""
    dana = walk.person("devops")
    dana.see("33-my-work-devops")
    dana.follow("Choose an ML platform")
    dana.go("Trials")
    dana.follow(f"Trial of {FAVOURITE}")
    dana.follow("Record a gap")
    dana.fill(text="No export of the model cards.", severity="deal_breaker")
    dana.press("Record")
    dana.reads("The gap is in the log.")
    for ref in musts:
        judge(dana, ref, "Reached in forty minutes.")
    dana.see("34-trial-judged")
    dana.follow("Close: No export")
    dana.fill(note="The vendor shipped the export on day three.")
    dana.press("Close")
    dana.reads("The gap is closed.")
    dana.follow("Close the trial")
    dana.fill(summary="Every criterion was reached; one gap was mended.")
    dana.press("Close the trial")
    dana.reads("The trial is closed.")
    dana.see("35-trial-closed")


def look_at_the_matrix(walk: Walk) -> None:
    """The lead sees claimed, shown and tested side by side, and opens a cell."""
    lead = walk.lead
    lead.go("Matrix")
    cells = lead.page.locator(".mx tbody tr").filter(has_text="R06.2")
    lead.see("36-matrix")
    lead.click(cells.locator("td a").first)
    for proof in ("claimed: now", "shown: holds", "tested: holds"):
        lead.reads(proof)
    lead.reads("Reached in forty minutes.")
    lead.see("37-cell")
