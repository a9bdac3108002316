"""A contact whom the owner adds gets in at every stage, and reads what is open now."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.requirements.services.requirements import change_requirement
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, trials, vendors
from tests.vendors.door import case, cases
from tests.vendors.mails import read, to_whom, why_not
from tests.vendors.portal.visitor import Visitor
from trials.models import Gap
from trials.services.demos import schedule_demo
from trials.services.trials import record_gap
from vendors.choices import DocumentKind
from vendors.models import Candidate, Contact, InvitationLink
from vendors.selectors.access import find_link
from vendors.selectors.progress import open_now
from vendors.services.access import issue_token
from vendors.services.answering import close_claims
from vendors.services.candidates import eliminate
from vendors.services.contacts import add_contact, send_link, tell_of_keys
from vendors.services.dialogue import publish_document

pytestmark = pytest.mark.django_db
N = "n@acme.example"
LATER = datetime.timedelta(days=30)


@pytest.fixture
def where() -> Evaluation:
    return trials.platform()


def end(candidate: Candidate, status: str = "decided") -> None:
    candidate.evaluation.status = status
    candidate.evaluation.save(update_fields=["status"])


def in_stage(where: Evaluation, stage: str = "research") -> Candidate:
    acme = trials.claimed(where)
    vendors.enter(where, stage)
    acme.refresh_from_db()
    return acme


def uninvited(where: Evaluation) -> Candidate:
    return vendors.candidate(where)


def not_open(where: Evaluation) -> Candidate:
    Evaluation.objects.update(claims_opened_at=None, claims_close_at=None)
    where.refresh_from_db()
    return vendors.invited(where)


def to_confirm(where: Evaluation) -> Candidate:
    acme = in_stage(where)
    change_requirement(
        requirement=where.requirements.get(), text="Restarts.", by=where.owner
    )
    return acme


def closed(where: Evaluation) -> Candidate:
    acme = in_stage(where)
    close_claims(evaluation=where, by=where.owner)
    return acme


def with_demo(where: Evaluation) -> Candidate:
    acme = in_stage(where, "demos")
    schedule_demo(
        candidate=acme,
        day=(timezone.now() + LATER).date(),
        time=datetime.time(10),
        zone="Europe/Berlin",
        by=where.owner,
    )
    return acme


def with_trial(where: Evaluation) -> Candidate:
    acme = in_stage(where, "trials")
    trials.trial(acme)
    return acme


def with_gap(where: Evaluation, stage: str = "trials") -> Candidate:
    acme = with_trial(where)
    trial = acme.trials.get()
    record_gap(trial=trial, severity="challenge", text="No SSO.", by=where.owner)
    Gap.objects.update(reply_until=timezone.now() + LATER)
    vendors.enter(where, stage)
    return acme


def published(acme: Candidate) -> Candidate:
    publish_document(
        candidate=acme,
        kind=DocumentKind.LETTER,
        text="Thank you.",
        by=acme.evaluation.owner,
    )
    return acme


def decided(where: Evaluation) -> Candidate:
    acme = in_stage(where, "decision")
    end(acme)
    return acme


def out(where: Evaluation) -> Candidate:
    acme = in_stage(where)
    return eliminate(candidate=acme, reason="No SSO", by=where.owner)


def beside_a_rival(where: Evaluation) -> Candidate:
    bolt = vendors.invited(where, "Bolt ML")
    assert bolt.vendor is not None
    add_contact(vendor=bolt.vendor, name="N", email=N, by=where.owner)
    return in_stage(where)


def ended_test(where: Evaluation) -> Candidate:
    acme = in_stage(where)
    Evaluation.objects.update(is_practice=True)
    where.refresh_from_db()
    acme.refresh_from_db()
    end(acme, "cancelled")
    return acme


WORLDS: dict[str, Callable[[Evaluation], Candidate]] = {
    "S1": uninvited,
    "S2": not_open,
    "S3": in_stage,
    "S4": to_confirm,
    "S5": closed,
    "S6": with_demo,
    "S7": lambda where: in_stage(where, "demos"),
    "S8": with_gap,
    "S9": with_trial,
    "S10": lambda where: with_gap(where, "decision"),
    "S11": lambda where: published(decided(where)),
    "S12": decided,
    "S13": lambda where: published(out(where)),
    "S14": out,
    "S15": beside_a_rival,
    "S16": ended_test,
}
WHY_NOT = {
    "S1": "the link comes with the invitation",
    "S14": "reinstate it or publish its letter first",
    "S16": "This test has ended",
}


@pytest.mark.parametrize(
    "one", [one for one in cases("S") if one["id"] in WORLDS], ids=lambda one: one["id"]
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[S3]"
)
def test_the_owner_adds_a_contact(where: Evaluation, one: dict[str, Any]) -> None:
    expected, acme = one["expected"], WORLDS[one["id"]](where)
    address = f"/admin/act/add-contact/{acme.vendor_id}/"
    owner = signed_in(where.owner)
    form = owner.get(address).content.decode()
    offers = f'value="{acme.pk}"' in form
    typed: dict[str, Any] = {"name": "N", "email": N}
    typed |= {"invitations": acme.pk} if offers else {}
    answer = owner.post(address, typed)
    if one["id"] in WHY_NOT:
        assert not offers and WHY_NOT[one["id"]] in form
        with pytest.raises(Refused, match=WHY_NOT[one["id"]]):
            send_link(
                candidate=acme,
                contacts=Contact.objects.filter(vendor=acme.vendor),
                by=where.owner,
            )
    link = InvitationLink.objects.filter(contact__email=N, candidate=acme)
    assert link.exists() == expected["link"]
    if one["id"] == "S15":
        assert answer.status_code == 400
        tick = re.search(r'name="shared" value="(\w{64})"', answer.content.decode())
        assert tick is not None
        answer = owner.post(address, {**typed, "shared": tick[1]})
        expected = case("S3")["expected"]
    assert answer.status_code == 302
    assert Contact.objects.filter(vendor=acme.vendor, email=N).exists()
    if not expected["link"]:
        assert to_whom("invitation") == []
        return
    acme.refresh_from_db()
    (what, first), *others = open_now(acme, timezone.now())
    assert what == expected["open_now_first"]
    (notice,) = Notice.objects.filter(kind="invitation", address=N)
    mail = read(notice)
    assert mail.subject.startswith(first)
    assert all(sentence in mail.text for _, sentence in others)
    leads = "vendor pages" if "/vendor/start/" in mail.brief.link else "elsewhere"  # type: ignore[union-attr]
    assert leads == expected["mail_leads_to"]
    assert ("/api/v1/docs/" in mail.text + mail.html) == expected["swagger_in_mail"]
    assert Visitor(link.get()).sign_in().get().status_code == 200


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_people.py"
    "::test_the_mail_leads_to_the_people_and_tells_nobody_of_themselves",
)
def test_s17_who_left_is_replaced_while_a_gap_waits(where: Evaluation) -> None:
    expected, acme = case("S17")["expected"], with_gap(where)
    assert acme.vendor is not None
    a = add_contact(
        vendor=acme.vendor,
        name="A",
        email="a@acme.example",
        by=where.owner,
        invitations=[acme],
    )
    link = InvitationLink.objects.get(contact=a)
    visitor = Visitor(link).sign_in()
    token, _ = issue_token(vendor=acme.vendor, contact=a, label="mine", by=where.owner)
    new = {"name": "B", "email": "b@acme.example"}
    assert act("change-contact", a, where.owner, **new) == 302
    tell_of_keys()
    link.refresh_from_db()
    token.refresh_from_db()
    ended = {
        "link": link.ended_at,
        "session": visitor.get().status_code == 403,
        "own_token": token.revoked_at,
    }
    assert {key: "ended" for key, over in ended.items() if over} == {
        key: expected["a"][key] for key in ended
    }
    told = Notice.objects.get(kind="new_key", address="a@acme.example")
    assert "Your address was replaced" in read(told).subject
    welcome = Notice.objects.get(kind="new_link", address="b@acme.example")
    what, first = open_now(acme, timezone.now())[0]
    assert what == expected["b"]["mail_first"]
    assert read(welcome).subject.startswith(first)
    assert find_link(read(welcome).text.split("/vendor/start/")[1].split("/")[0])


def test_s18_the_link_is_sent_again_in_any_stage_once_a_day(where: Evaluation) -> None:
    expected, acme = case("S18")["expected"], in_stage(where, "trials")
    assert acme.vendor is not None
    ada = add_contact(
        vendor=acme.vendor,
        name="Ada",
        email="ada@acme.example",
        by=where.owner,
        invitations=[acme],
    )
    Notice.objects.update(
        state="sent", created_at=timezone.now() - datetime.timedelta(hours=25)
    )
    owner = signed_in(where.owner)
    answers = []
    for _ in range(2):
        answers.append(
            owner.post(f"/admin/act/send-link/{acme.pk}/", {"contacts": [ada.pk]})
        )
        Notice.objects.update(state="sent")
    assert [answer.status_code for answer in answers] == expected["status"]
    assert expected["sentence"] in answers[1].content.decode()


def test_a_contact_who_is_put_back_gets_one_mail(where: Evaluation) -> None:
    acme = in_stage(where)
    assert acme.vendor is not None
    terms: Any = {"vendor": acme.vendor, "name": "N", "email": N, "by": where.owner}
    contact = add_contact(**terms, invitations=[acme])
    assert act("remove-contact", contact, where.owner, reason="Left") == 302
    add_contact(**terms, invitations=[acme])
    live = [row for row in Notice.objects.filter(address=N) if why_not(row) == ""]
    assert len(live) == 2 and {row.kind for row in live} == {"invitation", "new_link"}


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/services/test_races.py"
    "::test_a_claim_that_waited_behind_the_closing_is_refused",
)
def test_invitations_of_others_are_neither_offered_nor_sent(where: Evaluation) -> None:
    other = common.evaluation(title="Theirs", owner=common.otto())
    vendors.in_research(other)
    acme = vendors.invited(other)
    mine = in_stage(where)
    address = f"/admin/act/add-contact/{mine.vendor_id}/"
    form = signed_in(where.owner).get(address).content.decode()
    assert str(mine.pk) in form and str(acme.pk) not in form
    typed = {"name": "N", "email": N, "invitations": acme.pk}
    assert act("add-contact", mine.vendor, where.owner, **typed) == 400
    assert not Contact.objects.filter(email=N).exists()
