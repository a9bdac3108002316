"""A purchase with a wall of cells, none of them like its neighbours by rule."""

import datetime
import random
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from bench.seeds import settle
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.pages.proof import note_login
from tests.factories import common, vendors
from trials.models import Evidence, Excuse
from vendors.models import Candidate, Claim, Ruling

PRIORITIES = ("must", "should", "should", "could")
SAID = ("now",) * 6 + ("beta", "beta", "planned", "planned", "on_request", "never")
FOUND = ("holds",) * 6 + ("partly", "partly", "fails")
# How many of a hundred claims were looked at in each way; some in two, some in none.
LOOKED_AT = {"research": 25, "demo": 30, "trial": 15}
ANSWERED, REVISED = 0.85, 0.1
FAR_APART = datetime.timedelta(days=900)


@dataclass(frozen=True, slots=True)
class Wall:
    """A purchase of `cells` cells and the cookie of somebody who reads it."""

    slug: str
    cells: int
    cookie: str

    @property
    def page(self) -> str:
        """The matrix with every candidate."""
        return f"/admin/e/{self.slug}/matrix/"

    @property
    def api(self) -> str:
        """The same for programs."""
        return f"/api/v1/staff/evaluations/{self.slug}/matrix/"


def wall(candidates: int, requirements: int, owner: User | None = None) -> Wall:
    """That many candidates and requirements, answered and looked at unevenly."""
    chance = random.Random(f"{candidates} by {requirements}")
    title = f"Wall of {candidates} by {requirements}"
    where = common.evaluation(title=title, owner=owner)
    vendors.in_research(where)
    asked = _requirements(where, requirements, chance)
    options = Candidate.objects.bulk_create(
        Candidate(
            evaluation=where,
            name=f"Candidate {number} of many",
            kind="open_source",
            state="shortlisted",
        )
        for number in range(candidates)
    )
    for option in options:
        _answers(option, asked, chance)
    settle()
    return Wall(
        where.slug, candidates * requirements, f"sessionid={session(where.owner)}"
    )


def _requirements(
    where: Evaluation, many: int, chance: random.Random
) -> list[Requirement]:
    groups = [common.category(where, f"Category {number}") for number in range(12)]
    made: list[Requirement] = Requirement.objects.bulk_create(
        Requirement(
            evaluation=where,
            category=groups[number * len(groups) // many],
            ref=f"R{number // 40 + 1}.{number % 40 + 1}",
            position=number + 1,
            text=f"Number {number}: training runs are started, watched & resumed "
            f"from code, with at least {chance.randrange(2, 200)} at a time.",
            priority=chance.choice(PRIORITIES),
            weight=chance.randrange(11),
        )
        for number in range(many)
    )
    return made


def _answers(
    option: Candidate, asked: list[Requirement], chance: random.Random
) -> None:
    """One column: claims, some revised; verdicts on some; a few rulings and excuses."""
    start = timezone.now() - FAR_APART
    claims: list[Claim] = []
    proofs: list[Evidence] = []
    answered = [requirement for requirement in asked if chance.random() < ANSWERED]
    for requirement in answered:
        revisions = 2 if chance.random() < REVISED else 1
        for revision in range(1, revisions + 1):
            claim = _claim(option, requirement, revision, chance)
            claim.submitted_at = start + FAR_APART * chance.random() / 2
            if revision < revisions:
                claim.superseded_at = start + FAR_APART / 2
            claims.append(claim)
            proofs += _verdicts(claim, start, chance)
    Claim.objects.bulk_create(claims)
    Evidence.objects.bulk_create(proofs)
    by, few = option.evaluation.owner, max(1, len(asked) // 100)
    Ruling.objects.bulk_create(
        Ruling(
            candidate=option,
            requirement=requirement,
            reason="Runs elsewhere.",
            ruled_by=by,
        )
        for requirement in chance.sample(asked, few)
    )
    Excuse.objects.bulk_create(
        Excuse(
            candidate=option,
            requirement=requirement,
            reason="A workaround.",
            excused_by=by,
        )
        for requirement in chance.sample(asked, few)
    )


def _claim(
    option: Candidate, requirement: Requirement, revision: int, chance: random.Random
) -> Claim:
    said = chance.choice(SAID)
    day = datetime.date(2026, 1, 1) + datetime.timedelta(days=chance.randrange(900))
    return Claim(
        candidate=option,
        requirement=requirement,
        revision=revision,
        requirement_revision=requirement.revision,
        availability=said,
        available_from=day if said == "planned" else None,
        statement=f"Answer {revision} to {requirement.ref}: jobs run on CPU and GPU "
        "pools; they scale to zero and resume from checkpoints.",
        by_vendor=False,
    )


def _verdicts(
    claim: Claim, start: datetime.datetime, chance: random.Random
) -> list[Evidence]:
    return [
        Evidence(
            claim=claim,
            source=source,
            verdict=chance.choice(FOUND),
            note="We looked at it.",
            independent=chance.random() < 0.8,
            recorded_by=claim.candidate.evaluation.owner,
            recorded_at=start + FAR_APART * chance.random(),
        )
        for source, share in LOOKED_AT.items()
        if chance.randrange(100) < share
    ]


def session(user: User) -> str:
    """The key of a session of somebody who has a second factor as in production."""
    Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "none"}}
    )
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    note_login(store)
    store.create()
    return str(store.session_key)
