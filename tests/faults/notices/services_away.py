"""T5 to T7, T10, T11: what the product leans on is away, mute, busy or wrong."""

from __future__ import annotations

import datetime
import itertools
import socket
import time
from typing import TYPE_CHECKING

from tests.faults.notices.world import world
from tests.waiting import comes, until

if TYPE_CHECKING:
    from tests.faults.notices.owing import Outcome
    from tests.faults.notices.world import World

type Judged = tuple[str, list[str]]
SLOWEST_REQUEST, LONGEST_GAP = 3.0, 15.0


def no_broker(owed: int) -> Judged:
    """T5: it was never started; the system's timer wakes the sweep."""
    with world() as here:
        from tests.faults.notices.owing import outcome, owe_overdue

        here.start_mail()
        owe_overdue(owed, people=50, places=5)
        slowest = _ask_to_send_again(20)
        code = here.sweep()
        seen = outcome(here.arrived)
    wrong = [] if seen.kept == seen.owed and not seen.repeats else ["not all sent once"]
    wrong += [] if slowest < SLOWEST_REQUEST else ["slow requests"]
    wrong += [] if code == 0 else [f"send_notices ended with {code}"]
    return f"{seen}; slowest of 20 requests {slowest:.2f} s", wrong


def mute_broker(requests: int) -> Judged:
    """T6: it accepts and never answers."""
    with world() as here, socket.socket() as mute:
        mute.bind(("127.0.0.1", here.redis_port))
        mute.listen()
        slowest = _ask_to_send_again(requests)
    wrong = [] if slowest < SLOWEST_REQUEST else ["slow requests"]
    return f"slowest of {requests} requests {slowest:.2f} s", wrong


def _ask_to_send_again(requests: int) -> float:
    """The slowest of so many requests that owe something and nudge."""
    from evaltracker.evaluations.models import Notice
    from tests.clients import signed_in
    from tests.factories import common
    from tests.faults.notices.owing import owe_letters

    where = common.evaluation(title="Of the dead")
    owe_letters(where, requests, "test_reminder")
    dead = Notice.objects.filter(evaluation=where)
    dead.update(state="dead", last_error="550 No such box")
    client, slowest = signed_in(where.owner), 0.0
    # The first page of a process loads all pages; no broker is asked for that.
    client.get(f"/admin/act/resend-notice/{dead[0].pk}/")
    for notice in list(dead):
        began = time.monotonic()
        answer = client.post(
            f"/admin/act/resend-notice/{notice.pk}/", {"reason": "The box is back."}
        )
        slowest = max(slowest, time.monotonic() - began)
        assert answer.status_code == 302, answer.status_code
    return slowest


def bad_mail_server(owed: int, quick: bool) -> Judged:
    """T7: away, then busy for a third; one tarpit, one bad address, one refused."""
    with world(lease=60) as here:
        from django.db.models.functions import Now

        from evaltracker.evaluations.models import Notice
        from tests.factories import common
        from tests.faults.notices.owing import outcome, owe_letters

        owe_letters(common.evaluation(), owed, "test_reminder")
        rows = list(Notice.objects.values_list("pk", flat=True)[:3])
        bad = ("tarpit@example.org", "nobody@example.org", "a@example.org\nBcc: b@c.d")
        for pk, address in zip(rows, bad, strict=True):
            Notice.objects.filter(pk=pk).update(address=address)
        away = time.monotonic() + (2 if quick else 20)
        while time.monotonic() < away:
            here.sweep()
        tried = Notice.objects.filter(attempts__gt=0).count()
        here.start_mail("--later", "0.3")
        until(lambda: _listens(here), 60, what="the mail server listens")
        sweeps = []
        for _ in range(40):
            # As if the waiting were over.
            Notice.objects.filter(state="pending").update(next_try_at=Now())
            here.sweep()
            sweeps.append(time.monotonic())
            if not Notice.objects.filter(state="pending").exists():
                break
        seen = outcome(here.arrived)
        reasons = list(
            Notice.objects.filter(state="dead").values_list("last_error", flat=True)
        )
        moments = [float(x.split()[2]) for x in here.arrived.read_text().splitlines()]
        blocked = [*here.held(), *_gaps(moments, sweeps)]
    wrong = []
    if (seen.states.get("sent"), seen.states.get("dead")) != (owed - 2, 2):
        wrong.append("not all but two sent")
    if seen.repeats or not all(reasons) or tried:
        wrong.append("repeats, no reasons, or tries counted while it was away")
    if max(blocked) > LONGEST_GAP:
        wrong.append("blocked for too long")
    told = f"blocked for {max(blocked):.1f} s at most"
    return f"{seen}; {told}; dead because {reasons}", wrong


