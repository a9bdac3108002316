"""What readers notice of claims that arrive while they read."""

import itertools
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping

MOST = 2.0
EVERY = 1.0  # seconds from one claim to the next
TURNS = 2


def p95_beside_claims(
    reads: Mapping[str, Callable[[], object]],
    answer: Callable[[int], None],
    *,
    seconds: float,
) -> bool:
    """Read all in turns, without claims and with one a second; whether the p95 over
    all reads at most doubles."""
    times: dict[bool, list[float]] = {False: [], True: []}
    numbers = itertools.count(10**6)
    for arriving in (False, True) * TURNS:
        done = threading.Event()
        writer = threading.Thread(target=_write, args=(answer, numbers, done))
        if arriving:
            writer.start()
        until = time.monotonic() + seconds / TURNS
        while time.monotonic() < until:
            for read in reads.values():
                began = time.perf_counter()
                read()
                times[arriving].append(time.perf_counter() - began)
        done.set()
        if arriving:
            writer.join()
    quiet, busy = (statistics.quantiles(times[key], n=20)[-1] for key in (False, True))
    fine = busy <= MOST * quiet
    print(
        f"  P1   p95 over all pages with a claim a second: {busy * 1e3:.0f} ms, "
        f"without {quiet * 1e3:.0f} ms, {busy / quiet:.2f}  goal ≤ {MOST}  "
        f"{'ok' if fine else 'not reached'}"
    )
    return fine


def _write(
    answer: Callable[[int], None], numbers: Iterator[int], done: threading.Event
) -> None:
    while not done.wait(EVERY):
        answer(next(numbers))
