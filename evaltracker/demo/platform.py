"""“Choose an ML platform”: twelve platforms of 2022, build, and stay-as-is."""

import datetime
from decimal import Decimal

from django.utils import timezone

from evaltracker.demo.interests import declare_no_interests
from evaltracker.demo.people import give_parts
from evaltracker.demo.platform_costs import write_costs
from evaltracker.demo.platform_needs import SECURITY_WEIGHT, WEIGHTS, write_requirements
from evaltracker.demo.platform_options import add_long_list, note_statements
from evaltracker.demo.schedule import add_schedule
from evaltracker.demo.steps import sign_all
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.requirements.services.evaluations import create_evaluation
from evaltracker.requirements.services.scopes import add_list
from evaltracker.workflow.services.stages import advance
from stakeholders.choices import Role
from stakeholders.models import Stakeholder
from stakeholders.services.people import weigh_for_role
from vendors.services.candidates import shortlist
from vendors.services.dialogue import ask_question
from vendors.services.invitations import invite
from vendors.services.windows import open_claims

SLUG = "ml-platform"
SOURCE = (
    "Platforms, requirements and statements: Thoughtworks' ML platform matrix of "
    "10 November 2022 (Apache-2.0), as published then; products have changed since. It "
    "gives no status, so none is recorded: each statement is noted as “not stated” "
    "until the vendor states its availability. One published cell answers several "
    "sub-requirements, so its words stand at each of them. Security must-haves: "
    "Minimum Viable Secure Product v3.0, 9 November 2023 (CC0). The buyer, its people, "
    "weights, budget, metrics, all prices and the answers of “build” and “stay as is” "
    "are made up."
)
ROLE_LEANS = {
    Role.IT: {"Self-install Support": 9, "Data Governance": 9},
    Role.ENGINEERING: {"Model Training": 10, "Collaboration Features": 8},
    Role.DEVOPS: {"Continuous Delivery": 10, "Self-install Support": 9},
    Role.PM: {"Model Deployment": 9, "Data and Insights Monitoring": 8},
    Role.LEADERSHIP: {"Pricing": 8, "Cloud/SaaS Support": 7},
}
SHORTLIST = ("Databricks", "AWS SageMaker", "Seldon")
QUESTIONS = (
    "Which of R, Python and Java can train, and which can only call a model? The "
    "published matrix does not say.",
    "Which support is in the price, in which hours, and what does round the clock "
    "cost? The published matrix does not say.",
)
# What answers must cover.
LISTS = {"Runs on": ["AWS", "on premises"], "Languages": ["Python", "R", "Java"]}


def start_purchase(people: dict[str, User]) -> Evaluation:
    """The purchase in its requirements stage: brief, weights, people, long list."""
    lead = people["lead"]
    evaluation = create_evaluation(
        title="Choose an ML platform",
        slug=SLUG,
        buyer="Example Foods",
        by=lead,
        zone="Europe/Berlin",
        currency="USD",
        problem=(
            "Twelve data scientists train models that take a quarter to reach "
            "production. Training must scale, deployment must take days, teams must "
            "work together, and we must hear of a bad model before customers do."
        ),
        must_run_by=timezone.localdate() + datetime.timedelta(weeks=26),
        budget=Decimal(600_000),
        budget_once=Decimal(120_000),
        budget_yearly=Decimal(170_000),
        support_wanted="business_hours",
        engineers=12,
        loaded_hourly_rate=Decimal(95),
        builder_earnings=Decimal(11_000),
        context="Customer data stays in the EU. Two plants have no cloud connection.",
        source_note=SOURCE,
    )
    parts = give_parts(evaluation, people)
    for name, values in LISTS.items():
        add_list(evaluation=evaluation, name=name, values=values, by=lead)
    write_requirements(evaluation)
    for part in parts:
        give_weights(part)
    add_long_list(evaluation)
    add_schedule(evaluation)
    return evaluation


def give_weights(part: Stakeholder) -> None:
    """What this role leans to, category by category."""
    leans = ROLE_LEANS[Role(part.role)]
    for category in part.evaluation.categories.filter(weight__gt=0):
        usual = WEIGHTS.get(category.name, SECURITY_WEIGHT)
        weigh_for_role(
            evaluation=part.evaluation,
            category=category,
            role=part.role,
            weight=leans.get(category.name, usual),
            by=part.user,
        )


def open_research(evaluation: Evaluation, people: dict[str, User]) -> Evaluation:
    """Everybody signs, research begins, statements are noted, claims are open."""
    lead = evaluation.owner
    sign_all(evaluation, people)
    evaluation = advance(evaluation=evaluation, from_stage=Stage.REQUIREMENTS, by=lead)
    declare_no_interests(evaluation)
    note_statements(evaluation)
    for candidate in evaluation.candidates.all():
        if candidate.vendor:
            contacts = candidate.vendor.contacts.all()
            invite(candidate=candidate, contacts=contacts, by=lead)
        if candidate.name in SHORTLIST:
            shortlist(candidate=candidate, by=lead)
    for text in QUESTIONS:
        ask_question(evaluation=evaluation, text=text, by=lead)
    close = timezone.now() + datetime.timedelta(weeks=3)
    return open_claims(evaluation=evaluation, close_at=close, by=lead)


def load(people: dict[str, User]) -> Evaluation:
    """The purchase as the demo shows it: in research, claims open."""
    evaluation = open_research(start_purchase(people), people)
    write_costs(evaluation)
    return evaluation
