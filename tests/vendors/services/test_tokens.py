"""Tokens: shown once, two at most, found by digest, ended at once."""

import datetime

import pytest
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Entry
from tests.factories import common, vendors
from vendors.models import VendorToken
from vendors.selectors.access import recognise
from vendors.services.access import issue_token, note_use, revoke_token

pytestmark = pytest.mark.django_db


def test_the_secret_is_not_kept_and_opens_the_api() -> None:
    acme = vendors.vendor()
    token, secret = issue_token(vendor=acme, label="CI", by=SYSTEM)
    assert len(secret) == 4 + 12 + 1 + 43
    assert secret.startswith(f"{token.prefix}_")
    assert secret not in str(VendorToken.objects.values())
    found = recognise(secret)
    assert found is not None
    assert found.vendor == acme


@pytest.mark.parametrize("change", ["", "x", "\x00", "é"])
def test_no_other_text_opens_it(change: str) -> None:
    secret = vendors.token(vendors.vendor())
    assert recognise(secret[:-1] + change) is None
    assert recognise(secret + change + "A") is None


def test_a_third_live_token_is_refused_until_one_is_revoked() -> None:
    acme = vendors.vendor()
    first, secret = issue_token(vendor=acme, by=SYSTEM)
    issue_token(vendor=acme, by=SYSTEM)
    with pytest.raises(Refused, match="revoke one"):
        issue_token(vendor=acme, by=SYSTEM)
    revoke_token(token=first, by=SYSTEM)
    assert recognise(secret) is None
    with pytest.raises(Refused, match="already"):
        revoke_token(token=first, by=SYSTEM)
    assert issue_token(vendor=acme, by=SYSTEM)


def test_an_expired_token_opens_nothing_and_none_is_issued_expired() -> None:
    acme, now = vendors.vendor(), timezone.now()
    with pytest.raises(Invalid):
        issue_token(vendor=acme, by=SYSTEM, expires_at=now)
    later = now + datetime.timedelta(hours=1)
    token, secret = issue_token(vendor=acme, by=SYSTEM, expires_at=later)
    assert recognise(secret) is not None
    VendorToken.objects.filter(pk=token.pk).update(expires_at=now)
    assert recognise(secret) is None


def test_owners_handle_the_tokens_of_vendors_that_they_evaluate() -> None:
    where = common.evaluation()
    acme, globex = vendors.candidate(where).vendor, vendors.vendor("Globex")
    assert acme is not None
    token, _ = issue_token(vendor=acme, by=where.owner)
    assert (
        Entry.objects.filter(evaluation=where).latest("number").action == "token.issued"
    )
    for nobody in (common.noor(), common.otto()):
        with pytest.raises(Forbidden):
            revoke_token(token=token, by=nobody)
    with pytest.raises(Forbidden):
        issue_token(vendor=globex, by=where.owner)


def test_the_day_of_the_last_use_is_written_once_a_day(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    token, _ = issue_token(vendor=vendors.vendor(), by=SYSTEM)
    note_use(token=token)
    assert VendorToken.objects.get().last_used_on == timezone.now().date()
    with django_assert_num_queries(0):  # type: ignore[operator]
        note_use(token=token)
