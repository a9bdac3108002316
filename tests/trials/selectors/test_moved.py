"""After an entry only the cells are read that it can have moved."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.registry import only_reading
from tests.factories import trials, vendors
from trials.selectors.evaluation_cache import (
    OF_CLAIMS,
    OF_NONE,
    OF_VERDICTS,
    clear_evaluation_caches,
    standing_ledger,
)
from trials.selectors.ledger import Ledger, ledger
from vendors.models import Claim
from vendors.services.claims import note_claim, rule_not_applicable, withdraw_claim

# Only outside of any transaction is what was counted kept.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def where() -> Iterator[Evaluation]:
    clear_evaluation_caches()
    made = trials.platform("must", "should")
    for name in ("Own build", "Other"):
        vendors.candidate(made, name, "open_source")
    say(made, "Own build")
    say(made, "Other")
    yield made
    clear_evaluation_caches()


def say(where: Evaluation, name: str, availability: str = "now") -> None:
    note_claim(
        candidate=where.candidates.get(name=name),
        requirement=where.requirements.get(ref="R1"),
        availability=availability,
        statement=f"It is {availability}.",
        by=where.owner,
    )


def reading(where: Evaluation) -> tuple[Ledger, int]:
    """The ledger as a page reads it, and of how many candidates it read answers."""
    with only_reading(), CaptureQueriesContext(connection) as seen:
        book = standing_ledger(where)
    asked = (
        r'FROM "vendors_claim".*superseded_at" IS NULL.*candidate_id" IN \(([^)]*)\)'
    )
    found = [re.search(asked, query["sql"]) for query in seen.captured_queries]
    return book, sum(each[1].count(",") + 1 for each in found if each)


def cells(book: Ledger) -> Any:
    return [
        (column.candidate, {ref: cell.state for ref, cell in column.cells.items()})
        for column in book.columns
    ]


def judged(where: Evaluation) -> None:
    claim = Claim.objects.get(candidate__name="Other", superseded_at=None)
    trials.verdict(claim, "research", "fails")


def ruled_out(where: Evaluation) -> None:
    rule_not_applicable(
        candidate=where.candidates.get(name="Other"),
        requirement=where.requirements.get(ref="R2"),
        reason="Not here.",
        by=where.owner,
    )


@pytest.mark.parametrize(
    ("happens", "read"),
    [
        (lambda where: say(where, "Other", "never"), 1),
        (judged, 1),
        (lambda where: None, 0),
        (ruled_out, 2),
    ],
    ids=["an answer", "a verdict", "nothing", "what may move more"],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[an answer]"
)
def test_answers_are_read_of_whose_cells_can_have_moved(
    where: Evaluation, happens: Callable[[Evaluation], None], read: int
) -> None:
    assert reading(where)[1] == 2
    happens(where)
    book, number = reading(where)
    assert number == read
    assert cells(book) == cells(ledger(where, exact=True))
    assert book.on_file == ledger(where, exact=True).on_file


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_whose_cells_an_action_moves_is_said_once",
)
def test_a_withdrawn_answer_leaves_nothing_on_file(where: Evaluation) -> None:
    before, _ = reading(where)
    withdraw_claim(
        candidate=where.candidates.get(name="Other"),
        requirement=where.requirements.get(ref="R1"),
        by=where.owner,
    )
    book, _ = reading(where)
    assert cells(book) == cells(ledger(where, exact=True)) != cells(before)


def test_whose_cells_an_action_moves_is_said_once() -> None:
    assert not OF_CLAIMS & OF_VERDICTS
    assert not (OF_CLAIMS | OF_VERDICTS) & OF_NONE
