"""A criterion for which runs were reported keeps what they are judged by."""

import pytest

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.models import User
from tests.trials.runs.posting import LATENCY, Program, report, run
from trials.models import Criterion, Run
from trials.services.criteria import change_criterion, remove_criterion

pytestmark = pytest.mark.django_db


@pytest.fixture
def measured(ci: Program) -> Criterion:
    assert ci.post(report(run())).status_code == 201
    found: Criterion = ci.trial.criteria.get(position=1)
    return found


@pytest.fixture
def lead(measured: Criterion) -> User:
    return measured.trial.lead


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_its_bound_may_change_by_an_amendment",
)
def test_it_is_not_taken_out(measured: Criterion, lead: User) -> None:
    with pytest.raises(Refused, match="Runs were reported for this criterion, so it"):
        remove_criterion(criterion=measured, by=lead, reason="Not needed.")
    assert Run.objects.get().criterion == measured


@pytest.mark.parametrize(
    ("measure", "sentence"),
    [
        (None, "keeps a measure"),
        ({**LATENCY, "unit": "requests/s"}, "Runs were reported in ms"),
    ],
)
def test_its_measure_stays_one_that_fits_them(
    measured: Criterion, lead: User, measure: object, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        change_criterion(
            criterion=measured, measure=measure, threshold="x", by=lead, reason="Else."
        )
    measured.refresh_from_db()
    assert measured.measure["unit"] == "ms"


def test_its_bound_may_change_by_an_amendment(measured: Criterion, lead: User) -> None:
    change_criterion(
        criterion=measured,
        measure={**LATENCY, "bound": "0.018", "unit": "s"},
        by=lead,
        reason="Agreed with all.",
    )
    measured.refresh_from_db()
    assert measured.measure["bound"] == "0.018"
