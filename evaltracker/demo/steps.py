"""Trials of the demo evaluations: agreed, run, judged and closed."""

import csv
import datetime
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone

from evaltracker.accounts.services import RIGHTS
from evaltracker.decision.memo.signed_words import document_of
from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import (
    Category,
    Evaluation,
    Requirement,
    User,
    Visit,
)
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.evaluations import create_evaluation
from evaltracker.requirements.services.requirements import add_requirement
from evaltracker.workflow.services.sign_offs import sign
from stakeholders.models import Role, Stakeholder, digest_of
from stakeholders.services.people import add_stakeholder, set_sign_off_rule
from stakeholders.services.roles import give_roles
from stakeholders.services.sign_offs import ConditionAsked
from trials.choices import DataOwner, EvidenceVerdict, MilestoneState, Runner, Source
from trials.models import Criterion, Demo, Trial
from trials.selectors.trials import contract_of
from trials.services.contracts import agree_contract, propose_contract
from trials.services.criteria import add_criterion
from trials.services.demos import (
    end_demo,
    hold_demo,
    reveal_demo_notes,
    schedule_demo,
    write_demo_note,
)
from trials.services.evidence import record_evidence
from trials.services.milestones import add_milestone, settle_milestone
from trials.services.scores import give_score, lock_scores
from trials.services.scripts import draw_up_script
from trials.services.trials import close_trial, plan_trial, reply_to_gap
from vendors.choices import CostState
from vendors.models import Candidate, Claim, Vendor
from vendors.policy import to_declare
from vendors.selectors.costs import kinds_for
from vendors.services.candidates import add_candidate, add_vendor, declare_interests
from vendors.services.costs import set_cost_line

DATA = Path(__file__).parent / "data"


