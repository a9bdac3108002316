"""“GPU training service”: trials that run right now, after a published benchmark.

The script of ten steps and the scores from 0 to 3 are Neu.ro's of March 2021; Neu.ro is
one of the seven itself, which a research note says at each score. What our own trials
found is made up.
"""

import datetime
import json
import random
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from evaltracker.demo.steps import (
    BENCHMARK,
    DATA,
    Trying,
    declare_no_interests,
    give_parts,
    known_vendor,
    lock_all_scores,
    mark_rest_unsaid,
    read_csv,
    run_trial,
    show_in_demo,
    sign_all,
)
from evaltracker.evaluations.choices import Priority, Stage
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.evaluations import create_evaluation
from evaltracker.requirements.services.requirements import add_metric, add_requirement
from evaltracker.toolbox.days import is_working_day
from evaltracker.toolbox.tabular.open_books import read_table
from evaltracker.workflow.services.stages import advance
from stakeholders.models import Role
from trials.choices import DataOwner, EvidenceVerdict, NoteKind, Severity
from trials.models import Criterion, RunToken, Trial
from trials.run_formats import Address, read_json_file
from trials.services.demos import schedule_demo
from trials.services.evidence import note_research
from trials.services.runs import confirm_runs, make_run_token, receive_report
from trials.services.scores import give_score
from trials.services.scripts import draw_up_script
from trials.services.trials import record_gap
from vendors.choices import Availability, CandidateKind, QuoteState, Recurrence
from vendors.imports import plan_claims_import
from vendors.models import Candidate, Contact
from vendors.services.candidates import add_candidate, add_vendor, shortlist
from vendors.services.claims import submit_claim
from vendors.services.contacts import invite
from vendors.services.dialogue import close_claims, open_claims
from vendors.services.quotes import QuotedLine, hand_in_quote
from vendors.services.sheets import import_claims, known_claims

# What the demo measures: the wait that the purchase is to end.
WAIT: dict[str, Any] = {
    "quantity": "wait for a GPU",
    "unit": "s",
    "direction": "at_most",
    "bound": "60",
    "statistic": "p95",
    "tolerance": "10",
}
EACH_NIGHT = 5
NIGHT = datetime.time(2, tzinfo=datetime.UTC)


def measure_nightly(
    trial: Trial, criterion: Criterion, *, usual: float, nights: int
) -> None:
    """Report a night's runs for each of the last `nights` nights, around `usual` s.

    The same numbers in every demo: a run takes up to a third more or less.
    """
    token, _ = make_run_token(trial=trial, label="Nightly benchmark", by=trial.lead)
    draw = random.Random(trial.title)  # noqa: S311 - made-up numbers of the demo
    today = timezone.now().astimezone(datetime.UTC).date()
    for back in range(nights, 0, -1):
        night = datetime.datetime.combine(today - datetime.timedelta(days=back), NIGHT)
        waits = [usual * draw.uniform(0.67, 1.33) for _ in range(EACH_NIGHT)]
        report_night(token, criterion, night, waits)


def confirm_measured(criterion: Criterion) -> None:
    candidate = criterion.trial.candidate
    confirm_runs(
        criterion=criterion,
        claim=candidate.claims.get(
            requirement=criterion.requirement, superseded_at__isnull=True
        ),
        verdict=EvidenceVerdict.HOLDS,
        data=DataOwner.OURS,
        by=criterion.trial.lead,
    )


def report_night(
    token: RunToken, criterion: Criterion, night: datetime.datetime, waits: list[float]
) -> None:
    body = {
        "id": f"nightly-{night:%Y-%m-%d}",
        "commit": BENCHMARK["counted_commit"],
        "environment": BENCHMARK["counted_environment"],
        "runs": [
            {
                "criterion": str(criterion.pk),
                "value": f"{wait:.1f}",
                "unit": "s",
                "measured_at": (night + datetime.timedelta(minutes=10 * n)).isoformat(),
            }
            for n, wait in enumerate(waits)
        ],
    }
    content = json.dumps(body).encode()
    said = read_json_file(content, Address({}, {}))
    receive_report(token=token, content=content, said=said)


