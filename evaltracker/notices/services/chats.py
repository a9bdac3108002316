"""An evaluation's chat room: giving it one, taking it away, and what it is told."""

import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import ChatWebhook, Evaluation, Notice
from evaltracker.evaluations.policy import checked, lock, require_open, require_owner
from evaltracker.kit.safe_post import NotAllowed, check_url
from evaltracker.notices.chat import Posting, payload
from evaltracker.notices.kinds import KINDS


@transaction.atomic
def set_chat(*, evaluation: Evaluation, flavour: str, url: str, by: By) -> ChatWebhook:
    """Tell a chat room from now on; another one in its place if there was one.

    The journal keeps the host, never the address: whoever knows it may post there.

    Raises:
        Forbidden: not the owner. Refused: the evaluation has ended.
        Invalid: not an address that may be posted to.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    require_open(evaluation)
    try:
        parts = check_url(url.strip())
    except NotAllowed as error:
        raise Invalid(str(error), errors={"url": [str(error)]}) from error
    _remove(evaluation)
    room = ChatWebhook(
        evaluation=evaluation,
        flavour=flavour,
        url=url.strip(),
        host=parts.hostname or "",
    )
    checked(room)
    room.save()
    journal.record(
        evaluation=evaluation,
        action="chat.set",
        subject=room,
        by=by,
        after=journal.snapshot(room, ("flavour", "host")),
    )
    return room


def check_remove_chat(evaluation: Evaluation, by: By) -> ChatWebhook:
    """The room that the owner may stop telling."""
    require_owner(by, evaluation)
    room = chat_of(evaluation)
    if room is None:
        raise Refused("This evaluation has no chat room.")
    return room


@transaction.atomic
def remove_chat(*, evaluation: Evaluation, by: By) -> None:
    """Tell the room nothing any more; what is owed to it is not sent.

    Raises:
        Forbidden: not the owner. Refused: there is none.

    """
    evaluation = lock(evaluation)
    room = check_remove_chat(evaluation, by)
    _remove(evaluation)
    journal.record(
        evaluation=evaluation,
        action="chat.removed",
        subject=room,
        by=by,
        before=journal.snapshot(room, ("flavour", "host")),
    )


def chat_of(evaluation: Evaluation) -> ChatWebhook | None:
    """The room that is told, if there is one."""
    found: ChatWebhook | None = ChatWebhook.objects.filter(
        evaluation=evaluation, removed_at__isnull=True
    ).first()
    return found


def owe_shadow(notice: Notice, room: ChatWebhook) -> None:
    """Owe the room what a person is owed; once, however many people are."""
    if notice.recipient_id is None:
        return
    number = uuid.uuid4()
    shadow = Notice(
        id=number,
        kind=notice.kind,
        evaluation=notice.evaluation,
        subject_id=notice.subject_id,
        occurrence=notice.occurrence,
        offset_days=notice.offset_days,
        webhook=room,
        shadow_of=notice,
        wall_time=notice.wall_time,
        zone=notice.zone,
        due_at=notice.due_at,
        next_try_at=notice.due_at,
        placed=True,
        message_id=f"<{number}@{urlsplit(settings.SITE_URL).hostname}>",
    )
    Notice.objects.bulk_create([shadow], ignore_conflicts=True)


def words_for(shadow: Notice) -> Posting:
    """What its room is told: what the person's mail says, in a line.

    Raises:
        ValueError: the kind has no line for a chat.

    """
    original, room = shadow.shadow_of, shadow.webhook
    if original is None or room is None:
        raise ValueError("It does not belong to a chat room.")
    brief = KINDS[original.kind].compose(original).brief
    if brief is None:
        raise ValueError("This kind of notice does not fit into one line.")
    return Posting(room.url, payload(room.flavour, brief, room.evaluation.zone))


def _remove(evaluation: Evaluation) -> ChatWebhook | None:
    room = chat_of(evaluation)
    if room is not None:
        ChatWebhook.objects.filter(pk=room.pk).update(removed_at=Now())
    return room
