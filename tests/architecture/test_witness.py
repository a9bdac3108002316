"""The witness of T33 sees what it should, so that its silence means something."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.toolbox.database import pipeline
from tests.factories import common
from tests.journal_coverage import UNTOLD
from tests.witness import WitnessMiddleware

pytestmark = pytest.mark.django_db
MAKE = RequestFactory()


def watched(request: HttpRequest, work: Callable[[], object], status: int = 200) -> int:
    """The status that comes through, if the witness has nothing to say."""

    def view(request: HttpRequest) -> HttpResponse:
        work()
        return HttpResponse(status=status)

    request.__dict__["_cached_user"] = common.lina()
    return WitnessMiddleware(view)(request).status_code


@pytest.fixture
def where(db: None) -> Evaluation:
    return common.evaluation()


def quietly(where: Evaluation) -> object:
    return Evaluation.objects.filter(pk=where.pk).update(problem="Untold")


def test_t33_a_page_that_writes_when_it_is_read_is_seen(where: Evaluation) -> None:
    with pytest.raises(AssertionError, match="GET / wrote"):
        watched(MAKE.get("/"), lambda: quietly(where))


def test_t33_a_change_that_no_entry_tells_is_seen(where: Evaluation) -> None:
    with pytest.raises(AssertionError, match="no entry tells it"):
        watched(MAKE.post("/"), lambda: quietly(where))


def test_t33_an_entry_in_another_name_is_seen(where: Evaluation) -> None:
    other = common.person("zoe")
    where.owner = other
    where.save()
    with pytest.raises(AssertionError, match="the journal names"):
        watched(
            MAKE.post("/"),
            lambda: change_brief(evaluation=where, by=other, problem="Hers"),
        )


def test_what_is_told_rightly_or_refused_goes_by(where: Evaluation) -> None:
    def told() -> object:
        return change_brief(evaluation=where, by=where.owner, problem="Told")

    assert watched(MAKE.post("/"), told) == 200
    assert watched(MAKE.post("/"), lambda: quietly(where), status=409) == 409
    assert watched(MAKE.get("/"), lambda: None) == 200


def test_it_goes_alone_when_another_watcher_came_with_the_request(
    where: Evaluation,
) -> None:
    def other(execute: Any, *sent: Any) -> Any:
        return execute(*sent)

    before = list(connection.execute_wrappers)
    try:
        watched(MAKE.get("/"), lambda: connection.execute_wrappers.append(other))
        assert connection.execute_wrappers == [*before, other]
    finally:
        connection.execute_wrappers[:] = before


@pytest.mark.postgres
def test_t33_what_goes_round_django_is_seen_too(where: Evaluation) -> None:
    def quick() -> None:
        with pipeline() as pipe:
            pipe.ask("UPDATE evaluations_evaluation SET problem = 'Untold'")

    with pytest.raises(AssertionError, match="no entry tells it"):
        watched(MAKE.post("/"), quick)


def test_t55_a_row_that_no_entry_commits_to_is_seen(
    where: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "record", lambda *_, **__: None)
    change_brief(evaluation=where, by=where.owner, problem="Untold")
    assert [row.partition(",")[0] for row in UNTOLD] == ["evaluations.evaluation"]
    UNTOLD.clear()
