"""Steps that several demo evaluations take."""

import datetime
from collections.abc import Mapping, Sequence

from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Requirement, User, Visit
from evaltracker.workflow.memo import document_of
from evaltracker.workflow.services.signing import sign
from stakeholders.choices import Role
from stakeholders.models import Stakeholder
from stakeholders.services.sign_offs import digest_of
from trials.choices import DataOwner, EvidenceVerdict, Runner, Source
from trials.models import Demo
from trials.services.demo_notes import (
    end_demo,
    reveal_demo_notes,
    write_demo_note,
)
from trials.services.demos import hold_demo, schedule_demo
from trials.services.evidence import record_evidence
from trials.services.scores import give_score, lock_scores
from trials.services.scripts import draw_up_script
from vendors.choices import CostState
from vendors.costs import CHECKLIST
from vendors.models import Candidate, Claim, Vendor
from vendors.services.companies import add_vendor
from vendors.services.costs import set_cost_line

MORNING = datetime.time(10)


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
            runner=Runner.VENDOR,
            data=DataOwner.OURS,
            by=by,
        )
    demo = end_demo(demo=demo, by=by)
    for part in candidate.evaluation.stakeholders.filter(role__in=THOUGHTS):
        said = THOUGHTS[Role(part.role)]
        write_demo_note(demo=demo, text=said, by=part.user)
    return reveal_demo_notes(demo=demo, by=by)


def lock_all_scores(
    parts: Sequence[Stakeholder], scores: Mapping[Candidate, Mapping[str, int]]
) -> None:
    """Everybody who scores gives these, by candidate and category, and locks."""
    for part in parts:
        if not part.scores:
            continue
        categories = {
            category.name: category for category in part.evaluation.categories.all()
        }
        for candidate, values in scores.items():
            for name, value in values.items():
                give_score(
                    stakeholder=part,
                    candidate=candidate,
                    category=categories[name],
                    value=value,
                    reason="From the demo and the references.",
                    by=part.user,
                )
        lock_scores(stakeholder=part, by=part.user)
