"""Workers that follow an annex and send what it owes, killed at one statement each.

They are forks of one process, which loads the product once.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import django

# Before which statement each dies: of ten who owe, then of ten who send.
OWING, SENDING = range(3, 33, 3), range(10, 50, 4)


def forked(work: Callable[[], Any], ends: int) -> int:
    """What a fork dies of that does this work until its statement number `ends`."""
    from django.db import connection

    numbers = count(1)

    def look(execute: Any, *asked: Any) -> Any:
        if next(numbers) == ends:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*asked)

    connection.close()
    child = os.fork()
    if child:
        return -os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with connection.execute_wrapper(look):
        work()
    os._exit(0)


def main(key: str, every: int) -> None:
    """Write what each worker died of; 0 is the end of the work.

    Of the statements at which they die, `every` one of so many is taken.
    """
    django.setup()
    from django.db import transaction
    from django.db.models.functions import Now

    from evaltracker.decision.services.promise_checks import follow_annex
    from evaltracker.evaluations.models import Evaluation, Notice
    from evaltracker.notices.services.delivery import sweep_notices
    from evaltracker.notices.services.leases import LEASE

    def owe() -> None:
        with transaction.atomic():
            follow_annex(evaluation=Evaluation.objects.get(pk=key))

    died = [forked(owe, ends) for ends in (*OWING[::every], 0, 0)]
    for ends in (*SENDING[::every], 0):
        rows = Notice.objects.filter(kind="annex_line_due")
        rows.update(next_try_at=Now() - LEASE, due_at=Now() - LEASE)
        rows.filter(lease_until__isnull=False).update(lease_until=Now() - LEASE)
        died.append(forked(partial(sweep_notices), ends))
    sys.stdout.write(" ".join(map(str, died)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
