"""G1 and G2: one claim over HTTP, as the vendor process takes it in production.

The floor is bare WSGI and psycopg (token, JSON, INSERT, commit); the yardsticks are the
framework tutorial's view set, with a connection per request (as Django does by default)
and with a kept one. Each call says something new about one of 200 requirements of one
of 20 invitations, so nothing is answered from what stands already.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import psycopg

from bench.harness import Goal, Size, Wire, alternate, place, post, product, report
from bench.harness.place import ROOT

if TYPE_CHECKING:
    from bench.harness import Place
    from bench.seeds import Invitation

ASKED = 200
GOALS = [
    Goal("G1", "product", "floor", most=2.0),
    Goal("G2", "tutorial", "product", least=3.5),
    Goal("G2", "tutorial, kept", "product", least=1.8),
]


def main(arguments: Sequence[str]) -> int:
    """Measure; 0 when the goals are reached."""
    size = Size.of(arguments, rounds=100)
    with place() as here, product(here) as ours:
        # Models can be imported once there is a product.
        from bench.seeds import many_invitations

        invited = many_invitations(20, asked=ASKED)
        floor = here.serve("bench.contenders.floor:application", floor_env(here))
        twin = here.serve("bench.contenders.floor:application", floor_env(here, 2))
        env, token = tutorial(here)
        kept = {**env, "KEEP_CONNECTIONS": "1"}
        lesson = "bench.contenders.tutorial.wsgi"
        bare = {"Authorization": "Bearer secret"}
        student = {"Authorization": f"Token {token}"}
        contenders = {
            "floor": caller(floor, "/", bare),
            "floor again": caller(twin, "/", bare),
            "product": Wire(ours.serve_vendors()).caller(
                product_requests(invited), expect=201
            ),
            "tutorial": caller(here.serve(lesson, env), "/claims/", student),
            "tutorial, kept": caller(here.serve(lesson, kept), "/claims/", student),
        }
        race = alternate(contenders, size)
    same = ("floor", "floor again")
    return report("claim", race, same=same, goals=GOALS)


def words(number: int, *, asked: int = ASKED) -> dict[str, Any]:
    """A claim of about 300 characters that nobody made before."""
    return {
        "requirement": f"R{number % asked}",
        "availability": "now",
        "statement": f"Answer {number}: managed training jobs run on CPU and GPU pools "
        "in your own account; they scale to zero, resume from checkpoints, and their "
        "logs, metrics and artefacts are kept for as long as you say.",
        "evidence_url": "https://docs.example.com/training/jobs#scaling",
    }


def caller(site: str, path: str, headers: dict[str, str]) -> Callable[[], Any]:
    """A contender that posts the next claim to `site`."""
    numbers = itertools.count()
    return Wire(site).caller(
        lambda: post(path, words(next(numbers)), **headers), expect=201
    )


def product_requests(invited: Sequence[Invitation]) -> Callable[[], bytes]:
    """The next claim of the next invitation, each call with a key of its own."""
    numbers, turn = itertools.count(), itertools.cycle(invited)

    def request() -> bytes:
        mine, number = next(turn), next(numbers)
        return mine.post("claims/", words(number), Idempotency_Key=f"call {number}")

    return request


def floor_env(here: Place, number: int = 1) -> dict[str, str]:
    """A database with the floor's tables and one token."""
    url = here.database(f"floor{number}")
    with psycopg.connect(url) as connection:
        connection.execute((ROOT / "bench/contenders/floor.sql").read_text())
        connection.execute(
            "INSERT INTO token VALUES (encode(sha256('secret'), 'hex'), "
            "gen_random_uuid())"
        )
    return {"DATABASE_URL": url}


def tutorial(here: Place) -> tuple[dict[str, str], str]:
    """The tutorial's environment, its tables filled, and its token."""
    env = {
        "DATABASE_URL": here.database("tutorial"),
        "DJANGO_SETTINGS_MODULE": "bench.contenders.tutorial.settings",
    }
    token = subprocess.check_output(
        [sys.executable, "-m", "bench.contenders.tutorial.seed", str(ASKED)],
        env={**os.environ, **env},
        cwd=ROOT,
        text=True,
    )
    return env, token.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
