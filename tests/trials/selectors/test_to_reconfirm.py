"""Words that change: what rests on them waits to be said again."""

import datetime

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from evaltracker.enumerations import Source
from evaltracker.evaluations.journal import Actor
from evaltracker.requirements.services.requirements import change_requirement
from tests.factories import trials, vendors
from trials.scoring import Standing
from trials.selectors.cells import LedgerCell
from trials.selectors.ledger import one_cell
from trials.selectors.matrix import cell_history
from trials.services.evidence import reconfirm_evidence
from vendors.models import Candidate
from vendors.services.claims import withdraw_claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    return trials.claimed(trials.platform())


def cell(option: Candidate) -> LedgerCell:
    """The only cell."""
    return one_cell(option, option.evaluation.requirements.get())


def demo_said(option: Candidate, verdict: str) -> None:
    """A demo's verdict; then the evaluation is sent back to research."""
    vendors.enter(option.evaluation, "demos")
    trials.verdict(trials.claim_of(option), "demo", verdict)
    vendors.enter(option.evaluation, "research")


def revise(option: Candidate, availability: str = "now") -> None:
    """The vendor says it in other words, or plans it for next year."""
    next_year = timezone.localdate() + datetime.timedelta(days=365)
    vendors.claim(
        option,
        option.evaluation.requirements.get(),
        availability,
        statement="In other words: yes.",
        available_from=next_year if availability == "planned" else None,
    )


def promised(option: Candidate) -> str:
    """What had been said when a demo judged it."""
    kept = cell(option).state.by_demo
    assert kept is not None
    return kept.said


def test_proof_of_older_words_earns_nothing_until_it_is_said_again(
    acme: Candidate,
) -> None:
    demo_said(acme, "holds")
    assert cell(acme).standing == Standing.SHOWN
    revise(acme)
    waiting = cell(acme)
    assert (waiting.standing, waiting.shown) == (Standing.CLAIMED, "")
    assert waiting.state.values[0].unconfirmed == (Source.DEMO,)
    assert waiting.proof_to_reconfirm
    assert not waiting.to_reconfirm
    vendors.enter(acme.evaluation, "demos")
    reconfirm_evidence(
        evidence=acme.claims.get(revision=1).evidence.get(),
        note="The same feature.",
        by=acme.evaluation.owner,
    )
    again = cell(acme)
    assert (again.standing, again.shown) == (Standing.SHOWN, "holds")
    assert not again.proof_to_reconfirm


def test_new_words_do_not_wash_a_refutation_off(acme: Candidate) -> None:
    demo_said(acme, "fails")
    revise(acme)
    refuted = cell(acme)
    assert refuted.standing == Standing.REFUTED
    assert refuted.proof_to_reconfirm
    vendors.enter(acme.evaluation, "demos")
    trials.verdict(trials.claim_of(acme), "demo", "holds")
    assert cell(acme).standing == Standing.SHOWN


def test_an_old_failure_that_a_later_demo_mended_does_not_come_back(
    acme: Candidate,
) -> None:
    demo_said(acme, "fails")
    demo_said(acme, "holds")
    revise(acme)
    assert cell(acme).standing == Standing.CLAIMED


def test_a_retreat_to_planned_keeps_the_broken_promise(acme: Candidate) -> None:
    demo_said(acme, "fails")
    revise(acme, "planned")
    assert promised(acme) == "now"
    vendors.enter(acme.evaluation, "demos")
    again = reconfirm_evidence(
        evidence=acme.claims.get(revision=1).evidence.get(),
        note="Still fails.",
        by=acme.evaluation.owner,
    )
    assert again.claim.availability == "planned"
    assert promised(acme) == "now"


def test_a_withdrawn_claim_is_unanswered_but_its_tests_are_remembered(
    acme: Candidate,
) -> None:
    demo_said(acme, "holds")
    requirement = acme.evaluation.requirements.get()
    withdraw_claim(candidate=acme, requirement=requirement, by=Actor(name="Acme"))
    gone = cell(acme)
    assert gone.standing == Standing.UNANSWERED
    assert promised(acme) == "now"


def test_a_changed_requirement_sets_everything_on_it_back(acme: Candidate) -> None:
    demo_said(acme, "fails")
    change_requirement(
        requirement=acme.evaluation.requirements.get(),
        text="Something else",
        by=acme.evaluation.owner,
    )
    stale = cell(acme)
    assert stale.standing == Standing.UNANSWERED
    assert stale.to_reconfirm
    revise(acme)
    answered = cell(acme)
    assert not answered.to_reconfirm
    # Another question was failed, so the answer to this one is a claim again.
    assert answered.standing == Standing.CLAIMED
    assert answered.proof_to_reconfirm


def test_the_history_tells_every_revision_with_its_evidence_in_order(
    acme: Candidate, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    trials.verdict(trials.claim_of(acme))
    demo_said(acme, "holds")
    revise(acme)
    trials.verdict(trials.claim_of(acme), "research", "partly")
    requirement = acme.evaluation.requirements.get()
    with django_assert_num_queries(3):
        history = cell_history(acme, requirement)
        told = [
            (
                revision.claim.revision,
                revision.is_current,
                [(each.source, each.verdict) for each in revision.evidence],
            )
            for revision in history
        ]
    assert told == [
        (1, False, [("research", "holds"), ("demo", "holds")]),
        (2, True, [("research", "partly")]),
    ]
