"""A case of many leaves nothing behind, and fails for what the watchers see in it."""

import pytest
from django.db import transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.requirements.services.evaluations import change_brief
from tests.factories import common
from tests.taken_back import taken_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(db: None) -> Evaluation:
    return common.evaluation()


def test_what_a_case_writes_is_gone(where: Evaluation) -> None:
    entries = Entry.objects.count()
    for _ in range(2):
        with taken_back():
            change_brief(evaluation=where, by=where.owner, problem="Another")
            assert Entry.objects.count() == entries + 1
        where.refresh_from_db()
        assert where.problem != "Another"
        assert Entry.objects.count() == entries


def test_a_row_that_no_entry_tells_of_fails_the_case(
    where: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(journal, "record", lambda *_, **__: None)
        with pytest.raises(AssertionError, match="No entry tells of"), taken_back():
            change_brief(evaluation=where, by=where.owner, problem="Untold")
    with taken_back():
        change_brief(evaluation=where, by=where.owner, problem="Told")


@pytest.mark.postgres
def test_locks_out_of_order_fail_the_case(where: Evaluation) -> None:
    def lock_the_person_last() -> None:
        with transaction.atomic():
            Evaluation.objects.select_for_update().get(pk=where.pk)
            type(where.owner).objects.select_for_update().get(pk=where.owner.pk)

    with pytest.raises(AssertionError, match="Locks out of order"), taken_back():
        lock_the_person_last()
    with taken_back(), transaction.atomic():
        Evaluation.objects.select_for_update().get(pk=where.pk)
