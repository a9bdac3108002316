"""Owing somebody a mail about their login; no evaluation is concerned."""

import datetime
import uuid

from django.utils import timezone

from evaltracker.evaluations.models import Notice, User
from evaltracker.notices.services.scheduling import owe_now


def owe_account_mail(
    *, kind: str, person: User, address: str = "", what: str = ""
) -> Notice | None:
    """Owe a mail about the login of `person` as soon as may be.

    It goes to `address` if one is given, such as one that is not theirs yet, else to
    their own. Each call is a mail of its own: asking twice for a new password sends
    two. `what` is a word of ours that the kind of mail knows.
    """
    return owe_now(
        kind=kind,
        evaluation=None,
        subject_id=person.pk,
        occurrence=f"{what}:{uuid.uuid4().hex[:16]}",
        recipient=None if address else person,
        address=address,
    )


def owe_warning(*, kind: str, person: User) -> Notice | None:
    """Owe `person` a mail about what goes on around their login, one a day at most."""
    if not person.email:
        return None
    today = timezone.now().astimezone(datetime.UTC).date()
    return owe_now(
        kind=kind,
        evaluation=None,
        subject_id=person.pk,
        occurrence=f"{today}",
        recipient=person,
    )
