"""What a daily mail looks like: a list of what waits, each with its link."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string

from evaltracker.evaluations.models import Notice
from evaltracker.kit.single_line import one_line
from evaltracker.notices.calendars import joined
from evaltracker.notices.kinds import Message
from evaltracker.notices.mail import link_to, spoken, zone_of

TEMPLATE = "evaltracker/mail/daily"


def daily_mail(daily: Notice, messages: Sequence[Message]) -> Message:
    """All of them in one; a single one is sent as it is."""
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
