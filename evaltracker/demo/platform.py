"""What the options of “Choose an ML platform” cost; every amount is made up.

They show what a cost page has to cope with: tiers, another currency, a price that got
old, a build that ties up its builders, a kind that nobody asked about.
"""

import csv
import datetime
import io
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from evaltracker.demo.steps import (
    add_schedule,
    declare_no_interests,
    give_parts,
    known_vendor,
    read_controls,
    read_csv,
    sign_all,
)
from evaltracker.evaluations.choices import Priority, Stage
from evaltracker.evaluations.models import Category, Evaluation, Metric, User
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.evaluations import create_evaluation
from evaltracker.requirements.services.requirements import add_metric, add_requirement
from evaltracker.requirements.services.scopes import add_list, demand
from evaltracker.toolbox.measures import read_measure
from evaltracker.toolbox.tabular.open_books import read_table
from evaltracker.workflow.services.stages import advance
from stakeholders.models import Role
from stakeholders.services.people import weigh_for_role
from vendors.choices import Availability, CandidateKind, CostState, Pricing, Recurrence
from vendors.costs import read_tiers
from vendors.imports import plan_claims_import
from vendors.models import Candidate
from vendors.selectors.costs import kinds_for
from vendors.services.candidates import add_candidate, change_candidate, shortlist
from vendors.services.claims import note_claim
from vendors.services.contacts import add_contact, invite
from vendors.services.costs import set_cost_line, set_rate
from vendors.services.dialogue import ask_question, open_claims
from vendors.services.sheets import import_claims, known_claims

MONTHLY, YEARLY = Recurrence.MONTHLY, Recurrence.YEARLY
# By candidate and kind: low, likely, high, and what differs from one price, once.
PRICES: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "Databricks": {
        "licence": (
            "0.52 0.55 0.60",
            {
                "recurrence": MONTHLY,
                "quantity": Decimal(18_000),
                "unit": "compute unit",
                "pricing": Pricing.GRADUATED,
                "tiers": "10000: 0.46 / 0.48 / 0.52\n40000: 0.40 / 0.42 / 0.46",
                "source_text": "0.55 per unit, the next tiers 0.48 and 0.42",
            },
        ),
        "setup": ("15000 18000 25000", {}),
        "support": ("14000 14000 16000", {"recurrence": YEARLY}),
        "infrastructure_egress": ("2200 2600 3400", {"recurrence": MONTHLY}),
        "migration": ("8000 12000 20000", {}),
        "renewal_rise": (
            "3 5 7",
            {
                "recurrence": YEARLY,
                "pricing": Pricing.PERCENT,
                "source_text": "Uplift of up to 7% at each renewal",
            },
        ),
    },
    "AWS SageMaker": {
        "licence": (
            "6200 7400 9800",
            {
                "recurrence": MONTHLY,
                "source_text": "By the hour; our estimate from last quarter's jobs",
                "old": True,
            },
        ),
        "support": ("9000 9000 12000", {"recurrence": YEARLY}),
        "integration": ("20000 30000 55000", {}),
    },
    "Seldon": {
        "licence": (
            "1900 1900 1900",
            {
                "currency": "GBP",
                "recurrence": YEARLY,
                "quantity": Decimal(18),
                "unit": "model",
                "pricing": Pricing.VOLUME,
                "tiers": "20: 2400\n50: 2100",
                "source_text": "£1,900 per model a year up to 20 models, then £2,400",
            },
        ),
        "security_extras": (
            "9000 9000 9000",
            {
                "currency": "GBP",
                "recurrence": YEARLY,
                "quantity": Decimal(18),
                "unit": "model",
                "pricing": Pricing.PACKAGE,
                "tiers": "25: 15000",
                "source_text": "SSO £9,000 a year up to 25 models, £15,000 above",
            },
        ),
        "setup": ("12000 15000 15000", {"currency": "GBP"}),
        "infrastructure_egress": ("1800 2100 2900", {"recurrence": MONTHLY}),
    },
    "Build in-house": {
        "engineer_time": (
            "11500 12500 13500",
            {
                "quantity": Decimal(20),
                "unit": "person-month",
                "source_text": "Estimate of the platform team: 20 person-months",
            },
        ),
        "upkeep": ("60000 75000 110000", {"recurrence": YEARLY}),
        "on_call": ("1200 1200 1800", {"recurrence": MONTHLY}),
        "infrastructure_egress": ("2400 3000 4200", {"recurrence": MONTHLY}),
    },
    "Stay as is": {
        "upkeep": ("48000 55000 70000", {"recurrence": YEARLY}),
        "infrastructure_egress": ("1500 1500 1700", {"recurrence": MONTHLY}),
    },
}
# Part of the price, or of no use to what nobody sells.
INCLUDED = {
    "Databricks": ("onboarding", "security_extras"),
    "AWS SageMaker": ("setup", "security_extras"),
    "Seldon": ("onboarding", "support"),
    "Build in-house": ("licence", "setup", "support"),
    "Stay as is": (
        "licence",
        "setup",
        "support",
        "migration",
        "on_call",
    ),
}
EXCLUDED = {
    "AWS SageMaker": ("training",),
    "Seldon": ("integration",),
}
# Nobody asked about it yet; everything else without a price was asked and not said.
NOT_ASKED = "exit"
# Hours saved per engineer and day, and months until it is live.
VALUES = {
    "Databricks": ("1.2", "4"),
    "AWS SageMaker": ("1.1", "3"),
    "Seldon": ("0.9", "5.5"),
}


