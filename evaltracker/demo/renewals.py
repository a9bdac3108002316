"""“Automated renewals”: a finished purchase in the shape of a published request.

Weights, price points and acceptance levels are those that the State of Alaska
published in 2021; the three offerors are its worked example. Who they are, what they
said and what the trials found is made up.
"""

import datetime
from decimal import Decimal

from django.utils import timezone

from evaltracker.demo.after import follow_up
from evaltracker.demo.files import read_csv
from evaltracker.demo.interests import declare_no_interests
from evaltracker.demo.people import give_parts
from evaltracker.demo.renewals_end import decide_renewals, run_trials
from evaltracker.demo.renewals_views import PLANS, SCORES, TECHNICAL, USERS, say_weights
from evaltracker.demo.steps import (
    known_vendor,
    lock_all_scores,
    mark_rest_unsaid,
    show_in_demo,
    sign_all,
)
from evaltracker.evaluations.choices import Priority, Stage
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.evaluations import create_evaluation
from evaltracker.requirements.services.requirements import add_metric, add_requirement
from evaltracker.workflow.services.stages import advance
from vendors.choices import Availability, CostState
from vendors.models import Candidate
from vendors.services.candidates import add_candidate, shortlist
from vendors.services.claims import submit_claim
from vendors.services.costs import set_cost_line
from vendors.services.invitations import invite
from vendors.services.payments import set_payments
from vendors.services.windows import close_claims, open_claims

SLUG = "automated-renewals"
SOURCE = (
    "Criteria, weights, prices of the worked example and acceptance levels: State of "
    "Alaska, ARIES Automated Renewals RFP, 2021 (CC0). The percentages became weights "
    "from 0 to 10 (25% is 10). Names, claims, findings and scores are made up."
)
# From the quality assurance plan: deliverable, standard, acceptable level; which of the
# published criteria each counts for is ours.
STANDARDS = (
    ("QAP-1", "Tested code", "At least 90% test coverage of all relevant code", True),
    ("QAP-2", "Accessible", "0 errors in an automated WCAG 2.0 AA scan", True),
    ("QAP-3", "Deployed", "Builds and deploys in our own environment", True),
    ("QAP-4", "Documented", "All dependencies and their licences are listed", False),
    ("QAP-5", "Available", "All code is in a version-controlled repository", False),
    (
        "QAP-6",
        "User research",
        "A research plan by the end of the second sprint",
        False,
    ),
    ("QAP-7", "Secure", "Clean static and dynamic security scans", True),
)
FOR_USERS, FOR_PLANS = ("QAP-2", "QAP-6"), ("QAP-4",)
OFFERORS = ("Northlight Systems", "Kodiak Software", "Inside Passage Labs")
# The published price is for the whole contract; its text names these parts.
IN_THE_PRICE = ("setup", "support", "onboarding", "training", "integration")
PERCENT_TO_WEIGHT = Decimal("0.4")
# The shares that a published tender of Prozorro asks for.
PAYMENTS = (
    (Decimal("45.55"), "on signing the contract"),
    (Decimal("54.45"), "on delivery"),
)


