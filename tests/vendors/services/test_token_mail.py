"""Mail about tokens: two weeks and three days before one ends, and when one leaked."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Notice
from evaltracker.notices.services.delivery import do_chores, sweep_notices
from evaltracker.notices.services.leases import NoticeSnapshot
from tests.factories import common, vendors
from tests.smtp_sink import Sink
from vendors.models import Candidate, VendorToken
from vendors.services.access import (
    expire_token,
    issue_token,
    revoke_token,
    rotate_token,
    tell_of_leaks,
)
from vendors.services.candidates import eliminate
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    return vendors.invited(vendors.in_research(common.evaluation()))


def issued(candidate: Candidate, days: int) -> VendorToken:
    assert candidate.vendor is not None
    ends = timezone.now() + datetime.timedelta(days=days)
    return issue_token(vendor=candidate.vendor, expires_at=ends, by=SYSTEM)[0]


def why_not(notice: Notice) -> str:
    return NoticeSnapshot([notice]).why_not(notice)


def warnings() -> list[Notice]:
    return list(Notice.objects.filter(kind="token_ends").order_by("due_at"))


def test_the_owner_is_warned_fourteen_and_three_days_before(acme: Candidate) -> None:
    token = issued(acme, 60)
    first, last = warnings()
    assert (first.offset_days, last.offset_days) == (14, 3)
    assert token.expires_at is not None
    assert (token.expires_at.date() - first.due_at.date()).days == 14
    assert first.recipient == acme.evaluation.owner
    assert why_not(first) == ""


@pytest.mark.parametrize(("days", "left"), [(10, [3]), (2, [])])
def test_what_would_be_due_already_is_not_owed(
    acme: Candidate, days: int, left: list[int]
) -> None:
    issued(acme, days)
    assert [warning.offset_days for warning in warnings()] == left


def test_a_token_without_an_end_or_an_invitation_warns_nobody(acme: Candidate) -> None:
    assert acme.vendor is not None
    issue_token(vendor=acme.vendor, by=SYSTEM)
    later = timezone.now() + datetime.timedelta(days=60)
    issue_token(vendor=vendors.vendor("Globex"), expires_at=later, by=SYSTEM)
    assert warnings() == []


def test_whoever_is_invited_later_is_warned_of_tokens_from_before() -> None:
    where = vendors.in_research(common.evaluation())
    later = timezone.now() + datetime.timedelta(days=60)
    issue_token(vendor=vendors.vendor(), expires_at=later, by=SYSTEM)
    assert warnings() == []
    vendors.invited(where)
    assert len(warnings()) == 2


def test_a_warning_no_longer_holds_once_the_token_or_the_need_is_gone(
    acme: Candidate,
) -> None:
    token = issued(acme, 60)
    (first, _) = warnings()
    owner = acme.evaluation.owner
    assert token.expires_at is not None
    new, _ = rotate_token(token=token, ends_at=token.expires_at, by=owner)
    assert "lasts longer" in why_not(first)
    revoke_token(token=new, by=owner)
    assert why_not(first) == ""
    sooner = token.expires_at - datetime.timedelta(days=20)
    expire_token(token=token, ends_at=sooner, by=owner)
    assert "another day" in why_not(first)
    moved = warnings()[0]
    assert why_not(moved) == ""
    eliminate(candidate=acme, reason="No SSO", by=owner)
    assert why_not(moved) == "Its vendor is not asked here any more."
    revoke_token(token=token, by=owner)
    assert why_not(moved) == "The token was revoked."


def leak(secret: str) -> None:
    answer = Client().get("/api/v1/invitations/", {"token": secret})
    assert answer.status_code == 400


def test_those_whose_token_leaked_are_told_once_without_the_vendors_name(
    acme: Candidate, smtp_sink: Sink
) -> None:
    assert acme.vendor is not None
    owner = acme.evaluation.owner
    add_contact(vendor=acme.vendor, name="Ada", email="ada@acme.example", by=owner)
    rival = vendors.invited(acme.evaluation, "Globex ML")
    assert rival.vendor is not None
    add_contact(vendor=rival.vendor, name="Eve", email="eve@globex.example", by=owner)
    token, secret = issue_token(vendor=acme.vendor, by=owner)
    leak(secret)
    for _ in range(2):
        tell_of_leaks()
        sweep_notices()
    told = {mail["To"]: mail.as_string() for mail in smtp_sink.arrived}
    assert set(told) == {owner.email, "ada@acme.example"}
    for text in told.values():
        assert token.prefix in text
        assert secret not in text
        assert "Acme" not in text
    assert "Globex" not in told["ada@acme.example"]


def test_the_next_tick_tells_of_a_leak(acme: Candidate) -> None:
    assert acme.vendor is not None
    leak(vendors.token(acme.vendor))
    assert not Notice.objects.exists()
    assert "tell of leaked tokens" in do_chores()
    assert Notice.objects.filter(kind="token_leaked").count() == 1


def test_a_token_that_was_revoked_by_hand_tells_nobody(acme: Candidate) -> None:
    revoke_token(token=issued(acme, 1), by=acme.evaluation.owner)
    tell_of_leaks()
    assert not Notice.objects.filter(kind__startswith="token_leaked").exists()
