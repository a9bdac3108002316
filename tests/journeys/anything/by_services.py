"""A purchase by the services alone, from nothing to the frozen memo."""

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal

from evaltracker.decision.models import Decision
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.kinds import KINDS, Message
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.requirements.services.requirements import (
    add_metric,
    change_requirement,
)
from evaltracker.requirements.services.templates import start_evaluation
from evaltracker.workflow.services.stages import advance, decide, draft_decision
from stakeholders.services.people import add_stakeholder
from tests.factories import common, trials, vendors
from tests.factories.vendors import invite
from tests.factories.workflow import sign_as
from tests.journeys.anything.purchase import Purchase
from trials.models import Demo, Trial
from trials.services.contracts import propose_contract
from trials.services.criteria import take_criteria
from trials.services.demos import hold_demo, schedule_demo
from trials.services.evidence import record_evidence
from trials.services.scores import (
    close_scores,
    give_score,
    lock_scores,
    open_consensus,
)
from trials.services.scripts import draw_up_script, take_script
from trials.services.trials import close_trial, plan_trial
from vendors.models import Candidate
from vendors.services.answering import close_claims, open_claims
from vendors.services.candidates import add_candidate, add_vendor, shortlist
from vendors.services.claims import submit_claim
from vendors.services.contacts import add_contact
from vendors.services.costs import set_cost_line
from vendors.services.quotes import ask_to_open_prices, confirm_price_opening


