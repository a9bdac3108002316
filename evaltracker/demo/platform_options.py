"""The options of “Choose an ML platform”, and what is said of each."""

import csv
import datetime
import io
from collections import defaultdict
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from evaltracker.demo.files import read_csv
from evaltracker.demo.steps import known_vendor
from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Evaluation
from evaltracker.tabular import read_table
from vendors.choices import Availability, CandidateKind
from vendors.imports import plan_claims_import
from vendors.models import Candidate
from vendors.services.candidates import add_candidate
from vendors.services.claims import note_claim
from vendors.services.contacts import add_contact
from vendors.services.imports import import_claims, known_claims

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
        words = "\n".join(
            [row["statement_text"], *(f"See also {text}" for text in more)]
        )
        for ref in refs[row["requirement_id"]]:
            if row["statement_text"].strip():
                table.writerow([ref, row["platform"], words, first])
    book = read_table(lines.getvalue().encode(), "ml_platform_claims.csv")
    plan = plan_claims_import(book, known_claims(evaluation=evaluation))
    import_claims(evaluation=evaluation, plan=plan, by=evaluation.owner)
    candidates = {
        candidate.name: candidate for candidate in evaluation.candidates.all()
    }
    note_own_answers(candidates["Build in-house"], candidates["Stay as is"])


def note_own_answers(build: Candidate, as_is: Candidate) -> None:
    """What we say ourselves of building, and of what we have."""
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
