"""A webhook hears of events: signed, at least once, and never inside our network."""

import datetime
import ipaddress
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from standardwebhooks import Webhook as Verifier

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Entry, Evaluation, Notice, Webhook
from evaltracker.notices.kinds import TYPES
from evaltracker.notices.services.delivery import BACKOFF, do_chores, sweep_notices
from evaltracker.notices.services.webhooks import (
    MOST_DEAD,
    add_webhook,
    new_webhook_secret,
    remove_webhook,
    renew_secret,
    resume_webhook,
    schedule_events,
    signature,
    webhooks_of,
)
from evaltracker.toolbox import safe_post
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.safe_post import NotAllowed, check_url, is_public, post
from tests.at_once import at_once
from tests.clients import signed_in
from tests.factories import common
from tests.notices.kinds import owe_many
from tests.notices.receiver import Receiver, receiving
from tests.smtp_sink import Sink
from tests.tiers import by_tier

pytestmark = pytest.mark.django_db
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PREVIOUS = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
BODY = (
    '{"id":"0f8fad5b-d9cb-469f-a165-70867728950e","type":"claim.submitted",'
    '"at":"2026-11-29T04:00:00Z","number":413,"evaluation":"ml-platform",'
    '"subject":{"kind":"claim","id":"7c9e6679-7425-40de-944b-e07fc1f90ae7"},'
    '"by":"vendor",'
    '"link":"https://evaltracker.example/admin/e/ml-platform/matrix/",'
    '"text":"A vendor answered a requirement."}'
)
NEW = "v1,Hwvp2liu1cSfHDn5a3BdSEOsvNnU+mvGqULgPHOUlug="
OLD = "v1,CX0WCBngvZMhPO2Wa/Gd1xKcLs+Nal4gGac8FOYT4O4="


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


def tell(where: Evaluation, url: str, *types: str, secret: str = SECRET) -> Webhook:
    return add_webhook(
        evaluation=where,
        url=url,
        types=types or [*TYPES],
        secret=secret,
        by=where.owner,
    )


def happen(where: Evaluation, action: str = "claim.submitted") -> Entry:
    with transaction.atomic():
        return journal.record(where, action, where, where.owner)


def sweep() -> Any:
    do_chores()
    return sweep_notices()


def let_time_pass() -> None:
    """Until the next try is due."""
    Notice.objects.filter(state="pending").update(next_try_at=Now())


def events() -> Any:
    return Notice.objects.filter(kind="event").order_by("created_at")


@pytest.mark.parametrize(
    ("keys", "expected"), [([SECRET], NEW), ([SECRET, PREVIOUS], f"{NEW} {OLD}")]
)
def test_the_signature_is_that_of_standard_webhooks(
    keys: list[str], expected: str
) -> None:
    name, moment = "msg_6f9619ff8b86d011b42d00cf4fc964ff", "1795924800"
    assert signature(keys, name, moment, BODY.encode()) == expected


def test_a_webhook_hears_of_each_event_and_receivers_can_verify_it(
    platform: Evaluation, receiver: Receiver
) -> None:
    happen(platform)  # before the webhook, so not for it
    tell(platform, receiver.url, "claim.submitted")
    entry = happen(platform)
    happen(platform, "candidate.added")
    happen(platform, "score.given")
    assert sweep().sent == 1

    ((headers, body),) = receiver.heard
    event = Verifier(SECRET).verify(body, headers)
    assert (event["id"], event["number"]) == (str(entry.pk), entry.number)
    assert list(event) == [
        *("id", "type", "at", "number", "evaluation", "subject", "by", "link", "text")
    ]
    assert (event["type"], event["by"]) == ("claim.submitted", "person")
    assert event["link"] == f"http://testserver/admin/e/{platform.slug}/matrix/"
    assert headers["webhook-id"] == f"msg_{events().get().pk.hex}"
    assert len(body) < 20_000
    assert b" " not in body.replace(event["text"].encode(), b"")
    assert sweep().sent == 0


