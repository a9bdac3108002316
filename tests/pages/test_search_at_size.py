"""A search costs the same in a large house: as many queries, and indexes are used."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import Evaluation, Requirement
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.fixture_cache import count_rows
from vendors.models import Candidate, Claim

pytestmark = pytest.mark.django_db
FEW, MANY = 2, 12
# The size of the largest purchase (P1), and how many there are beside it.
ACROSS, DOWN, PURCHASES, ELSEWHERE = 20, 500, 200, 5


def grown(where: Evaluation, across: int, down: int) -> None:
    """Answers of many candidates to many requirements; one in fifty has the word."""
    category = where.categories.get()
    asked = Requirement.objects.bulk_create(
        Requirement(
            evaluation=where, category=category, ref=f"Q{number}", text=f"Asks {number}"
        )
        for number in range(down)
    )
    options = Candidate.objects.bulk_create(
        Candidate(evaluation=where, name=f"Option {number}") for number in range(across)
    )
    Claim.objects.bulk_create(
        Claim(
            candidate=option,
            requirement=requirement,
            requirement_revision=1,
            availability="now",
            statement=f"Does {number} {'by quasar' if number % 50 == 0 else 'plainly'}",
        )
        for option in options
        for number, requirement in enumerate(asked)
    )


def queries(client: Any, query: str) -> list[str]:
    """What one search asks of the database."""
    with CaptureQueriesContext(connection) as caught:
        answer = client.get("/admin/search/", {"q": query})
    assert answer.status_code == 200
    return [each["sql"] for each in caught.captured_queries]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/pages/test_search.py"
    "::test_what_people_say_for_it_finds_it[dark-pages]",
)
def test_as_many_queries_for_many_as_for_few(figure: Callable[[str], None]) -> None:
    where = common.evaluation(title="Purchase 0")
    common.requirement(where)
    vendors.enter(where, "research")
    lina = signed_in(where.owner)
    counts = []
    for across in (FEW, MANY):
        common.evaluation(title=f"Optional purchase {across}")
        for number in range(across):
            vendors.candidate(where, f"Optimum {across} {number}")
        queries(lina, "opti")
        counts.append(len(queries(lina, "opti")))
    assert counts[0] == counts[1]
    figure(f"A search takes {counts[1]} queries for few rows and for many")


@pytest.mark.postgres
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/pages/test_search.py"
    "::test_what_people_say_for_it_finds_it[dark-pages]",
)
def test_answers_are_found_by_their_index(figure: Callable[[str], None]) -> None:
    where = common.evaluation(title="Large")
    common.requirement(where)
    grown(where, ACROSS, DOWN)
    Evaluation.objects.filter(pk=where.pk).update(stage="trials")
    others = Evaluation.objects.bulk_create(
        Evaluation(
            slug=f"e{number}",
            title=f"Bought {number}",
            buyer="x",
            owner=where.owner,
            stage="trials",
        )
        for number in range(PURCHASES)
    )
    Candidate.objects.bulk_create(
        Candidate(evaluation=other, name=f"Option {number}")
        for other in others
        for number in range(ELSEWHERE)
    )
    count_rows()
    lina = signed_in(where.owner)
    asked = [sql for sql in queries(lina, "quasar") if "to_tsquery" in sql]
    plans = {}
    for sql in asked:
        with connection.cursor() as cursor:
            # What other tests have left in the tables must not choose the order of
            # the joins: then words are looked for in the answers of one candidate.
            cursor.execute("SET LOCAL enable_nestloop = off")
            cursor.execute(f"EXPLAIN {sql}")
            plans[sql] = "\n".join(line for (line,) in cursor.fetchall())
    (of_claims,) = [
        plan for sql, plan in plans.items() if sql.startswith('SELECT "vendors_claim".')
    ]
    assert "claim_words" in of_claims
    figure(
        f"Of {ACROSS * DOWN:,} answers those with a word are found by claim_words; "
        f"{len(asked)} kinds are searched by their words"
    )
