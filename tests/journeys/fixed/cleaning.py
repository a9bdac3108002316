"""Cleaning, bought by six people in their browsers, from nothing to the memo."""

import datetime
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evaltracker.requirements.services.templates import shipped
from tests.browser import PASTE
from tests.journeys.fixed import decision, market, need, proof
from tests.journeys.fixed.counted import Counted
from tests.journeys.fixed.purchase import CANDIDATE_HEADS, PEOPLE_HEADS, table
from tests.journeys.fixed.team import Team
from tests.journeys.vendor import VendorClient

FILE = Path(__file__).parents[2] / "data" / "fixed_purchase" / "cleaning.json"
PURCHASE: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
TEMPLATE: Mapping[str, Any] = next(
    point.content for point in shipped() if point.key == PURCHASE["template"]
)
WORDS: dict[str, str] = TEMPLATE["words"]
ROLES: dict[str, str] = TEMPLATE["roles"]
HEADS = ("Ref", "Category", "Requirement", "Priority", "Weight")
LOGINS = {row["role"]: row["first"].lower() for row in PURCHASE["people"]}
BIDDERS = [row["name"] for row in PURCHASE["candidates"] if row["vendor"]]
STAGES = ("requirements", "trials", "decision")
# The references of all that is asked, must-haves first.
NEEDS = [(row["ref"], row["priority"]) for row in TEMPLATE["requirements"]]
NEEDS += [(row[0], row[3]) for row in PURCHASE["more_requirements"]]
MUSTS = [ref for ref, priority in NEEDS if priority == "must"]


def requirements_table() -> str:
    """The three that the template does not have."""
    return table(HEADS, PURCHASE["more_requirements"], "\t")


def people_table() -> str:
    """Everybody, by the name that the template has for their role."""
    rows = [
        [
            f"{row['first']} {row['last']} ({LOGINS[row['role']]})",
            ROLES[row["role"]],
            "yes" if row["scores"] else "no",
        ]
        for row in PURCHASE["people"]
    ]
    return table(PEOPLE_HEADS, rows, "\t")


def candidates_table() -> str:
    """Three firms with somebody to write to, and staying with the one of today."""
    rows = [
        [
            *(row["name"], row["kind"], row["vendor"]),
            f"{row['contact']} <{row['email']}>" if row["vendor"] else "",
        ]
        for row in PURCHASE["candidates"]
    ]
    return table(CANDIDATE_HEADS, rows, "\t")


def prices_table() -> str:
    """What each of them asks for each item."""
    names = [row["name"] for row in PURCHASE["candidates"]]
    return table(("Item", *names), PURCHASE["prices"], "\t")


def play(team: Team, token_of: Callable[[str], str]) -> None:
    """All of it; `token_of` lets a candidate's vendor in."""
    start(team)
    write_requirements(team)
    name_people(team)
    put_up_candidates(team)
    everybody_signs(team, "requirements")
    need.advance(team, "research")
    invite(team)
    vendors_answer(team, token_of)
    note_prices(team)
    market.close_claims(team)
    need.advance(team, WORDS["demos"])
    plan_visits(team)
    visit(team)
    score(team)
    need.advance(team, WORDS["trials"])
    plan_tests(team)
    agree(team)
    test(team)
    everybody_signs(team, "trials")
    need.advance(team, "decision")
    choose(team)
    everybody_signs(team, "decision")
    decide(team)


def come(team: Team, role: str) -> Counted:
    """Who holds that role comes by."""
    return market.come(team, LOGINS[role])


def start(team: Team) -> None:
    """The lead starts from the template, answers the brief and adds the metric."""
    lead, told = team.lead, PURCHASE
    lead.follow("Start an evaluation")
    today = datetime.datetime.now(datetime.UTC).date()
    lead.fill(
        title=told["title"],
        buyer=told["buyer"],
        must_run_by=(today + datetime.timedelta(weeks=told["weeks"])).isoformat(),
        currency="EUR",
        start_from=told["template"],
    )
    lead.press("Start")
    need.open_brief(lead)
    lead.fill(problem=told["problem"], budget=told["budget"])
    for label, answer in told["answers"].items():
        box = lead.form.get_by_label(label, exact=False).first
        if box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(label=answer)
        else:
            box.fill(answer)
    lead.press("Save")
    lead.follow("Add a metric")
    lead.fill(**told["metric"])
    lead.press("Add")


def write_requirements(team: Team) -> None:
    """What the must-haves move, and three more than the template has."""
    lead = team.lead
    lead.go("Requirements")
    moved = [
        PURCHASE["metric"]["name"] if row["priority"] == "must" else ""
        for row in TEMPLATE["requirements"]
    ]
    lead.paste_into("requirements", "metric", moved)
    lead.paste_rows("requirements", requirements_table())


