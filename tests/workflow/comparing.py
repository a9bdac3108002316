"""A comparison of two finalists, and where it and its sums stand."""

import re
from decimal import Decimal

from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.services.stages import draft_decision
from tests.clients import signed_in
from tests.factories import stakeholders, trials, vendors
from tests.fixture_cache import built_once
from tests.workflow.deciding import in_decision
from vendors.models import Candidate
from vendors.services.candidates import shortlist
from vendors.services.costs import set_cost_line


def spoken(body: str) -> str:
    """A page as it is read, without the marks of its figures."""
    plain = re.sub(r"</?(?:data|span|strong)\b[^>]*>", "", body)
    return re.sub(r"\s+", " ", plain)


def page(where: Evaluation, tail: str = "") -> str:
    return f"/admin/e/{where.slug}/comparison/{tail}"


def sums(option: Candidate) -> str:
    return page(option.evaluation, f"{option.pk}/")


@built_once
def another(where: Evaluation, name: str, *, verdict: str = "holds") -> Candidate:
    """A second finalist, shown in a demo, that costs 40,000 to 70,000."""
    vendors.enter(where, "research")
    option = trials.claimed(where, name=name)
    shortlist(candidate=option, by=where.owner)
    vendors.enter(where, "demos")
    option.evaluation.refresh_from_db()
    trials.verdict(trials.claim_of(option), "demo", verdict)
    set_cost_line(
        candidate=option,
        kind="licence",
        low=Decimal(40_000),
        likely=Decimal(50_000),
        high=Decimal(70_000),
        by=where.owner,
    )
    vendors.enter(where, "decision")
    return option


def read(where: Evaluation, role: str = "leadership", tail: str = "") -> str:
    answer = signed_in(stakeholders.holder(role)).get(page(where, tail))
    assert answer.status_code == 200
    return answer.content.decode()


@built_once
def two_finalists() -> tuple[Evaluation, Candidate]:
    """Acme ML is drafted; Globex ML costs 40,000 to 70,000."""
    where, option = in_decision()
    another(where, "Globex ML")
    draft_decision(
        evaluation=where,
        candidate=option,
        rationale="It works.",
        dissent="Priya would have taken Globex.",
        by=where.owner,
    )
    return where, option