def write_costs(evaluation: Evaluation) -> None:
    lead, today = evaluation.owner, timezone.localdate()
    set_rate(
        evaluation=evaluation,
        currency="GBP",
        rate=Decimal("1.3120"),
        rated_on=today - datetime.timedelta(days=12),
        source="Made up for this example",
        by=lead,
    )
    candidates = {
        candidate.name: candidate for candidate in evaluation.candidates.all()
    }
    for name, (hours, months) in VALUES.items():
        change_candidate(
            candidate=candidates[name],
            hours_saved=Decimal(hours),
            months_to_live=Decimal(months),
            by=lead,
        )
    for name, prices in PRICES.items():
        candidate = candidates[name]
        for kind, (amounts, more) in prices.items():
            low, likely, high = map(Decimal, amounts.split())
            age = 240 if more.get("old") else 20
            set_cost_line(
                candidate=candidate,
                kind=kind,
                low=low,
                likely=likely,
                high=high,
                quoted_on=today - datetime.timedelta(days=age),
                by=lead,
                **{key: value for key, value in more.items() if key not in SPECIAL},
                tiers=read_tiers(more.get("tiers", "")),
            )
        for kind in (kind.key for kind in kinds_for(candidate)):
            if kind not in prices and kind != NOT_ASKED:
                state = unpriced_state(name, kind)
                set_cost_line(candidate=candidate, kind=kind, state=state, by=lead)


SPECIAL = ("tiers", "old")


def unpriced_state(name: str, kind: str) -> CostState:
    if kind in INCLUDED.get(name, ()):
        return CostState.INCLUDED
    if kind in EXCLUDED.get(name, ()):
        return CostState.EXCLUDED
    return CostState.UNSAID


# The matrix gives neither weight nor priority: these are the made-up buyer's own.
PRICE_REASON = "It asks how the price is made up, not how high it is."
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
# The lists of the brief for whose every value it has to hold.
HELD_AGAINST = {"R05.1": ("Runs on", "Languages"), "R06.1": ("Runs on",)}
# The number that decides, where there is one.
MEASURES = {
    "R06.2": "p95 latency at most 20 ms, tolerance 2 ms",
    "R07.1": "mean throughput at least 500 requests/s, tolerance 50 requests/s",
    "R07.2": "p99 latency at most 50 ms",
    "R12.2": "median promotion at most 30 min",
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


def write_requirements(evaluation: Evaluation) -> None:
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
                evaluation=evaluation,
                name=name,
                weight=WEIGHTS[name],
                price_reason=PRICE_REASON,
                by=lead,
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
            measure=read_measure(MEASURES.get(row["sub_id"], "")),
            by=lead,
        )
    for ref, names in HELD_AGAINST.items():
        demand(
            requirement=evaluation.requirements.get(ref=ref),
            scopes=list(evaluation.scopes.filter(name__in=names)),
            by=evaluation.owner,
        )
    write_controls(evaluation, metrics)


def write_controls(evaluation: Evaluation, metrics: dict[str, Metric]) -> None:
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


# What our own machine does: the number that every other is held against.
TODAY = {"value": "31", "unit": "ms"}
OPEN_SOURCE = ("Kubeflow", "Mlflow")
ALIASES = {
    "Google AI Platform (Vertex)": ["Google AI Platform", "Vertex AI"],
    "Mlflow": ["MLflow"],
    "AWS SageMaker": ["Amazon SageMaker"],
    "Azure Machine Learning": ["Azure ML"],
}


def add_long_list(evaluation: Evaluation) -> None:
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


def note_statements(evaluation: Evaluation) -> None:
    refs: dict[str, list[str]] = defaultdict(list)
    for row in read_csv("ml_platform_requirements.csv"):
        refs[row["requirement_id"]].append(row["sub_id"])
    lines = io.StringIO()
    table = csv.writer(lines)
    table.writerow(["requirement", "candidate", "statement", "evidence"])
    for row in read_csv("ml_platform_claims.csv"):
        first, *more = row["evidence_urls"].split() or [""]
        statement = "\n".join(
            [row["statement_text"], *(f"See also {text}" for text in more)]
        )
        for ref in refs[row["requirement_id"]]:
            if row["statement_text"].strip():
                table.writerow([ref, row["platform"], statement, first])
    book = read_table(lines.getvalue().encode(), "ml_platform_claims.csv")
    plan = plan_claims_import(book, known_claims(evaluation=evaluation))
    import_claims(evaluation=evaluation, plan=plan, by=evaluation.owner)
    candidates = {
        candidate.name: candidate for candidate in evaluation.candidates.all()
    }
    note_own_answers(candidates["Build in-house"], candidates["Stay as is"])


def note_own_answers(build: Candidate, as_is: Candidate) -> None:
    lead = build.evaluation.owner
    evaluation = build.evaluation
    months = datetime.timedelta(days=270)
    for requirement in evaluation.requirements.filter(
        Q(priority=Priority.MUST) | Q(demands__isnull=False)
    ).distinct():
        note_claim(
            candidate=build,
            requirement=requirement,
            availability=Availability.PLANNED,
            available_from=timezone.localdate() + months,
            # Our engineers would begin where the plants are.
            holds_for={"Runs on": ["on premises"], "Languages": "everywhere"},
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
            number=TODAY if requirement.ref == "R06.2" else None,
            by=lead,
        )


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
    add_long_list(evaluation)
    add_schedule(evaluation)
    return evaluation


def open_research(evaluation: Evaluation, people: dict[str, User]) -> Evaluation:
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
    evaluation = open_research(start_purchase(people), people)
    write_costs(evaluation)
    return evaluation
