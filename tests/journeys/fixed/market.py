"""Research: interests, invitations, what vendors answer, and what it costs."""

from collections.abc import Callable

from tests.journeys.fixed.need import import_table
from tests.journeys.fixed.purchase import (
    BOUGHT,
    PURCHASE,
    TITLE,
    answers_of,
    cost_rows,
    table,
)
from tests.journeys.fixed.team import Team
from tests.journeys.vendor import VendorClient


def declare_interests(team: Team) -> None:
    """Everybody is asked before the first answer is shown to them."""
    for person in PURCHASE["people"]:
        one = team.visit(person["username"])
        one.follow(TITLE)
        one.go("Matrix")
        one.reads("Declare conflicts of interest")
        one.press("Declare")
        one.reads("Your declaration is recorded.")


def invite(team: Team) -> None:
    """Three vendors are invited and shortlisted, and may answer."""
    lead = team.lead
    lead.go("Candidates")
    if lead.page.get_by_role("heading", name="Declare conflicts").count():
        lead.press("Declare")
    for row in PURCHASE["candidates"]:
        if row["vendor"]:
            lead.follow(f"Invite: {row['name']}")
            lead.fill(new_name=row["contact"], new_email=row["email"])
            lead.press("Invite")
            lead.reads("The vendor is invited.")
    lead.go("Candidates")
    for name in BOUGHT:
        lead.follow(f"Shortlist: {name}")
        lead.press("Shortlist")
    lead.follow("Open claims")
    lead.press("Open claims")
    lead.reads("Claims are open.")


def vendors_answer(team: Team, token_of: Callable[[str], str]) -> None:
    """The vendors' own programs answer; nobody here clicks for that."""
    for name in BOUGHT:
        vendor = VendorClient(team.home, token_of(name))
        (invitation,) = vendor.call("GET", "invitations/").data["results"]
        place = f"invitations/{invitation['id']}"
        batch = {"claims": answers_of(name)}
        answer = vendor.call("POST", f"{place}/claims/batch/", batch)
        assert answer.status in (200, 201), answer.data
        assert vendor.call("POST", f"{place}/submission/").status in (200, 201)


def note_costs(team: Team) -> None:
    """What was quoted comes in as a table, the rest is noted as not stated."""
    lead = team.lead
    lead.go("Costs")
    heads = ("candidate", "kind", "price", "due")
    import_table(lead, "costs", table(heads, cost_rows()))
    for name in BOUGHT:
        lead.go("Costs")
        lead.follow(name, exact=True)
        lead.follow("Mark the rest")
        lead.click(lead.page.locator("main form button[type=submit]").last)


def close_claims(team: Team) -> None:
    """From now on no vendor can write."""
    lead = team.lead
    lead.go("Candidates")
    lead.follow("Close now")
    lead.press("Close claims")
    lead.reads("Claims are closed.")
