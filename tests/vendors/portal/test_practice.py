"""The vendor pages of a test invitation: all of them work, and each says what it is."""

import pytest
from django.core import mail

from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.workflow.services.stages import cancel, send_test_invitation
from tests.vendors.portal.visitor import Visitor
from vendors.models import Candidate, InvitationLink

NOTE = "This is a test:"
PAGES = (
    "",
    "answer/T2/",
    "sheet/",
    "quote/",
    "questions/",
    "proposals/",
    "colleagues/",
)


@pytest.fixture
def tester(ada: Visitor, where: Evaluation) -> Visitor:
    """Ada with the link of a test, beside that of the real invitation."""
    test = send_test_invitation(
        candidate=ada.link.candidate, contacts=[ada.link.contact], by=where.owner
    )
    return Visitor(InvitationLink.objects.get(candidate__evaluation=test))


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_the_way_in_ends_with_the_test",
)
def test_every_page_says_that_nothing_of_it_counts(
    tester: Visitor, ada: Visitor
) -> None:
    assert NOTE in tester.get(tester.start).content.decode()
    tester.sign_in()
    assert mail.outbox[-1].subject.startswith("Test: ")
    for page in PAGES:
        shown = tester.get(f"{tester.home}{page}")
        assert shown.status_code == 200
        assert NOTE in shown.content.decode()
    ada.sign_in()
    assert not mail.outbox[-1].subject.startswith("Test: ")
    assert NOTE not in ada.get().content.decode()


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_the_way_in_ends_with_the_test",
)
def test_answers_and_questions_stay_in_the_test(
    tester: Visitor, where: Evaluation
) -> None:
    entries = Entry.objects.filter(evaluation=where).count()
    tester.sign_in()
    said = {"version": "0", "availability": "now", "statement": "Not a drop."}
    assert tester.post(f"{tester.home}answer/T1/", **said).status_code == 302
    assert tester.post(f"{tester.home}hand-in/").status_code == 302
    asked = tester.post(f"{tester.home}questions/", text="How hot?")
    assert asked.status_code == 302
    tried = Candidate.objects.get(evaluation__is_practice=True)
    assert tried.claims.count() == 1
    assert tried.submissions.count() == 1
    assert Entry.objects.filter(evaluation=where).count() == entries
    assert not where.questions.exists()
    assert not where.candidates.filter(claims__isnull=False).exists()


def test_the_way_in_ends_with_the_test(tester: Visitor, ada: Visitor) -> None:
    tester.sign_in()
    test = tester.link.candidate.evaluation
    cancel(evaluation=test, reason="Enough.", by=test.owner)
    assert tester.get(tester.start).status_code == 404
    assert tester.get().status_code == 403
    assert ada.get(ada.start).status_code == 200
