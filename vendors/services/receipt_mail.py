"""The mail with the receipt, to each contact who has a link."""

import datetime
from typing import Any

from django.db import transaction

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Notice
from evaltracker.kit.clock import database_now
from evaltracker.notices.services.scheduling import owe_now
from vendors.models import InvitationLink, Submission
from vendors.receipt_notices import AnswerHandedIn
from vendors.selectors.sign_in import live_link

# What is older was handed in before such mails were, or nobody could be told.
RECENT = datetime.timedelta(days=1)


@transaction.atomic
def owe_receipts() -> None:
    """Owe the receipts of the last day, once each; the process of vendors owes none."""
    since = database_now() - RECENT
    rows: Any = Submission.objects.filter(
        submitted_at__gt=since, candidate__evaluation__status=Status.OPEN
    )
    found = {str(row.pk): row for row in rows.select_related("candidate__evaluation")}
    told = Notice.objects.filter(
        kind=AnswerHandedIn.name, subject_id__in=found
    ).values_list("subject_id", flat=True)
    for key in sorted(found.keys() - set(told)):
        submission = found[key]
        links = InvitationLink.objects.filter(
            live_link(), candidate=submission.candidate
        )
        for link in links.select_related("contact"):
            owe_now(
                kind=AnswerHandedIn.name,
                evaluation=submission.candidate.evaluation,
                subject_id=key,
                occurrence="",
                address=link.contact.email,
                addressee=link.contact.name,
            )
