"""Research: interests, invitations, what vendors answer, and what it costs."""

from collections.abc import Callable

from tests.browser import PASTE
from tests.journeys.fixed.counted import Counted
from tests.journeys.fixed.purchase import (
    BOUGHT,
    answers_of,
    prices_table,
)
from tests.journeys.fixed.team import Team
from tests.journeys.vendor import VendorClient


def come(team: Team, username: str) -> Counted:
    """That person comes by, and answers for all candidates where *My work* asks it."""
    person = team.visit(username)
    if person.page.get_by_role("button", name="None of these").count():
        declare(person)
    return person


def declare(person: Counted) -> None:
    """No conflict of interest in any candidate, where the page asks."""
    person.page.get_by_role("button", name="None of these").click()
    person.reads("Your declaration is recorded.")


def invite(team: Team, names: list[str]) -> None:
    """Three vendors are invited and shortlisted, and may answer."""
    lead = team.lead
    if not lead.page.url.endswith("/candidates/"):
        lead.go("Candidates")
    declare(lead)
    for name in names:
        lead.page.get_by_role("checkbox", name=f"Select {name}", exact=True).click()
    bar = lead.page.get_by_role("group", name="Selected rows")
    bar.get_by_role("button", name="Shortlist", exact=True).click()
    lead.saved_in("candidates", "Shortlisted 3.")
    bar.get_by_role("button", name="Invite", exact=True).click()
    bar.locator("form button").click()
    lead.saved_in("candidates", "Invited 3.")
    lead.follow("Open answering")
    lead.press("Open answering")
    lead.reads("Vendors can answer now.")


def vendors_answer(team: Team, token_of: Callable[[str], str]) -> None:
    """The vendors' own programs answer; nobody here clicks for that."""
    for name in BOUGHT:
        vendor = VendorClient(team.home, token_of(name))
        answer(vendor, answers_of(name))


def answer(vendor: VendorClient, claims: list[dict[str, str]]) -> None:
    """Post all, and hand them in."""
    (invitation,) = vendor.call("GET", "invitations/").data["results"]
    place = f"invitations/{invitation['id']}"
    told = vendor.call("POST", f"{place}/claims/batch/", {"claims": claims})
    assert told.status in (200, 201), told.data
    assert vendor.call("POST", f"{place}/submission/").status in (200, 201)


def note_costs(team: Team) -> None:
    """What was quoted, and what nobody stated, comes in as one table."""
    lead = team.lead
    lead.go("Costs")
    lead.page.locator("#grid-costs [role=gridcell]").first.wait_for()
    lead.page.locator("#grid-costs [tabindex='0']").focus()
    lead.page.evaluate(PASTE, prices_table())
    lead.saved_in("costs", "33 cells saved.")


def close_claims(team: Team) -> None:
    """From now on no vendor can write."""
    lead = team.lead
    lead.find("close answering now", "Close answering now")
    lead.press("Close answering")
    lead.reads("Answering is closed.")


def eliminate(team: Team, name: str, reason: str) -> None:
    """The lead drops one."""
    lead = team.lead
    lead.find(f"eliminate {name}", f"Eliminate: {name}")
    lead.fill(reason=reason)
    lead.press("Eliminate")
