"""“Choose an ML platform”: twelve platforms of 2022, build, and stay-as-is."""

from __future__ import annotations

import csv
import datetime
import io
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone

from evaltracker.evaluations.choices import Priority, Stage
from evaltracker.evaluations.services.evaluations import create_evaluation
from evaltracker.evaluations.services.requirements import (
    add_category,
    add_metric,
    add_requirement,
)
from evaltracker.evaluations.tabular import read_table
from evaltracker.workflow.demo.costs import write_costs
from evaltracker.workflow.demo.files import read_controls, read_csv
from evaltracker.workflow.demo.interests import declare_no_interests
from evaltracker.workflow.demo.people import give_parts
from evaltracker.workflow.demo.schedule import add_schedule
from evaltracker.workflow.demo.steps import known_vendor, sign_all
from evaltracker.workflow.services.stages import advance
from stakeholders.choices import Role
from stakeholders.services.people import weigh_for_role
from vendors.choices import Availability, CandidateKind
from vendors.imports import plan_claims_import
from vendors.services.candidates import add_candidate, shortlist
from vendors.services.claims import note_claim
from vendors.services.contacts import add_contact
from vendors.services.dialogue import ask_question
from vendors.services.imports import import_claims, known_claims
from vendors.services.invitations import invite
from vendors.services.windows import open_claims

if TYPE_CHECKING:
    from evaltracker.evaluations.models import (
        Category,
        Evaluation,
        Metric,
        User,
    )
    from vendors.models import Candidate

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
# The matrix gives neither weight nor priority: these are the made-up buyer's own.
WEIGHTS = {
    "Product Focus": 0,
    "Recent Activity": 0,
    "Pricing": 2,
    "Data Preparation": 5,
    "Model Training": 8,
    "Model Deployment": 10,
    "Scaling Predictions": 8,
    "Model Performance and Basic Monitoring": 8,
    "Data and Insights Monitoring": 6,
    "Model Governance": 7,
    "Data Governance": 7,
    "Continuous Delivery": 7,
    "Collaboration Features": 6,
    "Self-install Support": 6,
    "Cloud/SaaS Support": 4,
}
SECURITY_WEIGHT = 8
# What each must-have moves; a duty moves no metric and says so.
MUSTS = {
    "R06.2": "Time from a trained model to production",
    "R08.1": "Incidents found by customers before us",
    "R10.1": "Time from a trained model to production",
    "R14.1": "Time from a trained model to production",
}
SECURITY_MUSTS = ("MVSP-2.1", "MVSP-2.2", "MVSP-2.8", "MVSP-3.4")
METRICS = (
    (
        "Time from a trained model to production",
        "11 weeks",
        "2 weeks",
        "Median over the models of a quarter, from the release log",
    ),
    (
        "Incidents found by customers before us",
        "9 a quarter",
        "2 a quarter",
        "Incident log, field “found by”",
    ),
    ("Models that a team can run by itself", "3", "20", "Count in the registry"),
)
OPEN_SOURCE = ("Kubeflow", "Mlflow")
ALIASES = {
    "Google AI Platform (Vertex)": ["Google AI Platform", "Vertex AI"],
    "Mlflow": ["MLflow"],
    "AWS SageMaker": ["Amazon SageMaker"],
    "Azure Machine Learning": ["Azure ML"],
}
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
        infrastructure=["aws", "on_prem"],
        languages="Python, R, Java",
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
    write_requirements(evaluation)
    for part in parts:
        for category in evaluation.categories.filter(weight__gt=0):
            leans = ROLE_LEANS[Role(part.role)]
            weight = leans.get(
                category.name, WEIGHTS.get(category.name, SECURITY_WEIGHT)
            )
            weigh_for_role(
                evaluation=evaluation,
                category=category,
                role=part.role,
                weight=weight,
                by=part.user,
            )
    add_long_list(evaluation)
    add_schedule(evaluation)
    return evaluation


def write_requirements(evaluation: Evaluation) -> None:
    """The 32 sub-requirements of the matrix and the 25 controls of the MVSP."""
    lead = evaluation.owner
    metrics = {
        name: add_metric(
            evaluation=evaluation,
            name=name,
            baseline=baseline,
            target=target,
            how_measured=how,
            by=lead,
        )
        for name, baseline, target, how in METRICS
    }
    categories: dict[str, Category] = {}
    for row in read_csv("ml_platform_requirements.csv"):
        name = row["category"]
        if name not in categories:
            categories[name] = add_category(
                evaluation=evaluation, name=name, weight=WEIGHTS[name], by=lead
            )
        must = row["sub_id"] in MUSTS
        add_requirement(
            evaluation=evaluation,
            category=categories[name],
            ref=row["sub_id"],
            text=name if row["topic"] == name else f"{name}: {row['topic']}",
            priority=Priority.MUST if must else Priority.SHOULD,
            weight=WEIGHTS[name],
            metric=metrics[MUSTS[row["sub_id"]]] if must else None,
            by=lead,
        )
    write_controls(evaluation, metrics)


