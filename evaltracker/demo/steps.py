"""What only an act may write, done by the services that everybody uses.

A step names a service, or one of the acts below that call several, and what it is
given: rows by what people call them, the actor as login or as whoever it is outside.
"""

import datetime
import inspect
import json
import random
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from evaltracker.decision.memo.signed_words import document_of
from evaltracker.decision.models import Letter, PromiseCheck
from evaltracker.decision.services.contract_terms import set_contract_term
from evaltracker.decision.services.letters import send_letter
from evaltracker.decision.services.promise_checks import (
    close_check,
    move_check,
    record_metric_values,
    record_promises,
)
from evaltracker.demo.people import LEAD
from evaltracker.enumerations import Source
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.evaluations.topic_types import TOPICS
from evaltracker.talk.services import attach_files
from evaltracker.workflow.services.sign_offs import sign as sign_rule
from evaltracker.workflow.services.stages import advance, decide, draft_decision
from stakeholders.models import Condition, digest_of
from stakeholders.services.people import delegate
from stakeholders.services.sign_offs import ConditionAsked, close_condition
from trials.choices import DataOwner, MilestoneState, Runner
from trials.models import Criterion, Demo, Gap, Trial
from trials.run_formats import Address, read_json_file
from trials.selectors.trials import contract_of
from trials.services import demos
from trials.services.contracts import agree_contract, propose_contract
from trials.services.criteria import add_criterion
from trials.services.evidence import excuse_knock_out, note_research, record_evidence
from trials.services.milestones import add_milestone, settle_milestone
from trials.services.runs import confirm_runs, make_run_token, receive_report
from trials.services.scores import close_scores, give_score, lock_scores, open_consensus
from trials.services.scripts import draw_up_script
from trials.services.trials import close_trial, plan_trial, record_gap, reply_to_gap
from vendors.answers import typed_of
from vendors.models import Candidate, Claim, Contact, PriceOpening, Vendor
from vendors.policy import to_declare
from vendors.services import contacts, quotes
from vendors.services.about import release_about
from vendors.services.answering import close_claims, open_claims
from vendors.services.candidates import declare_interests, eliminate, shortlist
from vendors.services.claims import submit_claim
from vendors.services.dialogue import ask_question, propose_requirement
from vendors.services.drafts import save_drafts

type Act = Callable[..., Any]
type Step = dict[str, Any]

EVENING = datetime.time(17)


def play(
    evaluation: Evaluation, steps: Iterable[Step], people: Mapping[str, User]
) -> None:
    for step in steps:
        name = step.pop("do")
        given = {key: resolved(key, evaluation, people, step[key]) for key in step}
        if "evaluation" in inspect.signature(ACTS[name]).parameters:
            given["evaluation"] = Evaluation.objects.get(pk=evaluation.pk)
        ACTS[name](**{"by": people[LEAD], **given})


def resolved(
    key: str, evaluation: Evaluation, people: Mapping[str, User], value: Any
) -> Any:
    if key == "by":
        return people.get(value) or Actor(name=value)
    if key in PEOPLE:
        return people[value]
    if key in DAYS:
        return datetime.date.fromisoformat(value)
    if key in ROWS:
        return ROWS[key](evaluation, value)
    return value


def claim_of(evaluation: Evaluation, candidate: str, ref: str) -> Claim:
    return Claim.objects.get(
        candidate__evaluation=evaluation,
        candidate__name=candidate,
        requirement__ref=ref,
        superseded_at__isnull=True,
    )


def criterion_of(evaluation: Evaluation, candidate: str, ref: str) -> Criterion:
    trial = ROWS["trial"](evaluation, candidate)
    return trial.criteria.get(requirement__ref=ref)  # type: ignore[no-any-return]


