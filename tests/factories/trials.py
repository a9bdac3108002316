"""Demos, trials and verdicts of the cast's evaluations."""

import datetime
import io
from typing import Any

from django.core.files.base import ContentFile

from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Evaluation, Requirement, User
from tests.factories import common, stakeholders, vendors
from tests.fixture_cache import built_once
from trials.models import Criterion, Demo, Evidence, Gap, Trial
from trials.selectors.trials import contract_of
from trials.services.contracts import agree_contract, propose_contract
from trials.services.criteria import add_criterion
from trials.services.demos import hold_demo, schedule_demo
from trials.services.evidence import record_evidence
from trials.services.trials import plan_trial, reply_to_gap
from vendors.models import Candidate, Claim
from vendors.services.drafts import attach_file

CONTRACT = {
    "workload": "Train the demand forecast on last year's sales.",
    "environment": "A separate account on AWS.",
    "data_allowed": "Sales, without names.",
    "people_hours": "Elif and Dana, 10 hours a week each.",
    "exit_plan": "Everything is deleted on the last day.",
}
SETTING: Any = {"runner": "us", "data": "ours"}
TODAY = datetime.date.today  # the cast's trials are under way now


@built_once
def platform(*priorities: str, stage: str = "research") -> Evaluation:
    """An evaluation in `stage` with requirements R1, R2 … and all stakeholders.

    Claims are open in research; R1 is a must-have unless said otherwise.
    """
    where = common.evaluation()
    for number, priority in enumerate(priorities or ("must",), start=1):
        common.requirement(where, f"R{number}", priority)
    stakeholders.stakeholders(where, scores=True)
    vendors.in_research(where)
    return where if stage == "research" else vendors.enter(where, stage)


@built_once
def claimed(
    where: Evaluation, *requirements: Requirement, name: str = "Acme ML", **words: Any
) -> Candidate:
    """A candidate in an evaluation in research that claims all or those to be there
    now."""
    option = vendors.invited(where, name)
    for requirement in requirements or where.requirements.all():
        vendors.claim(option, requirement, **words)
    return option


def with_files() -> Evaluation:
    """A platform with a claim, its proof in a file, and a verdict with another."""
    where = platform()
    option = claimed(where)
    attach_file(
        candidate=option,
        requirement=where.requirements.get(),
        file=io.BytesIO(b"%PDF-1.7 proof"),
        name="proof.pdf",
        by=SYSTEM,
    )
    seen = ContentFile(b"seen on the day", name="notes.txt")
    verdict(claim_of(option), file=seen)
    return where


def claim_of(option: Candidate, ref: str = "R1") -> Claim:
    """The claim that stands."""
    claim: Claim = option.claims.get(requirement__ref=ref, superseded_at=None)
    return claim


@built_once
def demo(option: Candidate, *, held: bool = False) -> Demo:
    """A demo of yesterday, held or not."""
    owner = option.evaluation.owner
    arranged = schedule_demo(
        candidate=option,
        day=TODAY() - datetime.timedelta(days=1),
        time=datetime.time(10),
        zone="Europe/Berlin",
        by=owner,
    )
    if held:
        return hold_demo(demo=arranged, attendees="Elif, Dana", by=owner)
    return arranged


@built_once
def trial(option: Candidate, *refs: str, agreed: bool = True, **fields: Any) -> Trial:
    """A trial of ten days that began four days ago, with a criterion per ref."""
    owner = option.evaluation.owner
    planned = plan_trial(
        **{
            "candidate": option,
            "title": "Forecast",
            "starts_on": TODAY() - datetime.timedelta(days=4),
            "ends_on": TODAY() + datetime.timedelta(days=5),
            "lead": stakeholders.holder("engineering"),
            "by": owner,
            **CONTRACT,
            **fields,
        }
    )
    for ref in refs or ("R1",):
        criterion(planned, ref, by=owner)
    return agreed_by_all(planned) if agreed else planned


@built_once
def agreed_by_all(planned: Trial) -> Trial:
    """The trial, its contract put forward and agreed to by every role."""
    trial = propose_contract(trial=planned, by=planned.candidate.evaluation.owner)
    return agreed_to(trial)


def agreed_to(trial: Trial) -> Trial:
    """The trial, whose contract is put forward, agreed to by every role."""
    for part in contract_of(trial).awaited:
        trial = agree_contract(
            trial=trial, digest=contract_of(trial).digest, by=part.awaited[0].user
        )
    return trial


@built_once
def criterion(of: Trial, ref: str = "R1", *, by: User) -> Criterion:
    """A success criterion with a number."""
    return add_criterion(
        trial=of,
        requirement=of.candidate.evaluation.requirements.get(ref=ref),
        text=f"{ref} works under load",
        threshold="100 runs a day",
        by=by,
    )


@built_once
def verdict(
    claim: Claim, source: str = "research", verdict: str = "holds", **more: Any
) -> Evidence:
    """A verdict by the owner, with a note; to what fails the vendor has replied."""
    found = record_evidence(
        **{
            "claim": claim,
            "source": source,
            "verdict": verdict,
            "note": "We looked at it.",
            **({} if source == "research" else SETTING),
            "by": claim.candidate.evaluation.owner,
            **more,
        }
    )
    gap = Gap.objects.filter(evidence=found).first()
    if gap is not None:
        reply_to_gap(gap=gap, reply="We know.", by=claim.candidate.evaluation.owner)
    return found
