"""“Choose a notebook platform”: 26 platforms imported from a published comparison."""

import datetime
from decimal import Decimal
from itertools import count

from django.utils import timezone

from evaltracker.demo.files import DATA, read_csv
from evaltracker.demo.people import give_parts
from evaltracker.demo.steps import mark_rest_unsaid, sign_all
from evaltracker.evaluations.choices import Priority, Stage
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.work_calendar import is_working_day
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.evaluations import create_evaluation
from evaltracker.requirements.services.requirements import add_metric, add_requirement
from evaltracker.tabular import read_table
from evaltracker.workflow.services.stages import advance
from trials.services.demos import schedule_demo
from trials.services.scripts import draw_up_script
from vendors.choices import Availability, CandidateKind, QuoteState, Recurrence
from vendors.costs import CostKind
from vendors.imports import plan_claims_import
from vendors.models import Candidate
from vendors.services.candidates import add_candidate, shortlist
from vendors.services.claims import submit_claim
from vendors.services.companies import add_vendor
from vendors.services.imports import import_claims, known_claims
from vendors.services.invitations import invite
from vendors.services.quote_lines import QuotedLine
from vendors.services.quotes import hand_in_quote
from vendors.services.windows import close_claims, open_claims

SLUG = "notebooks"
FILE = "notebook_platforms.csv"
SOURCE = (
    "Platforms, criteria, ticks and crosses: The Open University, comparison of "
    "January 2024 (BSD-3-Clause); some of the products are gone since. A tick was read "
    "as “now”, a cross as “never”, words as a statement without a status. The rest is "
    "made up."
)
MUSTS = ("Real-time Collaboration", "GitHub Integration", ".ipynb Compatibility")
OPEN_SOURCE = ("JupyterLab", "Jupyter Notebook", "Apache Zeppelin")
SHORTLIST = ("Deepnote", "CoCalc", "JupyterLab")
# Whose prices are sealed until the decision.
QUOTES = "Deepnote"
NOON = datetime.time(12)


def load(people: dict[str, User]) -> Evaluation:
    """In the demos stage, with scripts drawn up and nothing shown yet."""
    lead = people["lead"]
    evaluation = create_evaluation(
        title="Choose a notebook platform",
        slug=SLUG,
        buyer="Example Foods",
        by=lead,
        zone="Europe/Berlin",
        currency="EUR",
        problem="Analysts mail notebooks to each other and lose versions.",
        must_run_by=timezone.localdate() + datetime.timedelta(weeks=13),
        budget=Decimal(40_000),
        support_wanted="business_hours",
        engineers=30,
        source_note=SOURCE,
    )
    give_parts(evaluation, people)
    write_requirements(evaluation)
    for row in read_csv(FILE):
        add_platform(evaluation, row["platform"], row["url"])
    sign_all(evaluation, people)
    advance(evaluation=evaluation, from_stage=Stage.REQUIREMENTS, by=lead)
    research(evaluation)
    evaluation = advance(evaluation=evaluation, from_stage=Stage.RESEARCH, by=lead)
    invite_to_demos(evaluation)
    return evaluation


def write_requirements(evaluation: Evaluation) -> None:
    """The eleven published criteria."""
    lead = evaluation.owner
    metric = add_metric(
        evaluation=evaluation,
        name="Notebooks lost or done twice",
        baseline="14 a month",
        target="1 a month",
        by=lead,
    )
    category = add_category(evaluation=evaluation, name="Notebook", weight=7, by=lead)
    names = [name for name in read_csv(FILE)[0] if name not in ("platform", "url")]
    for number, name in enumerate(names, start=1):
        must = name in MUSTS
        add_requirement(
            evaluation=evaluation,
            category=category,
            ref=f"N{number}",
            text=name,
            priority=Priority.MUST if must else Priority.SHOULD,
            weight=8 if must else 4,
            metric=metric if must else None,
            by=lead,
        )


def add_platform(evaluation: Evaluation, name: str, website: str) -> None:
    """One platform on the long list; those we may shortlist have a vendor."""
    kind = CandidateKind.OPEN_SOURCE if name in OPEN_SOURCE else CandidateKind.BUY
    vendor = None
    if name in SHORTLIST:
        vendor = add_vendor(name=name, website=website, by=evaluation.owner)
    add_candidate(
        evaluation=evaluation,
        name=name,
        kind=kind,
        vendor=vendor,
        website=website,
        by=evaluation.owner,
    )


def quote(candidate: Candidate) -> None:
    """What its vendor asks, sealed from everybody."""
    licence = QuotedLine(
        kind=CostKind.LICENCE,
        likely=Decimal(39),
        quantity=Decimal(30),
        unit="user",
        recurrence=Recurrence.MONTHLY,
    )
    hand_in_quote(
        candidate=candidate,
        currency="EUR",
        valid_until=timezone.localdate() + datetime.timedelta(weeks=20),
        lines=[
            licence,
            QuotedLine(kind=CostKind.SETUP, likely=Decimal(1800), high=Decimal(2500)),
            QuotedLine(kind=CostKind.ONBOARDING, state=QuoteState.INCLUDED),
            QuotedLine(kind=CostKind.MIGRATION, state=QuoteState.NOT_OFFERED),
        ],
        by=Actor(name=f"{candidate.name} (sales engineer)"),
    )


def research(evaluation: Evaluation) -> None:
    """The published matrix imported, three shortlisted, their vendors heard."""
    lead = evaluation.owner
    plan = plan_claims_import(
        read_table(DATA / FILE), known_claims(evaluation=evaluation)
    )
    import_claims(evaluation=evaluation, plan=plan, by=lead)
    close = timezone.now() + datetime.timedelta(weeks=1)
    open_claims(evaluation=evaluation, close_at=close, by=lead)
    for candidate in evaluation.candidates.filter(name__in=SHORTLIST):
        invite(candidate=candidate, by=lead)
        for requirement in evaluation.requirements.filter(priority=Priority.MUST):
            submit_claim(
                candidate=candidate,
                requirement=requirement,
                availability=Availability.NOW,
                statement=f"{requirement.text}: in every plan.",
                by=Actor(name=f"{candidate.name} (sales engineer)"),
            )
        if candidate.name == QUOTES:
            quote(candidate)
        mark_rest_unsaid(candidate)
        shortlist(candidate=candidate, by=lead)
    close_claims(evaluation=evaluation, by=lead)


def invite_to_demos(evaluation: Evaluation) -> None:
    """A demo for each of the three on the coming working days, its script drawn up."""
    today = timezone.localdate()
    days = (today + datetime.timedelta(days=number) for number in count(2))
    for name, day in zip(SHORTLIST, filter(is_working_day, days), strict=False):
        demo = schedule_demo(
            candidate=evaluation.candidates.get(name=name),
            day=day,
            time=NOON,
            by=evaluation.owner,
        )
        draw_up_script(demo=demo, by=evaluation.owner)