def write_controls(evaluation: Evaluation, metrics: dict[str, Metric]) -> None:
    """The security baseline; four of it are must-haves of this buyer."""
    lead = evaluation.owner
    categories: dict[str, Category] = {}
    for control in read_controls():
        if control.group not in categories:
            categories[control.group] = add_category(
                evaluation=evaluation,
                name=control.group,
                weight=SECURITY_WEIGHT,
                by=lead,
            )
        must = control.ref in SECURITY_MUSTS
        add_requirement(
            evaluation=evaluation,
            category=categories[control.group],
            ref=control.ref,
            text=control.text,
            priority=Priority.MUST if must else Priority.COULD,
            weight=SECURITY_WEIGHT if must else 2,
            metric_excuse="A duty of our security policy." if must else "",
            by=lead,
        )


def add_long_list(evaluation: Evaluation) -> None:
    """The twelve platforms with their vendors, then build and stay-as-is."""
    lead = evaluation.owner
    names = dict.fromkeys(row["platform"] for row in read_csv("ml_platform_claims.csv"))
    for name in names:
        vendor = known_vendor(name, aliases=ALIASES.get(name, []), by=lead)
        add_contact(
            vendor=vendor,
            name="Bid desk",
            email=f"bids@{vendor.slug}.example.com",
            by=lead,
        )
        add_candidate(
            evaluation=evaluation,
            name=name,
            kind=(
                CandidateKind.OPEN_SOURCE if name in OPEN_SOURCE else CandidateKind.BUY
            ),
            vendor=vendor,
            aliases=ALIASES.get(name, []),
            by=lead,
        )
    add_candidate(
        evaluation=evaluation,
        name="Build in-house",
        kind=CandidateKind.BUILD,
        summary="Open-source parts, put together and kept by four of our engineers.",
        months_to_live=Decimal(9),
        hours_saved=Decimal("0.8"),
        builders=Decimal(4),
        by=lead,
    )
    add_candidate(
        evaluation=evaluation,
        name="Stay as is",
        kind=CandidateKind.AS_IS,
        summary="Notebooks, scripts and one shared GPU machine, as today.",
        months_to_live=Decimal(0),
        hours_saved=Decimal(0),
        by=lead,
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


def note_statements(evaluation: Evaluation) -> None:
    """What was published of each platform, imported as a list without a status."""
    refs: dict[str, list[str]] = defaultdict(list)
    for row in read_csv("ml_platform_requirements.csv"):
        refs[row["requirement_id"]].append(row["sub_id"])
    lines = io.StringIO()
    table = csv.writer(lines)
    table.writerow(["requirement", "candidate", "statement", "evidence"])
    for row in read_csv("ml_platform_claims.csv"):
        first, *more = row["evidence_urls"].split() or [""]
        words = "\n".join([row["statement_text"], *(f"See also {one}" for one in more)])
        for ref in refs[row["requirement_id"]]:
            if row["statement_text"].strip():
                table.writerow([ref, row["platform"], words, first])
    book = read_table(lines.getvalue().encode(), "ml_platform_claims.csv")
    plan = plan_claims_import(book, known_claims(evaluation=evaluation))
    import_claims(evaluation=evaluation, plan=plan, by=evaluation.owner)
    candidates = {one.name: one for one in evaluation.candidates.all()}
    note_own_answers(candidates["Build in-house"], candidates["Stay as is"])


def note_own_answers(build: Candidate, as_is: Candidate) -> None:
    """What we say ourselves of building, and of what we have."""
    lead = build.evaluation.owner
    evaluation = build.evaluation
    months = datetime.timedelta(days=270)
    for requirement in evaluation.requirements.filter(priority=Priority.MUST):
        note_claim(
            candidate=build,
            requirement=requirement,
            availability=Availability.PLANNED,
            available_from=timezone.localdate() + months,
            statement="In the estimate of our own engineers.",
            by=lead,
        )
        note_claim(
            candidate=as_is,
            requirement=requirement,
            availability=(
                Availability.NOW
                if requirement.ref in ("R14.1", "MVSP-2.2")
                else Availability.NEVER
            ),
            statement="What our scripts do today.",
            by=lead,
        )


def load(people: dict[str, User]) -> Evaluation:
    """The purchase as the demo shows it: in research, claims open."""
    evaluation = open_research(start_purchase(people), people)
    write_costs(evaluation)
    return evaluation
