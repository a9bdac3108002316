"""A test invitation: a vendor tries everything, and nothing of it counts."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.decision.selectors.promises import earlier_standing
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.notices.kinds import KINDS
from evaltracker.notices.mail import closing_claims
from evaltracker.workflow.inbox.glances import my_work
from evaltracker.workflow.services.stages import (
    OVER,
    advance,
    cancel,
    end_tests,
    send_back,
    send_test_invitation,
)
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.portable.files import carried_away, document, taken_in
from vendors.models import Candidate, Contact, InvitationLink
from vendors.selectors.access import live_link
from vendors.services.answering import move_claims_close
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    """Acme ML, invited to a purchase in research; Ada answers for it."""
    where = vendors.in_research(common.evaluation())
    found = vendors.invited(where)
    assert found.vendor is not None
    add_contact(
        vendor=found.vendor, name="Ada", email="ada@acme.example", by=where.owner
    )
    return found


def sent(candidate: Candidate) -> Evaluation:
    people = Contact.objects.filter(vendor=candidate.vendor)
    by = candidate.evaluation.owner
    return send_test_invitation(candidate=candidate, contacts=people, by=by)


def tried(test: Evaluation) -> Candidate:
    return Candidate.objects.get(evaluation=test)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_its_mail_says_that_it_is_a_test",
)
def test_it_is_an_evaluation_of_its_own_with_a_made_up_list(acme: Candidate) -> None:
    test = sent(acme)
    assert test.is_practice
    assert test.owner == acme.evaluation.owner
    assert test.title == "Test invitation: Acme"
    assert test.requirements.count() == 6
    assert test.requirements.filter(demands__isnull=False).count() == 1
    assert tried(test).vendor == acme.vendor
    left = test.claims_close_at - datetime.datetime.now(datetime.UTC)  # type: ignore[operator]
    assert datetime.timedelta(days=13) < left <= datetime.timedelta(days=15)


def test_its_mail_says_that_it_is_a_test(acme: Candidate) -> None:
    test = sent(acme)
    notice = Notice.objects.get(evaluation=test)
    assert notice.address == "ada@acme.example"
    message = KINDS[notice.kind].compose(notice)
    assert message.subject.startswith("Test: ")
    assert "nothing that you send counts" in message.text


def test_of_the_real_evaluation_only_the_journal_tells_of_it(acme: Candidate) -> None:
    where = acme.evaluation
    before, entries = gather_inputs(where), where.entries.count()
    sent(acme)
    assert gather_inputs(where) == before
    assert Entry.objects.filter(evaluation=where).count() == entries + 1
    entry = Entry.objects.get(evaluation=where, action="test_invitation.sent")
    assert entry.after["told"] == ["ada@acme.example"]
    assert where.candidates.count() == 1


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_it_stays_in_research",
)
def test_one_is_open_at_a_time(acme: Candidate) -> None:
    test = sent(acme)
    with pytest.raises(Refused, match="open already"):
        sent(acme)
    cancel(evaluation=test, reason="Enough.", by=test.owner)
    assert sent(acme) != test


def test_only_the_owner_sends_one_and_only_to_contacts(acme: Candidate) -> None:
    where = acme.evaluation
    people = Contact.objects.filter(vendor=acme.vendor)
    with pytest.raises(Forbidden):
        send_test_invitation(candidate=acme, contacts=people, by=common.otto())
    with pytest.raises(Invalid, match="to whom"):
        send_test_invitation(candidate=acme, contacts=[], by=where.owner)
    rival = vendors.candidate(where, "Globex ML")
    with pytest.raises(Refused, match="no contact"):
        sent(rival)
    built = vendors.candidate(where, "Own build", kind="build")
    with pytest.raises(Refused, match="nobody to invite"):
        sent(built)
    with pytest.raises(Refused, match="already"):
        sent(tried(sent(acme)))
    assert Evaluation.objects.filter(is_practice=True).count() == 1


def test_it_stays_in_research(acme: Candidate) -> None:
    test = sent(acme)
    with pytest.raises(Refused, match="stays in research"):
        advance(evaluation=test, from_stage="research", by=test.owner)
    with pytest.raises(Refused, match="stays in research"):
        send_back(evaluation=test, to_stage="requirements", reason="No.", by=test.owner)


def test_it_ends_by_itself_and_its_link_with_it(acme: Candidate) -> None:
    test = sent(acme)
    links = InvitationLink.objects.filter(live_link(), candidate=tried(test))
    end_tests()
    test.refresh_from_db()
    assert test.is_open
    assert links.count() == 1
    vendors.close_by_deadline(test)
    end_tests()
    test.refresh_from_db()
    assert test.status == "cancelled"
    assert Entry.objects.filter(evaluation=test).last().actor_name == SYSTEM.name  # type: ignore[union-attr]
    assert links.count() == 0
    acme.evaluation.refresh_from_db()
    assert acme.evaluation.is_open


def test_nobody_but_a_test_is_ended_by_the_house(acme: Candidate) -> None:
    vendors.close_by_deadline(acme.evaluation)
    end_tests()
    acme.evaluation.refresh_from_db()
    assert acme.evaluation.is_open
    with pytest.raises(Forbidden):
        cancel(evaluation=acme.evaluation, reason="Over.", by=SYSTEM)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_its_mail_says_that_it_is_a_test",
)
def test_it_is_left_out_where_evaluations_are_listed(acme: Candidate) -> None:
    owner = acme.evaluation.owner
    before = [item.what for item in my_work(owner)]
    test = sent(acme)
    assert [item.what for item in my_work(owner)] == before
    assert {row.evaluation for row in closing_claims(owner)} == {acme.evaluation.title}
    browser = signed_in(owner)
    for address in (
        reverse("admin:index"),
        reverse("admin:evaluations_evaluation_changelist"),
        reverse("admin:search") + "?q=Test+invitation",
        reverse("admin:search") + "?q=teapot",
    ):
        page = browser.get(address)
        assert page.status_code == 200
        assert test.slug not in page.content.decode()
    cancel(evaluation=test, reason="Enough.", by=owner)
    assert earlier_standing(owner, acme) == []


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_its_mail_says_that_it_is_a_test",
)
def test_its_owner_finds_it_at_the_candidate(acme: Candidate) -> None:
    browser = signed_in(acme.evaluation.owner)
    page = reverse("admin:evaluation_invitations", args=[acme.evaluation.slug])
    act = reverse("admin:act_on", args=["send-test-invitation", acme.pk])
    assert f'href="{act}' in browser.get(page).content.decode()
    contact = Contact.objects.get(vendor=acme.vendor)
    answer = browser.post(act, {"contacts": [contact.pk]})
    assert answer.status_code == 302
    test = Evaluation.objects.get(is_practice=True)
    shown = browser.get(page).content.decode()
    assert f'href="{act}' not in shown
    assert reverse("admin:evaluation_invitations", args=[test.slug]) in shown
    overview = reverse("admin:evaluation_overview", args=[test.slug])
    assert "This is a test invitation" in browser.get(overview).content.decode()
    # Once it has ended, it stays in reach, and another may be sent.
    vendors.close_by_deadline(test)
    end_tests()
    shown = browser.get(page).content.decode()
    assert reverse("admin:evaluation_invitations", args=[test.slug]) in shown
    assert f'href="{act}' in shown


def test_a_program_is_told_and_answers_as_it_would(acme: Candidate) -> None:
    test = sent(acme)
    assert acme.vendor is not None
    secret = vendors.token(acme.vendor)
    program: Any = Client(headers={"authorization": f"Bearer {secret}"})
    listed = program.get("/api/v1/invitations/").json()["results"]
    assert {row["id"]: row["test"] for row in listed} == {
        str(acme.pk): False,
        str(tried(test).pk): True,
    }
    home = f"/api/v1/invitations/{tried(test).pk}/"
    claim = {"requirement": "T2", "availability": "now", "statement": "Yes."}
    made = program.post(
        f"{home}claims/",
        {**claim, "holds_for": "everywhere"},
        content_type="application/json",
    )
    assert made.status_code == 201
    assert (
        program.post(
            f"{home}submission/", {}, content_type="application/json"
        ).status_code
        == 201
    )
    assert acme.claims.count() == 0


def test_moving_its_end_keeps_it_open(acme: Candidate) -> None:
    test = sent(acme)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=30)
    move_claims_close(
        evaluation=test, close_at=later, reason="They asked.", by=test.owner
    )
    end_tests()
    test.refresh_from_db()
    assert test.is_open


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_program_is_told_and_answers_as_it_would",
)
def test_a_file_of_it_comes_back_as_a_test(acme: Candidate) -> None:
    content = carried_away(sent(acme))
    told = document(content)["evaluation"]
    assert told["is_practice"] is True
    assert taken_in(content).is_practice


def test_a_file_from_before_there_were_tests_is_of_none(acme: Candidate) -> None:
    told = document(carried_away(acme.evaluation))
    assert told["evaluation"].pop("is_practice") is False
    assert not taken_in(told).is_practice


def test_whoever_looks_sees_that_the_house_ended_it(acme: Candidate) -> None:
    test = sent(acme)
    vendors.close_by_deadline(test)
    end_tests()
    page = reverse("admin:evaluation_overview", args=[test.slug])
    shown = signed_in(test.owner).get(page)
    assert shown.status_code == 200
    assert OVER in shown.content.decode()
