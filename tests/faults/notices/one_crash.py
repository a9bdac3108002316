"""A sweep is killed while its database crashes, once; the next one sends the rest.

`python -m tests.faults.notices.one_crash` runs it: T1 and T4 with few processes.
"""

import sys
from functools import partial

from tests.faults.notices.world import World, world
from tests.services import say
from tests.waiting import until

OWED = 40
# Seconds of the mail server between keeping a mail and saying so.
PAUSE = "0.05"


def has_begun(here: World) -> bool:
    """Whether a mail has arrived."""
    return here.arrived.stat().st_size > 0


def main() -> int:
    """0 if nothing was lost or repeated without a flag."""
    with world() as here:
        from django.db import connection
        from django.db.models.functions import Now

        from evaltracker.evaluations.choices import NOTICE_OPEN
        from evaltracker.evaluations.models import Notice
        from evaltracker.notices.services.delivery import sweep_notices
        from evaltracker.notices.services.leases import LEASE
        from tests.faults.notices.owing import outcome, owe_overdue

        owe_overdue(OWED, people=10, places=1)
        connection.close()
        here.start_mail("--pause", PAUSE)
        killed = here.run([sys.executable, "manage.py", "send_notices"], "timer")
        until(partial(has_begun, here), 60, what="mail leaves")
        here.crash_postgres("kill -9")
        killed.kill()
        still_open = Notice.objects.filter(state__in=NOTICE_OPEN)
        were_open = still_open.count()
        # As if the lease of who was killed had passed.
        still_open.filter(lease_until__isnull=False).update(lease_until=Now() - LEASE)
        sweep_notices()
        seen = outcome(here.arrived)
        left = still_open.count()

    wrong = {
        "all had left before the crash": not were_open,
        "not all ended": left,
        "lost": seen.lost,
        "unflagged repeats": seen.unflagged_repeats,
        "more repeats than died": seen.repeats > 1,
        "not all arrived": seen.kept != seen.owed,
    }
    faults = [words for words, is_so in wrong.items() if is_so]
    say(f"T4: {seen}, {were_open} open at the crash: {faults or 'passed'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
