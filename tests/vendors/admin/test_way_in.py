"""“Can the vendor get in?” names the step that fails, and what mends it."""

import datetime

import pytest
from django.core.cache import cache, caches
from django.test import Client
from django.utils import timezone

from evaltracker.evaluations.journal import SYSTEM, Actor
from evaltracker.evaluations.models import Evaluation, Notice, User
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from tests.factories.vendors import invite
from vendors.admin.access import AccessDiagnosis, steps_of
from vendors.models import Candidate, RefusedCall, VendorToken
from vendors.services.access import note_first_seen, note_use, revoke_token
from vendors.services.answering import close_claims
from vendors.services.candidates import change_candidate, eliminate
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(db: None) -> Evaluation:
    cache.clear()
    caches["process"].clear()
    made = common.evaluation()
    common.requirement(made, "R1")
    stakeholders.stakeholders(made, "it")
    return vendors.in_research(made)


@pytest.fixture
def ready(where: Evaluation) -> Candidate:
    """Everything done: invited, told, with a token."""
    acme = vendors.candidate(where)
    assert acme.vendor is not None
    ada = add_contact(
        vendor=acme.vendor, name="Ada", email="ada@acme.example", by=where.owner
    )
    invite(candidate=acme, contacts=[ada], by=where.owner)
    Notice.objects.update(state="sent", sent_at=timezone.now())
    vendors.token(acme.vendor)
    return acme


def steps(candidate: Candidate) -> dict[str, tuple[str, str]]:
    """Tone and sentence of each step, by its name."""
    fresh = Candidate.objects.select_related("evaluation__owner", "vendor")
    look = AccessDiagnosis(fresh.get(pk=candidate.pk), tries=False, here="/x/")
    return {step.name: (step.tone, step.sentence) for step in steps_of(look)}


def fails(candidate: Candidate) -> str:
    """The first step that fails."""
    return next(
        (name for name, (tone, _) in steps(candidate).items() if tone == "bad"), ""
    )


def knocks(secret: str, *, header: str = "Bearer {}", **more: str) -> None:
    sent = {"authorization": header.format(secret)}
    Client().get("/api/v1/invitations/", headers=sent, **more)  # type: ignore[arg-type]


def test_with_everything_done_nothing_fails(ready: Candidate) -> None:
    assert fails(ready) == ""
    assert steps(ready)["It has called"][0] == "warn"
    note_use(token=VendorToken.objects.get())
    assert "not opened this invitation" in steps(ready)["It has called"][1]
    note_first_seen(candidate=ready, by=Actor(name="Acme"))
    assert steps(ready)["It has called"][0] == "good"


def test_each_step_before_the_door_fails_by_itself(where: Evaluation) -> None:
    owner = where.owner
    acme = vendors.candidate(where, vendor=None)
    assert fails(acme) == "Somebody answers for it"
    change_candidate(candidate=acme, vendor=vendors.vendor(), by=owner)
    assert fails(acme) == "It is invited"
    invite(candidate=acme, by=owner)
    assert steps(acme)["Contacts"] == ("bad", "None: add one.")
    form = {"name": "Ada", "email": "ada@acme.example"}
    act("add-contact", vendors.vendor(), owner, **form)
    assert steps(acme)["Mail taken of Ada"] == (
        "bad",
        "The mail with the link: not sent.",
    )
    ada = vendors.vendor().contacts.get()
    act("send-link", acme, owner, contacts=[ada.pk])
    assert steps(acme)["Mail taken of Ada"][0] == "warn"
    Notice.objects.update(state="dead", last_error="550 no such user")
    assert fails(acme) == "Mail taken of Ada"
    Notice.objects.update(state="sent")
    assert fails(acme) == ""
    eliminate(candidate=acme, reason="No SSO", by=owner)
    assert steps(acme)["Somebody answers for it"] == ("bad", "It is eliminated: No SSO")


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ({"status": "cancelled"}, "Research has begun"),
        ({"stage": "requirements"}, "Research has begun"),
        ({"claims_opened_at": None}, "Answering is open"),
        # Whoever has answered still gets in, to read.
        ({"stage": "demos"}, ""),
    ],
)
def test_the_wrong_moment_is_named(
    ready: Candidate, values: dict[str, object], title: str
) -> None:
    Evaluation.objects.filter(pk=ready.evaluation_id).update(**values)
    assert fails(ready) == title


