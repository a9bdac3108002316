"""`python -m tests.faults.notices.run [T1 …] [--quick]`: the fault tests, with figures.

Each runs against services of its own. 0 when all that were asked for passed.
"""

import subprocess
import sys
import traceback
from collections.abc import Callable

from tests.faults.living.redis_away import redis_away
from tests.faults.living.restarts import WAYS, restarts
from tests.faults.living.storm import storm
from tests.faults.living.two_hosts import PARTS, lose_a_host
from tests.faults.notices import services_away
from tests.faults.notices.storms import Storm, blow
from tests.faults.notices.verdicts import promise_of, verdict_on
from tests.programs import find_program, not_run
from tests.services import say

QUICK = "--quick"
# These have no small form: they run by command.
ONLY_IN_FULL = ("T47", "T48")


def _judge(name: str, storm: Storm, *, exact: bool = False) -> bool:
    """Run it and hold its figures against what is promised."""
    result = blow(storm)
    seen = result.outcome
    wrong = {
        "not all ended": not result.ended,
        "lost": seen.lost,
        "unflagged repeats": seen.unflagged_repeats,
        "workers were replaced": result.replaced,
    }
    if exact:
        wrong |= {"repeats": seen.repeats, "flagged": seen.flagged}
    elif storm.held:
        wrong["repeats"] = seen.repeats
    elif not storm.crashes:
        # One mail may be in the air in each of a worker's two processes.
        wrong["more repeats than died"] = seen.repeats > 2 * result.blows
    return _say(name, str(result), [words for words, bad in wrong.items() if bad])


def _say(name: str, figures: str, wrong: list[str]) -> bool:
    say(f"{name}: {figures}: {verdict_on(wrong)}")
    return not wrong


def t1(quick: bool) -> bool:
    """Workers killed, the broker emptied, two beats, one frozen worker."""
    storm = Storm(owed=10_000, blows=15)
    if quick:
        storm = Storm(owed=600, blows=3, every=1, redis_deaths=1, pause=0.01)
    return _judge("T1", storm)


def t2(quick: bool) -> bool:
    """The same with graceful restarts: exactly once, nothing flagged."""
    storm = Storm(owed=10_000, blows=8, graceful=True, freeze=False)
    if quick:
        storm = Storm(
            owed=600,
            blows=2,
            every=1,
            graceful=True,
            freeze=False,
            redis_deaths=1,
            pause=0.01,
        )
    return _judge("T2", storm, exact=True)


def t3(quick: bool) -> bool:
    """The same with letters that are held: no repeat, and nobody is forgotten."""
    storm = Storm(owed=10_000, blows=15, held=True)
    if quick:
        storm = Storm(owed=600, blows=3, every=1, held=True, redis_deaths=1, pause=0.01)
    return _judge("T3", storm)


def t4(quick: bool) -> bool:
    """The database crashes again and again, Redis too, and the workers live on."""
    storm = Storm(owed=10_000, blows=6, crashes=True, freeze=False)
    if quick:
        storm = Storm(
            owed=600,
            blows=2,
            every=1,
            crashes=True,
            freeze=False,
            redis_deaths=1,
            pause=0.01,
        )
    return _judge("T4", storm)


def t5(quick: bool) -> bool:
    """No broker at all."""
    return _say("T5", *services_away.no_broker(200 if quick else 2_000))


def t6(quick: bool) -> bool:
    """A broker that takes connections and says nothing."""
    return _say("T6", *services_away.mute_broker(5 if quick else 20))


def t7(quick: bool) -> bool:
    """A mail server that is away, busy, stuck and refusing."""
    return _say("T7", *services_away.bad_mail_server(100 if quick else 1_000, quick))


def t10(quick: bool) -> bool:
    """A sweep whose machine has the wrong time."""
    return _say("T10", *services_away.wrong_clock(40 if quick else 1_000))


def t11(quick: bool) -> bool:
    """No beat for a while."""
    return _say("T11", *services_away.no_beat(100 if quick else 1_000))


def t46(quick: bool) -> bool:
    """PostgreSQL restarted under living processes, plainly, by force, elsewhere."""
    if quick:
        return _say("T46", *restarts(200, WAYS[2:], quick=True))
    return _say("T46", *restarts(2_000))


def t47(_: bool) -> bool:
    """Redis stopped, paused, emptied under living processes."""
    return _say("T47", *redis_away(500))


def t48(_: bool) -> bool:
    """Everything killed at random for 100 seconds."""
    return _say("T48", *storm(3_000, 100))


def t65(quick: bool) -> bool:
    """One of two hosts lost, PostgreSQL and Redis restarted, under traffic."""
    if quick:
        return _say("T65", *lose_a_host(240, quick=True))
    return _say("T65", *lose_a_host(2_000))


TESTS: dict[str, Callable[[bool], bool]] = {
    "T1": t1,
    "T2": t2,
    "T3": t3,
    "T4": t4,
    "T5": t5,
    "T6": t6,
    "T7": t7,
    "T10": t10,
    "T11": t11,
    "T46": t46,
    "T47": t47,
    "T48": t48,
    "T65": t65,
}


# What each needs beside PostgreSQL, and the package of each.
NEEDS: dict[str, dict[str, str]] = {
    **{name: {"redis-server": "redis-server"} for name in TESTS},
    "T10": {"redis-server": "redis-server", "faketime": "faketime"},
    "T65": PARTS,
}


def judge(name: str, *, quick: bool) -> bool:
    """Run one. Without a part that it needs it is not run; an error is a promise that
    was not kept."""
    for program, package in NEEDS[name].items():
        if not find_program(program):
            say(f"{name}: {not_run(program, package=package)}")
            return True
    try:
        return TESTS[name](quick)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is told
        traceback.print_exc()
        return _say(name, "ended early", [promise_of(error)])


def main(arguments: list[str]) -> int:
    """Run one here, or several each in a process of its own."""
    wanted = [argument for argument in arguments if argument != QUICK] or list(TESTS)
    if unknown := set(wanted) - set(TESTS):
        say(f"There is no {', '.join(sorted(unknown))}; there are {', '.join(TESTS)}.")
        return 2
    if len(wanted) == 1:
        return 0 if judge(wanted[0], quick=QUICK in arguments) else 1
    flags = [QUICK] if QUICK in arguments else []
    command = [sys.executable, "-m", "tests.faults.notices.run"]
    codes = [
        subprocess.run([*command, text, *flags], check=False).returncode
        for text in wanted
    ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
