"""Purchases in the middle of their trials, with everything that their pages show."""

import datetime
import random
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone

from bench.seeds import settle
from bench.seeds.matrix import session, wall
from evaltracker.decision.models import Outlook
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Evaluation, User, Visit
from stakeholders.models import SignedDocument, SignOff
from tests.factories import common, stakeholders, trials, vendors
from trials.models import (
    Criterion,
    Demo,
    Evidence,
    Gap,
    Milestone,
    Score,
    ScoreSheet,
    ScriptItem,
    Trial,
)
from vendors.models import Candidate, Claim, CostLine
from vendors.selectors.costs import kinds_for
from vendors.services.claims import note_claim

SHOWN, TRIED, ENTRIES = 20, 15, 400
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase, the cookie of its owner, and what can be said anew in it."""

    evaluation: Evaluation
    cookie: str
    option: Candidate

    def page(self, name: str) -> str:
        """The address of one of its pages."""
        return f"/admin/e/{self.evaluation.slug}/{name}"

    def answer(self, number: int) -> None:
        """Let a claim arrive; other words for every number."""
        asked = self.evaluation.requirements.all()
        note_claim(
            candidate=self.option,
            requirement=asked[number % len(asked)],
            availability="now",
            statement=f"Answer {number}, as of {timezone.now()}.",
            by=self.evaluation.owner,
        )


def purchase(across: int, down: int, stage: str = "trials") -> Purchase:
    """That many candidates and requirements, with demos, trials, scores, costs,
    sign-offs and milestones of everybody in the running; its owner runs no other."""
    made = wall(across, down, starter(f"lead{User.objects.count()}"))
    where: Evaluation = Evaluation.objects.get(slug=made.slug)
    parts = stakeholders.stakeholders(where, scores=True)
    for each in ("research", "demos", "trials", "decision"):
        stakeholders.sign_off_rules(where, each)
    vendors.enter(where, "demos")
    vendors.enter(where, stage)
    vendors.declare_none(where)
    chance = random.Random(made.slug)
    options = list(Candidate.objects.filter(evaluation=where))
    for option in options:
        _seen(option, chance)
        _priced(option, chance)
    for part in parts.values():
        sheet = ScoreSheet.objects.create(stakeholder=part, locked_at=timezone.now())
        Score.objects.bulk_create(
            Score(sheet=sheet, candidate=option, category=category, value=3)
            for option in options
            for category in where.categories.all()
        )
    _signed(where)
    with transaction.atomic():
        for number in range(ENTRIES):
            journal.record(
                evaluation=where,
                action="evaluation.noted",
                subject=where,
                by=where.owner,
                after={"number": number},
            )
    settle()
    return Purchase(where, made.cookie, options[0])


def _seen(option: Candidate, chance: random.Random) -> None:
    """A demo that was held and a trial under way, each with verdicts."""
    where, now = option.evaluation, timezone.now()
    standing = Claim.objects.filter(candidate=option, superseded_at=None)
    claims = iter(standing.order_by("pk"))
    demo = Demo.objects.create(
        candidate=option, scheduled_for=now - 40 * DAY, held_at=now - 40 * DAY
    )
    trial = Trial.objects.create(
        candidate=option,
        title=f"Trial of {option.name}",
        starts_on=(now - 20 * DAY).date(),
        ends_on=(now + chance.randrange(30) * DAY).date(),
        lead=stakeholders.holder("engineering"),
        agreed_at=now - 20 * DAY,
        **trials.CONTRACT,
    )
    verdicts = [
        _verdict(claim, "demo", chance, script_item=_item(demo, claim, number))
        for number, claim in enumerate(islice(claims, SHOWN))
    ]
    for number, claim in enumerate(islice(claims, TRIED)):
        criterion = Criterion.objects.create(
            trial=trial,
            requirement_id=claim.requirement_id,
            position=number,
            text=f"Holds for {chance.randrange(9, 99)} jobs at a time",
            threshold="95 of 100 runs",
        )
        if number % 3:
            verdicts.append(_verdict(claim, "trial", chance, criterion=criterion))
    Evidence.objects.bulk_create(verdicts)
    Gap.objects.create(
        trial=trial,
        severity="challenge",
        text="Jobs are not resumed after a restart.",
        found_on=now.date(),
        found_by=where.owner,
    )
    Milestone.objects.bulk_create(
        Milestone(
            evaluation=where,
            trial=trial,
            title=f"Milestone {number}",
            owner=where.owner,
            due_on=(due := now + chance.randrange(-9, 30) * DAY).date(),
            due_time=datetime.time(12),
            zone="UTC",
            due_at=due,
        )
        for number in range(3)
    )


def _item(demo: Demo, claim: Claim, number: int) -> ScriptItem:
    return ScriptItem.objects.create(
        demo=demo,
        requirement_id=claim.requirement_id,
        position=number,
        question=f"Show number {number} with our data.",
    )


def _verdict(
    claim: Claim, source: str, chance: random.Random, **about: object
) -> Evidence:
    return Evidence(
        claim=claim,
        source=source,
        verdict=chance.choice(("holds", "holds", "partly", "fails")),
        note="We looked at it on the day.",
        recorded_by=claim.candidate.evaluation.owner,
        recorded_at=timezone.now() - chance.randrange(20) * DAY,
        **about,
    )


def _priced(option: Candidate, chance: random.Random) -> None:
    for kind in (kind.key for kind in kinds_for(option)):
        likely = Decimal(chance.randrange(2, 90) * 1_000)
        CostLine.objects.create(
            candidate=option,
            kind=kind,
            state="priced",
            low=likely * 9 / 10,
            likely=likely,
            high=likely * 11 / 10,
            recurrence=chance.choice(("once", "yearly")),
        )


def _signed(where: Evaluation) -> None:
    """Everybody approved the short list and the demos."""
    for visit in Visit.objects.filter(evaluation=where, left_at__isnull=False):
        words = SignedDocument.objects.create(
            evaluation=where, sha256=f"{visit.number}" * 64, content="# Candidates\n"
        )
        for rule in where.sign_off_rules.filter(stage=visit.stage):
            person = stakeholders.holder(rule.role)
            SignOff.objects.create(
                visit=visit,
                rule=rule,
                person=person,
                requester=where.owner,
                verdict="approve",
                document=words,
                printed_name=person.name,
                role=rule.role,
                meaning="I approve.",
            )


def owner_of(many: int) -> str:
    """The cookie of somebody who runs so many small purchases, in all stages."""
    person = starter(f"owner{many}")
    for number in range(many):
        _small(person, number)
    settle()
    return f"sessionid={session(person)}"


def starter(username: str) -> User:
    """A person who may start evaluations."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    person = common.person(username)
    person.user_permissions.add(Permission.objects.get(codename="add_evaluation"))
    found: User = User.objects.get(pk=person.pk)
    return found


def _small(owner: User, number: int) -> None:
    """Two options and four requirements; every tenth waits for something else."""
    where = common.evaluation(title=f"{owner.username}, {number}", owner=owner)
    asked = [common.requirement(where, f"R{place}") for place in range(4)]
    if number % 10 == 0:
        return
    vendors.in_research(where)
    for name in ("First", "Second"):
        option = vendors.candidate(where, name, "open_source")
        Candidate.objects.filter(pk=option.pk).update(state="shortlisted")
        option.refresh_from_db()
        for requirement in asked:
            note_claim(
                candidate=option,
                requirement=requirement,
                availability="planned",
                available_from=timezone.now().date() + (1 + number % 60) * DAY,
                statement=f"{name} will do {requirement.ref}.",
                by=owner,
            )
    vendors.enter(where, ("research", "demos", "trials")[number % 3])


def a_day_begins() -> None:
    """Let what was looked at last be of yesterday, in every evaluation."""
    Outlook.objects.update(valid_until=timezone.now())
