"""Lists of the brief: one thing is asked, answered, shown and tried value by value."""

from typing import Any

from playwright.sync_api import Locator

from tests.journeys.people import TITLE, Person, Walk
from tests.journeys.steps_demos import arrange_demo, judge
from tests.journeys.steps_requirements import purchase_id
from tests.journeys.steps_research import FAVOURITE
from tests.journeys.steps_trials import in_days
from tests.journeys.vendor import Answer, VendorClient, claim_on

REF = "R1"
RUNS_ON, LANGUAGES = "Runs on", "Languages"
# The one row of a demo or trial; it closes once a verdict is saved.
ROW = ".vr details.vr-what"
AWS, ON_PREMISES = "AWS", "on premises"
SOME = {RUNS_ON: [AWS], LANGUAGES: ["Python"]}
EACH = [
    {"values": {RUNS_ON: [AWS]}, "availability": "now"},
    {
        "values": {RUNS_ON: [ON_PREMISES]},
        "availability": "planned",
        "available_from": "2040-03-01",
    },
]


def value_of(choice: Locator, words: str) -> str:
    """The value of the option that reads so."""
    option = choice.locator("option").filter(has_text=words).first
    return option.get_attribute("value") or ""


def act(walk: Walk, name: str) -> Person:
    """The lead at a form of the evaluation."""
    lead = walk.lead
    lead.go("Overview")
    lead.page.goto(f"{walk.home}/admin/act/{name}/{purchase_id(lead)}/")
    return lead


def write_the_brief(walk: Walk) -> None:
    """The lead starts from nothing; the brief names two lists."""
    lead = walk.person("lead")
    lead.page.goto(f"{walk.home}/admin/act/start-evaluation/")
    lead.fill(title=TITLE, buyer="Example Foods", currency="EUR")
    lead.press("Start")
    # The brief opens by itself.
    lead.page.locator("dialog.et-dialog[open] [name=problem]").wait_for()
    lead.fill(
        problem="Models take a quarter to reach production.",
        must_run_by=in_days(200),
        budget="60000",
        support_wanted="business_hours",
    )
    lead.press("Save")
    for name, values in (
        (RUNS_ON, f"{AWS}\n{ON_PREMISES}"),
        (LANGUAGES, "Python\nR"),
    ):
        lead.follow("Add a list")
        lead.fill(name=name, values=values)
        lead.press("Add")
        lead.reads("The list is added.")
    lead.see("50-lists")


def ask_for_one_thing(walk: Walk) -> None:
    """One must-have, which has to hold wherever it runs."""
    lead = act(walk, "add-category")
    lead.fill(name="Training", weight="5")
    lead.press("Add")
    lead = act(walk, "add-requirement")
    category = lead.page.locator("main [name=category]")
    category.select_option(label="Training")
    lead.fill(
        ref=REF,
        text="Trains on our own data.",
        priority="must",
        weight="10",
        metric_excuse="Without it there is nothing to run.",
    )
    lead.page.get_by_label(RUNS_ON).check()
    lead.see("51-must-hold-for")
    lead.press("Add")


def name_people_and_a_candidate(walk: Walk) -> None:
    """Leadership has a part and signs what is needed; there is one vendor."""
    lead = act(walk, "add-stakeholder")
    people = lead.page.locator("main [name=user]")
    people.select_option(value_of(people, "(leadership)"))
    lead.fill(role="leadership")
    lead.press("Add")
    lead.go("Stakeholders")
    lead.follow("Edit who must sign")
    for box in lead.form.locator("input[type=number]").all():
        box.fill("")
    lead.fill(requirements_leadership="1", decision_leadership="1")
    lead.press("Save")
    lead = act(walk, "add-candidate")
    lead.fill(name=FAVOURITE, kind="buy", new_vendor="Databricks Inc.")
    lead.press("Add")


