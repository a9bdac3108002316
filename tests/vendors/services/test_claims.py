"""Submitting claims: revisions, repeats, deadlines and bad words."""

import datetime

import pytest

from evaltracker.errors import NotFound, Refused
from evaltracker.evaluations.models import Entry, Requirement
from evaltracker.requirements.services.requirements import (
    change_requirement,
    retire_requirement,
)
from tests.factories import common, vendors
from vendors.models import Candidate, Claim
from vendors.selectors.claims import current_claims
from vendors.services.answering import close_claims, reopen_claims

pytestmark = pytest.mark.django_db


@pytest.fixture
def requirement() -> Requirement:
    where = common.evaluation()
    asked = common.requirement(where)
    vendors.in_research(where)
    return asked


@pytest.fixture
def acme(requirement: Requirement) -> Candidate:
    return vendors.invited(requirement.evaluation)


def test_a_first_claim_is_revision_one_and_journaled(
    acme: Candidate, requirement: Requirement
) -> None:
    result = vendors.claim(acme, requirement)
    assert result.created
    assert (result.claim.revision, result.claim.by_vendor) == (1, True)
    entry = Entry.objects.filter(evaluation=acme.evaluation).latest("number")
    assert entry.action == "claim.submitted"
    assert entry.after["requirement"] == "R1"


def test_the_same_words_again_write_nothing(
    acme: Candidate, requirement: Requirement
) -> None:
    first = vendors.claim(acme, requirement, statement="a\r\nb ").claim
    entries = Entry.objects.count()
    again = vendors.claim(acme, requirement, statement="a\nb")
    assert (again.claim.pk, again.created) == (first.pk, False)
    assert (Claim.objects.count(), Entry.objects.count()) == (1, entries)


def test_other_words_supersede_and_keep_the_old_ones(
    acme: Candidate, requirement: Requirement
) -> None:
    first = vendors.claim(acme, requirement, "now").claim
    second = vendors.claim(acme, requirement, "beta").claim
    first.refresh_from_db()
    assert second.revision == 2
    assert first.superseded_at is not None
    assert first.availability == "now"
    assert [claim.pk for claim in current_claims(acme)] == [second.pk]


def test_the_same_words_on_a_new_requirement_revision_reconfirm_it(
    acme: Candidate, requirement: Requirement
) -> None:
    vendors.claim(acme, requirement)
    change_requirement(
        requirement=requirement, text="More than before", by=acme.evaluation.owner
    )
    assert len(vendors.to_reconfirm(acme)) == 1
    again = vendors.claim(acme, requirement)
    assert again.created
    assert again.claim.requirement_revision == 2
    assert vendors.to_reconfirm(acme) == []


def test_a_claim_after_the_deadline_is_refused_with_both_times(
    acme: Candidate, requirement: Requirement
) -> None:
    where = vendors.close_by_deadline(acme.evaluation, seconds=0.001)
    with pytest.raises(Refused, match=r"closed at .* it is now ") as refused:
        vendors.claim(acme, requirement)
    assert refused.value.code == "claims_closed"
    assert where.claims_close_at is not None
    closing = where.claims_close_at.isoformat(timespec="milliseconds")
    assert closing in refused.value.sentence
    assert not Claim.objects.exists()


def test_closing_by_hand_refuses_and_reopening_takes_claims_again(
    acme: Candidate, requirement: Requirement
) -> None:
    owner = acme.evaluation.owner
    close_claims(evaluation=acme.evaluation, by=owner)
    with pytest.raises(Refused, match="Claims closed at"):
        vendors.claim(acme, requirement)
    tomorrow = datetime.date.today() + datetime.timedelta(days=1)  # noqa: DTZ011
    reopen_claims(
        evaluation=acme.evaluation, close_at=tomorrow, reason="A vendor fell", by=owner
    )
    assert vendors.claim(acme, requirement).created


def test_outside_research_no_claim_is_taken(
    acme: Candidate, requirement: Requirement
) -> None:
    vendors.enter(acme.evaluation, "demos")
    with pytest.raises(Refused, match="no longer taken"):
        vendors.claim(acme, requirement)


def test_a_candidate_without_invitation_has_no_say(requirement: Requirement) -> None:
    with pytest.raises(NotFound):
        vendors.claim(vendors.candidate(requirement.evaluation), requirement)


def test_a_requirement_of_another_evaluation_is_not_there(acme: Candidate) -> None:
    foreign = common.requirement(common.evaluation(title="Another"))
    with pytest.raises(NotFound):
        vendors.claim(acme, foreign)


def test_a_retired_requirement_is_not_there(
    acme: Candidate, requirement: Requirement
) -> None:
    retire_requirement(
        requirement=requirement, reason="Twice", by=acme.evaluation.owner
    )
    with pytest.raises(NotFound):
        vendors.claim(acme, requirement)
