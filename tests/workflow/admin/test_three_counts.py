"""Answered, shown and tested are the same, in the same words, wherever they stand."""

import re
from decimal import Decimal

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.clients import signed_in
from tests.factories import trials, vendors
from vendors.models import Candidate
from vendors.services.candidates import shortlist
from vendors.services.costs import set_cost_line

pytestmark = pytest.mark.django_db

COUNTS = "4 of 5 answered · 2 of 4 shown · 1 of 4 tested (1 backed by research)"


def seen_three_ways() -> tuple[Evaluation, Candidate]:
    """In decision: R1 was shown and tested, R2 shown, R3 read of, R5 unanswered."""
    where = trials.platform("must", "should", "should", "should", "should")
    asked = where.requirements.exclude(ref="R5")
    option = trials.claimed(where, *asked)
    shortlist(candidate=option, by=where.owner)
    trials.verdict(trials.claim_of(option, "R3"), "research")
    vendors.enter(where, "demos")
    option.evaluation.refresh_from_db()
    trials.demo(option, held=True)
    for ref in ("R1", "R2"):
        trials.verdict(trials.claim_of(option, ref), "demo")
    vendors.enter(where, "trials")
    option.evaluation.refresh_from_db()
    running = trials.trial(option)
    trials.verdict(trials.claim_of(option), "trial", criterion=running.criteria.get())
    set_cost_line(candidate=option, kind="licence", likely=Decimal(9), by=where.owner)
    vendors.open_prices(vendors.enter(where, "decision"))
    return where, option


def pages_with_counts(where: Evaluation, option: Candidate) -> tuple[str, ...]:
    """The addresses of all that says them, but for the memo, which is a document."""
    home = f"/admin/e/{where.slug}/"
    return (
        f"{home}matrix/",
        f"/admin/candidates/{option.pk}/",
        f"{home}comparison/",
        f"{home}comparison/{option.pk}/",
        f"{home}decision/",
    )


def words_of(html: str) -> str:
    """What is read of it."""
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def test_every_page_says_the_same_three_counts() -> None:
    where, option = seen_three_ways()
    lina = signed_in(where.owner)
    for path in pages_with_counts(where, option):
        page = lina.get(path).text
        said = re.findall(r'<(\w+)[^>]* class="et-counts\b[^>]*>(.*?)</\1>', page, re.S)
        assert {words_of(html) for _, html in said} == {COUNTS}, path
    assert COUNTS in words_of(lina.get(f"/admin/e/{where.slug}/memo/").text)
