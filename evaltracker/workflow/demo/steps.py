"""Steps that several demo evaluations take."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Visit
from evaltracker.workflow.memo import document_of
from evaltracker.workflow.services.signing import sign
from stakeholders.choices import Role
from stakeholders.services.sign_offs import digest_of
from trials.choices import EvidenceVerdict, MilestoneState, Source
from trials.selectors.contracts import contract_of
from trials.services.contracts import agree_contract, propose_contract
from trials.services.criteria import add_criterion
from trials.services.demo_notes import (
    end_demo,
    reveal_demo_notes,
    write_demo_note,
)
from trials.services.demos import hold_demo, schedule_demo
from trials.services.evidence import record_evidence
from trials.services.gaps import reply_to_gap
from trials.services.milestones import add_milestone, settle_milestone
from trials.services.scores import give_score, lock_scores
from trials.services.scripts import draw_up_script
from trials.services.trials import close_trial, plan_trial
from vendors.choices import CostState
from vendors.costs import CHECKLIST
from vendors.models import Claim, Vendor
from vendors.policy import to_declare
from vendors.services.companies import add_vendor
from vendors.services.costs import set_cost_line
from vendors.services.interests import declare_interests

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from evaltracker.evaluations.models import Evaluation, Requirement, User
    from stakeholders.models import Stakeholder
    from trials.models import Demo, Trial
    from vendors.models import Candidate

MORNING = datetime.time(10)
EVENING = datetime.time(17)


def known_vendor(name: str, *, by: User, aliases: Sequence[str] = ()) -> Vendor:
    """The company of that name, entered once."""
    found = Vendor.objects.filter(name=name).first()
    return found or add_vendor(name=name, aliases=aliases, by=by)


def sign_all(evaluation: Evaluation, people: dict[str, User]) -> None:
    """Everybody who is asked on this stage approves what stands now."""
    visit = Visit.objects.get(evaluation=evaluation, left_at__isnull=True)
    for rule in evaluation.sign_off_rules.filter(stage=visit.stage):
        sign(
            rule=rule,
            verdict="approve",
            shown=digest_of(document_of(evaluation, visit=visit)),
            by=people[rule.role],
        )


def declare_no_interests(evaluation: Evaluation) -> None:
    """Everybody with a part declares to have no interest in any candidate."""
    for person in evaluation.readers.all():
        asked = to_declare(person).filter(evaluation=evaluation)
        declare_interests(
            evaluation=evaluation,
            interests=dict.fromkeys(asked.values_list("pk", flat=True), ""),
            by=person,
        )


def mark_rest_unsaid(candidate: Candidate) -> None:
    """Note as unsaid every kind of cost that has no line yet."""
    asked = set(candidate.cost_lines.values_list("kind", flat=True))
    for kind in CHECKLIST[candidate.kind]:
        if str(kind) not in asked:
            set_cost_line(
                candidate=candidate,
                kind=kind,
                state=CostState.UNSAID,
                by=candidate.evaluation.owner,
            )


def current_claim(candidate: Candidate, requirement: Requirement) -> Claim:
    """The words that stand."""
    claim: Claim = Claim.objects.get(
        candidate=candidate, requirement=requirement, superseded_at__isnull=True
    )
    return claim


# What people thought of a demo, each on their own.
THOUGHTS = {
    Role.ENGINEERING: "It did what the script asked. I would try our biggest job next.",
    Role.DEVOPS: "Roll-back was clicked, not scripted; ask for the API in the trial.",
}


def show_in_demo(
    candidate: Candidate, requirements: Sequence[Requirement], *, by: User
) -> Demo:
    """A demo that was held, with a verdict on every item of its script."""
    today = timezone.localdate()
    demo = schedule_demo(
        candidate=candidate, title="Scripted demo", day=today, time=MORNING, by=by
    )
    draw_up_script(demo=demo, by=by)
    demo = hold_demo(demo=demo, attendees="Lina, Elif, Dana and Priya", by=by)
    for item in demo.script_items.filter(requirement__in=requirements):
        if item.requirement is None:
            continue
        record_evidence(
            claim=current_claim(candidate, item.requirement),
            source=Source.DEMO,
            verdict=EvidenceVerdict.HOLDS,
            note="Shown live on our sample data.",
            script_item=item,
            by=by,
        )
    demo = end_demo(demo=demo, by=by)
    for part in candidate.evaluation.stakeholders.filter(role__in=THOUGHTS):
        said = THOUGHTS[Role(part.role)]
        write_demo_note(demo=demo, text=said, by=part.user)
    return reveal_demo_notes(demo=demo, by=by)


def lock_all_scores(
    parts: Sequence[Stakeholder], scores: Mapping[Candidate, int]
) -> None:
    """Everybody who scores gives these scores in each weighted category and locks."""
    for part in parts:
        if not part.scores:
            continue
        for candidate, value in scores.items():
            for category in part.evaluation.categories.filter(weight__gt=0):
                give_score(
                    stakeholder=part,
                    candidate=candidate,
                    category=category,
                    value=value,
                    reason="From the demo and the references.",
                    by=part.user,
                )
        lock_scores(stakeholder=part, by=part.user)


@dataclass(frozen=True, slots=True)
class Trying:
    """A trial's days, how many of its criteria are judged, and which fail."""

    starts_on: datetime.date
    days: int
    judged: int
    lead: User
    failing: Collection[str] = ()


