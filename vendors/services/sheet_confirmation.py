"""A vendor's yes to the answers that were entered for it from its mail."""

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor
from evaltracker.kit.clock import database_now
from vendors.models import MailedSheet
from vendors.services.candidates import lock_candidate


@transaction.atomic
def confirm_sheet(*, sheet: MailedSheet, by: Actor) -> None:
    """Keep that the vendor, in its pages, says yes to what was entered for it.

    Raises:
        Refused: it did already.

    """
    candidate = lock_candidate(sheet.candidate)
    now = database_now()
    rows = MailedSheet.objects.filter(pk=sheet.pk, confirmed_at__isnull=True)
    if not rows.update(confirmed_at=now, confirmed_by=by.name):
        raise Refused("These answers were confirmed already.")
    journal.record(
        evaluation=candidate.evaluation,
        action="mailed_sheet.confirmed",
        subject=sheet,
        by=by,
        after={"candidate": candidate.name},
    )
