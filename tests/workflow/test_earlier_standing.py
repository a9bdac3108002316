"""A vendor's earlier standing, told on its next candidate's page to who may see it."""

import pytest
from pytest_django import DjangoAssertNumQueries

from evaltracker.decision.models import PromiseCheck
from evaltracker.decision.selectors.promises import earlier_standing
from evaltracker.decision.services.promise_checks import record_promises
from evaltracker.evaluations.models import Evaluation
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from tests.workflow.deciding import decided
from vendors.models import Candidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def option(db: None) -> Candidate:
    """Acme again, in a new evaluation of the same owner."""
    where, _ = decided()
    record_promises(
        check=PromiseCheck.objects.get(months=3),
        found={"R1": ("holds", "Seen live.")},
        by=where.owner,
    )
    again = common.evaluation(title="Next one")
    common.requirement(again)
    vendors.in_research(again)
    return vendors.candidate(again, "Acme ML 2")


def test_it_tells_outcome_record_and_checks(
    option: Candidate, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lina = option.evaluation.owner
    with django_assert_num_queries(4):
        (one,) = earlier_standing(lina, option)
    assert one.candidate.state == "chosen"
    assert one.decision is not None
    assert one.promises == {"tested": 1, "hidden": True}
    assert [each.holds for each in one.checks] == [1, 0, 0]
    owner = signed_in(option.evaluation.owner)
    body = owner.get(f"/admin/candidates/{option.pk}/").content.decode()
    assert "Earlier standing of" in body
    assert "After 3 months 1 of 1 still held." in body


def test_whoever_may_not_see_that_evaluation_reads_nothing_of_it(
    option: Candidate,
) -> None:
    newcomer = common.person("newcomer")
    option.evaluation.readers.add(newcomer)
    assert earlier_standing(newcomer, option) == []
    assert earlier_standing(stakeholders.holder("it"), option) != []


def test_an_evaluation_that_goes_on_and_another_vendor_tell_nothing(
    option: Candidate,
) -> None:
    owner = option.evaluation.owner
    assert earlier_standing(owner, vendors.candidate(option.evaluation, "Globex")) == []
    build = vendors.candidate(option.evaluation, "Build it", kind="build")
    assert earlier_standing(owner, build) == []
    Evaluation.objects.exclude(pk=option.evaluation_id).update(status="open")
    assert earlier_standing(owner, option) == []


def test_a_cancelled_one_has_no_record(option: Candidate) -> None:
    Evaluation.objects.exclude(pk=option.evaluation_id).update(status="cancelled")
    (one,) = earlier_standing(option.evaluation.owner, option)
    assert one.candidate.evaluation.status == "cancelled"
