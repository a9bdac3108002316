"""Taking locks beside people who work: short tries, with pauses between them.

A statement that waits for a lock lets everybody queue behind it. So none waits for
long; it is given up, everybody goes on, and it is tried again.
"""

import time
from collections.abc import Callable

from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from vendors.isolation.sql import Unfit, run

LOCK_TIMEOUT = "400ms"
PAUSE_SECONDS = 1.0
PATIENCE_SECONDS = 600.0
# lock_not_available, deadlock_detected
BUSY = ("55P03", "40P01")


def is_busy(error: BaseException) -> bool:
    """Whether somebody else held a lock for longer than we wait."""
    return getattr(error.__cause__, "sqlstate", None) in BUSY


def patiently[Result](
    work: Callable[[], Result], *, what: str, say: Callable[[str], object]
) -> Result:
    """What `work` returns, once nobody stands in its way.

    Raises:
        Unfit: somebody did for ten minutes; the sentence says at `what`.

    """
    until = time.monotonic() + PATIENCE_SECONDS
    waiting = False
    while True:
        try:
            return work()
        except OperationalError as error:
            if not is_busy(error):
                raise
            if time.monotonic() > until:
                raise Unfit(
                    f"Stopped at {what}: a transaction has held it for "
                    f"{PATIENCE_SECONDS:.0f} seconds. pg_stat_activity shows which; "
                    "end it and run this again. What was done stays done."
                ) from error
        if not waiting:
            say(f"Waiting for a transaction that uses {what} …")
        waiting = True
        time.sleep(PAUSE_SECONDS)


def run_patiently(
    db: BaseDatabaseWrapper,
    work: Callable[[], None],
    *,
    what: str,
    say: Callable[[str], object],
) -> None:
    """Do `work` in one transaction that waits for no lock for long."""

    def attempt() -> None:
        with transaction.atomic(using=db.alias):
            run(db, f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            work()

    patiently(attempt, what=what, say=say)