def _gaps(moments: list[float], sweeps: list[float]) -> list[float]:
    """Between one mail and the next of the same sweep; one starts in between others."""
    return [
        later - moment
        for moment, later in itertools.pairwise(moments)
        if not any(moment < ended < later for ended in sweeps)
    ]


def _all_arrived(seen: Outcome, least: int) -> bool:
    return seen.kept == seen.owed >= least


def _listens(here: World) -> bool:
    try:
        socket.create_connection(("127.0.0.1", here.mail_port), 1).close()
    except OSError:
        return False
    return True


def wrong_clock(owed: int) -> Judged:
    """T10: the machine of the sweep believes that it is an hour earlier, or later.

    Half of the notices are due; the other half is in half an hour, as the database
    counts.
    """
    with world() as here:
        from django.db.models.functions import Now

        from evaltracker.evaluations.models import Notice
        from tests.factories import common
        from tests.faults.notices.owing import outcome, owe_letters

        here.start_mail()
        owe_letters(common.evaluation(), owed, "test_reminder")
        later = Notice.objects.filter(pk__in=Notice.objects.all()[: owed // 2])
        soon = Notice.objects.filter(pk__in=list(later.values_list("pk", flat=True)))
        soon.update(next_try_at=Now() + datetime.timedelta(minutes=30))
        sent, codes = [], []
        for wrong_by in ("-1h", "+1h", "+0"):
            codes.append(here.sweep("faketime", "-f", wrong_by))
            sent.append(outcome(here.arrived).kept)
        soon.update(next_try_at=Now())
        codes.append(here.sweep())
        seen = outcome(here.arrived)
    due = owed - owed // 2
    wrong = [] if sent == [due] * 3 else ["not sent when the database said"]
    wrong += (
        [] if seen.kept == seen.owed and not seen.repeats else ["not all sent once"]
    )
    wrong += ["a sweep failed"] if any(codes) else []
    told = " then ".join(map(str, sent))
    return f"{seen}; {told} sent an hour behind, ahead and in time", wrong


def no_beat(owed: int) -> Judged:
    """T11: it is killed; what fell due meanwhile leaves at the next wake.

    There is no schedule file that could be lost or stale: beat keeps it in memory.
    """
    with world() as here:
        from tests.faults.notices.owing import outcome, owe_overdue

        here.start_mail()
        here.start_redis()
        worker = here.start_worker()
        beat = here.start_beat()
        until(
            lambda: "succeeded" in worker.log.read_text(),
            60,
            what="beat has woken a sweep",
        )
        beat.kill()
        # What it said last is done; then nobody says anything any more.
        time.sleep(2)
        owe_overdue(owed, people=50, places=5)
        time.sleep(3)
        early = outcome(here.arrived).kept
        beat.start()
        began = time.monotonic()
        # More than was owed: what is overdue today is owed by then, too.
        ended = comes(lambda: _all_arrived(outcome(here.arrived), owed), 120)
        late = time.monotonic() - began
        seen = outcome(here.arrived)
    wrong = [] if ended and not seen.repeats else ["not all sent once"]
    wrong += ["sent without a waker"] if early else []
    return f"{seen}; all sent {late:.1f} s after the next wake", wrong
