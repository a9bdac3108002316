"""Waking the sweep. The only module that may publish a task (R18).

A task carries no meaning: the broker may lose, repeat or reorder it, and all that is
owed is still owed, because it is a row.
"""

import threading

import structlog
from celery import shared_task
from celery.signals import worker_shutting_down
from django.db import Error, transaction

from evaltracker.kit.database_away import database_is_away
from evaltracker.kit.shutdown import ask_to_stop
from evaltracker.notices.services.periodic import do_chores
from evaltracker.notices.services.sweep import sweep_notices

NUDGE_EXPIRES = 30
logger = structlog.get_logger(__name__)
# One nudge under way is as good as ten.
_nudging = threading.Lock()


@shared_task(ignore_result=True, soft_time_limit=540, time_limit=600)
def sweep() -> None:
    """Owe what time alone has made due, then send what is due.

    Celery gives each task a connection of its own, so the next tick finds the database
    again if it is away now.
    """
    try:
        do_chores()
        sweep_notices()
    except Error as error:
        if not database_is_away(error):
            raise
        logger.warning("database_away", error=str(error))


@worker_shutting_down.connect
def _stop(**_: object) -> None:
    """A worker that is to end waits for its sweeps, so they end soon."""
    ask_to_stop()


def nudge() -> None:
    """Ask for a sweep as soon as the caller's transaction has committed.

    It holds nobody: a thread of its own knocks at the broker, and if nobody opens, the
    next tick of beat or of the system's timer finds the rows.
    """
    transaction.on_commit(_knock, robust=True)


def _knock() -> None:
    if _nudging.acquire(blocking=False):
        threading.Thread(target=_publish, name="nudge", daemon=True).start()


def _publish() -> None:
    try:
        sweep.apply_async(expires=NUDGE_EXPIRES)
    # Whatever the broker's client raises: a nudge may fail, the notice may not.
    except Exception as error:  # noqa: BLE001
        logger.warning("nudge_failed", error=type(error).__name__)
    finally:
        _nudging.release()
