"""“GPU training service”: trials that run right now, after a published benchmark.

The script of ten steps and the scores from 0 to 3 are Neu.ro's of March 2021; Neu.ro is
one of the seven itself, which a research note says at each score. What our own trials
found is made up.
"""

import datetime
from decimal import Decimal

from django.utils import timezone

from evaltracker.demo.files import read_csv
from evaltracker.demo.interests import declare_no_interests
from evaltracker.demo.measuring import WAIT, confirm_measured, measure_nightly
from evaltracker.demo.people import give_parts
from evaltracker.demo.steps import (
    known_vendor,
    lock_all_scores,
    mark_rest_unsaid,
    show_in_demo,
    sign_all,
)
from evaltracker.demo.trying import Trying, run_trial
from evaltracker.evaluations.choices import Priority, Stage
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.evaluations import create_evaluation
from evaltracker.requirements.services.requirements import add_metric, add_requirement
from evaltracker.workflow.services.stages import advance
from stakeholders.choices import Role
from trials.choices import NoteKind, Severity
from trials.services.gaps import record_gap
from trials.services.research import note_research
from trials.services.scores import give_score
from vendors.choices import Availability
from vendors.models import Candidate
from vendors.services.candidates import add_candidate, shortlist
from vendors.services.claims import submit_claim
from vendors.services.invitations import invite
from vendors.services.windows import close_claims, open_claims

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
    """The seven published criteria as categories, the ten steps as requirements."""
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
    """The seven platforms; one that is known from another evaluation is reused."""
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
    """Published scores as notes, claims of those who will be tried."""
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
