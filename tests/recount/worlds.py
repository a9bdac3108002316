"""Purchases made by chance, through the product's own services; the same each time."""

import datetime
from contextlib import suppress
from decimal import Decimal
from random import Random
from typing import Any

from evaltracker.errors import Problem
from evaltracker.evaluations.models import Evaluation
from stakeholders.services.people import weigh_for_role
from tests.factories import common, stakeholders, trials, vendors
from trials.services.evidence import take_back_evidence
from trials.services.scores import give_score, lock_scores, open_consensus
from vendors.models import Candidate
from vendors.services.candidates import eliminate, shortlist
from vendors.services.costs import set_cost_line

SAYS = ("now", "now", "now", "beta", "planned", "on_request", "never", "")
FINDS = ("holds", "holds", "holds", "partly", "fails", "not_shown", "")
CATEGORIES = ("Training", "Serving", "Contract Cost")
NAMES = ("Acme ML", "Globex ML", "Initech ML", "Umbrella ML")
ROLES = ("it", "engineering", "devops", "pm")


def by_chance(number: int) -> Evaluation:
    """A purchase with two to four candidates, claims, demos, trials, scores, prices."""
    chance = Random(number)
    where = common.evaluation(title=f"Purchase {number}")
    groups = [
        common.category(where, name, chance.randint(0, 5))
        for name in CATEGORIES[: chance.randint(1, 2)]
    ]
    if chance.random() < 0.5:
        with suppress(Problem):
            groups.append(common.category(where, "Support", 3))
    refs = [f"R{at}" for at in range(1, chance.randint(5, 9))]
    for ref in refs:
        common.requirement(
            where,
            ref,
            chance.choice(("must", "should", "should", "could")),
            category=chance.choice(groups),
            weight=chance.randint(0, 5),
        )
    stakeholders.stakeholders(where, scores=True)
    for role in ROLES[: chance.randint(0, 4)]:
        for group in groups:
            weigh_for_role(
                evaluation=where,
                category=group,
                role=role,
                weight=chance.randint(0, 5),
                by=stakeholders.holder(role),
            )
    vendors.in_research(where)
    options = [
        answered(where, name, refs, chance) for name in NAMES[: chance.randint(2, 4)]
    ]
    for option in options:
        finds(option, refs, chance)
    vendors.enter(where, "decision")
    if chance.random() < 0.6:
        scored(where, options, groups, chance)
    where.refresh_from_db()
    return where


def answered(
    where: Evaluation, name: str, refs: list[str], chance: Random
) -> Candidate:
    """A candidate with answers, a price, and mostly on the shortlist."""
    option = vendors.invited(where, name)
    for ref in refs:
        if says := chance.choice(SAYS):
            claim(option, ref, says, chance)
    if chance.random() < 0.8:
        priced(option, chance)
    if chance.random() < 0.9:
        return shortlist(candidate=option, by=where.owner)
    return eliminate(candidate=option, reason="Too small.", by=where.owner)


def claim(option: Candidate, ref: str, says: str, chance: Random) -> None:
    """One answer; what is planned has a day."""
    more: dict[str, Any] = {}
    if says == "planned":
        day = datetime.date.today() + datetime.timedelta(chance.randint(5, 90))  # noqa: DTZ011
        more["available_from"] = day
    asked = option.evaluation.requirements.get(ref=ref)
    text = f"Yes, {ref}, {chance.random()}."
    vendors.claim(option, asked, says, statement=text, **more)


def priced(option: Candidate, chance: Random) -> None:
    """Two kinds of cost, one of them each month or year."""
    low = Decimal(chance.randint(10_000, 90_000)) / 10
    set_cost_line(
        candidate=option,
        kind="licence",
        low=low,
        likely=low * 2,
        high=low * 3,
        recurrence=chance.choice(("once", "monthly", "yearly")),
        quantity=Decimal(chance.randint(1, 12)),
        by=option.evaluation.owner,
    )
    set_cost_line(
        candidate=option,
        kind="setup",
        likely=Decimal(chance.randint(1, 9_999)) / 100,
        by=option.evaluation.owner,
    )


def finds(option: Candidate, refs: list[str], chance: Random) -> None:
    """Verdicts of research, demos and trials, some taken back, and new words after."""
    where = option.evaluation
    for stage, source in (
        *(("research", "research"), ("demos", "demo"), ("trials", "trial")),
    ):
        vendors.enter(where, stage)
        option.refresh_from_db()
        running: Any = None
        if source == "trial":
            if option.state == "eliminated":
                return
            planned = chance.sample(refs, chance.randint(1, len(refs)))
            running = trials.trial(option, *planned)
        for ref in refs:
            standing = option.claims.filter(
                requirement__ref=ref, superseded_at=None
            ).first()
            verdict = chance.choice(FINDS)
            if standing is None or not verdict:
                continue
            more: dict[str, Any] = {}
            if source == "research":
                more["independent"] = chance.random() < 0.8
            if running is not None:
                criteria = running.criteria.filter(requirement__ref=ref).first()
                if criteria is None or chance.random() < 0.4:
                    continue
                more["criterion"] = criteria
            with suppress(Problem):
                given = trials.verdict(standing, source, verdict, **more)
                if chance.random() < 0.2:
                    take_back_evidence(evidence=given, by=where.owner)
            if source == "research" and chance.random() < 0.3:
                with suppress(Problem):
                    claim(option, ref, chance.choice(SAYS[:4]), chance)


def scored(
    where: Evaluation, options: list[Candidate], groups: list[Any], chance: Random
) -> None:
    """Scores of some people, locked, and opened."""
    for role in ROLES[: chance.randint(1, 4)]:
        part = where.stakeholders.get(role=role)
        with suppress(Problem):
            for option in options:
                for group in groups:
                    give_score(
                        stakeholder=part,
                        candidate=option,
                        category=group,
                        value=chance.randint(2, 5),
                        reason="Seen.",
                        by=part.user,
                    )
            lock_scores(stakeholder=part, by=part.user)
    with suppress(Problem):
        open_consensus(evaluation=where, by=where.owner)