def open_claims(walk: Walk) -> None:
    """Both declare that they have no interest; the vendor is invited."""
    boss = walk.person("leadership")
    boss.follow(TITLE)
    boss.go("Matrix")
    boss.press("Declare")
    lead = walk.lead
    lead.go("Candidates")
    lead.page.get_by_role("button", name="None of these").click()
    lead.reads("Your declaration is recorded.")
    lead.follow(f"Invite {FAVOURITE}")
    lead.press("Release and invite")
    lead.go("Candidates")
    lead.follow(f"Shortlist {FAVOURITE}")
    lead.press("Shortlist")
    lead.follow("Open answering")
    lead.press("Open answering")


def answer(desk: VendorClient, holds_for: Any) -> Answer:
    """The vendor's program answers for these values."""
    (invitation,) = desk.call("GET", "invitations/").data["results"]
    body = {**claim_on(REF), "holds_for": holds_for}
    return desk.call("POST", f"invitations/{invitation['id']}/claims/", body)


def answer_for_some(desk: VendorClient) -> None:
    """It reads for which values it is asked, and answers for one of them."""
    (invitation,) = desk.call("GET", "invitations/").data["results"]
    path = f"invitations/{invitation['id']}/requirements/"
    (asked,) = desk.call("GET", path).data["results"]
    assert asked["lists"] == {RUNS_ON: [AWS, ON_PREMISES]}
    for wrong, words in (
        ({RUNS_ON: ["everywhere", AWS]}, f"says everywhere beside “{AWS}”"),
        ({RUNS_ON: ["Azure"]}, f"“Azure” is not a value of “{RUNS_ON}”"),
    ):
        refusal = answer(desk, wrong)
        assert refusal.status == 400
        assert words in str(refusal.data["errors"])
    assert answer(desk, SOME).status == 201


def brief_says(walk: Walk, tab: str, value: str, words: str) -> None:
    """What *The brief, answered* says of a value on a page."""
    lead = walk.lead
    lead.go(tab)
    row = lead.page.locator(".cp-brief tbody tr").filter(has_text=value)
    assert words in " ".join(row.inner_text().split())


def read_what_is_not_answered(walk: Walk) -> None:
    """Matrix, cell, candidate, comparison and decision say it of the one value."""
    lead = walk.lead
    lead.go("Matrix")
    lead.see("52-matrix")
    lead.follow(f"Unanswered: {ON_PREMISES}")
    assert "claimed: nothing" in value_row(lead, ON_PREMISES)
    assert "claimed: now" in value_row(lead, AWS)
    lead.see("52-cell")
    lead.follow(f"All of {FAVOURITE}")
    lead.reads(f"Unanswered for {ON_PREMISES}")
    lead.see("52-candidate")
    for tab in ("Comparison", "Decision"):
        brief_says(walk, tab, AWS, "answered 0 of 1 shown, 0 of 1 tested")
        brief_says(walk, tab, ON_PREMISES, f"0 of 1 answered; not answered: {REF}")
        lead.see(f"52-{tab.lower()}")


def value_row(person: Person, value: str) -> str:
    """What the open page of a cell says of a value."""
    rows = person.page.get_by_role("row")
    row = rows.filter(has=person.page.get_by_role("rowheader", name=value))
    return " ".join(row.inner_text().split())


def retire_what_is_spoken_of(walk: Walk, desk: VendorClient) -> None:
    """A value that an answer speaks of stays on record, and is asked no more."""
    lead = walk.lead
    lead.go("Brief")
    lead.follow(f"Change {LANGUAGES}")
    lead.fill(values="R")
    lead.refused(409)
    lead.press("Save")
    lead.reads(
        f"“Python” of “{LANGUAGES}” is spoken of already, by {REF} of {FAVOURITE}. "
        "Retire it instead."
    )
    lead.see("53-refused")
    lead.settle()
    lead.press("Back to the page")
    lead.go("Brief")
    lead.follow("Retire Python")
    lead.press("Retire")
    lead.reads("The value is retired.")
    refusal = answer(desk, SOME)
    assert refusal.status == 400
    assert "“Python” is not a value" in str(refusal.data["errors"])


