"""Cleaning, bought by seven people in their browsers, from nothing to the memo."""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.browser import PASTE
from tests.journeys.anything.purchase import Purchase
from tests.journeys.fixed import decision, market, need
from tests.journeys.fixed.counted import Counted
from tests.journeys.fixed.purchase import CANDIDATE_HEADS, PEOPLE_HEADS, table
from tests.journeys.fixed.team import Team
from tests.journeys.steps_demos import judge
from tests.journeys.vendor import VendorClient


def written(kind: dict[str, Any], lines: list[dict[str, Any]]) -> str:
    """What somebody types for a kind of cost: a sum for all its units."""
    line = next(line for line in lines if line["kind"] == kind["kind"])
    if line["state"] != "priced":
        state: str = line["state"]
        return state
    if kind.get("counts_as") == "rise":
        return f"{line['amount']} %"
    return str(Decimal(line["amount"]) * Decimal(line.get("quantity", 1)))


class InBrowsers:
    """Who buys, and what."""

    def __init__(self, team: Team, purchase: Purchase) -> None:
        self.team, self.purchase = team, purchase
        self.words: dict[str, str] = purchase.template.content["words"]
        self.names = [row["name"] for row in purchase["candidates"]]
        self.logins = {row["role"]: row["first"].lower() for row in purchase["people"]}
        self.roles: dict[str, str] = purchase.template.content["roles"]

    def play(self, token_of: Callable[[str], str]) -> None:
        """All of it; `token_of` lets a candidate's vendor in."""
        team = self.team
        self.start()
        self.name_people()
        self.put_up_candidates()
        self.sign("requirements")
        need.advance(team, "research")
        self.invite()
        self.vendors_answer(token_of)
        self.note_prices()
        market.close_claims(team)
        need.advance(team, self.words["demos"])
        self.plan_visits()
        self.visit()
        self.score()
        need.advance(team, self.words["trials"])
        self.plan_tests()
        self.agree()
        self.test()
        self.sign("trials")
        need.advance(team, "decision")
        self.choose()
        self.sign("decision")
        self.decide()

    @property
    def lead(self) -> Counted:
        """The owner, who stays where they are."""
        return self.team.lead

    def come(self, role: str) -> Counted:
        """Who holds that role comes by."""
        return market.come(self.team, self.logins[role])

    def rows(self, part: str) -> list[dict[str, Any]]:
        """A part of the template."""
        rows: list[dict[str, Any]] = self.purchase.template.content[part]
        return rows

    def musts(self) -> list[str]:
        """The references of the must-haves."""
        needs = self.rows("requirements")
        return [row["ref"] for row in needs if row["priority"] == "must"]

    def start(self) -> None:
        """The lead starts from the template, answers the brief and adds the metric."""
        lead, told = self.lead, self.purchase
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
        lead.follow("Edit the brief")
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
        lead.go("Requirements")
        moved = [
            told["metric"]["name"] if row["priority"] == "must" else ""
            for row in self.rows("requirements")
        ]
        lead.paste_into("requirements", "metric", moved)

    def name_people(self) -> None:
        """Everybody by the name that the template has for their role."""
        self.lead.go("Stakeholders")
        rows = [
            [
                f"{row['first']} {row['last']} ({self.logins[row['role']]})",
                self.roles[row["role"]],
                "yes" if row["scores"] else "no",
            ]
            for row in self.purchase["people"]
        ]
        self.lead.paste_rows("stakeholders", table(PEOPLE_HEADS, rows, "\t"))

    def put_up_candidates(self) -> None:
        """Two firms, each with somebody to write to."""
        self.lead.go("Candidates")
        rows = [
            [row["name"], "buy", row["vendor"], f"{row['contact']} <{row['email']}>"]
            for row in self.purchase["candidates"]
        ]
        self.lead.paste_rows("candidates", table(CANDIDATE_HEADS, rows, "\t"))

    def sign(self, stage: str) -> None:
        """Each role that the template asks finds it in *My work*, and approves."""
        for rule in self.rows("sign_offs"):
            if rule["stage"] == stage:
                person = self.come(rule["role"])
                person.follow("Sign: ")
                person.fill(verdict="approve")
                button = re.compile(f"^Sign as .*, {self.roles[rule['role']]}")
                person.click(person.page.get_by_role("button", name=button))
                person.reads("Thank you. This is what you signed")

    def invite(self) -> None:
        """Both are shortlisted and invited, and may answer."""
        lead = self.lead
        lead.go("Candidates")
        market.declare(lead)
        for name in self.names:
            lead.page.get_by_role("checkbox", name=f"Select {name}", exact=True).click()
        bar = lead.page.get_by_role("group", name="Selected rows")
        bar.get_by_role("button", name="Shortlist", exact=True).click()
        lead.saved_in("candidates", "Shortlisted 2.")
        bar.get_by_role("button", name="Invite", exact=True).click()
        bar.locator("form button").click()
        lead.saved_in("candidates", "Invited 2.")
        lead.follow("Open answering")
        lead.press("Open answering")
        lead.reads("Vendors can answer now.")

    def vendors_answer(self, token_of: Callable[[str], str]) -> None:
        """The vendors' own programs answer."""
        for row in self.purchase["candidates"]:
            vendor = VendorClient(self.team.home, token_of(row["name"]))
            (invitation,) = vendor.call("GET", "invitations/").data["results"]
            place = f"invitations/{invitation['id']}"
            claims = [
                {
                    "requirement": asked["ref"],
                    "availability": "never" if asked["ref"] in row["unmet"] else "now",
                    "statement": "See our plan.",
                }
                for asked in self.rows("requirements")
            ]
            answer = vendor.call("POST", f"{place}/claims/batch/", {"claims": claims})
            assert answer.status in (200, 201), answer.data
            assert vendor.call("POST", f"{place}/submission/").status in (200, 201)

    def note_prices(self) -> None:
        """All prices in one paste into the grid of items and candidates."""
        lead, prices = self.lead, self.purchase.prices
        lead.go("Costs")
        lead.page.locator("#grid-costs [role=gridcell]").first.wait_for()
        lead.page.locator("#grid-costs [tabindex='0']").focus()
        rows = [
            [kind["name"], *(written(kind, prices[name]) for name in self.names)]
            for kind in self.rows("costs")
        ]
        lead.page.evaluate(PASTE, table(("Item", *self.names), rows, "\t"))
        lead.saved_in("costs", "14 cells saved.")

    def plan_visits(self) -> None:
        """A site visit of each, with its script."""
        self.lead.go(self.words["demos"].capitalize())
        for name in self.names:
            self.lead.follow(f"Schedule a {self.words['demo']}: {name}")
            self.lead.press("Schedule")
            self.lead.reads("is scheduled.")

    def visit(self) -> None:
        """Facility goes there, and says of each must-have what was seen."""
        person = self.come("pm")
        for name in self.names:
            person.follow(f"{self.words['demo'].capitalize()} of {name}")
            person.follow(f"Start the {self.words['demo']}")
            person.fill(attendees="Lena and Ines; two of theirs.")
            person.press("Start")
            for ref in self.musts():
                judge(person, ref, "Seen, and asked about.")

    def score(self) -> None:
        """Those who score do so, blind, and lock."""
        chosen = self.purchase["chosen"]
        for row in self.purchase["people"]:
            if not row["scores"]:
                continue
            person = self.come(row["role"])
            person.follow("Score: ")
            given = 0
            for name in self.names:
                page, ends = person.page, f", {name}"
                values = page.get_by_role("group", name=ends).all()
                reasons = page.get_by_role("textbox", name=ends).all()
                for value, reason in zip(values, reasons, strict=True):
                    mark = "4" if name == chosen else "3"
                    value.get_by_role("radio").first.press(mark)
                    reason.fill("From what we saw.")
                    reason.press("Tab")
                    given += 1
                    person.reads(f"{given} of ")
            person.follow("Lock", exact=True)
            person.press("Lock for good")
            person.reads("Your scores are locked.")

    def plan_tests(self) -> None:
        """A test period of each by the template's criteria, put to everybody."""
        lead = self.lead
        for name in self.names:
            lead.find(f"plan a trial {name}", f": {name}")
            lead.form.get_by_label("Who leads it").select_option(label="Lena Voss")
            today = datetime.datetime.now(datetime.UTC).date()
            lead.fill(starts_on=today.isoformat(), **self.purchase["trial"])
            lead.press("Plan")
            lead.follow("Take from template")
            lead.fill(key=self.purchase["template"])
            lead.press("Take")
            lead.reads("The template's criteria are added.")
            lead.follow("Send the terms for approval")
            lead.press("Send for approval")
            lead.reads("The terms are sent")

    def agree(self) -> None:
        """Every role reads both contracts, and agrees."""
        for row in self.purchase["people"]:
            person = self.come(row["role"])
            person.follow("Agree to the terms of 2 ")
            person.press("I agree to all")
            person.reads("You agreed to all terms.")

    def test(self) -> None:
        """Facility judges every criterion of both, and closes them."""
        person = self.come("pm")
        for name in self.names:
            person.follow(f"{self.words['trial'][1:]} of {name}")
            for row in self.rows("criteria"):
                judge(person, row["ref"], "Reached.")
            person.follow("Close the ")
            person.fill(summary="All of it was reached.")
            person.click(person.page.get_by_role("button", name="Close the "))
            person.reads("is closed.")

    def choose(self) -> None:
        """Scores are closed, prices open, and the lead writes which one and why."""
        lead, told = self.lead, self.purchase
        lead.find("open the consensus", "Open the consensus")
        lead.press("Open all scores")
        lead.find("close the scores", "Close the scores")
        lead.fill(outcome="Nothing moved.")
        lead.press("Close")
        lead.reads("Scores are closed.")
        lead.find("ask to open the prices", "Ask to open the prices")
        lead.press("Ask")
        boss = self.come("leadership")
        boss.follow("Open the prices")
        decision.prove(boss)
        boss.press("Open the prices")
        boss.reads("Prices are open.")
        lead.find("draft the decision", "Draft the decision")
        lead.form.get_by_label("Candidate").select_option(label=told["chosen"])
        lead.fill(rationale=told["rationale"], revisit_when=told["revisit"])
        lead.press("Save the draft")
        lead.reads("The draft is saved.")

    def decide(self) -> None:
        """The lead decides, and reads the frozen memo."""
        lead = self.lead
        lead.find("decide", "Decide")
        decision.prove(lead)
        lead.press("Decide and freeze the memo")
        lead.reads("Decided. The memo is frozen.")
        lead.reads(self.purchase["rationale"])
        kinds = len(self.rows("costs"))
        lead.reads(f"{kinds} of {kinds} kinds of cost known")
        assert not lead.page.get_by_text(re.compile(r"\bor more\b")).count()