class Played:
    """A purchase on its way, and the mails that were owed while it was played."""

    def __init__(self, purchase: Purchase) -> None:
        self.purchase = purchase
        self.lead = common.lina()
        self.people: dict[str, User] = {}
        self.mails: dict[object, Message] = {}
        self.where = self._start()

    @property
    def steps(self) -> tuple[Callable[[], None], ...]:
        """What is done, in turn."""
        return (
            *(self.requirements, self.invite, self.answer, self.demos, self.score),
            *(self.plan_trials, self.run_trials, self.choose, self.decide),
        )

    def play(self, then: Callable[[str], None] = lambda step: None) -> Decision:
        """All of it; `then` is called after each step, by its name."""
        then("start")
        for step in self.steps:
            step()
            self.read_mails()
            then(step.__name__)
        decision: Decision = Decision.objects.get(evaluation=self.where)
        return decision

    def fresh(self) -> Evaluation:
        """The evaluation as it stands."""
        self.where.refresh_from_db()
        return self.where

    def read_mails(self) -> None:
        """Keep each mail that is owed, as it would leave now."""
        for notice in Notice.objects.filter(evaluation=self.where):
            kind = KINDS[notice.kind]
            if notice.pk not in self.mails and not kind.holds(notice):
                message = kind.compose(notice)
                self.mails[notice.pk] = message

    def go_on(self) -> None:
        """Everybody who is asked signs, and the lead goes on."""
        self.sign()
        stage = self.fresh().stage
        self.where = advance(evaluation=self.where, from_stage=stage, by=self.lead)

    def sign(self) -> None:
        """Everybody who is asked signs."""
        self.read_mails()
        for rule in self.fresh().sign_off_rules.filter(stage=self.where.stage):
            sign_as(self.where, rule.role, by=self.people[rule.role])

    def candidates(self) -> Iterator[Candidate]:
        """Those in the running."""
        yield from self.fresh().candidates.select_related("evaluation__owner")

    def _start(self) -> Evaluation:
        today = datetime.datetime.now(datetime.UTC).date()
        row = self.purchase
        where = start_evaluation(
            by=self.lead,
            start_from=row["template"],
            title=row["title"],
            buyer=row["buyer"],
            zone="Europe/Berlin",
            currency="EUR",
            problem=row["problem"],
            must_run_by=today + datetime.timedelta(weeks=row["weeks"]),
            budget=Decimal(row["budget"]),
            horizon_months=row["horizon_months"],
            planning_factor=Decimal(row.told.get("planning_factor", "1.25")),
        )
        keys = {field.label: field.key for field in where.brief_fields.all()}
        answers = {keys[label]: text for label, text in row["answers"].items()}
        change_brief(evaluation=where, by=self.lead, **answers)
        return where

    def requirements(self) -> None:
        """Must-haves move a metric, people have their parts, and sign."""
        metric = add_metric(
            evaluation=self.where, by=self.lead, **self.purchase["metric"]
        )
        for need in self.where.requirements.filter(priority="must"):
            change_requirement(requirement=need, metric=metric, by=self.lead)
        for row in self.purchase["people"]:
            person = common.person(row["first"].lower(), last_name=row["last"])
            self.people[row["role"]] = person
            add_stakeholder(
                evaluation=self.where,
                user=person,
                role=row["role"],
                scores=row["scores"],
                by=self.lead,
            )
        self.go_on()

    def invite(self) -> None:
        """Two vendors may answer."""
        for row in self.purchase["candidates"]:
            vendor = add_vendor(name=row["vendor"], by=self.lead)
            add_contact(
                vendor=vendor, name=row["contact"], email=row["email"], by=self.lead
            )
            add_candidate(
                evaluation=self.where, name=row["name"], vendor=vendor, by=self.lead
            )
        vendors.declare_none(self.where)
        close_at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=14)
        open_claims(evaluation=self.where, close_at=close_at, by=self.lead)
        for option in self.candidates():
            contacts = list(option.vendor.contacts.all()) if option.vendor else []
            invite(candidate=option, contacts=contacts, by=self.lead)

    def answer(self) -> None:
        """Both do; what it costs is known."""
        unmet = {row["name"]: row["unmet"] for row in self.purchase["candidates"]}
        for option in self.candidates():
            for need in self.where.requirements.all():
                never = need.ref in unmet[option.name]
                submit_claim(
                    candidate=option,
                    requirement=need,
                    availability="never" if never else "now",
                    statement="Not by us." if never else "As asked.",
                    by=Actor(name=f"{option} (bid desk)"),
                )
            self._price(option)
            shortlist(candidate=option, by=self.lead)
        self.read_mails()
        close_claims(evaluation=self.fresh(), by=self.lead)
        self.go_on()

    def _price(self, option: Candidate) -> None:
        for line in self.purchase.prices[option.name]:
            amount, row = line.get("amount"), self.purchase.kind(line["kind"])
            set_cost_line(
                candidate=option,
                kind=line["kind"],
                label=line.get("part", ""),
                state=line["state"],
                likely=Decimal(amount) if amount else None,
                quantity=Decimal(line.get("quantity", 1)),
                recurrence=row["due"] if amount else "once",
                pricing="percent" if row.get("counts_as") == "rise" else "",
                note=line.get("note", ""),
                by=self.lead,
            )

    def demos(self) -> None:
        """Each shows what the script asks, and every line of it is judged."""
        for option in self.candidates():
            demo: Demo = schedule_demo(
                candidate=option,
                day=trials.TODAY(),
                time=datetime.time(10),
                by=self.lead,
            )
            take_script(demo=demo, key=self.purchase["template"], by=self.lead)
            draw_up_script(demo=demo, by=self.lead)
            self.read_mails()
            demo = hold_demo(demo=demo, attendees="Lena and Marek", by=self.lead)
            for item in demo.script_items.select_related("requirement"):
                if item.requirement is None:
                    continue
                record_evidence(
                    claim=trials.claim_of(option, item.requirement.ref),
                    source="demo",
                    verdict="holds",
                    note="Seen, and asked about.",
                    script_item=item,
                    runner="vendor",
                    data="ours",
                    by=self.lead,
                )

    def score(self) -> None:
        """Those who score do, in the same way."""
        for part in self.where.stakeholders.filter(scores=True):
            for option in self.candidates():
                for category in self.where.categories.all():
                    give_score(
                        stakeholder=part,
                        candidate=option,
                        category=category,
                        value=4 if option.name == self.purchase["chosen"] else 3,
                        reason="From what we saw.",
                        by=part.user,
                    )
            lock_scores(stakeholder=part, by=part.user)
        self.go_on()

    def plan_trials(self) -> None:
        """Each is to be tried by the template's criteria, and all agree to that."""
        today = trials.TODAY()
        for option in self.candidates():
            trial: Trial = plan_trial(
                candidate=option,
                title=str(option),
                starts_on=today - datetime.timedelta(days=10),
                ends_on=today,
                lead=self.people["pm"],
                by=self.lead,
                **self.purchase["trial"],
            )
            take_criteria(trial=trial, key=self.purchase["template"], by=self.lead)
            trial = propose_contract(trial=trial, by=self.lead)
            self.read_mails()
            trials.agreed_to(trial)

    def run_trials(self) -> None:
        """Everything is reached."""
        for option in self.candidates():
            trial = option.trials.get()
            for criterion in trial.criteria.select_related("requirement"):
                record_evidence(
                    claim=trials.claim_of(option, criterion.requirement.ref),
                    source="trial",
                    verdict="holds",
                    note="Reached.",
                    criterion=criterion,
                    runner="us",
                    data="ours",
                    by=self.lead,
                )
            close_trial(trial=trial, summary="All of it was reached.", by=self.lead)
        self.go_on()

    def choose(self) -> None:
        """Scores are closed, prices open, the memo is signed."""
        open_consensus(evaluation=self.where, by=self.lead)
        close_scores(evaluation=self.where, outcome="Nothing moved.", by=self.lead)
        opening = ask_to_open_prices(evaluation=self.where, by=self.lead)
        self.read_mails()
        confirm_price_opening(opening=opening, by=self.people["leadership"])
        draft_decision(
            evaluation=self.fresh(),
            candidate=self.where.candidates.get(name=self.purchase["chosen"]),
            rationale=self.purchase["rationale"],
            revisit_when=self.purchase["revisit"],
            by=self.lead,
        )

    def decide(self) -> None:
        """The memo is signed and frozen."""
        self.sign()
        decide(evaluation=self.fresh(), by=self.lead)
