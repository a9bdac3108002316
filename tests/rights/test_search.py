"""Every kind of thing that is searched × every role: only what one may see."""

from typing import Any

import pytest

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.search import SEARCHES, SearchScope
from tests.clients import signed_in
from tests.rights.table import EVERYBODY, OUTSIDE
from tests.rights.world import FURTHER, MAIN
from vendors.models import Conflict
from vendors.policy import to_declare

pytestmark = pytest.mark.django_db
# Whom logins are for; everything else is for whoever has a part.
LOGINS_FOR = {"lead", "operator"}
# Kinds of which the demo has something that every insider may read.
SHOWN = ("evaluations", "candidates", "requirements", "people", "answers", "companies")
ABOUT_WORDS = {
    "answers": "candidate",
    "files": "claim__candidate",
    "proofs": "claim__candidate",
}


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_kind_shows_what_the_reader_may_see(
    people: dict[str, User], who: str
) -> None:
    reader = SearchScope(people[who])
    seen = set(Evaluation.objects.visible_to(reader.user))
    for kind, search in SEARCHES.items():
        rows = list(search.rows(reader))
        if kind == "logins":
            assert bool(rows) == (who in LOGINS_FOR), who
        elif who in OUTSIDE:
            assert rows == [], kind
        elif kind in SHOWN:
            assert rows, f"{who} finds no {kind}"
        if search.evaluation_path and rows:
            path = search.evaluation_path
            keys = search.rows(reader).order_by().values_list(path, flat=True)
            assert set(keys) <= {evaluation.pk for evaluation in seen}, kind


@pytest.mark.parametrize("who", EVERYBODY)
def test_whoever_was_not_asked_or_has_an_interest_finds_no_answer(
    people: dict[str, User], who: str
) -> None:
    user = people[who]
    unasked = set(to_declare(user).values_list("pk", flat=True))
    barred = set(
        Conflict.objects.barring()
        .of(user)
        .values_list("candidate__evaluation", flat=True)
    )
    for kind, path in ABOUT_WORDS.items():
        rows: Any = SEARCHES[kind].rows(SearchScope(user)).order_by()
        found = list(rows.values_list(path, f"{path}__evaluation"))
        assert not unasked & {candidate for candidate, _ in found}, kind
        assert not barred & {evaluation for _, evaluation in found}, kind


def test_it_is_barred_in_one_purchase_and_not_in_the_other(
    people: dict[str, User],
) -> None:
    rows = SEARCHES["answers"].rows(SearchScope(people["it"])).order_by()
    slugs = set(rows.values_list("candidate__evaluation__slug", flat=True))
    assert FURTHER in slugs
    assert MAIN not in slugs


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_page_shows_a_stranger_nothing(people: dict[str, User], who: str) -> None:
    client = signed_in(people[who])
    for query in ("Databricks", "R06.2", "platform"):
        answer: Any = client.get("/admin/search/", {"q": query, "in": MAIN})
        assert answer.status_code == 200
        assert bool(answer.context["groups"]) == (who not in OUTSIDE), query


def test_only_who_runs_one_is_offered_to_add_to_it(people: dict[str, User]) -> None:
    offered = set()
    for who in EVERYBODY:
        answer: Any = signed_in(people[who]).get(
            "/admin/search/", {"q": "add a requirement"}
        )
        groups = {group.kind: group.hits for group in answer.context["groups"]}
        if groups.get("acts"):
            offered.add(who)
    assert offered == {"lead"}
