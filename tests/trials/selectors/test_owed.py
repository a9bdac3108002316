"""Which cells are open: owed by a criterion or by the gate, and nothing else."""

from decimal import Decimal

import pytest

from evaltracker.enumerations import Source
from evaltracker.evaluations.models import Demand, Scope
from tests.factories import trials, vendors
from tests.trials.runs.confirming import add_tests
from trials.choices import DataOwner, EvidenceVerdict, Runner
from trials.models import Criterion, Evidence
from trials.scoring.open_cells import TrialRecord
from trials.selectors.ledger import ledger
from trials.selectors.pending_verdicts import CandidateOwed, verdicts_owed
from trials.services.evidence import excuse_knock_out, record_evidence
from vendors.models import Candidate, Claim
from vendors.services.claims import rule_not_applicable

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    """Acme claims two must-haves and two should-haves, in the trials stage."""
    option = trials.claimed(trials.platform("must", "must", "should", "should"))
    vendors.enter(option.evaluation, "trials")
    option.evaluation.refresh_from_db()
    return option


def owed(option: Candidate) -> CandidateOwed:
    return verdicts_owed(ledger(option.evaluation), [option])[option.pk]


def refs(found: CandidateOwed) -> list[str]:
    return [cell.ref for cell in found.cells]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_the_gate_owes_must_haves_and_a_criterion_what_it_names(
    acme: Candidate,
) -> None:
    assert refs(owed(acme)) == ["R1", "R2"]
    trials.trial(acme, "R3")
    found = owed(acme)
    assert refs(found) == ["R1", "R2", "R3"]
    assert [cell.knocks_out for cell in found.cells] == [True, True, False]
    assert {(cell.today, cell.holds) for cell in found.cells} == {
        (Decimal("0.5"), Decimal(1))
    }


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_named_values.py"
    "::test_an_excuse_names_values_or_all_and_the_memo_says_which",
)
def test_what_was_judged_is_not_open_but_counts_in_the_record(acme: Candidate) -> None:
    running = trials.trial(acme, "R1", "R3")
    trials.verdict(trials.claim_of(acme), "trial", "partly")
    for criterion in running.criteria.all():
        ref = criterion.requirement.ref
        trials.verdict(trials.claim_of(acme, ref), "trial", criterion=criterion)
    found = owed(acme)
    assert refs(found) == ["R2"]
    assert (found.judged, found.own) == (2, TrialRecord(holds=2))


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_a_closed_trial_owes_nothing_any_more(acme: Candidate) -> None:
    running = trials.trial(acme, "R3")
    running.__class__.objects.filter(pk=running.pk).update(closed_at=running.agreed_at)
    assert refs(owed(acme)) == ["R1", "R2"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_named_values.py"
    "::test_an_excuse_names_values_or_all_and_the_memo_says_which",
)
def test_an_excused_must_have_is_owed_only_if_a_criterion_asks(acme: Candidate) -> None:
    trials.trial(acme, "R1")
    trials.verdict(trials.claim_of(acme), "demo", "fails")
    requirement = acme.evaluation.requirements.get(ref="R1")
    owner = acme.evaluation.owner
    excuse_knock_out(candidate=acme, requirement=requirement, reason="So.", by=owner)
    (first, second) = owed(acme).cells
    assert (first.ref, first.knocks_out) == ("R1", False)
    assert (second.ref, second.knocks_out) == ("R2", True)
    Criterion.objects.all().delete()
    assert refs(owed(acme)) == ["R2"]


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_what_runs_propose_is_taken_and_is_in_no_urn",
)
def test_where_nothing_can_be_judged_nothing_is_open(acme: Candidate) -> None:
    trials.trial(acme, "R1", "R2", "R3")
    Claim.objects.filter(requirement__ref="R3").update(availability="withdrawn")
    Claim.objects.filter(requirement__ref="R1").update(requirement_revision=0)
    rule_not_applicable(
        candidate=acme,
        requirement=acme.evaluation.requirements.get(ref="R2"),
        reason="So.",
        by=acme.evaluation.owner,
    )
    found = owed(acme)
    assert refs(found) == []
    assert found.unanswered == 2


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_a_failure_that_waits_for_a_reply_is_taken_as_recorded(acme: Candidate) -> None:
    running = trials.trial(acme)
    record_evidence(
        claim=trials.claim_of(acme),
        source="trial",
        verdict="fails",
        note="It fell over.",
        runner="us",
        data="ours",
        criterion=running.criteria.get(),
        by=acme.evaluation.owner,
    )
    found = owed(acme)
    assert refs(found) == ["R2"]
    (noted,) = found.recorded
    assert (noted.ref, noted.recorded, noted.knocks_out) == ("R1", Decimal(0), True)
    assert found.own == TrialRecord(fails=1)


