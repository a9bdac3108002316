"""The criteria of one trial go to the other finalists' trials in one act."""

import pytest

from evaltracker.evaluations.models import Entry
from tests.acting import act
from tests.factories import stakeholders, trials, vendors
from trials.models import Criterion, Trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(db: None) -> tuple[Trial, Trial]:
    """Acme's trial with two criteria, and Globex's with one of them."""
    where = trials.platform("must", "must")
    acme, globex = trials.claimed(where), trials.claimed(where, name="Globex")
    vendors.enter(where, "trials")
    first = trials.trial(acme, "R1", "R2", agreed=False)
    return first, trials.trial(globex, agreed=False)


def criteria_of(trial: Trial) -> set[tuple[str, str, str]]:
    rows = Criterion.objects.filter(trial=trial)
    return set(rows.values_list("requirement__ref", "text", "threshold"))


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_the_others_get_what_they_lack_and_nothing_twice(
    planned: tuple[Trial, Trial],
) -> None:
    first, other = planned
    owner = first.candidate.evaluation.owner
    assert criteria_of(other) < criteria_of(first)
    for _ in range(2):
        assert act("copy-criteria", first, owner) == 302
        assert criteria_of(other) == criteria_of(first)
        assert other.criteria.count() == 2
    ids = [str(pk) for pk in other.criteria.values_list("pk", flat=True)]
    told = Entry.objects.filter(action="criterion.added", subject_id__in=ids)
    assert told.count() == 2


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_runs_on_the_page.py"
    "::test_a_criterion_without_a_run_is_named",
)
def test_whoever_does_not_run_them_copies_nothing(
    planned: tuple[Trial, Trial],
) -> None:
    first, other = planned
    assert act("copy-criteria", first, stakeholders.holder("it")) == 403
    trials.agreed_by_all(other)
    assert act("copy-criteria", first, first.candidate.evaluation.owner) == 409
    assert criteria_of(other) < criteria_of(first)
