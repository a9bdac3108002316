"""The comparison: side by side, sealed, as of a day, every number with its sum."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import floor1, stakeholders, trials, vendors
from tests.clients import signed_in
from tests.workflow.deciding import decided, in_decision
from trials.services.consensus import open_consensus
from vendors.services.candidates import shortlist
from vendors.services.costs import set_cost_line

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation
    from vendors.models import Candidate

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


def page(where: Evaluation, tail: str = "") -> str:
    return f"/admin/e/{where.slug}/comparison/{tail}"


def sums(option: Candidate) -> str:
    return page(option.evaluation, f"{option.pk}/")


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


def test_who_is_first_how_surely_and_at_what_cost() -> None:
    where, option = in_decision()
    another(where, "Globex ML")
    where.__class__.objects.filter(pk=where.pk).update(budget=Decimal(60_000))
    body = signed_in(where.owner).get(page(where)).content.decode()
    assert 'First by the evidence: <span dir="auto">Acme ML</span>' in body
    assert "Acme ML comes first in 100 % of 10,000 random weightings" in body
    assert "It would come first" not in body  # even if all held, it would be level
    assert "Globex ML: 75 % fit for at least 50,000" in body
    assert "40,000 to 70,000" in body
    assert "budget 60k" in body
    assert "over the horizon: over by 31,234" in body
    assert "over the horizon: could be over by 10,000 (high)" in body
    assert f"{sums(option)}#fit" in body


def test_level_candidates_share_their_place() -> None:
    where, _ = in_decision()
    another(where, "Globex ML")
    another(where, "Initech ML")
    body = signed_in(where.owner).get(page(where)).content.decode()
    assert body.count("<strong>1</strong>") == 1
    assert body.count("<strong>2, shared</strong>") == 2


def test_what_is_sealed_stays_sealed_on_the_page_and_in_the_sums() -> None:
    where, option = in_decision()
    other = another(where, "Globex ML")
    where.prices_opened_at = None
    where.save()
    vendors.enter(where, "trials")
    for tail in ("", f"{option.pk}/", f"{other.pk}/"):
        body = read(where, tail=tail)
        assert "Prices are sealed" in body
        assert "sealed until the consensus" in body
        for price in ("91,234", "91234", "50,000", "50000", "50k"):
            assert price not in body
    lina = signed_in(where.owner)
    assert "91,234" in lina.get(page(where)).content.decode()
    assert "91,234" in lina.get(sums(option)).content.decode()
    assert signed_in(floor1.noor()).get(sums(option)).status_code == 404


def test_the_order_uses_peoples_scores_only_once_they_are_open() -> None:
    where, _ = in_decision()
    another(where, "Globex ML")
    assert "First by the evidence:" in read(where, "it")
    open_consensus(evaluation=where, by=where.owner)
    # Nobody has scored: there are no totals, and so no first place.
    assert "Fewer than two candidates" in read(where, "it")


def test_every_sum_is_made_of_its_rows() -> None:
    where, option = in_decision()
    body = signed_in(where.owner).get(sums(option)).content.decode()
    assert "Σ weight × credit ÷ Σ weight" in body
    assert "holds in the trial" in body
    assert "91,234 USD, once" in body
    assert "What the hours saved are worth has not been said." in body
    where.__class__.objects.filter(pk=where.pk).update(
        engineers=6, loaded_hourly_rate=80, budget=100_000
    )
    option.__class__.objects.filter(pk=option.pk).update(
        hours_saved=1, months_to_live=2
    )
    body = signed_in(where.owner).get(sums(option)).content.decode()
    assert "Hours saved are worth" in body
    assert "Opportunity cost until it is live is" in body
    assert "Budget over the horizon: inside, 8,766 to spare" in body
    absent = page(where, "00000000-0000-4000-8000-000000000000/")
    assert signed_in(where.owner).get(absent).status_code == 404


def test_a_frozen_decision_keeps_its_numbers() -> None:
    where, option = decided()
    option.cost_lines.all().delete()
    body = read(where)
    assert "91,234" in body
    assert "Acme ML" in body


def test_another_day_moves_planned_dates_and_says_so() -> None:
    where = trials.platform()
    planned = where.created_at.date() + timedelta(days=400)
    option = trials.claimed(where, availability="planned", available_from=planned)
    lina = signed_in(where.owner)
    asked = {"as_of": planned.isoformat(), "kept": "1"}
    link = f"?as_of={planned}&amp;kept=1"
    today = lina.get(page(where)).content.decode()
    assert "as it is" not in today.replace("stays as it is", "")
    assert f'href="{link}"' in today
    body = lina.get(page(where), asked).content.decode()
    assert "These are not the numbers of today" in body
    assert "20 % as it is" in body
    assert f"{sums(option)}{link}#fit" in body
    assert "50 %" in lina.get(sums(option), asked).content.decode()


@pytest.mark.parametrize(
    "query",
    ["as_of=yesterday", "as_of=2020-01-01", "as_of=9999-01-01", "kept=2", "x=1"],
)
def test_an_address_that_no_form_makes_is_refused(query: str) -> None:
    where = trials.platform()
    trials.claimed(where)
    answer = signed_in(where.owner).get(f"{page(where)}?{query}")
    assert answer.status_code == 400


def test_names_are_text_in_charts_and_tables() -> None:
    where, _ = in_decision()
    another(where, HOSTILE)
    where.categories.update(name="<b>Training</b>")
    body = signed_in(where.owner).get(page(where)).content.decode()
    assert HOSTILE not in body
    assert "<b>Training" not in body
    assert "&lt;script&gt;" in body


def test_its_queries_do_not_grow_with_the_candidates() -> None:
    where, option = in_decision()
    lina, urls = signed_in(where.owner), (page(where), sums(option))

    def asked() -> list[int]:
        counts = []
        for url in urls:
            lina.get(url)
            with CaptureQueriesContext(connection) as queries:
                lina.get(url)
            counts.append(len(queries))
        return counts

    alone = asked()
    for name in ("Globex ML", "Initech ML", "Umbrella ML"):
        another(where, name)
    assert asked() == alone