def run_trial(
    candidate: Candidate, requirements: Sequence[Requirement], how: Trying
) -> Trial:
    """A trial with an agreed contract, milestones, and its first criteria judged."""
    by = candidate.evaluation.owner
    trial = plan_trial(
        candidate=candidate,
        title=f"Trial of {candidate}",
        starts_on=how.starts_on,
        ends_on=how.starts_on + datetime.timedelta(days=how.days),
        lead=how.lead,
        workload="The published script, on our own data.",
        environment="A project of its own, in our account.",
        data_allowed="Last year's records without names.",
        people_hours="Two engineers, four hours a day.",
        exit_plan="Delete the project; keep the logs.",
        by=by,
    )
    criteria = [
        add_criterion(
            trial=trial,
            requirement=requirement,
            text=requirement.text,
            threshold="Done by us within one hour, without help",
            method="Watched and timed",
            by=by,
        )
        for requirement in requirements
    ]
    trial = propose_contract(trial=trial, by=by)
    contract = contract_of(trial)
    for one in contract.awaited:
        agree_contract(trial=trial, digest=contract.digest, by=one.awaited[0].user)
    add_trial_milestones(trial, how)
    for criterion in criteria[: how.judged]:
        fails = criterion.requirement.ref in how.failing
        found = record_evidence(
            claim=current_claim(candidate, criterion.requirement),
            source=Source.TRIAL,
            verdict=EvidenceVerdict.FAILS if fails else EvidenceVerdict.HOLDS,
            note="Not reached in three attempts." if fails else "Reached.",
            criterion=criterion,
            by=by,
        )
        if fails:
            reply_to_gap(
                gap=found.finding,
                reply="We saw the same. It is mended in the release after next.",
                by=Actor(name=f"{candidate} (sales engineer)"),
            )
    return trial


def add_trial_milestones(trial: Trial, how: Trying) -> None:
    """Kick-off, half-time review and last day."""
    for title, share in (
        ("Kick-off", 0.0),
        ("Half-time review", 0.5),
        ("Last day", 1.0),
    ):
        day = how.starts_on + datetime.timedelta(days=round(how.days * share))
        milestone = add_milestone(
            evaluation=trial.candidate.evaluation,
            trial=trial,
            title=title,
            owner_user=how.lead,
            due_on=day,
            due_time=EVENING,
            by=trial.candidate.evaluation.owner,
        )
        if day < timezone.localdate():
            settle_milestone(milestone=milestone, state=MilestoneState.MET, by=how.lead)


def hold_trial(
    candidate: Candidate,
    requirements: Sequence[Requirement],
    *,
    lead: User,
    failing: Collection[str] = (),
) -> Trial:
    """A trial of two weeks that is over, every criterion judged."""
    today = timezone.localdate()
    trial = run_trial(
        candidate,
        requirements,
        Trying(
            starts_on=today - datetime.timedelta(days=14),
            days=14,
            judged=len(requirements),
            lead=lead,
            failing=failing,
        ),
    )
    words = "One must-have failed." if failing else "Every criterion was reached."
    return close_trial(trial=trial, summary=words, by=lead)
