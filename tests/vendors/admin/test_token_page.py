"""A token's secret is shown once, in the answer to the POST, and nowhere else."""

import datetime
import re

import pytest
from django.utils import timezone

from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Entry, Evaluation
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from vendors.models import Vendor, VendorToken
from vendors.selectors.access import recognise
from vendors.services.access import revoke_token

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"evt_[0-9a-f]{12}_[\w-]{43}")


@pytest.fixture
def purchase(db: None) -> Evaluation:
    where = common.evaluation()
    stakeholders.stakeholders(where, "it")
    vendors.enter(where, "research")
    vendors.candidate(where)
    return where


@pytest.fixture
def url(purchase: Evaluation) -> str:
    return f"/admin/vendors/{Vendor.objects.get().pk}/token/"


def test_the_secret_is_shown_once_and_opens_the_api(
    purchase: Evaluation, url: str
) -> None:
    client = signed_in(purchase.owner)
    assert not SECRET.search(client.get(url).content.decode())
    answer = client.post(url, {"label": "build server", "seen": ""})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    secret = SECRET.findall(answer.content.decode())
    assert len(secret) == 1
    token = recognise(secret[0])
    assert token is not None
    later = [url, f"/admin/e/{purchase.slug}/invitations/", "/admin/"]
    for path in later:
        body = client.get(path).content.decode()
        assert secret[0] not in body
        assert token.digest not in body
    told = " ".join(str((entry.after, entry.before)) for entry in Entry.objects.all())
    assert secret[0] not in told


def test_sending_the_page_again_issues_no_second_token(
    purchase: Evaluation, url: str
) -> None:
    client = signed_in(purchase.owner)
    client.post(url, {"seen": ""})
    again = client.post(url, {"seen": ""})
    assert again.status_code == 409
    assert VendorToken.objects.count() == 1


def test_a_third_live_token_and_a_past_day_are_refused(
    purchase: Evaluation, url: str
) -> None:
    client = signed_in(purchase.owner)
    assert client.post(url, {"seen": "", "expires_on": "2001-01-01"}).status_code == 400
    for _ in range(2):
        vendors.token(Vendor.objects.get())
    seen = " ".join(sorted(VendorToken.objects.values_list("prefix", flat=True)))
    assert client.post(url, {"seen": seen}).status_code == 409


def test_only_owners_with_that_vendor_handle_its_tokens(
    purchase: Evaluation, url: str
) -> None:
    assert signed_in(stakeholders.holder("it")).get(url).status_code == 403
    assert signed_in(stakeholders.holder("it")).post(url).status_code == 403
    assert signed_in(common.noor()).get(url).status_code == 404
    assert signed_in(common.otto()).post(url, {"seen": ""}).status_code == 403


def test_a_token_is_revoked_once(purchase: Evaluation) -> None:
    secret = vendors.token(Vendor.objects.get())
    token = VendorToken.objects.get()
    address = f"/admin/act/revoke-token/{token.pk}/"
    assert signed_in(stakeholders.holder("it")).post(address).status_code == 403
    assert signed_in(purchase.owner).post(address).status_code == 302
    assert recognise(secret) is None
    assert signed_in(purchase.owner).post(address).status_code == 409


def test_a_token_is_replaced_by_another_and_goes_on_beside_it_for_a_while(
    purchase: Evaluation, url: str
) -> None:
    secret = vendors.token(Vendor.objects.get(), "bid desk")
    old = VendorToken.objects.get()
    client = signed_in(purchase.owner)
    page = f"{url}?replaces={old.pk}"
    assert "bid desk" in client.get(page).content.decode()
    today = timezone.now().date()
    form = {
        "seen": old.prefix,
        "old_ends_on": today + datetime.timedelta(days=3),
        "expires_on": today + datetime.timedelta(days=100),
    }
    answer = client.post(page, form)
    (new,) = SECRET.findall(answer.content.decode())
    assert recognise(new) is not None
    assert recognise(secret) is not None
    old.refresh_from_db()
    assert old.expires_at is not None
    assert (old.expires_at.date() - today).days == 4
    assert Entry.objects.filter(action="token.ends").count() == 1


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_sending_the_page_again_issues_no_second_token",
)
def test_a_replacement_that_is_refused_leaves_nothing(
    purchase: Evaluation, url: str
) -> None:
    vendors.token(Vendor.objects.get())
    old = VendorToken.objects.get()
    client = signed_in(purchase.owner)
    past = {"seen": old.prefix, "old_ends_on": "2001-01-01"}
    assert client.post(f"{url}?replaces={old.pk}", past).status_code == 400
    revoke_token(token=old, by=SYSTEM)
    for nothing in (old.pk, "x", vendors.token(vendors.vendor("Globex"))):
        assert client.get(f"{url}?replaces={nothing}").status_code == 404
    assert (
        VendorToken.objects.filter(vendor=Vendor.objects.get(name="Acme")).count() == 1
    )


def test_a_token_gets_an_end_and_never_a_later_one(purchase: Evaluation) -> None:
    vendors.token(Vendor.objects.get())
    token, owner = VendorToken.objects.get(), purchase.owner
    today = timezone.now().date()
    ends = {"expires_at": today + datetime.timedelta(days=9)}
    assert act("expire-token", token, stakeholders.holder("it"), **ends) == 403
    assert act("expire-token", token, owner, **ends) == 302
    later = {"expires_at": today + datetime.timedelta(days=10)}
    assert act("expire-token", token, owner, **later) == 400
    assert act("expire-token", token, owner, expires_at="2001-01-01") == 400
    revoke_token(token=token, by=SYSTEM)
    assert act("expire-token", token, owner, **ends) == 409