def note_costs(walk: Walk) -> None:
    """No price is stated, and that is written down."""
    lead = walk.lead
    lead.go("Costs")
    lead.follow(FAVOURITE, exact=True)
    lead.follow("Mark the rest")
    lead.click(lead.page.locator("main form button[type=submit]").last)


def show_it_on_aws(walk: Walk) -> None:
    """The demo shows it on AWS and not on premises; nobody scores."""
    arrange_demo(walk)
    lead = walk.lead
    lead.follow("Start the demo")
    lead.fill(attendees="Lina and Viktor; two of theirs.")
    lead.press("Start")
    judge(lead, REF, "Shown live.", values=(AWS,))
    lead.unfold(ROW)
    lead.reads(f"{RUNS_ON}: {AWS}.")
    judge(lead, REF, "Not built yet.", "not_shown", values=(ON_PREMISES,))
    lead.unfold(ROW)
    lead.reads(f"{RUNS_ON}: {ON_PREMISES}.")
    lead.see("54-demo")
    boss = walk.person("leadership")
    boss.follow(TITLE)
    boss.unfold("details[data-open=gates]")
    boss.follow("Waive this rule: Everybody who scores")
    boss.fill(reason="One candidate is left; there is nothing to compare.")
    boss.press("Waive the rule")


def try_it_on_aws(walk: Walk) -> None:
    """A trial with one criterion, which names the value that it is about."""
    lead = walk.lead
    lead.go("Trials")
    lead.follow(f"Plan a trial: {FAVOURITE}")
    lead.page.get_by_label("Who leads it").select_option(label="Viktor Lund")
    lead.fill(
        starts_on=in_days(0),
        workload="Last quarter's forecast.",
        environment="An account of ours on AWS.",
        data_allowed="Sales without names.",
        people_hours="Viktor, two hours a day.",
        exit_plan="Delete the account.",
    )
    lead.press("Plan")
    lead.follow("Add a criterion")
    asked = lead.page.locator("main select[name=requirement]")
    asked.select_option(value_of(asked, REF))
    lead.fill(text="Trains without help", threshold="Within an hour")
    lead.page.get_by_label(AWS, exact=True).check()
    lead.press("Add")
    lead.reads(f"For {RUNS_ON}: {AWS}")
    lead.follow("Send the terms for approval")
    lead.press("Send for approval")
    boss = walk.person("leadership")
    boss.follow(TITLE)
    boss.go("Trials")
    boss.follow(f"Trial of {FAVOURITE}", exact=True)
    boss.follow("Agree to the terms")
    boss.press("I agree")
    lead.go("Trials")
    lead.follow(f"Trial of {FAVOURITE}", exact=True)
    judge(lead, REF, "Forty minutes.", values=(AWS,))
    lead.unfold(ROW)
    lead.reads(f"Run together, on our data. {RUNS_ON}: {AWS}.")
    lead.see("55-trial")


def read_what_is_proven(walk: Walk) -> None:
    """Proven on AWS, claimed on premises, and so for the whole cell no more."""
    lead = walk.lead
    lead.go("Matrix")
    lead.follow(f"Claimed: {ON_PREMISES}. Proven: {AWS}")
    for words in ("shown: holds", "tested: holds", "Proven"):
        assert words in value_row(lead, AWS)
    for words in ("claimed: planned", "tested: nothing", "Claimed"):
        assert words in value_row(lead, ON_PREMISES)
    lead.see("56-cell")
    for tab in ("Comparison", "Decision"):
        brief_says(walk, tab, AWS, "1 of 1 shown, 1 of 1 tested")
        brief_says(walk, tab, ON_PREMISES, "0 of 1 shown, 0 of 1 tested")
