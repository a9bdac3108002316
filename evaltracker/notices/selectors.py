"""Reads of notices; nothing in here changes anything."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string

from evaltracker.evaluations.choices import (
    NOTICE_OPEN,
    NOTICE_UNCLEAR,
    NoticeState,
)
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.calendars import joined
from evaltracker.notices.kinds import DAILY_MAIL, Message
from evaltracker.notices.mail import date_in_words, link_to, zone_of
from evaltracker.toolbox.text import one_line

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
                "date": date_in_words(brief.due_at, zone) if brief.due_at else "",
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


def due_notices(*, to_webhooks: bool | None = None) -> QuerySet[Notice]:
    """Notices that a sweep may take now, by the database's clock, oldest first: all, or
    mails alone, or events alone, of which one that was tried speaks for those with it.

    The condition on the state repeats that of the index `notice_open_by_next_try`, so
    that an idle sweep reads one page of it, however many notices there were.
    """
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    due: QuerySet[Notice] = Notice.objects.filter(
        free, state__in=NOTICE_OPEN, digest__isnull=True, next_try_at__lte=Now()
    )
    if to_webhooks is None:
        return due.order_by("next_try_at")
    due = due.filter(webhook__isnull=not to_webhooks)
    return due.order_by("next_try_at", *(["-attempts"] if to_webhooks else []))


def notices_in(
    *states: NoticeState, user: User, evaluation: Evaluation | None = None
) -> QuerySet[Notice]:
    rows: QuerySet[Notice] = Notice.objects.visible_to(user).filter(state__in=states)
    # What it carries is listed, each in its own evaluation; events if they need a word.
    events = Q(webhook__isnull=False) & ~Q(state__in=NOTICE_UNCLEAR)
    seen = rows.exclude(kind=DAILY_MAIL).exclude(events)
    if evaluation is not None:
        seen = seen.filter(evaluation=evaluation)
    return seen.select_related("evaluation", "recipient", "webhook", "digest")