def name_people(team: Team) -> None:
    """Everybody by the name that the template has for their role, and who signs."""
    lead = team.lead
    lead.go("Stakeholders")
    lead.paste_rows("stakeholders", people_table())
    lead.follow("Edit who must sign")
    for box in lead.form.locator("input[name*=_][type=number]").all():
        name = box.get_attribute("name") or ""
        stage, _, role = name.partition("_")
        if stage in (*STAGES, "research", "demos"):
            signs = stage in STAGES and role in PURCHASE["signers"]
            box.fill("1" if signs else "")
    lead.press("Save")


def put_up_candidates(team: Team) -> None:
    """Three firms with somebody to write to, and staying with the one of today."""
    lead = team.lead
    lead.go("Candidates")
    lead.paste_rows("candidates", candidates_table())


def everybody_signs(team: Team, stage: str) -> None:
    """Each role that is asked finds it in *My work*, and approves."""
    for role in PURCHASE["signers"]:
        need.sign(come(team, role), stage)


def invite(team: Team) -> None:
    """All three are invited and may answer; finalists are shortlisted."""
    market.invite(team, BIDDERS)


def vendors_answer(team: Team, token_of: Callable[[str], str]) -> None:
    """The vendors' own programs answer; nobody here clicks for that."""
    for row in PURCHASE["candidates"]:
        if row["vendor"]:
            claims = [
                {
                    "requirement": ref,
                    "availability": "never" if ref in row["unmet"] else "now",
                    "statement": "See our plan.",
                }
                for ref, _ in NEEDS
            ]
            vendor = VendorClient(team.home, token_of(row["name"]))
            market.answer(vendor, claims)


def note_prices(team: Team) -> None:
    """All prices in one paste into the grid of items and candidates."""
    lead = team.lead
    lead.go("Costs")
    lead.page.locator("#grid-costs [role=gridcell]").first.wait_for()
    lead.page.locator("#grid-costs [tabindex='0']").focus()
    lead.refused(409)  # until it is said why something does not apply
    lead.page.evaluate(PASTE, prices_table())
    grid = lead.page.locator("#grid-costs")
    grid.get_by_role("textbox", name="Why does it not apply").fill("They are here.")
    grid.get_by_role("button", name="Save", exact=True).click()
    lead.saved_in("costs", "cells saved.")
    lead.settle()
    market.eliminate(team, PURCHASE["dropped"], PURCHASE["dropped_because"])


def plan_visits(team: Team) -> None:
    """A site visit of each finalist, with the template's script."""
    team.lead.go(WORDS["demos"].capitalize())
    proof.plan_all(team.lead, WORDS["demos"])


def visit(team: Team) -> None:
    """Facility goes there, and says of each item what was seen."""
    person = come(team, "pm")
    first = f"{WORDS['demo'].capitalize()} of {PURCHASE['finalists'][0]}"
    # Two of a kind are a row each of *My work*, or one row if both are a week away.
    if not person.page.get_by_role("link", name=first).count():
        proof.go_to_demos(person)
    for name in PURCHASE["finalists"]:
        person.follow(f"{WORDS['demo'].capitalize()} of {name}")
        proof.start_demo(person, "Lena and Ines; two of theirs.")
        proof.judge_rows(person, len(MUSTS), PURCHASE["visit_note"])


def score(team: Team) -> None:
    """Those who score do so, blind, and lock."""
    for row in PURCHASE["people"]:
        if row["scores"]:
            person = come(team, row["role"])
            person.follow("Score: ")
            values = ["4", "3"]
            proof.score_all(
                person, PURCHASE["finalists"], values, PURCHASE["score_reason"]
            )


def plan_tests(team: Team) -> None:
    """The same test period for both, put to everybody."""
    lead = team.lead
    lead.go(WORDS["trials"].capitalize())
    proof.create_trials(lead, PURCHASE["trial"], "Lena Voss", without="STA-1")


def agree(team: Team) -> None:
    """Every role reads both contracts, and agrees."""
    for row in PURCHASE["people"]:
        proof.agree_to_all(come(team, row["role"]))


def test(team: Team) -> None:
    """Facility judges every criterion of both, and closes them."""
    person = come(team, "pm")
    names, note = PURCHASE["finalists"], PURCHASE["test_note"]
    summary = PURCHASE["test_summary"]
    proof.judge_trials(person, names, len(MUSTS), note, summary)


def choose(team: Team) -> None:
    """Scores are closed, prices open, and the lead writes which one and why."""
    decision.close_scores(team, PURCHASE["consensus"])
    decision.open_prices(team, LOGINS["leadership"])
    lead = team.lead
    lead.find("draft the decision", "Draft the decision")
    lead.form.get_by_label("Candidate").select_option(label=PURCHASE["chosen"])
    lead.fill(rationale=PURCHASE["rationale"], revisit_when=PURCHASE["revisit"])
    lead.press("Save the draft")
    lead.reads("The draft is saved.")


def decide(team: Team) -> None:
    """The lead decides, and reads the frozen memo."""
    decision.decide(team, PURCHASE["rationale"])
    kinds = len(TEMPLATE["costs"])
    team.lead.reads(f"{kinds} of {kinds} kinds of cost known")
    assert not team.lead.page.get_by_text(re.compile(r"\bor more\b")).count()
