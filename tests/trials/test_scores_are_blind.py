"""Who sees whose scores, and when: the queryset itself says so."""

import pytest
from pytest_django import DjangoAssertNumQueries

from evaltracker.evaluations.models import Evaluation, User
from stakeholders.models import Stakeholder
from stakeholders.services.people import add_stakeholder
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Score
from trials.selectors.scores import scores_table
from trials.services.scores import give_score, lock_scores, open_consensus

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    """Ivan, Dana and Priya have scored Acme; Viktor and Elif have not."""
    option = trials.claimed(trials.platform())
    evaluation = vendors.enter(option.evaluation, "demos")
    for value, role in enumerate(("it", "devops", "pm"), start=1):
        give_score(
            stakeholder=part(evaluation, role),
            candidate=option,
            category=evaluation.categories.get(),
            value=value,
            reason="Seen",
            by=stakeholders.holder(role),
        )
    return evaluation


def part(where: Evaluation, role: str) -> Stakeholder:
    """The cast's part of that role."""
    found: Stakeholder = where.stakeholders.get(role=role)
    return found


def seen(user: User) -> list[int]:
    """The values that a person sees."""
    return sorted(Score.objects.visible_to(user).values_list("value", flat=True))


def lock(where: Evaluation, role: str) -> None:
    """Lock the sheet of a role."""
    lock_scores(stakeholder=part(where, role), by=stakeholders.holder(role))


def test_before_the_lock_everybody_sees_their_own_only(where: Evaluation) -> None:
    assert seen(stakeholders.holder("it")) == [1]
    assert seen(stakeholders.holder("devops")) == [2]
    assert seen(stakeholders.holder("leadership")) == []
    assert seen(where.owner) == []


def test_a_lock_opens_what_others_locked_to_the_one_who_locked(
    where: Evaluation,
) -> None:
    lock(where, "it")
    assert seen(stakeholders.holder("it")) == [1]
    lock(where, "pm")
    assert seen(stakeholders.holder("it")) == [1, 3]
    assert seen(stakeholders.holder("devops")) == [2]
    lock(where, "devops")
    assert seen(stakeholders.holder("devops")) == [1, 2, 3]


def test_a_person_with_two_parts_locks_both(where: Evaluation) -> None:
    ivan = stakeholders.holder("it")
    second = add_stakeholder(
        evaluation=where, user=ivan, role="security", scores=True, by=where.owner
    )
    lock(where, "it")
    assert seen(ivan) == [1]
    give_score(
        stakeholder=second,
        candidate=where.candidates.get(),
        category=where.categories.get(),
        value=5,
        reason="Seen",
        by=ivan,
    )
    lock_scores(stakeholder=second, by=ivan)
    lock(where, "pm")
    assert seen(ivan) == [1, 3, 5]


def test_owner_operator_and_people_who_do_not_score_wait_for_the_consensus(
    where: Evaluation,
) -> None:
    where.stakeholders.filter(role="leadership").update(scores=False)
    viktor, otto = stakeholders.holder("leadership"), common.otto()
    for role in ("it", "devops", "pm"):
        lock(where, role)
    assert seen(where.owner) == seen(viktor) == seen(otto) == []
    open_consensus(evaluation=where, by=where.owner)
    assert seen(where.owner) == seen(viktor) == seen(otto) == [1, 2, 3]
    assert seen(common.noor()) == []


def test_a_lock_in_one_evaluation_opens_nothing_in_another(where: Evaluation) -> None:
    other = common.evaluation(title="Another purchase")
    group = common.category(other)
    stakeholders.stakeholders(other, "it", "devops", scores=True)
    option = vendors.candidate(other, "Initech ML")
    vendors.enter(other, "demos")
    give_score(
        stakeholder=part(other, "devops"),
        candidate=option,
        category=group,
        value=5,
        reason="Seen",
        by=stakeholders.holder("devops"),
    )
    for role in ("it", "devops", "pm"):
        lock(where, role)
    assert seen(stakeholders.holder("it")) == [1, 2, 3]


def test_an_inactive_person_sees_nothing(where: Evaluation) -> None:
    ivan = stakeholders.holder("it")
    ivan.is_active = False
    assert seen(ivan) == []


def test_the_table_holds_what_the_reader_may_see_in_seven_queries(
    where: Evaluation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ivan = stakeholders.holder("it")
    with django_assert_num_queries(7):
        table = scores_table(ivan, where)
        acme, category = table.candidates[0], table.categories[0]
        values = [score.value for score in table.given(acme, category)]
    assert values == [1]
    assert [scorer.part.role for scorer in table.mine] == ["it"]
    assert not all(scorer.is_locked or scorer.is_barred for scorer in table.scorers)
    for role in ("it", "devops", "pm"):
        lock(where, role)
    table = scores_table(ivan, where)
    assert sorted(score.value for score in table.given(acme, category)) == [1, 2, 3]
    assert table.mine[0].is_locked
