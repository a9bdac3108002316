"""Telling the log where each journal ends: an anchor that the database cannot reach.

Whoever may write to the database can cut a journal's tail, or write it anew, and make
the head fit. A log that is kept elsewhere holds the heads of before, and
`verify_journal --anchors` finds what does not fit them (R44).
"""

import datetime

import structlog
from django.utils import timezone

from evaltracker.evaluations.models import Entry, JournalHead

logger = structlog.get_logger(__name__)
# Longer than the chore's hour, so that a night without a waker leaves no hole.
MOVED_WITHIN = datetime.timedelta(days=1)


def tell_heads() -> None:
    """Log the last entry, number and hash, of each journal that grew in the last day.

    A chore. An evaluation is named by its id, which tells nothing.
    """
    grew = Entry.objects.filter(at__gte=timezone.now() - MOVED_WITHIN)
    heads = JournalHead.objects.filter(evaluation__in=grew.values("evaluation"))
    for head in heads.order_by("evaluation"):
        logger.info(
            "journal_head",
            evaluation=str(head.evaluation_id),
            anchor=f"{head.count}:{head.hash}",
        )
