"""A knock-out is excused by a person, with a reason that is printed."""

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Requirement
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Excuse
from trials.selectors.ledger import one_cell
from trials.services.evidence import excuse_knock_out, withdraw_excuse
from vendors.models import Candidate
from vendors.services.candidates import declare_conflict, eliminate

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    """Acme failed R1 in the demo, and R2, which is no must-have."""
    option = trials.claimed(trials.platform("must", "should", "must"))
    vendors.enter(option.evaluation, "demos")
    for ref in ("R1", "R2"):
        trials.verdict(trials.claim_of(option, ref), "demo", "fails")
    return option


def need(option: Candidate, ref: str = "R1") -> Requirement:
    """A requirement by its ref."""
    found: Requirement = option.evaluation.requirements.get(ref=ref)
    return found


@pytest.mark.parametrize("role", ["", "leadership"])
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_owner_and_leadership_excuse_with_a_reason(acme: Candidate, role: str) -> None:
    who = stakeholders.holder(role) if role else acme.evaluation.owner
    with pytest.raises(Invalid):
        excuse_knock_out(candidate=acme, requirement=need(acme), reason=" ", by=who)
    excuse_knock_out(
        candidate=acme, requirement=need(acme), reason="We mend it.", by=who
    )
    entry = Entry.objects.filter(evaluation=acme.evaluation).latest("number")
    assert (entry.action, entry.reason) == ("knock_out.excused", "We mend it.")
    assert entry.after["standing"] == "refuted"
    with pytest.raises(Refused, match="already"):
        excuse_knock_out(
            candidate=acme, requirement=need(acme), reason="Again.", by=who
        )


def test_other_roles_and_strangers_excuse_nothing(acme: Candidate) -> None:
    for who in (stakeholders.holder("it"), common.otto(), common.noor()):
        with pytest.raises(Forbidden):
            excuse_knock_out(
                candidate=acme, requirement=need(acme), reason="Please.", by=who
            )


@pytest.mark.parametrize("ref", ["R2", "R3"])
def test_only_a_knock_out_can_be_excused(acme: Candidate, ref: str) -> None:
    with pytest.raises(Refused, match="does not knock"):
        excuse_knock_out(
            candidate=acme,
            requirement=need(acme, ref),
            reason="Just in case.",
            by=acme.evaluation.owner,
        )


def test_an_honest_never_of_a_must_have_can_be_excused() -> None:
    where = trials.platform()
    option = trials.claimed(where, availability="never")
    assert excuse_knock_out(
        candidate=option, requirement=need(option), reason="Rare.", by=where.owner
    )


def test_an_interest_bars_and_an_eliminated_candidate_is_out(acme: Candidate) -> None:
    where = acme.evaluation
    viktor = stakeholders.holder("leadership")
    declare_conflict(
        candidate=acme,
        has_interest=True,
        statement="I sit on its board.",
        by=viktor,
    )
    with pytest.raises(Forbidden, match="interest"):
        excuse_knock_out(
            candidate=acme, requirement=need(acme), reason="Fine.", by=viktor
        )
    eliminate(candidate=acme, reason="Failed R1.", by=where.owner)
    with pytest.raises(Refused, match="eliminated"):
        excuse_knock_out(
            candidate=acme, requirement=need(acme), reason="Fine.", by=where.owner
        )


def test_a_withdrawn_excuse_knocks_out_again_and_stays_on_record(
    acme: Candidate,
) -> None:
    where = acme.evaluation
    excuse = excuse_knock_out(
        candidate=acme, requirement=need(acme), reason="It is rare.", by=where.owner
    )
    for who in (stakeholders.holder("it"), common.otto()):
        with pytest.raises(Forbidden):
            withdraw_excuse(excuse=excuse, reason="No.", by=who)
    with pytest.raises(Invalid, match="Give a reason for withdrawing the excuse"):
        withdraw_excuse(excuse=excuse, reason=" ", by=where.owner)
    assert one_cell(acme, need(acme)).excused
    viktor = stakeholders.holder("leadership")
    withdraw_excuse(excuse=excuse, reason="It is not rare at all.", by=viktor)
    assert not one_cell(acme, need(acme)).excused
    with pytest.raises(Refused, match="already"):
        withdraw_excuse(excuse=excuse, reason="Again.", by=viktor)
    told = Entry.objects.filter(evaluation=where).latest("number")
    assert told.action == "knock_out.excuse_withdrawn"
    assert told.reason == "It is not rare at all."
    again = excuse_knock_out(
        candidate=acme, requirement=need(acme), reason="We pay it.", by=where.owner
    )
    assert Excuse.objects.count() == 2
    assert list(Excuse.objects.standing()) == [again]
