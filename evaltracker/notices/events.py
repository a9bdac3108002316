"""Events: what the journal tells programs of, without anybody's words.

The journal is the outbox: an event is an entry of one of the actions in events.json.
It says that something happened and where to look; who may look is asked there.
"""

import datetime
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Entry, Evaluation, Notice, User, Webhook
from evaltracker.notices.about import About, not_the_owners
from evaltracker.notices.kinds import (
    TYPE_OF,
    TYPES,
    Message,
    NoticeKind,
    register,
)
from evaltracker.notices.mail import link_to
from evaltracker.pages.workspace import page_address, sealed_entries

COLUMNS = (
    "number",
    "at",
    "action",
    "evaluation",
    "actor",
    "actor_name",
    "subject_type",
    "subject_id",
)


def events_after(evaluation: Evaluation, number: int) -> Any:
    """The entries that are events, behind that number, in their order.

    A chain is written under one lock, so nothing appears below what was read.
    """
    rows = Entry.objects.filter(evaluation=evaluation, number__gt=number)
    return rows.filter(action__in=TYPE_OF).only(*COLUMNS).order_by("number")


def events_for(
    user: User, evaluation: Evaluation, entries: Sequence[Entry]
) -> list[dict[str, Any]]:
    """The events as JSON; what is sealed from `user` has no subject."""
    sealed = sealed_entries(user, evaluation, [*entries])
    fixed = {
        action: {
            "link": link_to(page_address(evaluation, TYPES[TYPE_OF[action]]["page"])),
            "text": TYPES[TYPE_OF[action]]["text"],
        }
        for action in {entry.action for entry in entries}
    }
    return [
        {
            "id": str(entry.pk),
            "type": TYPE_OF[entry.action],
            "at": entry.at.astimezone(datetime.UTC).isoformat()[:-6] + "Z",
            "number": entry.number,
            "evaluation": evaluation.slug,
            "subject": None
            if entry.number in sealed
            else {"kind": entry.subject_type, "id": entry.subject_id},
            "by": _by(entry),
            **fixed[entry.action],
        }
        for entry in entries
    ]


def _by(entry: Entry) -> str:
    """As the journal names who acted; only people have an account here.

    Vendors are “Acme (Bid desk)” or “Acme (token evt_…)”.
    """
    name = entry.actor_name
    if entry.actor_id is not None:
        if " by token “" in name:
            return "token"
        return "person"
    if name.endswith(")"):
        return "vendor"
    if name.startswith("Run token "):
        return "token"
    # Whoever came with a file has no account here.
    if name == SYSTEM.name:
        return "system"
    return "person"


@register
class Event(NoticeKind):
    """What a webhook is told: the event as its purchase's owner may read it."""

    def subjects(self, ids: Collection[str]) -> Mapping[str, Any]:
        entries_of: dict[Evaluation, list[Entry]] = defaultdict(list)
        entries = Entry.objects.filter(pk__in=map(UUID, ids), action__in=TYPE_OF)
        for entry in entries.select_related("evaluation__owner"):
            entries_of[entry.evaluation].append(entry)
        return {
            event["id"]: event
            for evaluation, entries in entries_of.items()
            for event in events_for(evaluation.owner, evaluation, entries)
        }

    def titles(self, ids: Collection[str]) -> dict[str, str]:
        entries = Entry.objects.filter(pk__in=ids, action__in=TYPE_OF)
        rows = entries.values_list("pk", "action")
        return {str(key): TYPE_OF[action] for key, action in rows}

    def holds(self, notice: Notice) -> str:
        if notice.subject:
            return ""
        return "Its entry is not there."

    def compose(self, notice: Notice) -> Message:
        """The body of the call, in place of a mail's text."""
        if not notice.subject:
            raise LookupError("it is about no entry that is an event")
        body = json.dumps(notice.subject, ensure_ascii=False, separators=(",", ":"))
        return Message(subject=notice.subject["type"], text=body, html="")


class AboutWebhook(About[Webhook]):
    rows: ClassVar = Webhook.objects.select_related("evaluation")

    def reasons(self, notice: Notice, row: Webhook) -> Iterator[str]:
        yield not_the_owners(notice)

    def values(self, notice: Notice, row: Webhook) -> Mapping[str, str]:
        return {"host": row.host, "is_room": "" if row.secret else "yes"}

    def page(self, notice: Notice, row: Webhook) -> str:
        return page_address(row.evaluation, "notices", "webhooks")


@register
class WebhookPaused(AboutWebhook):
    """It took none of five events: told to who runs the purchase."""


@register
class WebhookEnded(AboutWebhook):
    """It said that it is gone, or was a chat room: told to who runs the purchase."""
