"""Rows are found by the beginnings of their words, whatever separates these."""

from collections.abc import Callable

import pytest
from django.db import connection

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.toolbox.full_text import holding, words_of
from tests.factories import common

pytestmark = [pytest.mark.smoke, pytest.mark.django_db]
TEXTS = {
    "R06.2": "Signs on by SAML/OIDC, with “groups”",
    "1.10": "Trains on GPUs; rollback in < 5 min",
    "PRE-1": "Überwacht Modelle 😀",
}


@pytest.fixture
def where(db: None) -> Evaluation:
    made = common.evaluation()
    for ref, text in TEXTS.items():
        common.requirement(made, ref=ref, text=text)
    return made


@pytest.mark.parametrize(
    ("query", "refs"),
    [
        ("saml", {"R06.2"}),
        ("OIDC", {"R06.2"}),
        ("oidc sig", {"R06.2"}),
        ("r06", {"R06.2"}),
        ("r06.2 groups", {"R06.2"}),
        ("1.10", {"1.10"}),
        ("gpu", {"1.10"}),
        ("modelle", {"PRE-1"}),
        ("pre-1", {"PRE-1"}),
        ("saml gpu", set()),
        ("samlx", set()),
    ],
)
def test_every_word_has_to_begin_one(
    where: Evaluation, query: str, refs: set[str]
) -> None:
    rows = Requirement.objects.in_evaluation(where)
    found = holding(rows, ("ref", "text"), words_of(query))
    assert {row.ref for row in found} == refs


@pytest.mark.parametrize(
    "query",
    ["'", "''; --", "a & !b | (c", "a:*", "\\", "%", "_", "😀", "<->", "' || 'x", "…"],
)
def test_no_query_is_an_operator(where: Evaluation, query: str) -> None:
    rows = Requirement.objects.in_evaluation(where)
    words = words_of(query)
    if words:
        assert list(holding(rows, ("ref", "text"), words)) is not None
    assert not any(set("'\\%&|") & set(word) for word in words)


@pytest.mark.postgres
def test_the_index_is_of_the_very_expression(
    where: Evaluation, figure: Callable[[str], None]
) -> None:
    found = holding(Requirement.objects.order_by(), ("ref", "text"), ["saml"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    plan = found.explain()
    assert "requirement_words" in plan
    figure("The words of requirements are found by the index requirement_words")
