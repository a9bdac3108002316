"""The ledger: what was claimed, shown and tested, and what it comes to."""

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.requirements.services.requirements import retire_requirement
from tests.factories import common, trials, vendors
from trials.scoring import Standing
from trials.selectors.ledger import ledger
from trials.services.evidence import excuse_knock_out
from vendors.services.claims import rule_not_applicable

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    """R1 is a must-have, R2 a should, R3 a could; each weighs 5."""
    return trials.platform("must", "should", "could")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_the_three_marks_and_the_credit_of_the_best_proof(where: Evaluation) -> None:
    acme = trials.claimed(where)
    r1, r2, r3 = where.requirements.all()
    trials.verdict(trials.claim_of(acme, "R2"))
    vendors.enter(where, "trials")
    trials.trial(acme)
    trials.verdict(trials.claim_of(acme), "demo", "partly")
    trials.verdict(trials.claim_of(acme), "trial", "holds")
    book = ledger(where)
    proven, researched, claimed = (
        book.cell(acme, requirement) for requirement in (r1, r2, r3)
    )
    assert proven.marks == ("now", "partly", "holds")
    assert (proven.standing, proven.credit) == (Standing.PROVEN, Decimal(1))
    assert researched.marks == ("now", "", "")
    assert (researched.standing, researched.credit) == (
        Standing.CLAIMED,
        Decimal("0.6"),
    )
    assert (claimed.standing, claimed.credit) == (Standing.CLAIMED, Decimal("0.5"))
    column = book.of(acme)
    assert column.fit.value == Fraction(21, 30)
    assert (
        column.coverage.asked,
        column.coverage.answered,
        column.coverage.tested,
    ) == (
        3,
        3,
        1,
    )


def test_what_nobody_answered_is_counted_as_such(where: Evaluation) -> None:
    acme = trials.claimed(where, where.requirements.get(ref="R2"))
    column = ledger(where).of(acme)
    assert column.cells["R1"].standing == Standing.UNANSWERED
    assert column.cells["R1"].marks == ("", "", "")
    assert column.fit.value == Fraction(1, 6)
    assert column.coverage.asked - column.coverage.answered == 2


def test_retired_requirements_are_left_out(where: Evaluation) -> None:
    acme = trials.claimed(where)
    retire_requirement(
        requirement=where.requirements.get(ref="R3"), reason="Old.", by=where.owner
    )
    book = ledger(where)
    assert [requirement.ref for requirement in book.requirements] == ["R1", "R2"]
    assert set(book.of(acme).cells) == {"R1", "R2"}


def test_not_applicable_leaves_the_denominator(where: Evaluation) -> None:
    acme = trials.claimed(where, where.requirements.get(ref="R1"))
    r2 = where.requirements.get(ref="R2")
    rule_not_applicable(candidate=acme, requirement=r2, reason="No R.", by=where.owner)
    column = ledger(where).of(acme)
    assert column.cells["R2"].not_applicable
    assert column.cells["R2"].credit is None
    assert column.fit.value == Fraction(1, 4)


def test_a_planned_date_slips_on_the_day_that_is_asked_about(
    where: Evaluation,
) -> None:
    acme = vendors.invited(where)
    day = datetime.date(2027, 6, 1)
    r1 = where.requirements.get(ref="R1")
    vendors.claim(acme, r1, "planned", available_from=day)
    after = day + datetime.timedelta(days=1)
    assert ledger(where, as_of=day).cell(acme, r1).standing == Standing.CLAIMED
    assert ledger(where, as_of=after).cell(acme, r1).standing == Standing.SLIPPED


def test_an_evaluation_has_its_own_credits(where: Evaluation) -> None:
    acme = trials.claimed(where)
    changed = change_brief(
        evaluation=where, credits={"claim_now": "0.25"}, by=where.owner
    )
    assert ledger(changed).of(acme).fit.value == Fraction(1, 4)


def test_a_refuted_must_have_blocks_until_it_is_excused(where: Evaluation) -> None:
    acme = trials.claimed(where)
    r1 = where.requirements.get(ref="R1")
    vendors.enter(where, "demos")
    trials.verdict(trials.claim_of(acme), "demo", "fails")
    trials.verdict(trials.claim_of(acme, "R2"), "demo", "fails")
    column = ledger(where).of(acme)
    assert column.knock_outs == ("R1",)
    assert column.is_blocked
    excuse_knock_out(
        candidate=acme, requirement=r1, reason="We mend it.", by=where.owner
    )
    column = ledger(where).of(acme)
    assert not column.is_blocked
    assert column.cells["R1"].excused
    assert column.cells["R1"].standing == Standing.REFUTED


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/selectors/test_to_reconfirm.py"
    "::test_a_changed_requirement_sets_everything_on_it_back",
)
def test_only_what_was_asked_for_is_in_it(where: Evaluation) -> None:
    acme = trials.claimed(where)
    globex = trials.claimed(where, name="Globex ML")
    r2 = where.requirements.get(ref="R2")
    book = ledger(where, candidates=[globex], requirements=[r2])
    assert book.candidates == [globex]
    assert set(book.of(globex).cells) == {"R2"}
    everything = ledger(where)
    assert everything.candidates == [acme, globex]
    assert [cell.claimed for cell in everything.row(r2)] == ["now", "now"]


def test_one_evaluation_never_reads_anothers_cells(where: Evaluation) -> None:
    trials.claimed(where)
    other = common.evaluation(title="Another purchase")
    common.requirement(other, "R1")
    empty = vendors.candidate(other, "Acme ML")
    cell = ledger(other).of(empty).cells["R1"]
    assert cell.standing == Standing.UNANSWERED


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_the_promise_record_waits_for_five_tested_claims() -> None:
    where = trials.platform("must", *["should"] * 4)
    acme = trials.claimed(where)
    vendors.enter(where, "demos")
    for ref in ("R1", "R2", "R3", "R4"):
        trials.verdict(trials.claim_of(acme, ref), "demo")
    assert ledger(where).of(acme).sums.promises(frozenset()).demos.hidden
    trials.verdict(trials.claim_of(acme, "R5"), "demo", "fails")
    record = ledger(where).of(acme).sums.promises(frozenset())
    assert record.hidden
    assert not record.demos.hidden
    assert (record.demos.overall.held, record.demos.overall.failed) == (4, 1)
