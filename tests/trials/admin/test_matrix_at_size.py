"""Many cells: rows in sight, pages without a script, and not one word run."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import Evaluation
from tests.clients import signed_in
from tests.factories import common, trials
from trials.admin import matrix as matrix_view
from trials.admin.matrix_html import Looks, rows_as_data, table_rows, templates
from trials.selectors.ledger import ledger

pytestmark = pytest.mark.django_db
EVIL = "</script><script>alert('x')</script>"
OF_THE_MATRIX = ("candidate", "requirement", "ruling", "evidence", "claim")


@pytest.fixture
def purchase(monkeypatch: pytest.MonkeyPatch) -> Evaluation:
    """Twelve requirements, the last with bad words, and two candidates.

    More than four cells are many, and more than eight too many for a page.
    """
    monkeypatch.setattr(matrix_view, "TABLE", 4)
    monkeypatch.setattr(matrix_view, "ROWS", 8)
    monkeypatch.setattr(matrix_view, "ON_A_PAGE", 20)
    where = trials.platform("must", *["should"] * 10)
    common.requirement(where, "R12", "should", text=f'{EVIL}" onclick="x & <b>')
    trials.claimed(where)
    trials.claimed(where, where.requirements.get(ref="R2"), name=f"Globex {EVIL}")
    return where


def body_of(where: Evaluation, query: str = "") -> str:
    answer = signed_in(where.owner).get(f"/admin/e/{where.slug}/matrix/{query}")
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def rows_in(body: str) -> list[str]:
    table, _, _ = body.partition("<tfoot")
    return re.findall(r'aria-rowindex="(\d+)"', table)[1:]


def data_in(body: str) -> Any:
    found = re.search(r'id="matrix-rows" type="application/json">(.*?)</script>', body)
    return json.loads(found[1]) if found else None


@pytest.mark.parametrize(
    ("query", "layout", "rows"),
    [("?q=R11", "table", 1), ("?q=R12+", "table", 1), ("?q=R1", "rows", 4)],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[?q=R1-rows-4]",
)
def test_few_cells_are_a_table_and_more_are_rows(
    purchase: Evaluation, query: str, layout: str, rows: int
) -> None:
    # The picture has a line more, for the category.
    for view, lines in (("", rows + 1), ("&view=lines", rows)):
        body = body_of(purchase, f"{query}{view}")
        assert f"mx--{layout}" in body
        assert len(rows_in(body)) == lines
        assert data_in(body) is None


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_words_in_the_data_stay_words",
)
def test_too_many_rows_are_data_and_pages(purchase: Evaluation) -> None:
    body = body_of(purchase, "?view=lines")
    assert 'aria-rowcount="16" aria-colcount="3"' in body
    assert rows_in(body) == [str(number) for number in range(2, 12)]
    assert "Page 1 of 2" in body
    assert rows_in(body_of(purchase, "?page=2&view=lines")) == ["12", "13"]
    assert len(data_in(body)) == 12
    picture = body_of(purchase)
    assert 'aria-rowcount="18" aria-colcount="3"' in picture
    assert rows_in(body_of(purchase, "?page=2")) == ["12", "13", "14"]
    category, *rows = data_in(picture)
    assert category == str(purchase.categories.get().pk)
    assert f'data-category="{category}"' in picture
    assert len(rows) == 12
    client = signed_in(purchase.owner)
    for page in ("3", "0", "-1", "x", "²"):
        url = f"/admin/e/{purchase.slug}/matrix/?page={page}"
        assert client.get(url).status_code == 400


def test_words_in_the_data_stay_words(purchase: Evaluation) -> None:
    body = body_of(purchase, "?page=2")
    assert "<script>alert" not in body
    assert 'onclick="x' not in body
    assert data_in(body)[-1][3] == f'{EVIL}" onclick="x & <b>'


@pytest.mark.parametrize("picture", [True, False])
def test_rows_made_of_data_are_those_of_the_page(
    purchase: Evaluation, picture: bool
) -> None:
    book = ledger(purchase, list(purchase.candidates.all()))
    every = range(len(book.rows))
    looks = Looks.of(book, every, picture=picture)
    made = re.findall(
        r'<a data-said="([^"]*)"( class="[^>]*)>(.*?)</a>', templates(looks, every)
    )
    links = re.findall(
        r'aria-label="[^"]*?: ([^"]*)"( class="[^>]*)>(.*?)</a>',
        table_rows(looks, every, "/{candidate}/{requirement}/"),
    )
    numbers = [number for row in rows_as_data(looks, every) for number in row[-1]]
    assert links == [made[number] for number in numbers]
    assert len(made) < len(links)


def test_the_page_reads_the_matrix_in_seven_queries_and_what_is_retired_in_one(
    purchase: Evaluation,
) -> None:
    client = signed_in(purchase.owner)
    address = f"/admin/e/{purchase.slug}/matrix/"
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    sql = [query["sql"] for query in seen.captured_queries]
    asked = [
        text
        for text in sql
        if any(re.search(rf'FROM "\w+_{name}"', text) for name in OF_THE_MATRIX)
        and "journalhead" not in text
        and not text.startswith("SELECT (SELECT COUNT(")  # what the menu counts
        and "vendors_conflict" not in text  # whether answers are open to the reader
    ]
    assert len(asked) == 8, asked
    assert sum('"retired_at" IS NOT NULL' in text for text in asked) == 1
    assert len([text for text in sql if text.startswith(("SELECT", "("))]) <= 19