def test_both_secrets_sign_for_a_day_the_newest_first(
    platform: Evaluation, receiver: Receiver
) -> None:
    webhook = tell(platform, receiver.url, secret=PREVIOUS)
    renew_secret(webhook=webhook, secret=SECRET, by=platform.owner)
    happen(platform)
    sweep()
    headers, body = receiver.heard[-1]
    for secret in (SECRET, PREVIOUS):
        Verifier(secret).verify(body, headers)
    first = headers["webhook-signature"].split()[0]
    Verifier(SECRET).verify(body, {**headers, "webhook-signature": first})

    Webhook.objects.update(previous_until=F("previous_until") - datetime.timedelta(1))
    happen(platform)
    sweep()
    headers, body = receiver.heard[-1]
    assert len(headers["webhook-signature"].split()) == 1
    Verifier(SECRET).verify(body, headers)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_one_taken_in_between_counts_anew",
)
def test_503_is_tried_29_times_with_one_id_and_then_dead(
    platform: Evaluation, receiver: Receiver
) -> None:
    tell(platform, receiver.url)
    happen(platform)
    receiver.status = 503
    minutes, after = 0.0, []
    do_chores()
    while (notice := events().get()).state == "pending":
        after.append(round(minutes))
        before = database_now()
        sweep_notices()
        notice.refresh_from_db()
        minutes += (notice.next_try_at - before).total_seconds() / 60
        let_time_pass()
    assert after == [
        *(0, 1, 6, 21),
        *range(81, 1522, 60),
    ]
    assert (len(receiver.heard), len(after)) == (29, len(BACKOFF) + 1)
    assert len(set(receiver.ids)) == 1
    assert notice.state == NoticeState.DEAD
    assert "hushhush" not in notice.last_error


@pytest.mark.parametrize(
    ("said", "minutes"), [("1800", 30), ("999999999", 60), ("5", 1), ("later", 1)]
)
def test_retry_after_is_heeded_up_to_an_hour(
    platform: Evaluation, receiver: Receiver, said: str, minutes: int
) -> None:
    tell(platform, receiver.url)
    happen(platform)
    receiver.status, receiver.headers = 429, {"Retry-After": said}
    sweep()
    notice = events().get()
    wait = (notice.next_try_at - database_now()).total_seconds() / 60
    assert minutes - 0.5 < wait <= minutes


def test_410_ends_the_webhook_with_one_mail(
    platform: Evaluation, receiver: Receiver, smtp_sink: Sink
) -> None:
    tell(platform, receiver.url)
    for _ in range(3):
        happen(platform)
    receiver.status = 410
    sweep()
    let_time_pass()
    sweep()
    assert len(receiver.heard) == 1
    assert Webhook.objects.get().ended_at is not None
    (mail,) = smtp_sink.to(platform.owner.email)
    assert "ended" in mail["Subject"]
    assert sorted(events().values_list("state", flat=True)) == [
        *("dead", "suppressed", "suppressed")
    ]
    happen(platform)
    do_chores()
    assert events().count() == 3


def test_a_redirect_is_not_followed_but_tried_again(
    platform: Evaluation, receiver: Receiver
) -> None:
    tell(platform, receiver.url)
    happen(platform)
    receiver.status = 302
    receiver.headers = {"Location": "http://169.254.169.254/latest/meta-data/"}
    sweep()
    assert len(receiver.heard) == 1
    assert events().get().state == "pending"
    assert events().get().last_error.startswith("302")


def test_a_name_that_also_leads_inside_is_dead_at_once(
    platform: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(platform, "https://hooks.example.com/x")
    happen(platform)
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
        for address in ("93.184.215.14", "10.0.0.7")
    ]
    posted: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", posted.append)
    sweep()
    assert posted == []
    assert events().get().state == "dead"
    assert "private network" in events().get().last_error


