"""T46: PostgreSQL restarts under processes that live on.

In full `python -m tests.faults.notices.run T46`; with `--quick` each night.
"""

import time
from collections.abc import Sequence
from functools import partial

from django.db import Error

from tests.faults.living.installation import Installation, installation
from tests.faults.living.traffic import Market, Seen, market, traffic
from tests.waiting import comes, until

type Judged = tuple[str, list[str]]
WAYS = ("fast", "kill -9", "immediate", "moved")
PATIENCE = 300.0


def restarts(owed: int, ways: Sequence[str] = WAYS, *, quick: bool = False) -> Judged:
    """Each way, with so many notices owed and people and vendors at work."""
    tick, lease = (2, 6) if quick else (30, 60)
    with installation(tick=tick, lease=lease) as here:
        from tests.faults.notices.owing import outcome, owe_overdue

        given = market()
        here.start_all()
        told, wrong = [], []
        before: dict[str, list[int]] = {}
        with traffic(here, given) as seen:
            for number, way in enumerate(ways):
                size = here.arrived.stat().st_size
                owe_overdue(owed, people=50, places=5, first=number)
                until(partial(has_grown, here, size), PATIENCE, what="mail leaves")
                before = before or here.pids()
                told.append(_restart(here, seen, way))
            if not comes(all_ended, PATIENCE):
                wrong.append("not all ended")
        wrong += judged(here, seen, given, before)
        figures = f"{outcome(here.arrived)}; {seen}; {'; '.join(told)}"
    return figures, wrong


def judged(
    here: Installation,
    seen: Seen,
    given: Market,
    before: dict[str, list[int]] | None = None,
    *,
    replaceable: Sequence[str] = (),
) -> list[str]:
    """What is wrong; `before` are the processes that should have lived on."""
    from evaltracker.evaluations import verifying
    from tests.faults.notices.owing import outcome

    found = outcome(here.arrived)
    now = here.pids() if before else {}
    wrong = {
        **seen.wrong(),
        "lost": found.lost,
        "unflagged repeats": found.unflagged_repeats,
        "a break of the journal": verifying.find_break(given.where),
        "faults in the logs": here.faults(),
        "replaced": [
            name
            for name, pids in (before or {}).items()
            if pids != now[name] and name not in replaceable
        ],
    }
    return [f"{name}: {value}" for name, value in wrong.items() if value]


def _restart(here: Installation, seen: Seen, way: str) -> str:
    """While mail is flowing; how long it took until all was well again."""
    counts = [counter[503] for counter in seen.statuses.values()]
    here.stop_database(way)
    until(
        lambda: here.readiness() == [503, 503],
        PATIENCE,
        what=lambda: f"both say that they are not ready: {here.readiness()}",
    )
    until(partial(_were_put_off, seen, counts), PATIENCE, what=lambda: str(seen))
    here.restart_database(way)
    began = time.monotonic()
    until(here.is_ready, PATIENCE, what=f"both are ready after {way}")
    ready = time.monotonic() - began
    ended = comes(all_ended, PATIENCE)
    all_sent = time.monotonic() - began
    return (
        f"{way}: ready after {ready:.1f} s, "
        f"{'all' if ended else 'NOT all'} sent after {all_sent:.0f} s"
    )


def has_grown(here: Installation, size: int) -> bool:
    return here.arrived.stat().st_size > size


def _were_put_off(seen: Seen, before: Sequence[int]) -> bool:
    """Whether people and vendors were asked to come back since."""
    now = [counter[503] for counter in seen.statuses.values()]
    return all(new > old for new, old in zip(now, before, strict=True))


def all_ended() -> bool:
    """Whether nothing is owed any more; not while nobody can say."""
    from evaltracker.evaluations.choices import NOTICE_OPEN
    from evaltracker.evaluations.models import Notice

    try:
        return not Notice.objects.filter(state__in=NOTICE_OPEN).exists()
    except Error:
        return False
