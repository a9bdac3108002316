"""Reads of notices; nothing in here changes anything."""

import http.client
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string

from evaltracker.evaluations.choices import NOTICE_OPEN, ChatFlavour, NoticeState
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.calendars import joined
from evaltracker.notices.kinds import DAILY_MAIL, Brief, Message
from evaltracker.notices.mail import Answer, Verdict, link_to, spoken, zone_of
from evaltracker.toolbox.safe_post import NotAllowed, NotSent, post
from evaltracker.toolbox.text import one_line

# Asked for later, or a fault of the server's own.
LATER = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class Posting:
    url: str
    body: bytes


def hand_to_chat(posting: Posting) -> Answer:
    """Post, and say what became of it; never raises nor tells the address."""
    try:
        reply = post(posting.url, posting.body)
    except NotAllowed as error:
        return Answer(Verdict.NEVER, str(error))
    except NotSent as error:
        return Answer(Verdict.LATER, str(error))
    except (OSError, http.client.HTTPException) as error:
        return Answer(Verdict.UNCLEAR, f"No answer: {type(error).__name__}")
    summary = f"{reply.status} {one_line(reply.words)}"[:200]
    if 200 <= reply.status < 300:
        return Answer(Verdict.TAKEN)
    if reply.status in LATER or reply.status >= 500:
        return Answer(Verdict.LATER, summary)
    # A redirect, too: a room that has moved has a new address.
    return Answer(Verdict.NEVER, summary)


def payload(flavour: str, brief: Brief, zone: str) -> bytes:
    """A line as that chat reads it; dates in the zone of the evaluation."""
    date = spoken(brief.due_at, zone) if brief.due_at else ""
    made = _for_teams if flavour == ChatFlavour.TEAMS else _for_slack
    return json.dumps(made(brief, date)).encode()


def _for_slack(brief: Brief, date: str) -> dict[str, Any]:
    lines = [f"*{_plain(brief.headline)}* – {_plain(brief.evaluation)}"]
    if date:
        lines.append(_plain(date))
    lines.append(f"<{brief.link}|{_plain(brief.action)}>")
    return {"text": "\n".join(lines), "unfurl_links": False}


def _plain(text: str) -> str:
    """Nobody's words mention a channel or make a link (Slack's own escapes)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _for_teams(brief: Brief, date: str) -> dict[str, Any]:
    """A card whose texts are runs, which know no markup."""

    def line(text: str, **style: Any) -> dict[str, Any]:
        run = {"type": "TextRun", "text": text, **style}
        return {"type": "RichTextBlock", "inlines": [run]}

    body = [line(brief.headline, weight="Bolder"), line(brief.evaluation)]
    if date:
        body.append(line(date))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [
            {"type": "Action.OpenUrl", "title": brief.action, "url": brief.link}
        ],
    }
    attached = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": card,
    }
    return {"type": "message", "attachments": [attached]}


# What a daily mail looks like: a list of what waits, each with its link.

TEMPLATE = "evaltracker/mail/daily"


def daily_mail(daily: Notice, messages: Sequence[Message]) -> Message:
    if len(messages) == 1:
        return messages[0]
    briefs = [message.brief for message in messages if message.brief is not None]
    zone = zone_of(daily)
    purchases = {brief.evaluation for brief in briefs}
    subject = f"{len(briefs)} things for you"
    if len(purchases) == 1:
        subject += f" – {briefs[0].evaluation}"
    context = {
        "subject": subject,
        "reader": one_line(daily.recipient.name) if daily.recipient else "",
        "items": [
            {
                "headline": brief.headline,
                "evaluation": brief.evaluation,
                "date": spoken(brief.due_at, zone) if brief.due_at else "",
                "action": brief.action,
                "link": brief.link,
            }
            for brief in briefs
        ],
        "settings": link_to("/admin/my/notices/"),
        "site": urlsplit(settings.SITE_URL).netloc,
    }
    files = [message.ics for message in messages if message.ics is not None]
    return Message(
        subject=one_line(subject)[:180],
        text=render_to_string(f"{TEMPLATE}.txt", context),
        html=render_to_string(f"{TEMPLATE}.html", context),
        ics=joined(files) if files else None,
    )


def due_notices() -> QuerySet[Notice]:
    """Notices that a sweep may take now, by the database's clock, oldest first.

    The condition on the state repeats that of the index `notice_open_by_next_try`, so
    that an idle sweep reads one page of it, however many notices there were.
    """
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    due: QuerySet[Notice] = Notice.objects.filter(
        free, state__in=NOTICE_OPEN, digest__isnull=True, next_try_at__lte=Now()
    )
    return due.order_by("next_try_at")


def notices_in(
    *states: NoticeState, user: User, evaluation: Evaluation | None = None
) -> QuerySet[Notice]:
    rows: QuerySet[Notice] = Notice.objects.visible_to(user).filter(state__in=states)
    # What it carries is listed, each in its own evaluation.
    seen = rows.exclude(kind=DAILY_MAIL)
    if evaluation is not None:
        seen = seen.filter(evaluation=evaluation)
    return seen.select_related("evaluation", "recipient", "webhook", "digest")
