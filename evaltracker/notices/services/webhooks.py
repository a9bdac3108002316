"""Webhooks: what an owner sets, what is owed to them, and what their answers mean.

Signed as Standard Webhooks says. No write of a purchase pays for them: a chore reads
the journal. What they do not take waits, at last as *dead*, as mail does.
"""

import base64
import binascii
import datetime
import hmac
import http.client
import secrets
import time
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Entry, Evaluation, Notice, Webhook
from evaltracker.evaluations.policy import (
    add_and_tell,
    check_owned,
    lock,
    require_owner,
)
from evaltracker.notices.kinds import EVENT, TYPE_OF, TYPES
from evaltracker.notices.mail import DeliveryOutcome, DeliveryReply
from evaltracker.notices.services.leases import UNLEASED
from evaltracker.notices.services.scheduling import message_id_of, owe_now
from evaltracker.toolbox.days import as_typed, database_now
from evaltracker.toolbox.processes import register_chore
from evaltracker.toolbox.safe_post import NotAllowed, NotSent, check_url, post
from evaltracker.toolbox.secrets import decrypt, encrypt
from evaltracker.toolbox.text import one_line

MOST_LIVE = 3
MOST_DEAD = 5
PURPOSE = b"evaltracker webhooks"
MARK = "whsec_"
SECRET_BYTES = 32
BOTH_SIGN = datetime.timedelta(days=1)
LONGEST_WAIT = datetime.timedelta(hours=1)
# What a paused one is owed waits for its owner.
FOR_EVER = datetime.timedelta(days=36_500)
TOLD = ("host", "types")


def new_webhook_secret() -> str:
    return MARK + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def webhooks_of(evaluation: Evaluation) -> QuerySet[Webhook]:
    """Those that are not removed; a chat room of before is none."""
    rows: QuerySet[Webhook] = evaluation.webhooks.filter(removed_at=None)
    return rows.exclude(secret="").order_by("added_at")


def check_add_webhook(evaluation: Evaluation, by: By) -> None:
    check_owned(evaluation, by)
    if webhooks_of(evaluation).count() >= MOST_LIVE:
        raise Refused(f"There are {MOST_LIVE} webhooks. Remove one first.")


@transaction.atomic
def add_webhook(
    *, evaluation: Evaluation, url: str, types: Sequence[str], secret: str, by: By
) -> Webhook:
    """Tell a program from now on of events of these types, signed with that secret.

    The journal keeps the host, never the address: whoever knows it may post there.

    Raises:
        Forbidden: not the owner. Refused: the evaluation has ended, or there are three.
        Invalid: not an address that may be posted to, no such type, or no such secret.
    """
    evaluation = lock(evaluation)
    check_add_webhook(evaluation, by)
    try:
        parts = check_url(url.strip())
    except NotAllowed as error:
        raise Invalid(str(error), errors={"url": [str(error)]}) from error
    if not types or not TYPES.keys() >= {*types}:
        raise Invalid("Choose at least one type of events.", field="types")
    webhook = Webhook(
        evaluation=evaluation,
        url=url.strip(),
        host=parts.hostname or "",
        types=sorted(types),
        secret=_closed(secret),
        read_upto=evaluation.journal_head.count,
    )
    add_and_tell(webhook, "webhook.added", by, TOLD)
    return webhook


def check_renew_secret(webhook: Webhook, by: By) -> None:
    check_remove_webhook(webhook, by)
    if webhook.ended_at:
        raise Refused("This webhook has ended. Add a new one.")


@transaction.atomic
def renew_secret(*, webhook: Webhook, secret: str, by: By) -> Webhook:
    """Sign with a new secret; for a day with the one before it, too.

    Raises:
        Forbidden: not the owner. Refused: it was removed. Invalid: no such secret.
    """
    webhook = lock(webhook, "evaluation__owner")
    check_renew_secret(webhook, by)
    former = webhook.secret
    until = timezone.now() + BOTH_SIGN
    return _changed(
        webhook,
        "webhook.secret_renewed",
        by,
        secret=_closed(secret),
        previous_secret=former,
        previous_until=until,
    )


