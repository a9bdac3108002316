"""T61: the machine is lost under traffic, again and again, and comes back elsewhere.

`./dev bench restore [--quick] [--times=N] [--seed=N]`. Each time web, vendor-api,
PostgreSQL and backups are cut by SIGKILL at a moment that the seed chooses. The shipped
scripts bring them back on an empty machine, from the backups beside it or, each fifth
time, from an off-site copy, and what is there then is compared with what a vendor had
been told is taken. Then how long it takes with the demo's data and with 1 GB.
"""

import os
import random
import statistics
import sys
from collections.abc import Sequence

TIMES, QUICK_TIMES = 20, 2
# Seconds: what may be lost on the same machine's stream, and off-site.
MOST, MOST_OFFSITE = 60.0, 300.0
MEGABYTES = 1_000


def main(arguments: Sequence[str]) -> int:
    """0 if each time all started, and no more was lost than may be."""
    from tests.faults.losing import Loss, lose_and_restore, timed_restore

    quick = "--quick" in arguments
    seed = option(arguments, "--seed", int.from_bytes(os.urandom(4), "big"))
    times = option(arguments, "--times", QUICK_TIMES if quick else TIMES)
    chance = random.Random(seed)
    print(f"\nseed {seed}")
    losses: list[Loss] = []
    for number in range(times):
        offsite = number % 5 == 4
        loss = lose_and_restore(chance.uniform(5, 60), offsite=offsite)
        losses.append(loss)
        print(f"  {number + 1:2}  {loss}", flush=True)
    wrong = [
        loss
        for loss in losses
        if loss.faults or loss.seconds > (MOST_OFFSITE if loss.offsite else MOST)
    ]
    own = [loss.seconds for loss in losses if not loss.offsite]
    print(
        f"  {len(losses) - len(wrong)} of {len(losses)} restores; lost on the same "
        f"machine: median {statistics.median(own):.0f} s, most {max(own):.0f} s of "
        f"acknowledged writes (goal ≤ {MOST:.0f} s)"
    )
    for megabytes in (0, MEGABYTES // 10 if quick else MEGABYTES):
        print(f"  {timed_restore(megabytes)}", flush=True)
    return 1 if wrong else 0


def option(arguments: Sequence[str], name: str, default: int) -> int:
    """The number behind an option and its “=”."""
    given = [text for text in arguments if text.startswith(f"{name}=")]
    return int(given[0].partition("=")[2]) if given else default


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