def read_csv(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@dataclass(frozen=True, slots=True)
class Control:
    ref: str
    group: str
    title: str
    text: str


def read_controls() -> list[Control]:
    catalog = json.loads((DATA / "mvsp_catalog.json").read_text(encoding="utf-8"))
    return [
        control(group["title"], value)
        for group in catalog["catalog"]["groups"]
        for value in group["controls"]
    ]


def control(group: str, row: dict[str, object]) -> Control:
    """A control; where the catalog repeats another's words, its title stands alone."""
    number = str(row["id"]).removeprefix("ctl_").removesuffix("-mvsp")
    parts: list[dict[str, str]] = row.get("parts", [])  # type: ignore[assignment]
    title = str(row["title"])
    prose = parts[0].get("prose", "").strip() if parts and number != "2.1" else ""
    text = f"{title}: {prose}" if prose else title
    return Control(f"MVSP-{number}", f"Security: {group}", title, text)


def declare_no_interests(evaluation: Evaluation) -> None:
    for person in (evaluation.owner, *evaluation.readers.all()):
        pending = to_declare(person).filter(evaluation=evaluation)
        declare_interests(
            evaluation=evaluation,
            interests=dict.fromkeys(pending.values_list("pk", flat=True), ""),
            by=person,
        )


# Known to everybody who reads this file, so `load_demo` runs in the demo only.
PASSWORD = "evaltracker-demo"  # noqa: S105
LEAD = "lead"
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    first_name: str
    last_name: str
    what: str
    role: Role | None = None
    zone: str = "Europe/Berlin"


LOGINS = (
    Login(LEAD, "Lina", "Ortega", "procurement lead, owns the evaluations"),
    Login("it", "Ivan", "Petrov", "signs for IT", Role.IT),
    Login("engineering", "Elif", "Kaya", "Engineering, scores", Role.ENGINEERING),
    Login("devops", "Dana", "Weiss", "signs for DevOps, scores", Role.DEVOPS),
    Login("pm", "Priya", "Nair", "signs for PM, scores", Role.PM, "Asia/Kolkata"),
    Login(
        "leadership",
        "Viktor",
        "Lund",
        "signs for Leadership",
        Role.LEADERSHIP,
        "America/New_York",
    ),
    Login(OPERATOR, "Otto", "Berg", "operates the server, has no part in any"),
)
SCORING = (Role.ENGINEERING, Role.DEVOPS, Role.PM)
SIGNING = (Role.IT, Role.DEVOPS, Role.PM, Role.LEADERSHIP)
SIGNED_STAGES = ("requirements", "trials", "decision")


def make_people() -> dict[str, User]:
    people = {login.username: make_person(login) for login in LOGINS}
    rights = Permission.objects.filter(
        content_type__app_label="evaluations", codename__in=RIGHTS
    )
    people[LEAD].user_permissions.add(*rights)
    for login in LOGINS:
        if login.role is not None:
            give_roles(
                person=people[login.username], roles=[login.role], by=people[OPERATOR]
            )
    # Read again: a user keeps the rights that were asked for once.
    people[LEAD] = User.objects.get(pk=people[LEAD].pk)
    return people


def make_person(login: Login) -> User:
    user: User | None = User.objects.filter(username=login.username).first()
    if user is not None:
        return user
    made: User = User.objects.create_user(
        username=login.username,
        password=PASSWORD,
        email=f"{login.username}@example.com",
        first_name=login.first_name,
        last_name=login.last_name,
        time_zone=login.zone,
        is_staff=True,
        is_superuser=login.username == OPERATOR,
    )
    return made


def give_parts(
    evaluation: Evaluation,
    people: dict[str, User],
    scoring: tuple[Role, ...] = SCORING,
) -> list[Stakeholder]:
    lead = evaluation.owner
    parts = [
        add_stakeholder(
            evaluation=evaluation,
            user=people[login.username],
            role=login.role,
            scores=login.role in scoring,
            by=lead,
        )
        for login in LOGINS
        if login.role is not None
    ]
    for stage in SIGNED_STAGES:
        for role in SIGNING:
            set_sign_off_rule(
                evaluation=evaluation, stage=stage, role=role, required=1, by=lead
            )
    return parts


MORNING = datetime.time(10)


def known_vendor(name: str, *, by: User, aliases: Sequence[str] = ()) -> Vendor:
    vendor = Vendor.objects.filter(name=name).first()
    return vendor or add_vendor(name=name, aliases=aliases, by=by)


def sign_all(
    evaluation: Evaluation,
    people: dict[str, User],
    asks: Mapping[str, ConditionAsked] = MappingProxyType({}),
) -> None:
    """Everybody approves, some on a condition, which `asks` has by role."""
    visit = Visit.objects.get(evaluation=evaluation, left_at__isnull=True)
    for rule in evaluation.sign_off_rules.filter(stage=visit.stage):
        asked = asks.get(rule.role)
        sign(
            rule=rule,
            verdict="conditions" if asked else "approve",
            reason="I agree once this is certain." if asked else "",
            conditions=[asked] if asked else [],
            shown=digest_of(document_of(evaluation, visit=visit)),
            by=people[rule.role],
        )


def mark_rest_unsaid(candidate: Candidate) -> None:
    priced = set(candidate.cost_lines.values_list("kind", flat=True))
    for kind in (kind.key for kind in kinds_for(candidate)):
        if kind not in priced:
            set_cost_line(
                candidate=candidate,
                kind=kind,
                state=CostState.UNSAID,
                by=candidate.evaluation.owner,
            )


def current_claim(candidate: Candidate, requirement: Requirement) -> Claim:
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
        thought = THOUGHTS[Role(part.role)]
        write_demo_note(demo=demo, text=thought, by=part.user)
    return reveal_demo_notes(demo=demo, by=by)


def lock_all_scores(
    parts: Sequence[Stakeholder], scores: Mapping[Candidate, Mapping[str, int]]
) -> None:
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


SLUG = "data-catalogue"
SOURCE = (
    "Security requirements: Minimum Viable Secure Product v3.0, 9 November 2023 (CC0). "
    "The rest is made up."
)


def load(people: dict[str, User]) -> Evaluation:
    """A brief with holes, the security baseline as must-haves, no weights yet.

    Its first candidate comes from a vendor that won an earlier purchase.
    """
    lead = people["lead"]
    evaluation = create_evaluation(
        title="Choose a data catalogue",
        slug=SLUG,
        buyer="Example Foods",
        by=lead,
        zone="Europe/Berlin",
        problem="Nobody knows which table is the right one.",
        source_note=SOURCE,
    )
    give_parts(evaluation, people)
    categories: dict[str, Category] = {}
    for control in read_controls():
        if control.group not in categories:
            categories[control.group] = add_category(
                evaluation=evaluation, name=control.group, by=lead
            )
        add_requirement(
            evaluation=evaluation,
            category=categories[control.group],
            ref=control.ref,
            text=control.text,
            priority=Priority.MUST,
            metric_excuse="A duty of our security policy.",
            by=lead,
        )
    add_candidate(
        evaluation=evaluation,
        name="Northlight Catalogue",
        vendor=known_vendor("Northlight Systems", by=lead),
        by=lead,
    )
    declare_no_interests(evaluation)
    return evaluation


NOON = datetime.time(12)


def add_schedule(evaluation: Evaluation) -> None:
    rows = read_csv("alaska_schedule.csv")
    first = datetime.date.fromisoformat(rows[0]["iso"][:10])
    start = timezone.localdate() + datetime.timedelta(weeks=1)
    for row in rows:
        moment = row["iso"].split()[0]
        day = datetime.date.fromisoformat(moment[:10])
        time = datetime.time.fromisoformat(moment[11:]) if len(moment) > 10 else NOON
        add_milestone(
            evaluation=evaluation,
            title=row["milestone"],
            owner_user=evaluation.owner,
            due_on=start + (day - first),
            due_time=time,
            zone=evaluation.zone,
            by=evaluation.owner,
        )


EVENING = datetime.time(17)


@dataclass(frozen=True, slots=True)
class Trying:
    starts_on: datetime.date
    days: int
    judged: int
    lead: User
    failing: Collection[str] = ()


# Where the numbers of the demo's benchmark count from.
BENCHMARK: dict[str, Any] = {
    "counted_environment": "4 nodes of 8 GPUs",
    "counted_commit": "8d1f2c7",
}


def run_trial(
    candidate: Candidate, requirements: Sequence[Requirement], how: Trying
) -> Trial:
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
        **(BENCHMARK if any(one.measure for one in requirements) else {}),
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
    candidate = criterion.trial.candidate
    record = record_evidence(
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
            gap=record.finding,
            reply="We saw the same. It is mended in the release after next.",
            by=Actor(name=f"{candidate} (sales engineer)"),
        )


def add_trial_milestones(trial: Trial, how: Trying) -> None:
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
        if day <= timezone.localdate():
            settle_milestone(milestone=milestone, state=MilestoneState.MET, by=how.lead)


def hold_trial(
    candidate: Candidate,
    requirements: Sequence[Requirement],
    *,
    lead: User,
    failing: Collection[str] = (),
) -> Trial:
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
    summary = f"Not reached: {missed}." if missed else "Every criterion was reached."
    return close_trial(trial=trial, summary=summary, by=lead)
