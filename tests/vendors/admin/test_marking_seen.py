"""A person's own mark in what vendors sent: theirs alone, and never too far."""

import datetime

import pytest

from evaltracker.evaluations.models import Evaluation, JournalHead
from tests.acting import act
from tests.factories import common, stakeholders, vendors
from tests.vendors.admin.sending import answered_by_acme, look, page, say
from vendors.models import Candidate, LastSeen
from vendors.selectors.dialogue import count_unseen, sent_by_vendors

pytestmark = pytest.mark.django_db


@pytest.fixture
def purchase(db: None) -> Evaluation:
    """R1 to R3, asked of Acme."""
    return answered_by_acme()


def test_each_person_has_a_mark_of_their_own(purchase: Evaluation) -> None:
    it = stakeholders.stakeholders(purchase, "it")["it"].user
    vendors.declare_none(purchase)
    say(purchase, "R1")
    head = JournalHead.objects.get(evaluation=purchase).count
    look(purchase, purchase.owner)
    assert "Nothing is new to you" in page(purchase, purchase.owner)
    assert "New and changed answers" in page(purchase, it)
    assert count_unseen(it, [purchase]).total() == 1
    # A bookmark is no part of the evaluation, so it makes no page of it stale.
    assert JournalHead.objects.get(evaluation=purchase).count == head


def test_reading_marks_nothing(purchase: Evaluation) -> None:
    say(purchase, "R1")
    for _ in range(2):
        assert "New and changed answers" in page(purchase, purchase.owner)
    assert not LastSeen.objects.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_nobody_marks_what_is_still_to_come",
)
def test_what_comes_after_the_page_was_made_stays_new(purchase: Evaluation) -> None:
    say(purchase, "R1")
    (party,) = sent_by_vendors(purchase.owner, purchase)
    say(purchase, "R2")
    assert party.newest
    until = f"{party.candidate.pk} {party.newest.isoformat()}"
    assert act("mark-seen", purchase, purchase.owner, until=[until]) == 302
    (party,) = sent_by_vendors(purchase.owner, purchase)
    assert len(party.claims) == 1
    # An old page that is sent again brings nothing back.
    look(purchase, purchase.owner)
    assert act("mark-seen", purchase, purchase.owner, until=[until]) == 302
    assert count_unseen(purchase.owner, [purchase]).total() == 0


def test_a_mark_is_refused_for_what_is_not_there(purchase: Evaluation) -> None:
    say(purchase, "R1")
    other = vendors.in_research(common.evaluation(title="Other"))
    foreign = vendors.invited(other, "Globex ML")
    now = datetime.datetime.now(datetime.UTC).isoformat()
    owner = purchase.owner
    assert act("mark-seen", purchase, owner, until=[f"{foreign.pk} {now}"]) == 404
    assert act("mark-seen", purchase, owner) == 400
    for bad in ("x", f"{foreign.pk}", f"{foreign.pk} 2027-01-01", f"x {now}"):
        assert act("mark-seen", purchase, owner, until=[bad]) == 400, bad
    assert act("mark-seen", purchase, common.noor(), until=["x"]) == 404
    assert not LastSeen.objects.exists()


def test_nobody_marks_what_is_still_to_come(purchase: Evaluation) -> None:
    acme = Candidate.objects.get()
    far = datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC).isoformat()
    assert act("mark-seen", purchase, purchase.owner, until=[f"{acme.pk} {far}"]) == 302
    say(purchase, "R1")
    assert count_unseen(purchase.owner, [purchase]).total() == 1
