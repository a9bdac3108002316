"""The ledger costs as many queries for a wall of cells as for one."""

import pytest
from pytest_django import DjangoAssertNumQueries

from evaltracker.evaluations.models import Evaluation
from tests.factories import trials, vendors
from trials.selectors.ledger import ledger
from trials.selectors.trials import exercised_by_day, half_time_alarm
from vendors.models import Candidate

pytestmark = pytest.mark.django_db


def fill(where: Evaluation, names: list[str]) -> None:
    """Candidates that claim everything, with research on each claim."""
    for name in names:
        option = trials.claimed(where, name=name)
        for requirement in where.requirements.all():
            trials.verdict(trials.claim_of(option, requirement.ref))


@pytest.mark.parametrize(
    ("names", "priorities"),
    [(["Acme ML"], ["must"]), (["Acme ML", "Globex ML", "Initech ML"], ["must"] * 6)],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[names0-priorities0]",
)
def test_the_ledger_takes_six_queries_whatever_its_size(
    names: list[str],
    priorities: list[str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    where = trials.platform(*priorities)
    fill(where, names)
    with django_assert_num_queries(6):
        book = ledger(where)
        for option in book.candidates:
            column = book.of(option)
            assert column.fit.value is not None
            assert not column.knock_outs
            assert column.sums.promises(frozenset()).hidden
            assert [
                column.cells[requirement.ref].marks for requirement in book.requirements
            ]
            assert str(option.vendor)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_evidence.py"
    "::test_any_stakeholder_may_record_what_they_found",
)
def test_with_candidates_and_requirements_at_hand_it_takes_four(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    where = trials.platform("must", "must")
    fill(where, ["Acme ML", "Globex ML"])
    candidates = list(Candidate.objects.filter(evaluation=where))
    requirements = list(where.requirements.select_related("category"))
    with django_assert_num_queries(4):
        ledger(where, candidates=candidates, requirements=requirements)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_the_progress_of_a_trial_takes_three_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    where = trials.platform(*["must"] * 5)
    option = trials.claimed(where)
    vendors.enter(where, "trials")
    running = trials.trial(option)
    for ref in ("R1", "R2", "R3"):
        trials.verdict(trials.claim_of(option, ref), "trial")
    with django_assert_num_queries(3):
        exercised_by_day(running)
    with django_assert_num_queries(3):
        half_time_alarm(running, running.ends_on)