def test_a_trial_that_the_vendor_ran_on_its_data_settles_only_its_criterion(
    acme: Candidate,
) -> None:
    running = trials.trial(acme, "R1", "R3")
    for criterion in running.criteria.all():
        Evidence.objects.create(
            claim=trials.claim_of(acme, criterion.requirement.ref),
            source=Source.TRIAL,
            verdict=EvidenceVerdict.HOLDS,
            criterion=criterion,
            runner=Runner.VENDOR,
            data=DataOwner.VENDOR,
            recorded_by=acme.evaluation.owner,
        )
    found = owed(acme)
    assert refs(found) == ["R1", "R2"]
    assert found.own == TrialRecord()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_named_values.py"
    "::test_an_excuse_names_values_or_all_and_the_memo_says_which",
)
def test_a_cell_earns_at_most_what_its_values_earn_that_are_not_open(
    acme: Candidate,
) -> None:
    where = acme.evaluation
    scope = Scope.objects.create(evaluation=where, name="Runs on")
    for value in ("AWS", "on premises"):
        scope.values.create(name=value)
    means = {"Runs on": {"AWS": ["now", None], "on premises": ["beta", None]}}
    Claim.objects.update(holds_for={"said": None, "means": means})
    for ref in ("R1", "R3"):
        requirement = where.requirements.get(ref=ref)
        Demand.objects.create(requirement=requirement, scope=scope)
    trials.trial(acme, "R3")
    Criterion.objects.update(named_values={"Runs on": ["AWS"]})
    must, _, planned = owed(acme).cells
    assert (must.today, must.holds, must.partly) == (
        *(Decimal("0.3"), Decimal(1), Decimal("0.5")),
    )
    # On premises nobody tests it: as a beta it goes on earning 0.3.
    assert (planned.ref, planned.holds, planned.fails) == (
        "R3",
        Decimal("0.3"),
        Decimal(0),
    )


def test_what_runs_propose_is_taken_and_is_in_no_urn(acme: Candidate) -> None:
    running = trials.trial(acme, "R1", "R3")
    criteria = list(running.criteria.order_by("position"))
    add_tests(criteria[0], False, True)
    found = owed(acme)
    assert refs(found) == ["R2", "R3"]
    (first,) = found.proposed
    assert (first.ref, first.verdict, first.knocks_out) == ("R1", "fails", True)
    assert (first.today, first.recorded) == (Decimal("0.5"), Decimal(0))
    assert found.own == TrialRecord()
    add_tests(criteria[1], False)
    assert [row.verdict for row in owed(acme).proposed] == ["fails", "holds"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_a_cell_stays_open_while_a_criterion_waits_for_runs(acme: Candidate) -> None:
    running = trials.trial(acme, "R1", "R2")
    first, second = running.criteria.order_by("position")
    Criterion.objects.filter(pk=second.pk).update(requirement=first.requirement)
    add_tests(first, True)
    found = owed(acme)
    assert not found.proposed
    assert refs(found) == ["R1", "R2"]
    cell = found.cells[0]
    # Whatever the other criterion comes to, the cell fails.
    assert cell.holds == cell.partly == cell.fails == Decimal(0)
    assert cell.knocks_out
    add_tests(second, False)
    assert [row.verdict for row in owed(acme).proposed] == ["fails"]


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_trial_that_the_vendor_ran_on_its_data_settles_only_its_criterion",
)
def test_the_gate_goes_on_owing_values_that_no_criterion_names(
    acme: Candidate,
) -> None:
    scope = Scope.objects.create(evaluation=acme.evaluation, name="Runs on")
    for value in ("AWS", "on premises"):
        scope.values.create(name=value)
    means = {"Runs on": {"AWS": ["now", None], "on premises": ["now", None]}}
    Claim.objects.update(holds_for={"said": None, "means": means})
    requirement = acme.evaluation.requirements.get(ref="R1")
    Demand.objects.create(requirement=requirement, scope=scope)
    running = trials.trial(acme, "R1")
    Criterion.objects.update(named_values={"Runs on": ["AWS"]})
    add_tests(running.criteria.get(), False)
    found = owed(acme)
    assert not found.proposed
    assert found.cells[0].holds == Decimal(1)
    Criterion.objects.update(named_values={})
    assert [row.ref for row in owed(acme).proposed] == ["R1"]
