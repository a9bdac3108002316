"""The journal grows, holds together, and says where somebody meddled."""

import pytest
from django.db import DatabaseError, connection, transaction

from evaltracker.evaluations.models import Entry, Evaluation, JournalHead
from evaltracker.evaluations.models.evaluation import AppendOnlyError
from evaltracker.evaluations.verifying import find_break
from evaltracker.requirements.services.evaluations import change_brief
from tests.as_application import ownership
from tests.factories import common
from tests.meddling import meddle

pytestmark = [pytest.mark.smoke, pytest.mark.django_db]


@pytest.fixture
def evaluation() -> Evaluation:
    where = common.evaluation()
    for words in ("one", "two", "three", "four"):
        change_brief(evaluation=where, by=where.owner, problem=words)
    return where


def test_each_change_is_one_entry_with_before_and_after(evaluation: Evaluation) -> None:
    entry = Entry.objects.get(evaluation=evaluation, number=3)
    assert (entry.before, entry.after) == ({"problem": "one"}, {"problem": "two"})
    assert entry.actor == evaluation.owner
    assert JournalHead.objects.get(evaluation=evaluation).count == 5


def test_what_stays_the_same_is_not_written(evaluation: Evaluation) -> None:
    change_brief(evaluation=evaluation, by=evaluation.owner, problem="four")
    assert Entry.objects.filter(evaluation=evaluation).count() == 5


def test_a_refused_change_leaves_no_entry(evaluation: Evaluation) -> None:
    with pytest.raises(Exception, match="Only the owner"):
        change_brief(evaluation=evaluation, by=common.noor(), problem="mine")
    assert Entry.objects.filter(evaluation=evaluation).count() == 5


def test_an_untouched_chain_holds(evaluation: Evaluation) -> None:
    assert find_break(evaluation) is None


@pytest.mark.parametrize(
    ("sql", "number", "words"),
    [
        ("UPDATE evaluations_entry SET reason = 'x' WHERE number = 3", 3, "altered"),
        (
            "UPDATE evaluations_entry SET actor_name = 'Eve' WHERE number = 1",
            1,
            "altered",
        ),
        ("DELETE FROM evaluations_entry WHERE number = 2", 2, "missing"),
        ("DELETE FROM evaluations_entry WHERE number = 5", 6, "ends at 4"),
        (
            # One after the other: the order within a statement is the database's.
            "UPDATE evaluations_entry SET number = 99 WHERE number = 2; "
            "UPDATE evaluations_entry SET number = 2 WHERE number = 3",
            2,
            "does not follow",
        ),
    ],
)
def test_tampering_is_named_at_its_first_entry(
    evaluation: Evaluation, sql: str, number: int, words: str
) -> None:
    for statement in sql.split("; "):
        meddle(statement)
    found = find_break(evaluation)
    assert found is not None
    assert words in found.sentence
    assert found.number in (number, number - 1)


def test_the_model_refuses_to_change_an_entry(evaluation: Evaluation) -> None:
    entry = Entry.objects.filter(evaluation=evaluation)[0]
    entry.reason = "x"
    for attempt in (
        entry.save,
        entry.delete,
        lambda: Entry.objects.update(reason="x"),
        lambda: Entry.objects.all().delete(),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()


@pytest.mark.parametrize(
    "sql",
    ["UPDATE evaluations_entry SET reason = 'x'", "DELETE FROM evaluations_entry"],
)
def test_the_database_refuses_to_change_an_entry(
    evaluation: Evaluation, sql: str
) -> None:
    with (
        pytest.raises(DatabaseError, match="only grows"),
        ownership(),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert Entry.objects.filter(evaluation=evaluation, reason="").count() == 5
