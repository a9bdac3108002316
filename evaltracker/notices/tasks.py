"""Waking the sweep. The only module that may publish a task (R18).

A task carries no meaning: the broker may lose, repeat or reorder it, and all that is
owed is still owed, because it is a row.
"""

import threading
from collections.abc import Callable
from functools import partial

import structlog
from celery import shared_task
from celery.signals import worker_shutting_down
from django.db import Error, transaction
from django.http import HttpRequest, HttpResponse

from evaltracker.notices.kinds import OWED_NOW
from evaltracker.notices.services.delivery import do_chores, sweep_notices
from evaltracker.toolbox.database import database_is_away
from evaltracker.toolbox.processes import WORK_WAITS, ask_to_stop, do_long_work

NUDGE_EXPIRES = 30
logger = structlog.get_logger(__name__)
# One nudge of a kind under way is as good as ten.
_nudging = {"sweep": threading.Lock(), "work": threading.Lock()}


@shared_task(ignore_result=True, soft_time_limit=540, time_limit=600)
def sweep() -> None:
    """Owe what time alone has made due, then send what is due.

    Celery gives each task a connection of its own, so the next tick finds the database
    again if it is away now.
    """
    _do(do_chores, sweep_notices)


@shared_task(ignore_result=True)
def work() -> None:
    _do(do_long_work)


def _do(*works: Callable[[], object]) -> None:
    try:
        for chore in works:
            chore()
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
    transaction.on_commit(partial(_knock, "sweep"), robust=True)


def nudge_work() -> None:
    transaction.on_commit(partial(_knock, "work"), robust=True)


def _knock(name: str) -> None:
    if _nudging[name].acquire(blocking=False):
        threading.Thread(
            target=_publish, args=(name,), name="nudge", daemon=True
        ).start()


def _publish(name: str) -> None:
    task = sweep if name == "sweep" else work
    try:
        task.apply_async(expires=NUDGE_EXPIRES)
    # Whatever the broker's client raises: a nudge may fail, the notice may not.
    except Exception as error:  # noqa: BLE001
        logger.warning("nudge_failed", error=type(error).__name__)
    finally:
        _nudging[name].release()


class NudgeMiddleware:
    """Wakes who does what a request has left to do; it holds nobody up.

    By then the request's transaction has ended: rolled back, the nudge finds nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with OWED_NOW.listening() as heard, WORK_WAITS.listening() as waits:
            response = self.get_response(request)
        if heard:
            nudge()
        if waits:
            nudge_work()
        return response