PEOPLE = frozenset({"lead", "looks_after", "owner_user", "substitute"})
DAYS = frozenset(
    {
        *("due_on", "ends_on", "found_on", "promised_for", "source_date"),
        *("starts_on", "valid_until"),
    }
)
# By what a step calls it: how a row of the purchase is found.
ROWS: dict[str, Callable[[Evaluation, Any], Any]] = {
    "candidate": lambda where, name: where.candidates.get(name=name),
    "requirement": lambda where, ref: where.requirements.get(ref=ref),
    "category": lambda where, name: where.categories.get(name=name),
    "stakeholder": lambda where, role: where.stakeholders.get(role=role),
    "claim": lambda where, named: claim_of(where, *named),
    "demo": lambda where, name: Demo.objects.get(
        candidate__evaluation=where, candidate__name=name
    ),
    "trial": lambda where, name: Trial.objects.get(
        candidate__evaluation=where, candidate__name=name
    ),
    "criterion": lambda where, named: criterion_of(where, *named),
    "gap": lambda where, named: Gap.objects.get(
        trial=ROWS["trial"](where, named[0]), requirement__ref=named[1]
    ),
    "check": lambda where, months: PromiseCheck.objects.get(
        candidate__evaluation=where, months=months
    ),
    "condition": lambda where, role: Condition.objects.get(
        sign_off__visit__evaluation=where, sign_off__role=role
    ),
    "letter": lambda where, name: Letter.objects.get(
        candidate__evaluation=where, candidate__name=name
    ),
    "contacts": lambda where, addresses: Contact.objects.filter(email__in=addresses),
    "opening": lambda where, _: PriceOpening.objects.get(evaluation=where),
    "close_at": lambda where, moment: datetime.datetime.fromisoformat(moment),
    "timetable": lambda where, lines: [" ".join(line) for line in lines],
    "due_time": lambda where, time: datetime.time.fromisoformat(time),
    "values": lambda where, named: {
        where.metrics.get(name=name).pk: tuple(value) for name, value in named.items()
    },
}


def declare_no_interests(*, evaluation: Evaluation, by: User) -> None:
    for person in (evaluation.owner, *evaluation.readers.all()):
        pending = to_declare(person).filter(evaluation=evaluation)
        declare_interests(
            evaluation=evaluation,
            interests=dict.fromkeys(pending.values_list("pk", flat=True), ""),
            by=person,
        )


