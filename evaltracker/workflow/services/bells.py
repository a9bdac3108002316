"""Marking what is new as seen. It is personal, so no journal tells it."""

import datetime

from django.db import transaction

from evaltracker.evaluations.models import User
from evaltracker.kit.clock import database_now
from evaltracker.workflow.models import BellLook


@transaction.atomic
def mark_news_seen(*, until: datetime.datetime, by: User) -> None:
    """Remember that `by` has seen what was new up to that moment.

    What came after the page was made stays new, and nothing that was seen becomes new
    again.
    """
    moment = min(until, database_now())
    look, is_new = BellLook.objects.select_for_update(no_key=True).get_or_create(
        person=by, defaults={"until": moment}
    )
    if not is_new and look.until < moment:
        look.until = moment
        look.save(update_fields=["until"])
