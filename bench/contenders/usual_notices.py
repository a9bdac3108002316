"""Mail as it is usually sent: row by row, each with its own queries and connection."""

import uuid

from django.core.mail import EmailMultiAlternatives, mailers
from django.db import connection
from django.template.loader import render_to_string

from evaltracker.evaluations.models import Notice


def send_usual(port: int, count: int) -> None:
    """Send `count` mails, each claimed and settled by a conditional UPDATE."""
    del port  # the mailer of the settings has it
    pks = list(Notice.objects.values_list("pk", flat=True)[:count])
    for pk in pks:
        notice = Notice.objects.select_related("recipient", "evaluation").get(pk=pk)
        _mark(pk, "claimed")
        context = {
            "subject": "A milestone was due",
            "evaluation": notice.evaluation,
            "reader": notice.recipient,
            "lead": "It is still open.",
            "action": "Open the milestone",
            "link": "https://localhost/admin/",
            "site": "localhost",
        }
        mail = EmailMultiAlternatives(
            subject="A milestone was due",
            body=render_to_string("evaltracker/mail/letter.txt", context),
            to=["reader@example.org"],
            headers={"Message-ID": "<usual@example.org>"},
        )
        html = render_to_string("evaltracker/mail/letter.html", context)
        mail.attach_alternative(html, "text/html")
        if mailers.default.send_messages([mail]) != 1:
            raise RuntimeError("the mail was not taken")
        _mark(pk, "sent")


def _mark(pk: uuid.UUID, words: str) -> None:
    """A commit of its own; into a column that decides nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE evaluations_notice SET suppressed_because = %s WHERE id = %s",
            (words, pk),
        )
