"""Recording verdicts on exact words, and saying them again of newer ones."""

import pytest

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Entry
from evaltracker.evaluations.models.evaluation import AppendOnlyError
from evaltracker.requirements.services.requirements import change_requirement
from tests.factories import stakeholders, trials, vendors
from trials.models import Evidence
from trials.services.evidence import reconfirm_evidence
from vendors.models import Candidate
from vendors.services.claims import note_claim, withdraw_claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    return trials.claimed(trials.platform("must", "should"))


def test_a_verdict_is_on_the_exact_revision_and_journaled(acme: Candidate) -> None:
    found = trials.verdict(trials.claim_of(acme), url="https://example.org/review")
    entry = Entry.objects.filter(evaluation=acme.evaluation).latest("number")
    assert entry.action == "evidence.recorded"
    assert entry.after["requirement"] == "R1"
    assert entry.after["claim_revision"] == 1
    assert entry.after["verdict"] == "holds"
    assert found.claim.revision == 1


def test_any_stakeholder_may_record_what_they_found(acme: Candidate) -> None:
    dana = stakeholders.holder("devops")
    assert trials.verdict(trials.claim_of(acme), by=dana).recorded_by == dana


def test_a_verdict_is_never_changed(acme: Candidate) -> None:
    found = trials.verdict(trials.claim_of(acme))
    found.verdict = "fails"
    with pytest.raises(AppendOnlyError):
        found.save()


def test_a_superseded_claim_asks_to_reconfirm_on_the_current_revision(
    acme: Candidate,
) -> None:
    old = trials.claim_of(acme)
    vendors.claim(acme, old.requirement, statement="Better words.")
    with pytest.raises(Refused, match="has changed since you opened it") as caught:
        trials.verdict(old)
    assert caught.value.code == "superseded"


def test_a_withdrawn_claim_cannot_be_judged(acme: Candidate) -> None:
    requirement = trials.claim_of(acme).requirement
    withdraw_claim(candidate=acme, requirement=requirement, by=Actor(name="Acme"))
    with pytest.raises(Refused, match="withdrawn") as caught:
        trials.verdict(trials.claim_of(acme))
    assert caught.value.code == "withdrawn"


def test_a_changed_requirement_makes_the_claim_one_to_reconfirm(
    acme: Candidate,
) -> None:
    claim = trials.claim_of(acme)
    change_requirement(
        requirement=claim.requirement, text="Other words", by=acme.evaluation.owner
    )
    with pytest.raises(Refused, match="to re-confirm") as caught:
        trials.verdict(claim)
    assert caught.value.code == "requirement_changed"


def test_reconfirming_says_the_same_of_the_current_revision(acme: Candidate) -> None:
    first = trials.verdict(trials.claim_of(acme), "research", "partly")
    vendors.claim(acme, first.claim.requirement, statement="Other words.")
    again = reconfirm_evidence(
        evidence=first, note="Still so.", by=acme.evaluation.owner
    )
    assert (again.claim.revision, again.verdict, again.source) == (
        2,
        "partly",
        "research",
    )
    assert again.reconfirms == first
    entry = Entry.objects.filter(evaluation=acme.evaluation).latest("number")
    assert entry.action == "evidence.reconfirmed"
    assert entry.after["reconfirms_id"] == str(first.pk)


def test_reconfirming_needs_newer_words_and_happens_once(acme: Candidate) -> None:
    owner = acme.evaluation.owner
    first = trials.verdict(trials.claim_of(acme))
    with pytest.raises(Refused, match="nothing to re-confirm"):
        reconfirm_evidence(evidence=first, note="Again.", by=owner)
    vendors.claim(acme, first.claim.requirement, statement="Other words.")
    with pytest.raises(Invalid):
        reconfirm_evidence(evidence=first, note=" ", by=owner)
    reconfirm_evidence(evidence=first, note="Still so.", by=owner)
    with pytest.raises(Refused, match="already"):
        reconfirm_evidence(evidence=first, note="Still so.", by=owner)
    assert Evidence.objects.count() == 2


def test_a_new_wording_must_be_answered_before_anything_is_reconfirmed(
    acme: Candidate,
) -> None:
    owner = acme.evaluation.owner
    first = trials.verdict(trials.claim_of(acme))
    change_requirement(requirement=first.claim.requirement, text="Other", by=owner)
    with pytest.raises(Refused, match="to re-confirm"):
        reconfirm_evidence(evidence=first, note="Still so.", by=owner)
    vendors.claim(acme, first.claim.requirement, statement="To the new words: yes.")
    again = reconfirm_evidence(evidence=first, note="Still so.", by=owner)
    assert again.claim.requirement_revision == 2


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_reconfirming_says_the_same_of_the_current_revision",
)
def test_a_verdict_on_buyers_notes_counts_as_well() -> None:
    where = trials.platform("must")
    build = vendors.candidate(where, "Build it", kind="build")
    claim = note_claim(
        candidate=build,
        requirement=where.requirements.get(),
        statement="We could.",
        availability="now",
        by=where.owner,
    ).claim
    assert trials.verdict(claim).claim.by_vendor is False
