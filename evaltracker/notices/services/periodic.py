"""Doing the chores that are due; chores.py says what they are."""

import structlog
from django.db import transaction
from django.db.models.functions import Now

from evaltracker.evaluations.models import ChoreDone
from evaltracker.kit.clock import database_now
from evaltracker.kit.database_away import database_is_away
from evaltracker.kit.periodic import CHORES, Chore

logger = structlog.get_logger(__name__)


def do_chores() -> list[str]:
    """Do what is due, each chore in its own transaction and by one process only.

    A chore that fails is undone, told in the log, tried again by the next waker, and
    does not hold up the others. Without the database none can be done.

    Returns:
        The names of those that were done.

    Raises:
        django.db.Error: the database is away.

    """
    done_at = dict(ChoreDone.objects.values_list("name", "done_at"))
    now = database_now()
    done = []
    for name, chore in CHORES.items():
        if name in done_at and now < done_at[name] + chore.every:
            continue
        try:
            if _do(chore):
                done.append(name)
        # One chore's fault is no reason to leave the others or the mail undone.
        except Exception as error:
            if database_is_away(error):
                raise
            logger.exception("chore_failed", chore=name)
    return done


def _do(chore: Chore) -> bool:
    """Do it, unless another process is at it or has just done it."""
    with transaction.atomic():
        _, is_first = ChoreDone.objects.get_or_create(
            name=chore.name, defaults={"done_at": Now()}
        )
        ours = ChoreDone.objects.select_for_update(
            skip_locked=True, no_key=True
        ).filter(name=chore.name)
        if not is_first:
            ours = ours.filter(done_at__lte=Now() - chore.every)
        if not ours.exists():
            return False
        chore.work()
        ChoreDone.objects.filter(name=chore.name).update(done_at=Now())
    return True