def test_five_dead_in_a_row_pause_it_with_one_mail_and_nothing_is_lost(
    platform: Evaluation, receiver: Receiver, smtp_sink: Sink, settings: Settings
) -> None:
    webhook = tell(platform, receiver.url)
    settings.WEBHOOK_INTERNAL_HOSTS = []  # so each is dead at once
    for _ in range(MOST_DEAD + 2):
        happen(platform)
    for _ in range(MOST_DEAD):
        let_time_pass()
        sweep()
    assert Webhook.objects.get().paused_at is not None
    sweep()
    assert events().filter(state="dead").count() == MOST_DEAD
    (mail,) = smtp_sink.to(platform.owner.email)
    assert "paused" in mail["Subject"]
    happen(platform)

    settings.WEBHOOK_INTERNAL_HOSTS = ["127.0.0.1"]
    webhook.refresh_from_db()
    resume_webhook(webhook=webhook, by=platform.owner)
    with pytest.raises(Refused, match="not paused"):
        resume_webhook(webhook=webhook, by=platform.owner)
    sweep()
    assert len({event["number"] for event in receiver.events}) == MOST_DEAD + 3
    assert not events().exclude(state="sent").exists()


def test_one_taken_in_between_counts_anew(
    platform: Evaluation, receiver: Receiver
) -> None:
    webhook = tell(platform, receiver.url)
    Webhook.objects.update(failures=MOST_DEAD - 1)
    happen(platform)
    sweep()
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.paused_at) == (0, None)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_one_taken_in_between_counts_anew",
)
def test_who_hangs_is_tried_once_a_sweep_after_all_mails(
    platform: Evaluation,
    receiver: Receiver,
    smtp_sink: Sink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(safe_post, "TOTAL_SECONDS", 0.5)
    tell(platform, receiver.url)
    for _ in range(50):
        happen(platform)
    owe_many(platform, 50)
    done, mails_before = threading.Event(), []

    def hang() -> None:
        mails_before.append(len(smtp_sink.arrived))
        done.wait(60)

    receiver.pause = hang
    report = sweep()
    done.set()
    assert mails_before == [50]
    assert (report.sent, report.deferred) == (50, 1)
    waiting = events().filter(state="pending", lease_token=None, next_try_at__gt=Now())
    assert waiting.count() == 50
    assert sorted(waiting.values_list("attempts", flat=True))[-2:] == [0, 1]
    # The one that was tried is tried again, for all.
    receiver.pause = lambda: None
    receiver.status = 503
    let_time_pass()
    sweep_notices()
    assert (len(receiver.ids), len(set(receiver.ids))) == (2, 1)
    receiver.status = 204
    let_time_pass()
    assert sweep_notices().sent == 50


@pytest.mark.parametrize(
    "number",
    by_tier(100, 1000, reason="ten times as many events"),
)
def test_many_events_are_owed_in_one_sweep_and_cost_the_writer_nothing(
    platform: Evaluation, number: int
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            happen(platform)
        return len(seen)

    without = statements()
    webhook = tell(platform, "https://hooks.example.com/x")
    assert statements() == without
    for _ in range(number - 1):
        happen(platform)
    with CaptureQueriesContext(connection) as seen:
        schedule_events()
    assert len(seen) < 8
    assert events().count() == number
    webhook.refresh_from_db()
    assert webhook.read_upto == platform.journal_head.__class__.objects.get().count
    schedule_events()
    assert events().count() == number


def test_only_the_owner_sets_them_three_at_most_and_nothing_tells_the_address(
    platform: Evaluation, receiver: Receiver
) -> None:
    owner, url = platform.owner, receiver.url
    given: dict[str, Any] = {"url": url, "types": ["claim.submitted"], "secret": SECRET}
    with pytest.raises(Forbidden):
        add_webhook(evaluation=platform, by=common.noor(), **given)
    for _ in range(3):
        webhook = tell(platform, url)
    with pytest.raises(Refused, match="3 webhooks"):
        tell(platform, url)
    remove_webhook(webhook=webhook, by=owner)
    with pytest.raises(Refused, match="removed"):
        remove_webhook(webhook=webhook, by=owner)
    assert webhooks_of(platform).count() == 2
    wrongs: list[dict[str, Any]] = [
        *({"types": []}, {"types": ["x"]}, {"secret": "whsec_AA=="}),
    ]
    for wrong in wrongs:
        with pytest.raises(Invalid):
            add_webhook(evaluation=platform, by=owner, **{**given, **wrong})
    written = "".join(f"{entry.before}{entry.after}" for entry in Entry.objects.all())
    assert "127.0.0.1" in written
    page = signed_in(owner).get(f"/admin/e/{platform.slug}/notices/").text
    assert "127.0.0.1" in page
    for text in (written, page):
        assert "hushhush" not in text
        assert "whsec_" not in text
    assert SECRET not in {row.secret for row in Webhook.objects.all()}
    assert (
        "127.0.0.1"
        not in signed_in(common.noor()).get(f"/admin/e/{platform.slug}/notices/").text
    )


def test_a_removed_webhook_is_told_nothing_more(
    platform: Evaluation, receiver: Receiver
) -> None:
    webhook = tell(platform, receiver.url)
    happen(platform)
    do_chores()
    remove_webhook(webhook=webhook, by=platform.owner)
    assert sweep().suppressed == 1
    assert receiver.heard == []


def test_a_lost_secret_key_is_told_and_a_new_secret_mends_it(
    platform: Evaluation, receiver: Receiver, settings: Settings
) -> None:
    webhook = tell(platform, receiver.url)
    settings.SECRET_KEY = "another"
    happen(platform)
    sweep()
    assert events().get().last_error == "SECRET_KEY has changed. Make a new secret."
    renew_secret(webhook=webhook, secret=new_webhook_secret(), by=platform.owner)
    Webhook.objects.update(previous_until=Now())
    happen(platform)
    let_time_pass()
    sweep()
    assert len(receiver.heard) == 1


def test_the_secret_that_the_form_shows_is_the_one_that_signs(
    platform: Evaluation, receiver: Receiver
) -> None:
    lead = signed_in(platform.owner)
    act = f"/admin/act/add-webhook/{platform.pk}/"
    shown = lead.get(act).context["form"]["secret"].value()
    assert shown != lead.get(act).context["form"]["secret"].value()
    given = {"url": receiver.url, "types": ["claim.submitted"], "secret": shown}
    assert lead.post(act, given).status_code == 302
    happen(platform)
    sweep()
    headers, body = receiver.heard[0]
    Verifier(shown).verify(body, headers)
    wrong = lead.post(act, {**given, "url": "http://example.com/x"})
    assert wrong.status_code == 400
    assert "must begin with https://" in wrong.text


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_owe_each_event_once(platform: Evaluation) -> None:
    tell(platform, "https://hooks.example.com/x")
    for _ in range(20):
        happen(platform)
    at_once(2, lambda _: schedule_events())
    assert events().count() == 20


INSIDE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "fe80::1"),
    *("fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_not_public(address: str, settings: Settings) -> None:
    settings.WEBHOOK_INTERNAL_HOSTS = ["hooks.internal"]
    assert not is_public(ipaddress.ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(NotAllowed):
        check_url(f"https://{host}/hook")


def test_public_addresses_are_and_what_the_operator_names() -> None:
    for address in ("1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"):
        assert is_public(ipaddress.ip_address(address))
    check_url("http://127.0.0.1:8/hook")


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/x", "ftp://example.com", "https://u:p@example.com/"),
        *(
            "https://localhost/x",
            "https://ex ample.com",
            "https://[::1",
            "javascript:1",
        ),
        *("https://2130706433/", "https://0x7f.1/", "https://localhost.:8/"),
    ],
)
def test_addresses_that_are_refused_before_or_when_they_are_resolved(
    url: str, settings: Settings, platform: Evaluation
) -> None:
    settings.WEBHOOK_INTERNAL_HOSTS = []
    with pytest.raises(NotAllowed):
        post(url, b"{}", {})
    if url.startswith(("http:", "ftp", "https://u")):
        with pytest.raises(Invalid) as refused:
            tell(platform, url)
        assert refused.value.status == 400