def sign(
    *,
    evaluation: Evaluation,
    by: User,
    roles: Iterable[str] = (),
    asks: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Whoever is asked approves, or those of `roles` alone; a role in `asks` on a
    condition. Another `by` than the owner signs as the substitute of the role."""
    visit = Visit.objects.get(evaluation=evaluation, left_at__isnull=True)
    shown = digest_of(document_of(evaluation, visit=visit))
    rules = evaluation.sign_off_rules.filter(stage=visit.stage)
    for rule in rules.filter(role__in=roles) if roles else rules:
        condition = (asks or {}).get(rule.role)
        part = evaluation.stakeholders.get(role=rule.role)
        sign_rule(
            rule=rule,
            verdict="conditions" if condition else "approve",
            reason="I agree once this is certain." if condition else "",
            conditions=[
                ConditionAsked(
                    text=condition["text"],
                    owner=User.objects.get(username=condition["owner"]),
                    due_on=datetime.date.fromisoformat(condition["due_on"]),
                )
            ]
            if condition
            else [],
            shown=shown,
            without_weights=True,
            by=part.user if by == evaluation.owner else by,
        )


def invite(*, candidate: Candidate, by: User, contact: tuple[str, str]) -> None:
    """Invite it with the contacts of its vendor and one more: name and address."""
    vendor = Vendor.objects.get(candidates=candidate)
    contacts.add_contact(vendor=vendor, name=contact[0], email=contact[1], by=by)
    people = Contact.objects.current().filter(vendor=vendor)
    contacts.invite(candidate=candidate, contacts=people, by=by)


def answer(
    *,
    evaluation: Evaluation,
    candidate: Candidate,
    answers: Mapping[str, Mapping[str, Any]],
    by: Actor,
) -> None:
    """What its vendor says of requirements, by their refs."""
    for ref, values in answers.items():
        day = values.get("available_from")
        submit_claim(
            candidate=candidate,
            requirement=evaluation.requirements.get(ref=ref),
            by=by,
            **{
                "availability": "now",
                **values,
                "available_from": datetime.date.fromisoformat(day) if day else None,
            },
        )


def draft_answer(
    *, candidate: Candidate, answers: Mapping[str, Mapping[str, Any]], by: User
) -> None:
    """What its vendor typed on its pages and has not handed in."""
    typed = {ref: ({**typed_of(None), **values}, 0) for ref, values in answers.items()}
    save_drafts(candidate=candidate, typed=typed)


def quote(
    *, candidate: Candidate, lines: Iterable[Mapping[str, Any]], by: Actor, **given: Any
) -> None:
    people = Contact.objects.current().filter(vendor=candidate.vendor)
    quotes.hand_in_quote(
        candidate=candidate,
        lines=[
            quotes.QuotedLine(
                **{**line, **{key: Decimal(line[key]) for key in AMOUNTS & line.keys()}}
            )
            for line in lines
        ],
        readers=people.values_list("email", flat=True),
        by=by,
        **given,
    )


AMOUNTS = frozenset({"low", "likely", "high", "quantity"})


def score(
    *,
    evaluation: Evaluation,
    roles: Iterable[str],
    scores: Mapping[str, Mapping[str, int]],
    by: User,
    reason: str,
    locks: bool = True,
) -> None:
    """Points by candidate and category, the same of each of `roles`."""
    categories = {category.name: category for category in evaluation.categories.all()}
    candidates = {row.name: row for row in evaluation.candidates.all()}
    for part in evaluation.stakeholders.filter(role__in=roles):
        for name, values in scores.items():
            for category, value in values.items():
                give_score(
                    stakeholder=part,
                    candidate=candidates[name],
                    category=categories[category],
                    value=value,
                    reason=reason.format(value=value),
                    by=part.user,
                )
        if locks:
            lock_scores(stakeholder=part, by=part.user)


def show(
    *,
    evaluation: Evaluation,
    candidate: Candidate,
    by: User,
    attendees: str,
    title: str = "Scripted demo",
    note: str = "Shown live on our sample data.",
    data: str = DataOwner.OURS,
    judged: Mapping[str, tuple[str, str]] | None = None,
    waits: Iterable[str] = (),
    thoughts: Mapping[str, str] | None = None,
) -> None:
    """Arrange a demo for today, hold it and judge its script: each row holds but those
    in `judged`, by their refs; those in `waits` are open, and so is the demo then."""
    demo = demos.schedule_demo(
        candidate=candidate,
        title=title,
        day=timezone.localdate(),
        time=datetime.time(10),
        by=by,
    )
    draw_up_script(demo=demo, by=by)
    demo = demos.hold_demo(demo=demo, attendees=attendees, by=by)
    for item in demo.script_items.select_related("requirement"):
        if item.requirement:
            ref = item.requirement.ref
        else:
            ref = ""
        if not ref or ref in waits:
            continue
        verdict, note = (judged or {}).get(ref, ("holds", note))
        record_evidence(
            claim=claim_of(evaluation, candidate.name, ref),
            source=Source.DEMO,
            verdict=verdict,
            note=note,
            script_item=item,
            runner=Runner.VENDOR,
            data=data,
            by=by,
        )
    if not waits:
        demo = demos.end_demo(demo=demo, by=by)
        for role, text in (thoughts or {}).items():
            author = evaluation.stakeholders.get(role=role).user
            demos.write_demo_note(demo=demo, text=text, by=author)
        demos.reveal_demo_notes(demo=demo, by=by)


def try_out(
    *,
    evaluation: Evaluation,
    candidate: Candidate,
    starts_on: datetime.date,
    ends_on: datetime.date,
    by: User,
    lead: User,
    criteria: Iterable[Mapping[str, Any]],
    **terms: Any,
) -> None:
    """Plan a trial with its criteria, agree on it, and put its dates into the plan."""
    trial = plan_trial(
        candidate=candidate,
        title=f"Trial of {candidate}",
        starts_on=starts_on,
        ends_on=ends_on,
        lead=lead,
        by=by,
        **terms,
    )
    for row in criteria:
        requirement = evaluation.requirements.get(ref=row["ref"])
        add_criterion(
            trial=trial,
            requirement=requirement,
            by=by,
            **{
                "text": requirement.text,
                **{key: row[key] for key in row if key != "ref"},
            },
        )
    trial = propose_contract(trial=trial, by=by)
    contract = contract_of(trial)
    for agreement in contract.awaited:
        agree_contract(
            trial=trial, digest=contract.digest, by=agreement.awaited[0].user
        )
    middle = starts_on + (ends_on - starts_on) / 2
    dates = {"Kick-off": starts_on, "Half-time review": middle, "Last day": ends_on}
    for title, day in dates.items():
        milestone = add_milestone(
            evaluation=evaluation,
            trial=trial,
            title=title,
            owner_user=lead,
            due_on=day,
            due_time=EVENING,
            by=by,
        )
        if day <= timezone.localdate():
            settle_milestone(milestone=milestone, state=MilestoneState.MET, by=lead)


def judge(
    *,
    evaluation: Evaluation,
    candidate: Candidate,
    verdicts: Mapping[str, tuple[str, str]],
    by: User,
) -> None:
    """What a trial found of its criteria: verdict and note, by their refs."""
    for ref, (verdict, note) in verdicts.items():
        record_evidence(
            claim=claim_of(evaluation, candidate.name, ref),
            source=Source.TRIAL,
            verdict=verdict,
            note=note,
            criterion=criterion_of(evaluation, candidate.name, ref),
            runner=Runner.TOGETHER,
            data=DataOwner.OURS,
            by=by,
        )


def measure(
    *, criterion: Criterion, usual: float, nights: int, runs: int, by: User
) -> None:
    """Report so many runs in each of the last nights, up to a third around `usual`.

    The same numbers in every demo.
    """
    trial = criterion.trial
    token, _ = make_run_token(trial=trial, label="Nightly benchmark", by=by)
    draw = random.Random(trial.title)  # noqa: S311 - made-up numbers of the demo
    today = timezone.now().astimezone(datetime.UTC).replace(hour=2, minute=0, second=0)
    for back in range(nights, 0, -1):
        night = today - datetime.timedelta(days=back)
        body = {
            "id": f"nightly-{night:%Y-%m-%d}",
            "commit": trial.counted_commit,
            "environment": trial.counted_environment,
            "runs": [
                {
                    "criterion": str(criterion.pk),
                    "value": f"{usual * draw.uniform(0.67, 1.33):.1f}",
                    "unit": criterion.requirement.measure["unit"],
                    "measured_at": (
                        night + datetime.timedelta(minutes=10 * number)
                    ).isoformat(),
                }
                for number in range(runs)
            ],
        }
        content = json.dumps(body).encode()
        report = read_json_file(content, Address({}, {}))
        receive_report(token=token, content=content, reported_file=report)


def attach_contract(*, evaluation: Evaluation, by: User) -> None:
    contract = Path(__file__).parent / "data/signed-contract.pdf"
    file = SimpleUploadedFile(contract.name, contract.read_bytes())
    if subject := TOPICS["decision"].find(by, evaluation.pk):
        attach_files(subject=subject, files=[file], by=by)


ACTS: dict[str, Act] = {
    act.__name__: act
    for act in (
        *(answer, attach_contract, declare_no_interests, draft_answer, invite, judge),
        *(measure, quote, score, show, sign, try_out),
        *(add_milestone, advance, ask_question, close_check, close_claims),
        *(close_condition, close_scores, close_trial, confirm_runs, decide, delegate),
        *(draft_decision, eliminate, excuse_knock_out, move_check, note_research),
        *(open_claims, open_consensus, propose_requirement, record_gap),
        *(record_metric_values, record_promises, release_about, reply_to_gap),
        *(send_letter, set_contract_term, shortlist, quotes.ask_to_open_prices),
        quotes.confirm_price_opening,
    )
}
