"""T15: does time tell whether a rival's row is there, or whether a token once was good?

Both calls of a pair are interleaved in random order, in one process and without a
network between, so that less noise hides a difference than in real life. A pair is
within bounds when its medians are close (5 % or 1 ms) and a rank test tells no
difference (p >= 0.001), which it does by chance once in a thousand runs.
"""

import math
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from tests.services import postgres, service_folder

CALLS = int(os.environ.get("CALLS", "2000"))
NEAR, CLOSE, SURE = 0.05, 0.001, 0.001
type Pair = tuple[Callable[[], Any], Callable[[], Any]]


def main() -> int:
    """0 when no pair can be told apart."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    with ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            folder = stack.enter_context(service_folder())
            os.environ["DATABASE_URL"] = stack.enter_context(postgres(folder))
        return _measure()


def _measure() -> int:
    import logging

    import django

    django.setup()
    from django.db import connection
    from django.test.utils import override_settings

    logging.disable(logging.CRITICAL)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with override_settings(
            ROOT_URLCONF="evaltracker.vendor_urls",
            ALLOWED_HOSTS=["testserver"],
            VENDOR_CALLS_PER_MINUTE=10**9,
            CALLS_WITHOUT_TOKEN_PER_MINUTE=10**9,
        ):
            told = [tell(name, *pair) for name, pair in pairs().items()]
    finally:
        connection.creation.destroy_test_db("", verbosity=0)
    return 0 if all(told) else 1


def pairs() -> dict[str, Pair]:
    """What must not be told apart, by what it is."""
    import uuid

    from django.test import Client

    from tests.vendors.isolation.world import build_world

    world = build_world()
    me, rival = world.parties["Acme"], world.parties["Globex"]
    client = Client(raise_request_exception=False)

    def call(path: str, token: str = me.token) -> Callable[[], Any]:
        headers = {"authorization": f"Bearer {token}"}
        return lambda: client.get(f"/api/v1/invitations/{path}", headers=headers)

    home, absent = f"{me.candidate.pk}/", uuid.uuid4()
    unknown = f"evt_{'0' * 12}_{'A' * 43}"
    return {
        "invitation, foreign and absent": (
            call(f"{rival.candidate.pk}/"),
            call(f"{absent}/"),
        ),
        "claims, foreign and absent": (
            call(f"{rival.candidate.pk}/claims/"),
            call(f"{absent}/claims/"),
        ),
        "file, foreign and absent": (
            call(f"{home}files/{rival.file}/"),
            call(f"{home}files/{absent}/"),
        ),
        "token, revoked and unknown": (call(home, me.revoked), call(home, unknown)),
    }


def tell(name: str, first: Callable[[], Any], second: Callable[[], Any]) -> bool:
    """Measure a pair and print it; whether nobody could tell them apart."""
    times: tuple[list[float], list[float]] = ([], [])
    calls = (first, second)
    assert first().content == second().content, name
    for _ in range(CALLS):
        for which in random.sample((0, 1), 2):
            began = time.perf_counter()
            calls[which]()
            times[which].append(time.perf_counter() - began)
    one, other = map(statistics.median, times)
    apart = abs(one - other)
    near = apart < CLOSE or apart / min(one, other) < NEAR
    p = rank_test(*times)
    alike = near and p >= SURE
    verdict = "" if alike else "  TOLD APART"
    print(
        f"{name:32} {one * 1e3:7.3f} ms {other * 1e3:7.3f} ms  "
        f"{(one / other - 1) * 100:+5.1f} %  p = {p:.3g}{verdict}"
    )
    return alike


def rank_test(first: list[float], second: list[float]) -> float:
    """Mann and Whitney's p that both are drawn from one distribution (normal form)."""
    both = sorted(
        [(number, 0) for number in first] + [(number, 1) for number in second]
    )
    ranks = sum(rank for rank, (_, which) in enumerate(both, start=1) if not which)
    m, n = len(first), len(second)
    u = ranks - m * (m + 1) / 2
    z = (u - m * n / 2) / math.sqrt(m * n * (m + n + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


if __name__ == "__main__":
    sys.exit(main())
