"""A purchase in which Elif scores two candidates in two categories."""

from typing import Any

from django.utils import timezone

from evaltracker.evaluations.models import Category, Evaluation
from stakeholders.models import Stakeholder
from tests.factories import common, stakeholders, trials, vendors
from tests.fixture_cache import built_once
from trials.models import DemoNote
from trials.services.scores import give_score
from vendors.models import Candidate


@built_once
def scoring(*, requirements: int = 2) -> Evaluation:
    """In demos: Acme and Globex answered everything, Acme's first must-have was shown,
    and Elif and Ivan each wrote a note on its demo."""
    where = trials.platform(*("must",) * requirements)
    where.requirements.filter(ref="R1").update(scorer_help="Ask for the second run.")
    security = common.category(where, "Security")
    common.requirement(where, "S1", "should", category=security)
    acme = trials.claimed(where, statement="We do that on every cluster.")
    trials.claimed(where, name="Globex ML", statement="Planned by Globex.")
    vendors.enter(where, "demos")
    demo = trials.demo(acme, held=True)
    trials.verdict(trials.claim_of(acme), "demo", "partly", note="Only one cluster")
    for role, text in (("engineering", "My own thought"), ("it", "Ivan's thought")):
        DemoNote.objects.create(
            demo=demo,
            author=stakeholders.holder(role),
            text=text,
            written_at=timezone.now(),
        )
    return where


def part(where: Evaluation, role: str = "engineering") -> Stakeholder:
    found: Stakeholder = where.stakeholders.get(role=role)
    return found


def of(where: Evaluation, name: str, category: str, role: str = "engineering") -> str:
    """The id of one score of somebody's sheet."""
    candidate: Candidate = where.candidates.get(name=name)
    group: Category = where.categories.get(name=category)
    return f"{part(where, role).pk}.{candidate.pk}.{group.pk}"


def address(where: Evaluation, name: str, category: str) -> str:
    """Her sheet, with what is on file for it beside it."""
    return f"/admin/e/{where.slug}/scores/?at={of(where, name, category)}"


def give(where: Evaluation, name: str, category: str, value: int, **who: Any) -> None:
    """A score by Elif, or by another role."""
    role = who.get("role", "engineering")
    give_score(
        stakeholder=part(where, role),
        candidate=where.candidates.get(name=name),
        category=where.categories.get(name=category),
        value=value,
        reason=who.get("reason", "Seen"),
        by=stakeholders.holder(role),
    )
