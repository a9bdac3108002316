"""Trials of the demo evaluations: agreed, run, judged and closed."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from evaltracker.demo.steps import current_claim
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Requirement, User
from trials.choices import DataOwner, EvidenceVerdict, MilestoneState, Runner, Source
from trials.models import Criterion, Trial
from trials.selectors.contracts import contract_of
from trials.services.agreements import agree_contract
from trials.services.contracts import propose_contract
from trials.services.criteria import add_criterion
from trials.services.evidence import record_evidence
from trials.services.gaps import reply_to_gap
from trials.services.milestones import add_milestone, settle_milestone
from trials.services.trials import close_trial, plan_trial
from vendors.models import Candidate

EVENING = datetime.time(17)


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
            by=by,
            **how_judged(requirement),
        )
        for requirement in requirements
    ]
    trial = propose_contract(trial=trial, by=by)
    contract = contract_of(trial)
    for agreement in contract.awaited:
        agree_contract(
            trial=trial, digest=contract.digest, by=agreement.awaited[0].user
        )
    add_trial_milestones(trial, how)
    for criterion in criteria[: how.judged]:
        judge_criterion(criterion, fails=criterion.requirement.ref in how.failing)
    return trial


def how_judged(requirement: Requirement) -> dict[str, Any]:
    """The number and the method of its criterion; a measure brings its own number."""
    if requirement.measure:
        return {"method": "Our nightly benchmark"}
    return {
        "threshold": "Done by us within one hour, without help",
        "method": "Watched and timed",
    }


def judge_criterion(criterion: Criterion, *, fails: bool) -> None:
    """The owner's verdict on a criterion, and the vendor's word if it fails."""
    candidate = criterion.trial.candidate
    found = record_evidence(
        claim=current_claim(candidate, criterion.requirement),
        source=Source.TRIAL,
        verdict=EvidenceVerdict.FAILS if fails else EvidenceVerdict.HOLDS,
        note="Not reached in three attempts." if fails else "Reached.",
        criterion=criterion,
        runner=Runner.TOGETHER,
        data=DataOwner.OURS,
        by=candidate.evaluation.owner,
    )
    if fails:
        reply_to_gap(
            gap=found.finding,
            reply="We saw the same. It is mended in the release after next.",
            by=Actor(name=f"{candidate} (sales engineer)"),
        )


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
    missed = " and ".join(failing)
    words = f"Not reached: {missed}." if missed else "Every criterion was reached."
    return close_trial(trial=trial, summary=words, by=lead)
