"""“Automated renewals”: a finished purchase in the shape of a published request.

Weights, price points and acceptance levels are those that the State of Alaska
published in 2021; the three offerors are its worked example. Who they are, what they
said and what the trials found is made up.
"""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from evaltracker.decision.models import Letter, PromiseCheck
from evaltracker.decision.services.after import record_metric_values, record_promises
from evaltracker.decision.services.contract_terms import set_contract_term
from evaltracker.decision.services.letters import send_letter
from evaltracker.demo.steps import (
    EVENING,
    declare_no_interests,
    give_parts,
    hold_trial,
    known_vendor,
    lock_all_scores,
    mark_rest_unsaid,
    read_csv,
    show_in_demo,
    sign_all,
)
from evaltracker.evaluations.choices import Priority, Stage
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.topics import TOPICS
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.evaluations import create_evaluation
from evaltracker.requirements.services.requirements import add_metric, add_requirement
from evaltracker.talk.services import attach_files
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.working_days import months_after
from evaltracker.workflow.services.stages import advance, decide, draft_decision
from stakeholders.models import Condition, Role
from stakeholders.services.people import weigh_for_role
from stakeholders.services.sign_offs import ConditionAsked, close_condition
from trials.services.milestones import add_milestone
from trials.services.scores import close_scores, open_consensus
from vendors.choices import Availability, CandidateState, CostState
from vendors.models import Candidate
from vendors.services.candidates import add_candidate, eliminate, shortlist
from vendors.services.claims import submit_claim
from vendors.services.contacts import add_contact, invite
from vendors.services.costs import set_cost_line, set_payments
from vendors.services.dialogue import close_claims, open_claims
from vendors.services.quotes import ask_to_open_prices, confirm_price_opening


def follow_up(evaluation: Evaluation, people: dict[str, User]) -> Evaluation:
    """The winner has its letter, the others still are drafts; the contract's dates
    are entered, and one check has begun."""
    lead = people["lead"]
    winner = evaluation.candidates.select_related("vendor").get(
        state=CandidateState.CHOSEN
    )
    if winner.vendor is None:
        return evaluation
    contact = add_contact(
        vendor=winner.vendor, name="Noa Berg", email="bids@northlight.example", by=lead
    )
    letter = Letter.objects.get(candidate=winner)
    send_letter(letter=letter, contacts=[contact], by=lead)
    first = PromiseCheck.objects.filter(candidate=winner).order_by("due_on")[0]
    record_promises(
        check=first,
        found={
            "QAP-1": ("holds", "Coverage report of the first sprint: 93%."),
            "QAP-2": ("partly", "Two contrast errors on the new form; a fix is due."),
        },
        by=people["devops"],
    )
    metric = evaluation.metrics.get()
    record_metric_values(
        check=first,
        values={metric.pk: ("78%", "Weekly report of the eligibility office.")},
        by=people["pm"],
    )
    starts = today_in(evaluation.zone) + datetime.timedelta(days=14)
    set_contract_term(
        evaluation=evaluation,
        starts_on=starts,
        ends_on=months_after(starts, 24) - datetime.timedelta(days=1),
        notice_months=3,
        renewal_months=12,
        looks_after=people["it"],
        by=people["lead"],
    )
    subject = TOPICS["decision"].find(lead, evaluation.pk)
    if subject is not None:
        file = SimpleUploadedFile("signed-contract.pdf", CONTRACT)
        attach_files(subject=subject, files=[file], by=lead)
    return evaluation


CONTRACT = b"""%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >> endobj
trailer << /Root 1 0 R >>
%%EOF
"""


def run_trials(
    candidates: Sequence[Candidate], requirements: Sequence[Requirement]
) -> None:
    """Three go to trial; one fails a must-have there, two prove all of them."""
    winner, second, third = candidates
    lead = winner.evaluation.owner
    hold_trial(winner, requirements, lead=lead, failing=("QAP-6",))
    hold_trial(second, requirements, lead=lead, failing=("QAP-4",))
    hold_trial(third, requirements, lead=lead, failing=("QAP-2",))
    eliminate(
        candidate=third,
        reason="Failed the accessibility scan in its trial: 41 errors.",
        by=lead,
    )


