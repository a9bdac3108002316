"""Every list at size (G12): few queries, and an index for its order.

How long a page of a million rows takes is measured by `./dev bench lists`.
"""

from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from evaltracker.pages.site import site
from tests.clients import signed_in
from tests.rights.sealed import Sealed, build, move
from tests.rights.walk import list_of

pytestmark = pytest.mark.django_db
MOST = 6
GLANCES = 16
# Whose session it is, and whether the person may still sign in: asked on every page.
SESSION = ('FROM "django_session" WHERE', 'FROM "evaluations_user" WHERE')
MODELS = list(site._registry)
WAYS_ROUND = ("seqscan", "sort", "bitmapscan", "hashjoin", "mergejoin")


@pytest.fixture
def sealed(db: None) -> Sealed:
    made = build()
    move(made, "decision")
    return made


def statements(client: Client, url: str) -> list[str]:
    """What a page asks the database besides the session and the transaction."""
    with CaptureQueriesContext(connection) as seen:
        client.get(url)
    told = [query["sql"] for query in seen.captured_queries]
    return [
        text
        for text in told
        if text.startswith("SELECT") and not any(part in text for part in SESSION)
    ]


@pytest.mark.parametrize("who", ["lead", "operator"])
@pytest.mark.nightly(
    reason="for the operator, too; each push counts them for the owner",
    short="[lead]",
)
def test_no_list_takes_more_than_six_queries(sealed: Sealed, who: str) -> None:
    client = signed_in(sealed.people[who])
    numbers = {
        model.__name__: len(statements(client, list_of(model))) for model in MODELS
    }
    # The only list that reads of other tables what is next, late and leading.
    assert numbers.pop("Evaluation") <= GLANCES
    assert {name: number for name, number in numbers.items() if number > MOST} == {}


@pytest.mark.nightly(
    reason="each list at two sizes; each push counts the queries of each once",
    short="::test_no_list_takes_more_than_six_queries[lead]",
)
def test_a_list_asks_as_much_for_many_rows_as_for_few(sealed: Sealed) -> None:
    client = signed_in(sealed.where.owner)
    few = {model: len(statements(client, list_of(model))) for model in MODELS}
    again = build()
    move(again, "decision")
    many = {model: len(statements(client, list_of(model))) for model in MODELS}
    assert {
        model.__name__: (few[model], many[model])
        for model in MODELS
        if many[model] > few[model] > 0
    } == {}


@pytest.mark.postgres
def test_the_database_sorts_no_list(sealed: Sealed) -> None:
    sorted_ = []
    request: Any = RequestFactory().get("/")
    request.user = sealed.people["operator"]
    for model in MODELS:
        admin: Any = site._registry[model]
        rows = admin.get_changelist_instance(request).queryset[:50]
        sql, params = rows.query.sql_with_params()
        with connection.cursor() as cursor:
            for way in WAYS_ROUND:
                cursor.execute(f"SET LOCAL enable_{way} = off")
            cursor.execute(f"EXPLAIN (COSTS OFF) {sql}", params)
            plan = [line.strip(" ->") for (line,) in cursor.fetchall()]
        if "Sort" in plan:  # not “Incremental Sort”: that begins at an index
            sorted_.append(f"{model.__name__}: {plan}")
    assert sorted_ == []
