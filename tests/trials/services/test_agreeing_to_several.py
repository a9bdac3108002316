"""Contracts of several trials are read together and agreed to in one act."""

import pytest

from evaltracker.errors import Forbidden, Refused, Stale
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.workflow.inbox.glances import my_work
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Agreement, Trial
from trials.services.contracts import (
    agree_contracts,
    contracts_awaiting,
    digest_of_all,
    propose_contract,
)
from trials.services.trials import change_trial
from vendors.services.candidates import declare_conflict

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    """Two trials whose contracts are put forward."""
    made = trials.platform("must", "should")
    options = [trials.claimed(made, name=name) for name in ("Acme ML", "Globex")]
    vendors.enter(made, "trials")
    for option in options:
        planned = trials.trial(option, agreed=False)
        propose_contract(trial=planned, by=made.owner)
    return made


def agree(where: Evaluation, role: str) -> list[Trial]:
    who = stakeholders.holder(role)
    digest = digest_of_all(contracts_awaiting(where, who))
    return agree_contracts(evaluation=where, digest=digest, by=who)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_each_gets_its_agreement_and_its_entry(where: Evaluation) -> None:
    before = Entry.objects.filter(evaluation=where).count()
    assert len(agree(where, "it")) == 2
    assert Agreement.objects.count() == 2
    made = Entry.objects.filter(evaluation=where, number__gt=before)
    assert [it.action for it in made] == ["trial.contract_agreed_to"] * 2
    with pytest.raises(Refused, match="not several contracts"):
        agree(where, "it")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_words_that_changed_meanwhile_are_not_agreed_to",
)
def test_with_the_last_role_all_of_them_are_agreed(where: Evaluation) -> None:
    for role in stakeholders.PEOPLE:
        agree(where, role)
    found = Trial.objects.filter(candidate__evaluation=where)
    assert all(trial.agreed_at for trial in found)


def test_words_that_changed_meanwhile_are_not_agreed_to(where: Evaluation) -> None:
    it = stakeholders.holder("it")
    read = digest_of_all(contracts_awaiting(where, it))
    first = contracts_awaiting(where, it)[0]
    change_trial(trial=first, workload="Something else.", by=where.owner)
    first.refresh_from_db()
    propose_contract(trial=first, by=where.owner)
    with pytest.raises(Stale) as caught:
        agree_contracts(evaluation=where, digest=read, by=it)
    assert "Something else." in caught.value.difference
    assert not Agreement.objects.exists()


def test_the_owner_has_no_role_that_agrees(where: Evaluation) -> None:
    with pytest.raises(Forbidden):
        agree_contracts(evaluation=where, digest="", by=where.owner)


def test_whoever_has_a_conflict_agrees_to_none_of_them(
    where: Evaluation,
) -> None:
    it = stakeholders.holder("it")
    declare_conflict(
        candidate=where.candidates.get(name="Acme ML"),
        has_interest=True,
        statement="Shares",
        by=it,
    )
    assert contracts_awaiting(where, it) == []


def test_my_work_has_one_line_that_leads_to_all_words(where: Evaluation) -> None:
    it = stakeholders.holder("it")
    lines = [item for item in my_work(it) if item.kind == "contract"]
    assert [item.what for item in lines] == ["Agree to the terms of 2 trials"]
    page = signed_in(it).get(lines[0].link).content.decode()
    for trial in contracts_awaiting(where, it):
        assert trial.title in page
    assert "I agree to all" in page
    assert signed_in(common.noor()).get(lines[0].link).status_code == 404