def decide_renewals(
    evaluation: Evaluation, winner: Candidate, people: dict[str, User]
) -> Evaluation:
    lead = evaluation.owner
    open_consensus(evaluation=evaluation, by=lead)
    close_scores(
        evaluation=evaluation, outcome="No score was moved in the meeting.", by=lead
    )
    for condition in Condition.objects.filter(sign_off__visit__evaluation=evaluation):
        note = "Northlight agreed; section 4 of the contract asks for it."
        close_condition(condition=condition, note=note, by=lead)
    for title, login, days in (
        ("The contract is signed", "leadership", 14),
        ("First review of the research plan", "pm", 45),
    ):
        add_milestone(
            evaluation=evaluation,
            title=title,
            owner_user=people[login],
            due_on=today_in(evaluation.zone) + datetime.timedelta(days=days),
            due_time=EVENING,
            by=lead,
        )
    opening = ask_to_open_prices(evaluation=evaluation, by=lead)
    confirm_price_opening(opening=opening, by=people["leadership"])
    draft_decision(
        evaluation=evaluation,
        candidate=winner,
        rationale=(
            "Both finalists proved every must-have in their trials and fit equally "
            "well. People scored Northlight's technical approach higher and Kodiak's "
            "user interface; what decides is Northlight's lower price, which the "
            "published criteria score. It had no research plan by its second sprint "
            "(QAP-6); the contract asks for one before the first form is built."
        ),
        dissent=(
            "Priya (PM) would have taken Kodiak: it asked our caseworkers before it "
            "drew a screen, and that is what her weights ask for."
        ),
        revisit_when=(
            "If renewals done on time are below 80% after six months, or there is no "
            "research plan by the first review."
        ),
        by=lead,
    )
    sign_all(evaluation, people)
    decide(evaluation=evaluation, by=lead)
    evaluation.refresh_from_db()
    return evaluation


# What the people of “Automated renewals” think of it: their weights and scores.
#
# Two offerors come out close on purpose, so that the memo has something to say about
# what would change the choice. All of it is made up.

TECHNICAL = "Technical Understanding and Approach"
PLANS = "Project Management Approach"
USERS = "Approach to User Interface and User Experience Design"
STAFFING = "Staffing Approach"
EXPERIENCE = "Experience and Qualifications"
VERBAL = "Verbal Presentation"
PRICE = "Contract Cost"
SCORES: dict[str, dict[str, int]] = {
    "Northlight Systems": {
        **{TECHNICAL: 5, PLANS: 4, USERS: 2, STAFFING: 3},
        **{EXPERIENCE: 4, VERBAL: 4, PRICE: 5},
    },
    "Kodiak Software": {
        **{TECHNICAL: 4, PLANS: 3, USERS: 5, STAFFING: 4},
        **{EXPERIENCE: 4, VERBAL: 4, PRICE: 4},
    },
    "Inside Passage Labs": {
        **{TECHNICAL: 3, PLANS: 3, USERS: 2, STAFFING: 3},
        **{EXPERIENCE: 3, VERBAL: 2, PRICE: 3},
    },
}
# Where a role weighs otherwise than the evaluation.
LEANS: dict[Role, dict[str, int]] = {
    Role.IT: {TECHNICAL: 8},
    Role.ENGINEERING: {TECHNICAL: 9, STAFFING: 6},
    Role.DEVOPS: {TECHNICAL: 10, PLANS: 4},
    Role.PM: {USERS: 9, TECHNICAL: 3},
    Role.LEADERSHIP: {PRICE: 10, PLANS: 5},
}


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
    for part in parts:
        role = Role(part.role)
        for category in evaluation.categories.all():
            weigh_for_role(
                evaluation=evaluation,
                category=category,
                role=role,
                weight=LEANS[role].get(category.name, category.weight or 0),
                by=part.user,
            )
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
    plan = ConditionAsked(
        text="Northlight hands in a research plan (QAP-6) before a form is built.",
        owner=lead,
        due_on=today_in(evaluation.zone) + datetime.timedelta(days=7),
    )
    sign_all(evaluation, people, asks={Role.PM: plan})
    advance(evaluation=evaluation, from_stage=Stage.TRIALS, by=lead)
    return follow_up(decide_renewals(evaluation, candidates[0], people), people)


PRICE_REASON = "The State of Alaska published cost as a criterion of 25%."


def write_requirements(evaluation: Evaluation) -> list[Requirement]:
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
    if ref in FOR_USERS:
        return USERS
    return PLANS if ref in FOR_PLANS else TECHNICAL


def add_offeror(evaluation: Evaluation, name: str) -> Candidate:
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