def load(people: dict[str, User]) -> Evaluation:
    """The whole purchase, from requirements to its frozen memo."""
    lead = people["lead"]
    evaluation = create_evaluation(
        title="Automated eligibility renewals",
        slug=SLUG,
        buyer="Example State Health Services",
        by=lead,
        zone="America/Anchorage",
        currency="USD",
        problem="Renewals of eligibility are keyed by hand and arrive late.",
        must_run_by=timezone.localdate() + datetime.timedelta(weeks=30),
        budget=Decimal(60_000),
        support_wanted="business_hours",
        engineers=6,
        loaded_hourly_rate=Decimal(80),
        source_note=SOURCE,
    )
    parts = give_parts(evaluation, people)
    requirements = write_requirements(evaluation)
    say_weights(evaluation, parts)
    candidates = [add_offeror(evaluation, name) for name in OFFERORS]
    sign_all(evaluation, people)
    advance(evaluation=evaluation, from_stage=Stage.REQUIREMENTS, by=lead)
    declare_no_interests(evaluation)
    research(evaluation, candidates, requirements)
    advance(evaluation=evaluation, from_stage=Stage.RESEARCH, by=lead)
    for candidate in candidates:
        show_in_demo(candidate, requirements, by=lead)
    lock_all_scores(
        parts, {candidate: SCORES[candidate.name] for candidate in candidates}
    )
    advance(evaluation=evaluation, from_stage=Stage.DEMOS, by=lead)
    run_trials(candidates, requirements)
    sign_all(evaluation, people)
    advance(evaluation=evaluation, from_stage=Stage.TRIALS, by=lead)
    return follow_up(decide_renewals(evaluation, candidates[0], people), people)


PRICE_REASON = "The State of Alaska published cost as a criterion of 25%."


def write_requirements(evaluation: Evaluation) -> list[Requirement]:
    """The published criteria as categories, the acceptance levels as requirements."""
    lead = evaluation.owner
    metric = add_metric(
        evaluation=evaluation,
        name="Renewals done on time",
        baseline="61%",
        target="95%",
        by=lead,
    )
    for row in read_csv("alaska_criteria.csv"):
        add_category(
            evaluation=evaluation,
            name=row["criterion"],
            weight=int(Decimal(row["weight_percent"]) * PERCENT_TO_WEIGHT),
            price_reason=PRICE_REASON,
            by=lead,
        )
    categories = {category.name: category for category in evaluation.categories.all()}
    return [
        add_requirement(
            evaluation=evaluation,
            category=categories[counts_for(ref)],
            ref=ref,
            text=f"{title}: {level}",
            priority=Priority.MUST if must else Priority.SHOULD,
            weight=8 if must else 4,
            metric=metric if must else None,
            by=lead,
        )
        for ref, title, level, must in STANDARDS
    ]


def counts_for(ref: str) -> str:
    """The published criterion that a standard counts for."""
    if ref in FOR_USERS:
        return USERS
    return PLANS if ref in FOR_PLANS else TECHNICAL


def add_offeror(evaluation: Evaluation, name: str) -> Candidate:
    """One offeror, invited once research begins."""
    vendor = known_vendor(name, by=evaluation.owner)
    return add_candidate(
        evaluation=evaluation,
        name=name,
        vendor=vendor,
        months_to_live=Decimal(2),
        hours_saved=Decimal("1.5"),
        by=evaluation.owner,
    )


def research(
    evaluation: Evaluation, candidates: list[Candidate], requirements: list[Requirement]
) -> None:
    """Claims by the vendors, prices as published, everything else asked about."""
    lead = evaluation.owner
    close = timezone.now() + datetime.timedelta(weeks=2)
    open_claims(evaluation=evaluation, close_at=close, by=lead)
    prices = read_csv("alaska_cost_example.csv")
    for candidate, row in zip(candidates, prices, strict=True):
        invite(candidate=candidate, by=lead)
        for requirement in requirements:
            submit_claim(
                candidate=candidate,
                requirement=requirement,
                availability=Availability.NOW,
                statement=f"We meet it today: {requirement.text}.",
                by=Actor(name=f"{candidate.name} (bid desk)"),
            )
        set_cost_line(
            candidate=candidate,
            kind="licence",
            likely=Decimal(row["price_usd"]),
            source_text=f"{row['offeror']}: {row['price_usd']} USD",
            by=lead,
        )
        for kind in IN_THE_PRICE:
            set_cost_line(
                candidate=candidate, kind=kind, state=CostState.INCLUDED, by=lead
            )
        set_payments(candidate=candidate, payments=PAYMENTS, by=lead)
        mark_rest_unsaid(candidate)
        shortlist(candidate=candidate, by=lead)
    close_claims(evaluation=evaluation, by=lead)
