"""A contract counts once every role agreed to the same words; then it has numbers."""

import pytest
from django.db import DatabaseError, transaction

from evaltracker.errors import Forbidden, Refused, Stale
from tests.factories import stakeholders, trials, vendors
from trials.models import Agreement, ContractChange, Trial
from trials.selectors.trials import contract_of
from trials.services.contracts import agree_contract, amend_contract, propose_contract
from trials.services.criteria import change_criterion
from trials.services.trials import change_trial
from vendors.models import Candidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    option = trials.claimed(trials.platform("must", "should"))
    vendors.enter(option.evaluation, "trials")
    return option


@pytest.fixture
def forward(acme: Candidate) -> Trial:
    planned = trials.trial(acme, agreed=False)
    return propose_contract(trial=planned, by=acme.evaluation.owner)


def agree(trial: Trial, role: str) -> Trial:
    return agree_contract(
        trial=trial,
        digest=contract_of(trial).digest,
        by=stakeholders.holder(role),
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_it_is_agreed_with_the_last_role_and_not_before(forward: Trial) -> None:
    *first, last = stakeholders.PEOPLE
    for role in first:
        assert agree(forward, role).agreed_at is None
    assert [agreement.role for agreement in contract_of(forward).awaited] == [last]
    with pytest.raises(Refused, match="no trial under way"):
        trials.verdict(trials.claim_of(forward.candidate), "trial")
    assert agree(forward, last).agreed_at


def test_a_role_agrees_once_and_the_owner_for_none(forward: Trial) -> None:
    agree(forward, "it")
    with pytest.raises(Refused, match="already"):
        agree(forward, "it")
    with pytest.raises(Forbidden):
        agree_contract(
            trial=forward,
            digest=contract_of(forward).digest,
            by=forward.candidate.evaluation.owner,
        )
    assert Agreement.objects.count() == 1


def test_nobody_agrees_to_words_that_changed_meanwhile(forward: Trial) -> None:
    read = contract_of(forward).digest
    owner = forward.candidate.evaluation.owner
    change_trial(trial=forward, workload="Something else.", by=owner)
    forward.refresh_from_db()
    assert forward.proposed_at is None
    again = propose_contract(trial=forward, by=owner)
    with pytest.raises(Stale) as caught:
        agree_contract(trial=again, digest=read, by=stakeholders.holder("it"))
    assert "Something else." in caught.value.difference
    assert Agreement.objects.count() == 0


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_changes_after_the_agreement_are_numbered_and_ask_every_role_anew(
    forward: Trial,
) -> None:
    owner = forward.candidate.evaluation.owner
    for role in stakeholders.PEOPLE:
        agreed = agree(forward, role)
    amend_contract(
        trial=agreed, workload="A smaller load.", reason="Data came late.", by=owner
    )
    change_criterion(
        criterion=agreed.criteria.get(), threshold="50", reason="Half data.", by=owner
    )
    changes = ContractChange.objects.values_list("number", "reason")
    assert list(changes) == [(1, "Data came late."), (2, "Half data.")]
    agreed.refresh_from_db()
    assert (agreed.version, agreed.agreed_at is not None) == (3, True)
    assert len(contract_of(agreed).awaited) == len(stakeholders.PEOPLE)
    # The trial goes on: it is judged while people read the change.
    trials.verdict(
        trials.claim_of(agreed.candidate), "trial", criterion=agreed.criteria.get()
    )
    agree(agreed, "pm")
    assert Agreement.objects.latest("agreed_at").version == 3


def test_before_the_agreement_nothing_has_a_number(forward: Trial) -> None:
    owner = forward.candidate.evaluation.owner
    with pytest.raises(Refused, match="not agreed yet"):
        amend_contract(trial=forward, workload="Less.", reason="Late.", by=owner)
    change_criterion(criterion=forward.criteria.get(), threshold="50", by=owner)
    assert ContractChange.objects.count() == 0


def test_an_agreement_cannot_be_changed_behind_it(forward: Trial) -> None:
    agree(forward, "it")
    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.update(version=9)
    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.all().delete()
