"""G13: how long a command of the product takes to begin, and what a web worker holds.

The floor is `django.setup()` of a project as `startproject` makes it; the product's is
`manage.py check`, which loads its applications, addresses and checks. Each call is a
process of its own. A worker's memory is its proportional share (PSS), as the system
counts it, once it has answered the page on which everybody signs in.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import requests

from bench.harness import Goal, Size, alternate, place, product, report
from bench.harness.place import ROOT
from tests.served import Site

GOALS = [Goal("G13", "manage.py check", "django.setup()", most=3.2)]
MOST_MEGABYTES = 90
BARE = """
import django
from django.conf import settings

names = "admin auth contenttypes sessions messages staticfiles".split()
settings.configure(INSTALLED_APPS=[f"django.contrib.{name}" for name in names])
django.setup()
"""


def main(arguments: Sequence[str]) -> int:
    """Measure; 0 when the goals are reached."""
    quick = "--quick" in arguments
    size = Size(blocks=3 if quick else 9, rounds=2 if quick else 5, warm_up=1)
    with place() as here, product(here) as ours:
        env = {**os.environ, **ours.env}
        contenders = {
            "django.setup()": process(["-c", BARE], env),
            "django.setup() again": process(["-c", BARE], env),
            "manage.py check": process(["manage.py", "check"], env),
        }
        race = alternate(contenders, size)
        ours.manage("collectstatic", "--noinput", "-v0")
        held = share_of_a_worker(
            Site(
                folder=here.folder, settings="evaltracker.settings", workers=2, env=env
            )
        )
    same = ("django.setup()", "django.setup() again")
    code = report("startup", race, same=same, goals=GOALS)
    verdict = "ok" if held <= MOST_MEGABYTES else "not reached"
    print(f"  G13  a web worker holds {held} MB  goal ≤ {MOST_MEGABYTES} MB  {verdict}")
    return max(code, 0 if held <= MOST_MEGABYTES else 1)


def process(command: list[str], env: dict[str, str]) -> Callable[[], object]:
    """A contender that runs this Python with `command`, which has to succeed."""
    given = [sys.executable, *command]

    def call() -> None:
        subprocess.run(given, cwd=ROOT, env=env, check=True, capture_output=True)

    return call


def share_of_a_worker(site: Site) -> int:
    """Megabytes of the largest web worker, each of which has answered a page."""
    site.start()
    try:
        for _ in range(20):
            requests.get(site.url, timeout=60).raise_for_status()
        return max(share(pid) for pid in site.processes()[1:])
    finally:
        site.stop()


def share(pid: int) -> int:
    """The proportional share of memory of a process, in megabytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("Pss:"))
    return round(int(kilobytes) / 1024)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
