"""What a transaction writes is noted until an entry tells it, and no longer."""

import pytest
from django.db import transaction
from structlog.testing import capture_logs

from evaltracker.evaluations import journal
from evaltracker.evaluations.commitments import read_commitments
from evaltracker.evaluations.models import Category, Evaluation
from evaltracker.evaluations.models.evaluation import take_touched
from evaltracker.evaluations.tables import JournalState, compare_tables
from evaltracker.evaluations.verifying import find_break
from tests.factories import common
from tests.meddling import meddle
from tests.trials.runs.posting import measured_trial, program, report, run
from trials.models import RunReport

pytestmark = pytest.mark.smoke


def category(where: Evaluation, name: str = "Security") -> Category:
    return Category.objects.create(evaluation=where, name=name, position=9)


def told(where: Evaluation) -> set[tuple[str, str]]:
    """What the next entry says of: keys, and whether they were removed."""
    entry = journal.record(
        evaluation=where, action="x", subject=where, by=journal.SYSTEM
    )
    return {
        (key, "removed" if it.is_removal else it.columns and "saved")
        for (_, key), it in read_commitments(entry.rows or "")
    }


def differences(where: Evaluation) -> list[str]:
    said = JournalState()
    assert find_break(where, read=said.read) is None
    return [str(it) for it in compare_tables(where, said).differences]


@pytest.mark.django_db
def test_saved_changed_and_removed_rows_are_told_once() -> None:
    where = common.evaluation()
    with transaction.atomic():
        told(where)
    with transaction.atomic():
        saved, removed = category(where), category(where, "Cost")
        Category.objects.filter(pk=saved.pk).update(weight=3)
        removed.delete()
        assert told(where) == {(str(saved.pk), "saved"), (str(removed.pk), "removed")}
        assert told(where) == set()
    assert not differences(where)


@pytest.mark.django_db
def test_what_is_saved_in_part_is_told_as_it_stands() -> None:
    where = common.evaluation()
    with transaction.atomic():
        row = category(where)
        stale = Category.objects.get(pk=row.pk)
        row.weight = 4
        row.save()
        stale.name = "Safety"
        stale.save(update_fields=["name"])
        told(where)
    assert not differences(where)


@pytest.mark.django_db
def test_a_savepoint_that_is_rolled_back_is_forgotten() -> None:
    where = common.evaluation()
    with transaction.atomic():
        told(where)
        with transaction.atomic():
            category(where)
            transaction.set_rollback(True)
        assert take_touched(where.pk) == {}


@pytest.mark.django_db
def test_each_evaluation_tells_its_own() -> None:
    here, there = common.evaluation(), common.evaluation()
    with transaction.atomic():
        told(here), told(there)
        row, other = category(here), category(there)
        assert told(there) == {(str(other.pk), "saved")}
        assert told(here) == {(str(row.pk), "saved")}


@pytest.mark.django_db(transaction=True)
def test_a_row_that_no_entry_tells_of_is_an_error_in_the_log() -> None:
    where = common.evaluation()
    with capture_logs() as logs:
        category(where)
    assert {
        "event": "rows_without_entry",
        "log_level": "error",
        "evaluation": str(where.pk),
        "tables": ["evaluations.category"],
    } in logs


@pytest.mark.parametrize(
    "rewriting",
    [
        "UPDATE trials_run SET number = number * 2",
        "DELETE FROM trials_run WHERE number > 12",
        "UPDATE trials_runreport SET runs_sha256 = ''",
    ],
)
@pytest.mark.django_db
def test_runs_are_proven_by_their_report(rewriting: str) -> None:
    trial = measured_trial()
    answer = program(trial).post(report(run("12.1"), run("11.000000000000000004")))
    assert answer.status_code == 201
    where = trial.candidate.evaluation
    known = differences(where)
    meddle(rewriting, rewriting.split()[1 if rewriting[0] == "U" else 2])
    (found,) = set(differences(where)) - set(known)
    assert str(RunReport.objects.get().pk) in found
    assert "its runs" in found or "runs_sha256" in found
