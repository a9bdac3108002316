"""Decision: scores and prices open, a draft, signatures, the frozen memo."""

from evaltracker.demo.people import PASSWORD
from tests.journeys.fixed.counted import Counted
from tests.journeys.fixed.market import come
from tests.journeys.fixed.purchase import PURCHASE
from tests.journeys.fixed.team import Team


def close_scores(team: Team, outcome: str) -> None:
    """The meeting: all scores are open, and its outcome is written down."""
    lead = team.lead
    lead.find("open the consensus", "Open the consensus")
    lead.press("Open all scores")
    lead.find("close the scores", "Close the scores")
    lead.fill(outcome=outcome)
    lead.press("Close")
    lead.reads("Scores are closed.")


def open_prices(team: Team, username: str) -> None:
    """The lead asks, leadership confirms."""
    lead = team.lead
    lead.find("ask to open the prices", "Ask to open the prices")
    lead.press("Ask")
    lead.reads("Asked.")
    boss = come(team, username)
    boss.follow("Open the prices")
    prove(boss)
    boss.press("Open the prices")
    boss.reads("Prices are open.")


def prove(person: Counted) -> None:
    """Show who one is, if the login is older than ten minutes."""
    field = person.form.get_by_label("Password")
    if field.is_visible():
        field.fill(PASSWORD)


def draft(team: Team) -> None:
    """The lead writes which one and why."""
    lead, decision = team.lead, PURCHASE["decision"]
    lead.find("draft the decision", "Draft the decision")
    lead.form.get_by_label("Candidate").select_option(label=decision["candidate"])
    lead.fill(
        rationale=decision["rationale"],
        revisit_when=decision["revisit_when"],
    )
    lead.press("Save the draft")
    lead.reads("The draft is saved.")


def decide(team: Team, rationale: str) -> None:
    """The lead decides, and reads the frozen memo."""
    lead = team.lead
    lead.find("decide", "Decide")
    prove(lead)
    lead.press("Decide and freeze the memo")
    lead.reads("Decided. The memo is frozen.")
    lead.reads(rationale)