SLUG = "gpu-training"
SOURCE = (
    "Test script, criteria and scores: Neu.ro platform benchmark of 17 March 2021 "
    "(Apache-2.0), on its own scale from 0 to 3. The scorer is one of the vendors. "
    "Claims, demos, trials, people and dates are made up."
)
STEPS = (
    ("T0", "User registration", False),
    ("T1", "Upload a dataset", True),
    ("T2", "Upload the code", False),
    ("T3", "Run a training script", True),
    ("T4", "Look at the training logs", False),
    ("T5", "Visualize predictions", False),
    ("T6", "Run training again with more weight on the worst class", True),
    ("T7", "Download a checkpoint", False),
    ("T8", "Share a checkpoint with other users", True),
    ("T9", "Present a demo to non-engineers", False),
)
IN_TRIAL = ("Azure Machine Learning", "Determined AI", "Paperspace Gradient")
# What the nightly benchmark measures, what vendors claim of it, and what it finds.
MEASURED = "T6"
CLAIMED = {"value": "45", "unit": "s"}
USUAL_WAITS = (36.0, 50.0, 75.0)
PUBLISHED = datetime.date(2021, 3, 17)


def load(people: dict[str, User]) -> Evaluation:
    """Three trials side by side, ten days in, with a gap and a milestone missed."""
    lead = people["lead"]
    evaluation = create_evaluation(
        title="GPU training service",
        slug=SLUG,
        buyer="Example Foods",
        by=lead,
        zone="Europe/Berlin",
        currency="EUR",
        problem="One shared GPU machine; training runs wait for days.",
        must_run_by=timezone.localdate() + datetime.timedelta(weeks=9),
        budget=Decimal(90_000),
        support_wanted="self_service",
        engineers=12,
        source_note=SOURCE,
    )
    parts = give_parts(evaluation, people, scoring=(Role.ENGINEERING,))
    requirements = write_requirements(evaluation)
    candidates = add_candidates(evaluation)
    sign_all(evaluation, people)
    advance(evaluation=evaluation, from_stage=Stage.REQUIREMENTS, by=lead)
    declare_no_interests(evaluation)
    research(evaluation, candidates, requirements)
    advance(evaluation=evaluation, from_stage=Stage.RESEARCH, by=lead)
    finalists = [candidate for candidate in candidates if candidate.name in IN_TRIAL]
    for candidate in finalists:
        show_in_demo(candidate, requirements, by=lead)
    give_published_scores(evaluation, candidates, people["engineering"])
    lock_all_scores(parts, {})
    evaluation = advance(evaluation=evaluation, from_stage=Stage.DEMOS, by=lead)
    try_out(finalists, requirements)
    return evaluation


def write_requirements(evaluation: Evaluation) -> list[Requirement]:
    lead = evaluation.owner
    metric = add_metric(
        evaluation=evaluation,
        name="Hours that a training run waits",
        baseline="52",
        target="1",
        by=lead,
    )
    names = [
        name
        for name in read_csv("trial_scores.csv")[0]
        if name not in ("platform", "evidence_url", "Total")
    ]
    categories = [
        add_category(evaluation=evaluation, name=name, weight=5, by=lead)
        for name in names
    ]
    return [
        add_requirement(
            evaluation=evaluation,
            category=categories[number % len(categories)],
            ref=ref,
            text=text,
            priority=Priority.MUST if must else Priority.SHOULD,
            weight=7,
            metric=metric if must else None,
            measure=WAIT if ref == MEASURED else {},
            by=lead,
        )
        for number, (ref, text, must) in enumerate(STEPS)
    ]


def add_candidates(evaluation: Evaluation) -> list[Candidate]:
    lead = evaluation.owner
    candidates = []
    for row in read_csv("trial_scores.csv"):
        name = row["platform"]
        vendor = known_vendor(name, by=lead)
        candidates.append(
            add_candidate(evaluation=evaluation, name=name, vendor=vendor, by=lead)
        )
    return candidates


def research(
    evaluation: Evaluation, candidates: list[Candidate], requirements: list[Requirement]
) -> None:
    lead = evaluation.owner
    close = timezone.now() + datetime.timedelta(weeks=1)
    open_claims(evaluation=evaluation, close_at=close, by=lead)
    for candidate, row in zip(candidates, read_csv("trial_scores.csv"), strict=True):
        note_research(
            candidate=candidate,
            kind=NoteKind.BLOG,
            title=f"Neu.ro benchmark: {row['Total']} of 21 points",
            text="Scored by Neu.ro, itself one of the seven: an interested source.",
            source_url=row["evidence_url"],
            source_date=PUBLISHED,
            by=lead,
        )
        if candidate.name not in IN_TRIAL:
            continue
        invite(candidate=candidate, by=lead)
        for requirement in requirements:
            submit_claim(
                candidate=candidate,
                requirement=requirement,
                availability=Availability.NOW,
                statement=f"{requirement.text}: in the product today.",
                number=CLAIMED if requirement.measure else None,
                by=Actor(name=f"{candidate.name} (solutions engineer)"),
            )
        mark_rest_unsaid(candidate)
        shortlist(candidate=candidate, by=lead)
    close_claims(evaluation=evaluation, by=lead)


