"""A criterion has a code: kept when it is made, and never used again."""

import pytest

from tests.factories import trials as cast
from tests.factories import vendors
from trials.models import Criterion, Trial
from trials.services.criteria import (
    add_criterion,
    change_criterion,
    remove_criterion,
)
from trials.services.runs import make_run_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial() -> Trial:
    """A trial with a criterion on R1 and one on R2."""
    option = cast.claimed(cast.platform("must", "must"))
    vendors.enter(option.evaluation, "trials")
    option.refresh_from_db()
    return cast.trial(option, "R1", "R2")


def added(trial: Trial, ref: str) -> Criterion:
    need = trial.candidate.evaluation.requirements.get(ref=ref)
    return add_criterion(
        trial=trial,
        requirement=need,
        text=f"More on {ref}.",
        threshold="5 of 5",
        reason="It was missing.",
        by=trial.lead,
    )


def codes(trial: Trial) -> list[str]:
    return list(trial.criteria.order_by("position").values_list("code", flat=True))


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_an_older_version_wrote_gets_its_codes_in_order",
)
def test_it_is_the_requirements_ref_numbered_from_the_second_on_and_never_again(
    trial: Trial,
) -> None:
    assert codes(trial) == ["R1", "R2"]
    assert added(trial, "R1").code == "R1-2"
    third = added(trial, "R1")
    assert third.code == "R1-3"
    remove_criterion(criterion=third, by=trial.lead, reason="It was wrong.")
    assert added(trial, "R1").code == "R1-4"


def test_it_stays_when_the_criterion_is_about_another_requirement(
    trial: Trial,
) -> None:
    first, other = trial.criteria.all()
    change_criterion(
        criterion=first, requirement=other.requirement, by=trial.lead, reason="Moved."
    )
    assert codes(trial) == ["R1", "R2"]
    assert added(trial, "R1").code == "R1-2"


def test_no_two_read_alike_in_the_name_of_a_test(trial: Trial) -> None:
    need = trial.candidate.evaluation.requirements.get(ref="R1")
    type(need).objects.filter(pk=need.pk).update(ref="r.2")
    type(need).objects.filter(ref="R2").update(ref="R-2")
    assert added(trial, "R-2").code == "R-2"
    assert added(trial, "r.2").code == "r.2-2"


def test_what_an_older_version_wrote_gets_its_codes_in_order(trial: Trial) -> None:
    added(trial, "R1")
    Trial.objects.filter(pk=trial.pk).update(codes=[])
    trial.criteria.update(code="")
    make_run_token(trial=trial, by=trial.lead)
    assert codes(trial) == ["R1", "R2", "R1-2"]
    trial.refresh_from_db()
    assert trial.codes == ["R1", "R2", "R1-2"]
