"""Research: vendors are invited and answer, questions are answered, costs noted."""

from tests.journeys.people import PHONE, Walk

FAVOURITE = "Databricks"
RIVAL = "AWS SageMaker"


def declare_interests(walk: Walk) -> None:
    """Everybody with a part is asked before a candidate is shown to them."""
    for username in ("lead", "it", "engineering", "devops", "pm", "leadership"):
        person = walk.person(username)
        person.follow("Choose an ML platform")
        person.go("Matrix")
        person.reads("Declare conflicts of interest")
        person.see(f"09-interests-{username}")
        person.press("None of these")
        person.reads("Your declaration is recorded.")
        person.page.get_by_role("heading", name="Matrix", exact=True).wait_for()


def invite(walk: Walk) -> None:
    """Two vendors are invited, one candidate is shortlisted, claims open."""
    lead = walk.lead
    lead.go("Candidates")
    for name, button in ((FAVOURITE, "Release and invite"), (RIVAL, "Invite")):
        lead.follow(f"Invite {name}")
        lead.press(button)
        lead.reads("The vendor is invited.")
    lead.go("Candidates")
    lead.follow(f"Shortlist {FAVOURITE}")
    lead.press("Shortlist")
    lead.reads("Shortlisted.")
    lead.follow("Open answering")
    lead.press("Open answering")
    lead.reads("Vendors can answer now.")
    lead.see("10-candidates")


def issue_token(walk: Walk) -> str:
    """The lead makes a token; the page shows it this once."""
    lead = walk.lead
    lead.go("Invitations")
    lead.follow(f"Issue a token: {FAVOURITE}")
    lead.fill(label="Answering desk")
    lead.press("Issue the token")
    secret = lead.page.get_by_label("Token Answering desk").input_value()
    lead.see("11-token")
    lead.follow("I have copied it")
    lead.reads("Answering desk")
    assert secret not in lead.page.content()
    return secret


def invitation_of(walk: Walk, name: str) -> str:
    """A candidate's id, as the lead's pages name it; no vendor is told it."""
    lead = walk.lead
    lead.go("Candidates")
    # Of the grid: the table that it takes the place of has another link, and goes.
    link = lead.page.get_by_role("link", name=f"Open {name}", exact=True)
    return (link.get_attribute("href") or "").rstrip("/").rsplit("/", 1)[-1]


def ask_and_answer(walk: Walk) -> None:
    """The product manager asks; the lead finds the question and answers it."""
    pm = walk.person("pm")
    pm.follow("Choose an ML platform")
    pm.go("Questions")
    pm.follow("Ask a question")
    pm.fill(text="Which support is in the price, and in which hours?")
    pm.press("Ask")
    pm.reads("Which support is in the price")
    lead = walk.person("lead")
    lead.see("12-my-work-with-a-question")
    lead.follow("Answer: ")
    lead.follow("Answer: Which support")
    lead.fill(answer="Business hours; round the clock costs extra.")
    lead.see("13-answer")
    lead.press("Publish the answer")
    lead.reads("round the clock costs extra")


def note_costs(walk: Walk) -> None:
    """The lead writes down what is known of the price."""
    lead = walk.lead
    lead.go("Costs")
    lead.follow(FAVOURITE, exact=True)
    lead.follow("Add a line")
    lead.fill(kind="licence", state="priced", likely="120000", recurrence="yearly")
    lead.see("14-cost-line")
    lead.press("Save")
    lead.reads("Cost saved.")
    lead.see("15-costs")


def close_claims(walk: Walk) -> None:
    """From now on no vendor can write."""
    lead = walk.lead
    lead.go("Candidates")
    lead.follow("Close now")
    lead.press("Close answering")
    lead.reads("Answering is closed.")


def waive_cost_coverage(walk: Walk) -> None:
    """Leadership lets the missing costs pass, on a phone, with a reason."""
    boss = walk.person("leadership", PHONE)
    boss.follow("Choose an ML platform")
    boss.see("16-phone-overview")
    boss.unfold("details[data-open=gates]")
    boss.follow("Waive this rule: Every kind of cost")
    boss.fill(
        reason="The licence is nine tenths of it; the rest is asked in the trial."
    )
    boss.see("17-phone-waiver")
    boss.press("Waive the rule")
    boss.reads("The rule is waived.")
    boss.see("18-phone-waived")