def check_resume_webhook(webhook: Webhook, by: By) -> None:
    check_renew_secret(webhook, by)
    if not webhook.paused_at:
        raise Refused("This webhook is not paused.")


@transaction.atomic
def resume_webhook(*, webhook: Webhook, by: By) -> Webhook:
    """Tell it again, beginning with what it did not take.

    Raises:
        Forbidden: not the owner. Refused: it is not paused.
    """
    webhook = lock(webhook, "evaluation__owner")
    check_resume_webhook(webhook, by)
    owed = Notice.objects.filter(webhook=webhook, evaluation=webhook.evaluation_id)
    dead = owed.filter(state=NoticeState.DEAD)
    dead.update(state=NoticeState.PENDING, attempts=0)
    owed.filter(state=NoticeState.PENDING).update(next_try_at=Now())
    return _changed(webhook, "webhook.resumed", by, paused_at=None, failures=0)


def check_remove_webhook(webhook: Webhook, by: By) -> None:
    require_owner(by, webhook.evaluation)
    if webhook.removed_at or not webhook.secret:
        raise Refused("This webhook was removed.")


@transaction.atomic
def remove_webhook(*, webhook: Webhook, by: By) -> Webhook:
    """Tell it nothing any more; what is owed to it is not sent.

    Raises:
        Forbidden: not the owner. Refused: it was removed.
    """
    webhook = lock(webhook, "evaluation__owner")
    check_remove_webhook(webhook, by)
    owed = Notice.objects.filter(webhook=webhook, evaluation=webhook.evaluation_id)
    owed.filter(state=NoticeState.PENDING).update(next_try_at=Now())
    return _changed(webhook, "webhook.removed", by, removed_at=timezone.now())


def _changed(webhook: Webhook, action: str, by: By, **values: Any) -> Webhook:
    for name, value in values.items():
        setattr(webhook, name, value)
    webhook.save(update_fields=[*values])
    after = journal.snapshot(webhook, TOLD)
    journal.record(webhook.evaluation, action, webhook, by, after=after)
    return webhook


def _closed(secret: str) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(MARK), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(MARK) or len(key) != SECRET_BYTES:
        raise Invalid("This is not the secret that the form showed. Load it again.")
    return encrypt(secret, PURPOSE)


# What they are owed.


def schedule_events() -> None:
    """Owe each live webhook the entries above what it was owed before, once each."""
    live = Webhook.objects.filter(removed_at=None, ended_at=None, paused_at=None)
    behind = live.exclude(secret="").filter(
        evaluation__journal_head__count__gt=F("read_upto")
    )
    for webhook in behind.select_related("evaluation__journal_head").order_by("pk"):
        head = webhook.evaluation.journal_head.count
        actions = [action for action, name in TYPE_OF.items() if name in webhook.types]
        new = Entry.objects.filter(
            evaluation=webhook.evaluation_id,
            number__gt=webhook.read_upto,
            number__lte=head,
            action__in=actions,
        )
        ids = list(new.order_by("number").values_list("pk", flat=True))
        mine = Webhook.objects.filter(pk=webhook.pk, read_upto=webhook.read_upto)
        if mine.update(read_upto=head):
            owed = [_owed(webhook, entry) for entry in ids]
            Notice.objects.bulk_create(owed, batch_size=500, ignore_conflicts=True)


def _owed(webhook: Webhook, entry: uuid.UUID) -> Notice:
    number = uuid.uuid4()
    now = timezone.now().astimezone(datetime.UTC)
    return Notice(
        id=number,
        kind=EVENT,
        evaluation_id=webhook.evaluation_id,
        subject_id=str(entry),
        webhook=webhook,
        wall_time=as_typed(now.date(), now.time()),
        due_at=now,
        next_try_at=now,
        placed=True,
        message_id=message_id_of(number),
    )


