"""Worlds of cells of every sort, with lists of the brief and without."""

import datetime
import random
from typing import Any

from evaltracker.evaluations.models import Demand, Evaluation, Requirement, Scope
from tests.factories import common, stakeholders, vendors
from trials.models import Criterion, Evidence, Excuse, Trial
from vendors.models import Candidate, Claim, Ruling

SAID = ("now", "beta", "planned", "on_request", "never", "unstated", "withdrawn")
VERDICTS = ("holds", "partly", "fails")
LISTS = {"Runs on": ("AWS", "on premises"), "Languages": ("Python", "R", "Java")}
RETIRED = "Java"
TODAY = datetime.date(2026, 6, 15)
NOON = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)


def anything(seed: int, *, lists: bool = False) -> Evaluation:
    """Cells of every sort: revisions, ties, changed words, retired requirements."""
    chance = random.Random(seed)
    where = common.evaluation()
    first = common.requirement(where, "R0")
    Requirement.objects.bulk_create(
        Requirement(
            evaluation=where,
            category=first.category,
            ref=f"R{number}",
            text="What is asked.",
            priority=chance.choice(("must", "should", "could")),
            weight=chance.randrange(11),
            revision=chance.randrange(1, 4),
            retired_at=NOON if chance.random() < 0.1 else None,
        )
        for number in range(1, 20)
    )
    if lists:
        brief(where, chance)
    for number in range(3):
        option = vendors.candidate(where, f"Option {number}")
        for requirement in where.requirements.all():
            Story(option, requirement, chance, lists=lists).tell()
    return where


def brief(where: Evaluation, chance: random.Random) -> None:
    """Lists of the brief, one value of them retired, and what must hold in them."""
    for place, (name, values) in enumerate(LISTS.items()):
        scope = Scope.objects.create(evaluation=where, name=name, position=place)
        for number, value in enumerate(values):
            gone = NOON if value == RETIRED else None
            scope.values.create(name=value, position=number, retired_at=gone)
        for requirement in where.requirements.all():
            if chance.random() < 0.6:
                Demand.objects.create(requirement=requirement, scope=scope)


class Story:
    """What one candidate said of one requirement, and what was found of it."""

    def __init__(
        self,
        option: Candidate,
        requirement: Requirement,
        chance: random.Random,
        *,
        lists: bool,
    ) -> None:
        self.option, self.requirement, self.chance = option, requirement, chance
        self.lists, self.by = lists, option.evaluation.owner
        # What the last revision answered, and of which wording; the next may keep it.
        self.means_said: dict[str, Any] | None = None
        self.answered = 1

    def tell(self) -> None:
        """Keep all of it in the database."""
        chance, proofs = self.chance, list[Evidence]()
        criterion = self.criterion() if self.lists and chance.random() < 0.5 else None
        for revision in range(1, last := chance.randrange(4) + 1):
            claim = self.claim(revision, is_last=revision == last - 1)
            for _ in range(chance.randrange(4)):
                proofs.append(self.verdict(claim, proofs, criterion))
        Evidence.objects.bulk_create(proofs)
        if chance.random() < 0.1:
            Ruling.objects.create(**self.cell(), reason="Elsewhere.", ruled_by=self.by)
        if chance.random() < 0.2:
            Excuse.objects.create(
                **self.cell(),
                reason="A workaround.",
                excused_by=self.by,
                withdrawn_at=NOON if chance.random() < 0.3 else None,
                withdrawn_by=self.by,
                withdrawn_reason="No more.",
            )

    def cell(self) -> dict[str, Any]:
        """The place, and values that something there names, for a ruling."""
        named = self.names() if self.lists and self.chance.random() < 0.7 else {}
        return {
            "candidate": self.option,
            "requirement": self.requirement,
            "named_values": named,
        }

    def criterion(self) -> Criterion:
        """A criterion that may name values."""
        trial = self.option.trials.first() or Trial.objects.create(
            candidate=self.option,
            title="Forecast",
            starts_on=TODAY,
            ends_on=TODAY,
            lead=stakeholders.holder("engineering"),
        )
        return Criterion.objects.create(
            trial=trial,
            requirement=self.requirement,
            text="It runs.",
            named_values=self.names(),
        )

    def claim(self, revision: int, *, is_last: bool) -> Claim:
        """One revision of the answer."""
        chance, said = self.chance, self.chance.choice(SAID)
        if revision == 1 or chance.random() < 0.4:
            self.means_said = self.means()
            self.answered = chance.randrange(1, self.requirement.revision + 1)
        return Claim.objects.create(
            candidate=self.option,
            requirement=self.requirement,
            revision=revision,
            requirement_revision=self.answered,
            availability=said,
            available_from=self.day(),
            statement=chance.choice(("Yes.", "Yes.", "Of course.")),
            environments=chance.choice(([], ["AWS"], ["Mars", "R"])),
            holds_for=self.means_said if self.lists and said != "withdrawn" else None,
            superseded_at=None if is_last else NOON,
        )

    def means(self) -> dict[str, Any] | None:
        """What is answered for some of the values; None if nothing is said of them."""
        if self.chance.random() < 0.2:
            return None
        answer = self.chance.choice(("now", "now", "beta", "planned", "never"))
        means = {
            name: {
                value: [answer, str(self.day()) if answer == "planned" else None]
                for value in values
            }
            for name, values in self.names().items()
        }
        return {"said": None, "means": means}

    def verdict(
        self, claim: Claim, before: list[Evidence], criterion: Criterion | None
    ) -> Evidence:
        """A verdict that may name values, and may confirm one from before."""
        chance = self.chance
        source = chance.choice(("research", "demo", "trial"))
        not_shown = source == "demo" and chance.random() < 0.3
        again = chance.choice(before) if before and chance.random() < 0.2 else None
        return Evidence(
            claim=claim,
            source=source,
            verdict="not_shown" if not_shown else chance.choice(VERDICTS),
            note="We looked at it.",
            independent=chance.random() < 0.6,
            runner=chance.choice(("", "us", "vendor")),
            data=chance.choice(("", "ours", "vendor")),
            named_values=self.names() if self.lists else {},
            criterion=criterion if source == "trial" else None,
            reconfirms=again,
            recorded_by=self.by,
            recorded_at=NOON + datetime.timedelta(days=chance.randrange(3)),
        )

    def names(self) -> dict[str, list[str]]:
        """Values of some lists; of one perhaps none."""
        return {
            name: [value for value in values if self.chance.random() < 0.7]
            for name, values in LISTS.items()
            if self.chance.random() < 0.7
        }

    def day(self) -> datetime.date:
        """A day around today."""
        return TODAY + datetime.timedelta(days=self.chance.randrange(-1, 2))
