"""The comparison: side by side, sealed, as of a day, every number with its sum."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.decision.services.draws import keep_draws
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.workflow.comparing import another, page, read, spoken, sums
from tests.workflow.deciding import decided, in_decision
from trials.services.scores import open_consensus

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_who_is_missing_from_the_picture_is_said_and_the_first_is_ringed",
)
def test_who_is_first_how_surely_and_at_what_cost() -> None:
    where, option = in_decision()
    another(where, "Globex ML")
    where.__class__.objects.filter(pk=where.pk).update(budget=Decimal(60_000))
    keep_draws(evaluation=where)
    body = signed_in(where.owner).get(page(where)).content.decode()
    said = spoken(body)
    assert "Ahead so far: Acme ML" in said
    assert "Acme ML leads. Likely first: " in said
    assert "If nothing more were tested: 100. 1 of 2 verdicts is still open." in said
    assert "Nothing has been tested on both of them yet." in said
    assert "No price is in the score." in said
    assert "never in it" not in said
    assert "It would come first" not in body  # even if all held, it would be level
    assert "Globex ML: 75% fit for at least 50,000" in body
    assert "40,000 to 70,000" in said
    assert "budget 60k" in body
    assert "over the horizon: over by 31,234" in said
    assert "over the horizon: could be over by 10,000 (high)" in said
    assert f"{sums(option)}#fit" in body


def test_level_candidates_share_their_place() -> None:
    where, _ = in_decision()
    another(where, "Globex ML")
    another(where, "Initech ML")
    body = spoken(signed_in(where.owner).get(page(where)).content.decode())
    assert len(re.findall(r'data-label="Place"> 1 <', body)) == 1
    assert len(re.findall(r'data-label="Place"> 2, shared <', body)) == 2


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
            # The budget is the brief's, which everybody reads.
            assert price not in spoken(body).replace("250,000 USD", "")
    lina = signed_in(where.owner)
    assert "91,234" in lina.get(page(where)).content.decode()
    assert "91,234" in lina.get(sums(option)).content.decode()
    assert signed_in(common.noor()).get(sums(option)).status_code == 404


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_memo_front_page.py"
    "::test_certainty_is_never_one_number_alone",
)
def test_the_order_uses_peoples_scores_only_once_they_are_open() -> None:
    where, _ = in_decision()
    another(where, "Globex ML")
    assert "Evidence only; scores are sealed." in read(where, "it")
    open_consensus(evaluation=where, by=where.owner)
    # Nobody has scored: there are no totals, and so no first place.
    body = read(where, "it")
    assert "No figure yet: fewer than two candidates can be compared." in body
    assert "Acme ML was scored by nobody; Globex ML was scored by nobody." in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_memo_efforts.py"
    "::test_building_what_does_not_set_us_apart_is_told[build-no-True]",
)
def test_the_only_one_left_is_named_and_has_its_place() -> None:
    where, option = in_decision()
    body = read(where)
    assert "No figure yet: fewer than two candidates can be compared." in body
    assert "<strong>the only one</strong>" in body
    assert "Fewer than two" not in body
    other = another(where, "Globex ML", verdict="fails")
    body = read(where)
    assert "Globex ML is knocked out by R1" in body
    assert option.name in body
    assert other.name in body


def test_who_is_missing_from_the_picture_is_said_and_the_first_is_ringed() -> None:
    where, _ = in_decision()
    other = another(where, "Globex ML")
    other.cost_lines.all().delete()
    vendors.candidate_late(where, "Longlisted ML")
    body = spoken(read(where))
    assert "No price or no fit is known, so not drawn: Globex ML." in body
    assert body.count("Never asked, or silent: Longlisted ML ") == 1


def test_a_frozen_decision_keeps_its_numbers() -> None:
    where, option = decided()
    option.cost_lines.all().delete()
    body = read(where)
    assert "91,234" in body
    assert "Acme ML" in body


def test_names_are_text_in_charts_and_tables() -> None:
    where, _ = in_decision()
    another(where, HOSTILE)
    where.categories.update(name="<b>Training</b>")
    body = signed_in(where.owner).get(page(where)).content.decode()
    assert HOSTILE not in body
    assert "<b>Training" not in body
    assert "&lt;script&gt;" in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_who_is_missing_from_the_picture_is_said_and_the_first_is_ringed",
)
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

    another(where, "Globex ML")
    of_two = asked()
    for name in ("Initech ML", "Umbrella ML"):
        another(where, name)
    assert asked() == of_two
