"""T24 and T26: forty verdicts of one person at once, a hundred times, over HTTP and
four processes; an advance against a decline, five hundred times.

Nothing is measured but whether it is ever wrong: one verdict is recorded, thirty-nine
are answered with 409 and journaled; never are there both an advance and a decline.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.harness import place, product
from tests.served import Site

if TYPE_CHECKING:
    from bench.harness import Place, Product

VERDICT_ROUNDS, MOVE_ROUNDS = 100, 500


def main(arguments: Sequence[str]) -> int:
    """0 when it was never wrong."""
    less = 10 if "--quick" in arguments else 1
    with place() as here, product(here) as ours:
        good = [
            verdicts(here, ours, VERDICT_ROUNDS // less),
            moves(MOVE_ROUNDS // less),
        ]
    return 0 if all(good) else 1


def verdicts(here: Place, ours: Product, rounds: int) -> bool:
    """Forty verdicts at once, so many times."""
    from evaltracker.evaluations.verifying import find_break
    from tests.factories.workflow import ready_to_advance
    from tests.workflow.racing import AT_ONCE, Desk

    ours.manage("collectstatic", "--noinput", "-v0")
    where = ready_to_advance()
    # A second factor is asked for at the door, which this session has not come by.
    env = {**ours.env, "REQUIRE_SECOND_FACTOR": "0"}
    site = Site(here.folder, "evaltracker.settings", workers=4, env=env)
    site.start()
    try:
        desk = Desk(site, where)
        seen: Counter[str] = Counter()
        for number in range(rounds):
            if number:
                desk.ask_anew()
            answers = sorted(desk.verdicts().items())
            seen[", ".join(f"{count} × {status}" for status, count in answers)] += 1
    finally:
        site.stop()
    given, refused = desk.told("sign_off.given"), desk.told("sign_off.refused")
    print(f"\nT24: {rounds} rounds of {AT_ONCE} verdicts at once, 4 processes")
    for answers_told, times in seen.items():
        print(f"  {times} rounds: {answers_told}")
    print(f"  journal: {given} given, {refused} refused, broken: {find_break(where)}")
    return (
        set(seen) == {f"1 × 302, {AT_ONCE - 1} × 409"}
        and (given, refused) == (rounds, rounds * (AT_ONCE - 1))
        and find_break(where) is None
    )


def moves(rounds: int) -> bool:
    """An advance against a decline, so many times."""
    from tests.workflow.racing import advance_against_decline

    seen = Counter(advance_against_decline() for _ in range(rounds))
    both, neither = seen[True, True], seen[False, False]
    print(f"\nT26: {rounds} rounds of an advance against a decline")
    print(
        f"  advanced {seen[True, False]}, declined {seen[False, True]}, "
        f"both {both}, neither {neither}"
    )
    return not both and not neither


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
