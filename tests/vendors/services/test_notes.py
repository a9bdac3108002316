"""What the owner notes of a candidate, and taking claims back."""

import pytest

from evaltracker.errors import Forbidden, Invalid, NotFound, Refused
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Requirement
from tests.factories import common, vendors
from vendors.models import Candidate
from vendors.selectors.claims import current_claims
from vendors.services.claims import SubmitResult, note_claim, withdraw_claim

pytestmark = pytest.mark.django_db
ACME = Actor(name="Acme by API")


@pytest.fixture
def requirement() -> Requirement:
    where = common.evaluation()
    asked = common.requirement(where)
    vendors.in_research(where)
    return asked


@pytest.fixture
def acme(requirement: Requirement) -> Candidate:
    return vendors.invited(requirement.evaluation)


def note(of: Candidate, requirement: Requirement, **words: str) -> SubmitResult:
    return note_claim(
        candidate=of,
        requirement=requirement,
        statement="Their blog says so.",
        by=of.evaluation.owner,
        **words,
    )


def test_a_note_states_no_availability_and_repeats_write_nothing(
    acme: Candidate, requirement: Requirement
) -> None:
    first = note(acme, requirement)
    assert (first.claim.availability, first.claim.by_vendor) == ("unstated", False)
    assert first.claim.noted_by == acme.evaluation.owner
    assert not note(acme, requirement).created


def test_a_status_of_something_bought_is_its_vendors_to_give(
    acme: Candidate, requirement: Requirement
) -> None:
    with pytest.raises(Invalid, match="vendor can state"):
        note(acme, requirement, availability="now")


@pytest.mark.parametrize("kind", ["build", "open_source", "as_is"])
def test_the_buyer_answers_for_what_nobody_sells(
    requirement: Requirement, kind: str
) -> None:
    own = vendors.candidate(requirement.evaluation, "Own", kind=kind)
    assert note(own, requirement, availability="now").claim.availability == "now"


def test_a_note_never_replaces_the_vendors_own_words(
    acme: Candidate, requirement: Requirement
) -> None:
    note(acme, requirement)
    assert vendors.claim(acme, requirement).claim.revision == 2
    with pytest.raises(Refused, match="has answered R1 itself"):
        note(acme, requirement)


def test_notes_are_the_owners_and_of_the_right_stages(
    acme: Candidate, requirement: Requirement
) -> None:
    with pytest.raises(Forbidden):
        note_claim(
            candidate=acme, requirement=requirement, statement="x", by=common.otto()
        )
    vendors.enter(acme.evaluation, "decision")
    with pytest.raises(Refused, match="decision"):
        note(acme, requirement)


def test_withdrawing_is_a_revision_and_the_history_stays(
    acme: Candidate, requirement: Requirement
) -> None:
    vendors.claim(acme, requirement)
    gone = withdraw_claim(candidate=acme, requirement=requirement, by=ACME)
    assert (gone.availability, gone.revision) == ("withdrawn", 2)
    assert list(current_claims(acme)) == []
    assert [claim.revision for claim in acme.claims.order_by("revision")] == [1, 2]
    with pytest.raises(NotFound):
        withdraw_claim(candidate=acme, requirement=requirement, by=ACME)


def test_the_owner_does_not_withdraw_a_vendors_words(
    acme: Candidate, requirement: Requirement
) -> None:
    vendors.claim(acme, requirement)
    with pytest.raises(Forbidden):
        withdraw_claim(
            candidate=acme, requirement=requirement, by=acme.evaluation.owner
        )