register_chore(name="owe events", every=datetime.timedelta(0), work=schedule_events)


# Posting one, and what its answer means.


def post_event(notice: Notice, body: bytes) -> DeliveryReply:
    """Post, and say what became of it; never raises nor tells the address."""
    webhook = notice.webhook
    assert webhook is not None  # noqa: S101  # see `due_events`
    name = f"msg_{notice.pk.hex}"
    moment = str(int(time.time()))
    keys = [webhook.secret]
    if webhook.previous_until and webhook.previous_until > database_now():
        keys.append(webhook.previous_secret)
    opened = [decrypt(key, PURPOSE) for key in keys]
    if None in opened:
        return DeliveryReply(
            DeliveryOutcome.NEVER, "SECRET_KEY has changed. Make a new secret."
        )
    headers = {
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": signature(map(str, opened), name, moment, body),
    }
    try:
        reply = post(webhook.url, body, headers)
    except NotAllowed as error:
        return DeliveryReply(DeliveryOutcome.NEVER, str(error))
    except NotSent as error:
        return DeliveryReply(DeliveryOutcome.LATER, str(error))
    except (OSError, http.client.HTTPException) as error:
        return DeliveryReply(
            DeliveryOutcome.UNCLEAR, f"No answer: {type(error).__name__}"
        )
    summary = f"{reply.status} {one_line(reply.words)}"[:200]
    if 200 <= reply.status < 300:
        return DeliveryReply(DeliveryOutcome.TAKEN)
    if reply.status == http.client.GONE:
        return DeliveryReply(DeliveryOutcome.GONE, summary)
    # A redirect, too: it is not followed.
    if reply.retry_after.isdecimal():
        wait = reply.retry_after
    else:
        wait = "0"
    seconds = min(int(wait[:6]), LONGEST_WAIT.total_seconds())
    return DeliveryReply(
        DeliveryOutcome.LATER, summary, datetime.timedelta(seconds=seconds)
    )


def signature(keys: Iterable[str], name: str, moment: str, body: bytes) -> str:
    """As Standard Webhooks writes it: one of each secret, in their order."""
    signed = b".".join((name.encode(), moment.encode(), body))
    digests = (
        hmac.digest(base64.b64decode(key.removeprefix(MARK)), signed, "sha256")
        for key in keys
    )
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def note_taken(notice: Notice) -> None:
    if notice.webhook is not None and notice.webhook.failures:
        Webhook.objects.filter(pk=notice.webhook.pk).update(failures=0)


@transaction.atomic
def note_failure(
    notice: Notice, wait: datetime.timedelta, *, is_dead: bool, has_ended: bool
) -> None:
    """Let the others of its webhook wait with it; pause or end what takes nothing."""
    webhook = Webhook.objects.filter(pk__in=[notice.webhook_id])
    stopped = ""
    if has_ended:
        if webhook.filter(ended_at=None).update(ended_at=Now()):
            stopped = "webhook_ended"
    elif is_dead and webhook.update(failures=F("failures") + 1):
        many = webhook.filter(failures__gte=MOST_DEAD, paused_at=None)
        if many.update(paused_at=Now()):
            stopped = "webhook_paused"
            wait = FOR_EVER
    mine = Q(state=NoticeState.CLAIMED, lease_token=notice.lease_token)
    others = Notice.objects.filter(
        Q(state=NoticeState.PENDING) | mine, evaluation=notice.evaluation_id
    )
    others.filter(webhook=notice.webhook_id).update(
        state=NoticeState.PENDING, next_try_at=Now() + wait, **UNLEASED
    )
    if stopped:
        evaluation = notice.place
        owe_now(
            stopped,
            evaluation,
            notice.webhook_id,
            occurrence=timezone.now().isoformat(),
            recipient=evaluation.owner,
        )
