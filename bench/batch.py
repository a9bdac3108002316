"""G4: many first answers in one call, as a bid desk's program sends them.

The floor is bare WSGI and psycopg with one `unnest` upsert into a table that has the
product's columns, keys and checks. Each call is the first of its invitation.
"""

from __future__ import annotations

import itertools
import sys
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import psycopg

from bench.claim import floor_env, words
from bench.harness import Goal, Size, Wire, alternate, place, post, product, report

if TYPE_CHECKING:
    from bench.harness import Place
    from bench.seeds import Invitation

GOALS = {100: 1.7, 1_000: 1.35}
ROUNDS = {100: 12, 1_000: 6}


def main(arguments: Sequence[str]) -> int:
    """Measure; 0 when the goals are reached."""
    sizes = {many: Size.of(arguments, rounds=ROUNDS[many]) for many in GOALS}
    calls = {
        many: size.blocks * size.rounds + size.warm_up for many, size in sizes.items()
    }
    with place() as here, product(here) as ours:
        # Models can be imported once there is a product.
        from bench.seeds import many_invitations

        fresh = iter(many_invitations(sum(calls.values()), asked=max(GOALS)))
        site = Wire(ours.serve_vendors())
        floors = [floor(here, number, sum(calls.values())) for number in (1, 2)]
        codes = []
        for many, goal in GOALS.items():
            invited = list(itertools.islice(fresh, calls[many]))
            for invitation in invited:
                site.send(invitation.get(""))  # seen once, as every invitation is
            contenders = {
                "floor": floors[0](many),
                "floor again": floors[1](many),
                "product": site.caller(batches(invited, many), expect=200),
            }
            race = alternate(contenders, sizes[many])
            goals = [Goal("G4", "product", "floor", most=goal)]
            same = ("floor", "floor again")
            codes.append(report(f"batch-{many}", race, same=same, goals=goals))
    return max(codes)


def batches(invited: Sequence[Invitation], many: int) -> Callable[[], bytes]:
    """The next invitation's first answers."""
    ready = iter(
        [
            invitation.post(
                "claims/batch/",
                {"claims": [words(number, asked=many) for number in range(many)]},
                Idempotency_Key="first answers",
            )
            for invitation in invited
        ]
    )
    return lambda: next(ready)


def floor(here: Place, number: int, calls: int) -> Callable[[int], Callable[[], bytes]]:
    """A floor server; from a size, a contender that upserts as many answers."""
    env = floor_env(here, number)
    candidates = [str(uuid.uuid4()) for _ in range(calls)]
    with psycopg.connect(env["DATABASE_URL"]) as connection:
        connection.execute(
            "INSERT INTO candidate SELECT unnest(%s::uuid[])", [candidates]
        )
        connection.execute(
            "INSERT INTO requirement SELECT gen_random_uuid(), 'R' || number "
            "FROM generate_series(0, %s) number",
            [max(GOALS)],
        )
        connection.execute("ANALYZE")
    wire = Wire(here.serve("bench.contenders.floor:application", env))
    fresh = iter(candidates)

    def contender(many: int) -> Callable[[], bytes]:
        claims = [words(number, asked=many) for number in range(many)]
        return wire.caller(
            lambda: post(
                "/",
                {"candidate": next(fresh), "claims": claims},
                Authorization="Bearer secret",
            ),
            expect=201,
        )

    return contender


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