def give_published_scores(
    evaluation: Evaluation, candidates: list[Candidate], by: User
) -> None:
    """The published 0–3 of each criterion, as they stand, not stretched to 0–5."""
    stakeholder = evaluation.stakeholders.get(role=Role.ENGINEERING)
    categories = {category.name: category for category in evaluation.categories.all()}
    for candidate, row in zip(candidates, read_csv("trial_scores.csv"), strict=True):
        for name, category in categories.items():
            give_score(
                stakeholder=stakeholder,
                candidate=candidate,
                category=category,
                value=int(row[name]),
                reason=f"{row[name]} of 3 in the Neu.ro benchmark, 2021.",
                by=by,
            )


def try_out(finalists: list[Candidate], requirements: list[Requirement]) -> None:
    """Trials that began ten days ago: some criteria judged, one gap found, and one
    criterion measured every night; of the others than the first it waits for somebody
    to confirm what the runs propose."""
    began = timezone.localdate() - datetime.timedelta(days=10)
    for rank, candidate in enumerate(finalists):
        trial = run_trial(
            candidate,
            requirements,
            Trying(
                starts_on=began,
                days=35,
                judged=6 - 2 * rank,
                lead=candidate.evaluation.owner,
            ),
        )
        measured = trial.criteria.get(requirement__ref=MEASURED)
        measure_nightly(
            trial,
            measured,
            usual=USUAL_WAITS[rank],
            nights=8 - 2 * rank,
        )
        if rank == 0:
            confirm_measured(measured)
        if rank == 1:
            record_gap(
                trial=trial,
                severity=Severity.CHALLENGE,
                text="A checkpoint can be shared within one project only.",
                requirement=requirements[8],
                found_on=began + datetime.timedelta(days=4),
                workaround="Copy it through a bucket.",
                by=candidate.evaluation.owner,
            )


NOTEBOOKS_SLUG = "notebooks"
FILE = "notebook_platforms.csv"
NOTEBOOKS_SOURCE = (
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


def notebooks_load(people: dict[str, User]) -> Evaluation:
    """In the demos stage, with scripts drawn up and nothing shown yet."""
    lead = people["lead"]
    evaluation = create_evaluation(
        title="Choose a notebook platform",
        slug=NOTEBOOKS_SLUG,
        buyer="Example Foods",
        by=lead,
        zone="Europe/Berlin",
        currency="EUR",
        problem="Analysts mail notebooks to each other and lose versions.",
        must_run_by=timezone.localdate() + datetime.timedelta(weeks=13),
        budget=Decimal(40_000),
        support_wanted="business_hours",
        engineers=30,
        source_note=NOTEBOOKS_SOURCE,
    )
    give_parts(evaluation, people)
    notebooks_write_requirements(evaluation)
    for row in read_csv(FILE):
        add_platform(evaluation, row["platform"], row["url"])
    sign_all(evaluation, people)
    advance(evaluation=evaluation, from_stage=Stage.REQUIREMENTS, by=lead)
    notebooks_research(evaluation)
    evaluation = advance(evaluation=evaluation, from_stage=Stage.RESEARCH, by=lead)
    invite_to_demos(evaluation)
    return evaluation


def notebooks_write_requirements(evaluation: Evaluation) -> None:
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
    licence = QuotedLine(
        kind="licence",
        likely=Decimal(39),
        quantity=Decimal(30),
        unit="user",
        recurrence=Recurrence.MONTHLY,
    )
    contacts = Contact.objects.current()
    hand_in_quote(
        candidate=candidate,
        currency="EUR",
        valid_until=timezone.localdate() + datetime.timedelta(weeks=20),
        lines=[
            licence,
            QuotedLine(kind="setup", likely=Decimal(1800), high=Decimal(2500)),
            QuotedLine(kind="onboarding", state=QuoteState.INCLUDED),
            QuotedLine(kind="migration", state=QuoteState.NOT_OFFERED),
        ],
        by=Actor(name=f"{candidate.name} (sales engineer)"),
        readers=[contact.email for contact in contacts.filter(vendor=candidate.vendor)],
    )


def notebooks_research(evaluation: Evaluation) -> None:
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