def test_closed_claims_and_ended_tokens_are_named(ready: Candidate) -> None:
    token = VendorToken.objects.get()
    VendorToken.objects.update(expires_at=timezone.now())
    assert steps(ready)["It has a token"] == ("bad", "None is live any more.")
    VendorToken.objects.update(expires_at=None)
    revoke_token(token=token, by=SYSTEM)
    assert fails(ready) == "It has a token"
    vendors.token(vendors.vendor())
    close_claims(evaluation=ready.evaluation, by=ready.evaluation.owner)
    assert fails(ready) == "Answering is open"


def test_why_calls_were_turned_away_is_told_by_the_beginning_of_the_token(
    ready: Candidate,
) -> None:
    title = "No call was turned away"
    assert steps(ready)[title][0] == "good"
    secret = vendors.token(vendors.vendor())
    knocks(secret, header="{}")
    assert "in the wrong place" in steps(ready)[title][1]
    RefusedCall.objects.all().delete()
    knocks(secret[:-2])
    assert "the rest differs" in steps(ready)[title][1]
    RefusedCall.objects.all().delete()
    revoke_token(token=VendorToken.objects.get(prefix=secret[:16]), by=SYSTEM)
    knocks(secret)
    assert steps(ready)[title][0] == "bad"
    assert "a token that ended" in steps(ready)[title][1]
    tomorrow = timezone.now().date() + datetime.timedelta(days=1)
    VendorToken.objects.update(last_used_on=tomorrow)
    assert steps(ready)[title][0] == "warn"


def test_a_rivals_refusals_are_not_this_vendors(ready: Candidate) -> None:
    knocks(vendors.token(vendors.vendor("Globex"))[:-2], REMOTE_ADDR="198.51.100.7")
    assert steps(ready)["No call was turned away"][0] == "good"


def test_calls_over_the_limit_are_told_also_of_the_address(
    ready: Candidate, settings: pytest.FixtureRequest
) -> None:
    secret = vendors.token(vendors.vendor())
    knocks(secret[:-2], REMOTE_ADDR="198.51.100.7")
    settings.CALLS_WITHOUT_TOKEN_PER_MINUTE = 0  # type: ignore[attr-defined]
    knocks(f"evt_{'0' * 12}_{'A' * 43}", REMOTE_ADDR="198.51.100.7")
    assert steps(ready)["It is not over its limit of calls"][0] == "bad"


def read(candidate: Candidate, user: User, status: int = 200) -> str:
    answer = signed_in(user).get(f"/admin/candidates/{candidate.pk}/way-in/")
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_calls_over_the_limit_are_told_also_of_the_address",
)
def test_the_page_is_the_owners_and_operators_read_it_without_buttons(
    ready: Candidate,
) -> None:
    owner = ready.evaluation.owner
    revoke_token(token=VendorToken.objects.get(), by=SYSTEM)
    mine = read(ready, owner)
    assert "It fails at “It has a token”." in mine
    assert "Issue a token" in mine
    operators = read(ready, common.otto())
    assert "It fails at" in operators
    assert "Issue a token" not in operators
    read(ready, stakeholders.holder("it"), 403)
    read(ready, common.noor(), 404)
    answer = signed_in(owner).get(f"/admin/candidates/{ready.pk}/way-in/?x=1")
    assert answer.status_code == 400


def test_what_mends_a_step_leads_back_to_the_page(ready: Candidate) -> None:
    close_claims(evaluation=ready.evaluation, by=ready.evaluation.owner)
    body = read(ready, ready.evaluation.owner)
    here = f"/admin/candidates/{ready.pk}/way-in/"
    assert f"/admin/act/reopen-claims/{ready.evaluation_id}/?next={here}" in body
