"""T31: every process killed in the middle of a batch, a report of runs, and an import,
20 times each.

At random moments of the time that the whole takes. All or nothing may be left, and the
same sent again must end at the whole.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import requests

from bench.harness import place, product
from tests.served import VENDORS, Site

if TYPE_CHECKING:
    from bench.harness import Place, Product

TIMES, CLAIMS, RUNS, REQUIREMENTS = 20, 1_000, 1_000, 5_000


def main(arguments: Sequence[str]) -> int:
    """0 when nothing was ever left half done."""
    times = 4 if "--quick" in arguments else TIMES
    random.seed(1)
    with place() as here, product(here) as ours:
        kinds = (kill_batches, kill_reports, kill_imports)
        good = [kill(here, ours, times) for kill in kinds]
    return 0 if all(good) else 1


def kill_batches(here: Place, ours: Product, times: int) -> bool:
    """Kill all web processes during a batch; whether each left all or nothing."""
    from bench.seeds import many_invitations
    from tests.faults.killing import await_quiet, batch, kill_while_sending, send
    from vendors.models import Claim

    first, *others = many_invitations(times + 1, asked=CLAIMS)
    body = batch(CLAIMS, "What we offer is described in the documents beside this.")
    site = Site(folder=here.folder, settings=VENDORS, workers=2, env=ours.env)
    site.start()
    began = time.monotonic()
    assert send(site, first.home, first.token, body).json()["created"] == CLAIMS
    whole = time.monotonic() - began
    left: Counter[int] = Counter()
    ended: Counter[int] = Counter()
    for other in others:
        when = partial(time.sleep, random.uniform(0, whole * 1.1))
        sending = partial(send, site, other.home, other.token, body)
        kill_while_sending(site, sending, when=when)
        await_quiet()
        claims = Claim.objects.filter(candidate=UUID(other.pk))
        left[claims.count()] += 1
        site.start()
        again = send(site, other.home, other.token, body)
        ended[claims.count() if again.ok else -again.status_code] += 1
    site.stop()
    return outcome(f"a batch of {CLAIMS:,} claims, {whole:.2f} s", left, ended, CLAIMS)


def kill_reports(here: Place, ours: Product, times: int) -> bool:
    """Kill all web processes during a report of runs; whether each left all or
    nothing."""
    from tests.faults.killing import await_quiet, kill_while_sending
    from tests.trials.runs.posting import measured_trial, program, report, run
    from trials.models import Run

    ci = program(measured_trial())
    runs = [run(f"{at}.5") for at in range(RUNS)]
    env = {**ours.env, "DATABASE_URL": ours.app_url}
    site = Site(here.folder, settings="evaltracker.settings", workers=2, env=env)
    site.start()

    def send(number: int) -> requests.Response:
        return requests.post(
            f"{site.url}{ci.address}",
            json=report(*runs, key=f"build-{number}"),
            headers={"Authorization": f"Bearer {ci.secret}"},
            timeout=60,
        )

    began = time.monotonic()
    assert send(0).status_code == 201
    whole = time.monotonic() - began
    left: Counter[int] = Counter()
    ended: Counter[int] = Counter()
    for number in range(1, times + 1):
        kept = Run.objects.filter(report__key=f"build-{number}")
        when = partial(time.sleep, random.uniform(0, whole * 1.1))
        kill_while_sending(site, partial(send, number), when=when)
        await_quiet()
        left[kept.count()] += 1
        site.start()
        again = send(number)
        ended[kept.count() if again.ok else -again.status_code] += 1
    site.stop()
    return outcome(f"a report of {RUNS:,} runs, {whole:.2f} s", left, ended, RUNS)


def kill_imports(here: Place, ours: Product, times: int) -> bool:
    """Kill the import command; whether each left all or nothing."""
    from evaltracker.evaluations.models import Requirement
    from tests.factories import common
    from tests.faults.killing import await_quiet, requirements_file, start_import

    file = requirements_file(here.folder, REQUIREMENTS)
    env = {**os.environ, **ours.env}

    def run(slug: str) -> float:
        began = time.monotonic()
        start_import(slug, file, env).communicate()
        return time.monotonic() - began

    whole = run(common.evaluation(title="Import").slug)
    left: Counter[int] = Counter()
    ended: Counter[int] = Counter()
    for number in range(times):
        where = common.evaluation(title=f"Import {number}")
        rows = Requirement.objects.filter(evaluation=where)
        running = start_import(where.slug, file, env)
        # It takes a while to start; before that nothing is begun.
        time.sleep(random.uniform(whole * 0.3, whole * 1.05))
        running.kill()
        running.communicate()
        await_quiet()
        left[rows.count()] += 1
        run(where.slug)
        ended[rows.count()] += 1
    return outcome(
        f"an import of {REQUIREMENTS:,} requirements, {whole:.2f} s",
        left,
        ended,
        REQUIREMENTS,
    )


def outcome(name: str, left: Counter[int], ended: Counter[int], whole: int) -> bool:
    """Print what was left and what it ended at; whether that was all or nothing."""
    print(f"\n{name}, killed {left.total()} times")
    print(f"  rows left: {', '.join(f'{rows:,} × {n}' for rows, n in left.items())}")
    print(f"  repeated:  {', '.join(f'{rows:,} × {n}' for rows, n in ended.items())}")
    return not left.keys() - {0, whole} and ended.keys() == {whole}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
