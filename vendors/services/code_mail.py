"""Sending the code for the vendor pages: at once, or by the next sweep.

The process of vendors writes no notice. It hands the mail over itself and marks its
row; where it cannot, the row stays owed and a chore of the house owes the notice, of
the same id, so with the same code and Message-ID.
"""

import datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Sum

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Notice
from evaltracker.kit.clock import database_now
from evaltracker.notices.kinds import KINDS
from evaltracker.notices.mail import parcel_of
from evaltracker.notices.services.scheduling import message_id_of, owe_now
from evaltracker.notices.smtp import Line, Unreachable, Verdict
from vendors.code_notices import CodesGuessed, SignInCodeMail
from vendors.models import Candidate, SignInCode
from vendors.wall import behind_the_wall, show_vendor

# How long the process that was asked may take before a sweep sends it instead.
PATIENCE = datetime.timedelta(seconds=20)
DAY = datetime.timedelta(days=1)
# So many wrong codes in a day, and the owner hears of it.
SUSPICIOUS = 10
logger = structlog.get_logger(__name__)


def send_code(*, code: SignInCode) -> bool:
    """Hand the mail over now, outside any transaction; whether it was taken.

    Nothing is raised: what was not taken stays owed.
    """
    link = code.link
    notice = Notice(
        id=code.pk,
        kind=SignInCodeMail.name,
        evaluation=link.candidate.evaluation,
        subject_id=str(code.pk),
        address=link.contact.email,
        addressee=link.contact.name,
        message_id=message_id_of(code.pk),
    )
    notice.subject = code
    parcel = parcel_of(notice, KINDS[notice.kind].compose(notice))
    with Line() as line:
        try:
            line.open()
        except Unreachable:
            logger.warning("mail_server_unreachable")
            return False
        if line.hand(parcel).verdict != Verdict.TAKEN:
            logger.warning("code_not_taken", code_id=str(code.pk))
            return False
    with behind_the_wall():
        show_vendor(link.vendor_id)
        SignInCode.objects.filter(pk=code.pk).update(sent_at=database_now())
    return True


@transaction.atomic
def owe_unsent_codes() -> None:
    """Owe the codes that the mail server did not take when they were asked for."""
    now = database_now()
    rows: Any = SignInCode.objects.filter(
        sent_at__isnull=True,
        used_at__isnull=True,
        expires_at__gt=now,
        asked_at__lt=now - PATIENCE,
    )
    unsent = rows.exclude(Exists(Notice.objects.filter(pk=OuterRef("pk"))))
    for code in unsent.select_related("link__contact", "link__candidate__evaluation"):
        owe_now(
            kind=SignInCodeMail.name,
            evaluation=code.link.candidate.evaluation,
            subject_id=code.pk,
            occurrence="",
            address=code.link.contact.email,
            addressee=code.link.contact.name,
            number=code.pk,
        )


@transaction.atomic
def tell_of_guesses() -> None:
    """Owe the owner a mail where many wrong codes were typed, once a day."""
    now = database_now()
    recent = SignInCode.objects.filter(asked_at__gt=now - DAY, wrong_tries__gt=0)
    sums = (
        recent.order_by()
        .values("link__candidate")
        .annotate(wrong=Sum("wrong_tries"))
        .filter(wrong__gte=SUSPICIOUS)
    )
    guessed: Any = Candidate.objects.filter(
        pk__in=[row["link__candidate"] for row in sums],
        evaluation__status=Status.OPEN,
    )
    for candidate in guessed.select_related("evaluation__owner"):
        owe_now(
            kind=CodesGuessed.name,
            evaluation=candidate.evaluation,
            subject_id=candidate.pk,
            occurrence=now.date(),
            recipient=candidate.evaluation.owner,
        )
